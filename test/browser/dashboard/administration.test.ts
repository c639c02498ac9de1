import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { call } from '../../api/target.ts';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, heading, openSection, phone, signInByKey } from './dashboard.ts';

const dashboard = Dashboard.forTests();

async function byKey(apiKey: string, method: string, path: string, body?: object) {
  return call(dashboard.appliance.target, method, path, { body, headers: { 'x-api-key': apiKey } });
}

/** Creates an org and its first admin with the server administrator's key. */
async function newAdmin(): Promise<{ orgId: string; apiKey: string }> {
  const { administratorKey } = dashboard.appliance.target;
  const { id: orgId } = (await byKey(administratorKey, 'POST', '/admin/orgs', { name: 'Example Ltd' })).body;
  const user = { name: 'Olga', email: dashboard.newEmail(), isAdmin: true };
  const { apiKey } = (await byKey(administratorKey, 'POST', `/admin/orgs/${orgId}/users`, user)).body;
  return { orgId, apiKey };
}

async function visitAsAdmin(options: BrowserContextOptions = {}) {
  const admin = await newAdmin();
  const page = await dashboard.visit('/dashboard', options);
  return { page, ...admin };
}

const keyOf = (page: Page, name: string) => page.getByLabel(`API key for ${name}`, { exact: true });

describe('administration', () => {
  test('adds a user, shows the API key once, and rotates it', async () => {
    const { page, apiKey } = await visitAsAdmin();
    await signInByKey(page, apiKey);
    await openSection(page, 'Administration');
    await page.getByRole('row', { name: /^Olga You/ }).waitFor();
    await button(page, 'Add user').click();
    await page.getByLabel('Name').fill('Bernd');
    await page.getByLabel('Email address').fill('bernd@example.com');
    await expectAccessible(page);
    await button(page, 'Add').click();
    const first = await keyOf(page, 'Bernd').inputValue();
    await page.getByRole('row', { name: /^Bernd bernd@example\.com Member/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-administration');
    expect((await byKey(first, 'GET', '/v1/users/me')).body).toMatchObject({ name: 'Bernd', role: 'member' });

    await button(page, 'Rotate API key: Bernd').click();
    await expectAccessible(page);
    await button(page, 'Rotate').click();
    await expect.poll(() => keyOf(page, 'Bernd').inputValue()).not.toBe(first);
    const second = await keyOf(page, 'Bernd').inputValue();
    expect((await byKey(first, 'GET', '/v1/users/me')).status).toBe(401);
    expect((await byKey(second, 'GET', '/v1/users/me')).status).toBe(200);
    expect(await button(page, 'Rotate API key: Olga').count()).toBe(0);
    for (const key of [first, second]) expect(dashboard.proxy.sent).not.toContain(key);
    expect(dashboard.complaints).toEqual([]);
  });

  test('adds other administrators, and names an email address that is taken', async () => {
    const { page, apiKey } = await visitAsAdmin();
    await signInByKey(page, apiKey);
    const { email } = (await byKey(apiKey, 'GET', '/v1/users/me')).body;
    await openSection(page, 'Administration');
    await button(page, 'Add user').click();
    await page.getByLabel('Name').fill('Carla');
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Organization administrator').check();
    await button(page, 'Add').click();
    expect(await page.getByRole('alert').textContent()).toContain(
      'account with this email address already exists',
    );
    await page.getByLabel('Email address').fill('');
    await button(page, 'Add').click();
    await page.getByRole('row', { name: /^Carla None Administrator/ }).waitFor();
    const key = await keyOf(page, 'Carla').inputValue();
    expect((await byKey(key, 'GET', '/v1/users/me')).body.role).toBe('admin');
  });

  test('shows the limits that the server’s administrator set', async () => {
    const { page, apiKey, orgId } = await visitAsAdmin();
    const plan = {
      key: 'small',
      maxRecords: 1234,
      maxKeyPlusValueBytes: 2048,
      maxFiles: 0,
      maxFileSizeBytes: 0,
    };
    const { administratorKey } = dashboard.appliance.target;
    await byKey(administratorKey, 'PUT', `/admin/orgs/${orgId}/plan`, plan);
    await byKey(administratorKey, 'PUT', `/admin/orgs/${orgId}/storage`, { provider: 'none' });
    await signInByKey(page, apiKey);
    await openSection(page, 'Administration');
    const terms = page.getByRole('region', { name: 'Plan and storage' });
    for (const text of ['small', '1,234', '2 KiB', 'None']) {
      await terms.getByText(text, { exact: true }).waitFor();
    }
  });

  test('lists more users than fit on one page', async () => {
    const { page, apiKey, orgId } = await visitAsAdmin();
    const names = Array.from({ length: 50 }, (_, number) => `User ${number}`);
    const add = (name: string) => byKey(apiKey, 'POST', `/admin/orgs/${orgId}/users`, { name });
    expect((await Promise.all(names.map(add))).every(({ status }) => status === 201)).toBe(true);
    await signInByKey(page, apiKey);
    await openSection(page, 'Administration');
    const rows = page.getByRole('table').getByRole('row');
    const more = button(page, 'Show more users');
    await more.waitFor();
    expect(await rows.count()).toBe(1 + 50);
    await more.click();
    await more.waitFor({ state: 'detached' });
    expect(await rows.count()).toBe(1 + 51);
    for (const name of names) expect(await page.getByText(name, { exact: true }).count()).toBe(1);
    // After a change the list starts again at its first page.
    await button(page, 'Add user').click();
    await page.getByLabel('Name').fill('One more');
    await button(page, 'Add').click();
    await more.waitFor();
    expect(await rows.count()).toBe(1 + 50);
  });

  test('is available to administrators only', async () => {
    const page = await dashboard.visit();
    await dashboard.register(page);
    expect(await page.getByRole('link', { name: 'Administration' }).count()).toBe(0);
    await page.goto(`${dashboard.proxy.url}/dashboard#/administration`);
    await page.reload();
    await heading(page, 'Secrets').waitFor();
    expect(dashboard.proxy.sent).not.toContain('/admin/orgs/default');
  });

  test('fits a phone, in dark mode and in Spanish', async () => {
    const { page, apiKey } = await visitAsAdmin(phone);
    await button(page, 'Usar una clave de API').click();
    await page.getByLabel('Clave de API', { exact: true }).fill(apiKey);
    await button(page, 'Iniciar sesión').click();
    await heading(page, 'Secretos').waitFor();
    await page.goto(`${dashboard.proxy.url}/dashboard#/administration`);
    await page.getByRole('row', { name: /Olga/ }).waitFor();
    await page.getByText('Plan y almacenamiento').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-administration-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
