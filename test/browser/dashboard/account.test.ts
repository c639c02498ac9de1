import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { call, TestUser } from '../../api/target.ts';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, heading, openSection, password, phone, signInByKey } from './dashboard.ts';

const dashboard = Dashboard.forTests();
const newPassword = 'another batterÿ staple';

const statusBy = async (headers: Record<string, string>) =>
  (await call(dashboard.appliance.target, 'GET', '/api/v1/secrets', { headers })).status;
const statusByKey = (apiKey: string) => statusBy({ 'x-api-key': apiKey });

async function logIn(email: string, password: string) {
  const body = { email, password };
  const answer = await call(dashboard.appliance.target, 'POST', '/api/login', { body });
  return { status: answer.status, ...(answer.body as { token: string; apiKey: string }) };
}

/** Expects that no request line or header contains the values. */
function expectNotInHeads(...values: string[]): void {
  const heads = dashboard.proxy.sent.match(/^(GET|PUT|POST|DELETE) [\s\S]*?\r\n\r\n/gm) ?? [];
  expect(heads.length).toBeGreaterThan(5);
  for (const value of values) {
    const forms = [value, encodeURIComponent(value), Buffer.from(value).toString('latin1')];
    for (const form of forms) expect(heads.join('')).not.toContain(form);
  }
}

const newKey = (page: Page) => page.getByLabel('New API key', { exact: true });

describe('the account', () => {
  test('changes the password, which ends all other sessions but keeps the API key', async () => {
    const page = await dashboard.visit();
    const email = await dashboard.register(page);
    const other = await logIn(email, password);
    await openSection(page, 'Account');
    await page.getByText('Member', { exact: true }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-account');

    const current = page.getByLabel('Current password', { exact: true });
    await current.fill('not the password');
    await page.getByLabel('New password', { exact: true }).fill(newPassword);
    await button(page, 'Change password').click();
    expect(await page.getByRole('alert').textContent()).toBe('The password is incorrect.');
    await expectAccessible(page);
    await current.fill(password);
    await button(page, 'Change password').click();
    await page.getByText('All other sessions have ended').waitFor();
    expect(await current.inputValue()).toBe('');
    await page.reload();
    await heading(page, 'Account').waitFor();

    expect(await statusBy({ authorization: `Bearer ${other.token}` })).toBe(401);
    expect(await statusByKey(other.apiKey)).toBe(200);
    expect((await logIn(email, password)).status).toBe(401);
    expect((await logIn(email, newPassword)).status).toBe(200);
    expectNotInHeads(password, newPassword);
    // Chromium reports the 401 for the wrong password.
    expect(dashboard.complaints.filter((line) => !line.includes('status of 401'))).toEqual([]);
  });

  test('rotates the API key with and without the password, and keeps sessions', async () => {
    const page = await dashboard.visit();
    const email = await dashboard.register(page);
    const { apiKey: old } = await logIn(email, password);
    await openSection(page, 'Account');
    await button(page, 'Rotate API key').click();
    await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill(password);
    await expectAccessible(page);
    await button(page, 'Rotate').click();
    const second = await newKey(page).inputValue();
    await expectAccessible(page);
    await picture(page, 'dashboard-account-key');
    expect([await statusByKey(old), await statusByKey(second)]).toEqual([401, 200]);
    expect((await logIn(email, password)).apiKey).toBe(second);

    await button(page, 'Rotate API key').click();
    await button(page, 'Rotate').click();
    await expect.poll(() => newKey(page).inputValue()).not.toBe(second);
    const third = await newKey(page).inputValue();
    expect([await statusByKey(second), await statusByKey(third)]).toEqual([401, 200]);
    expect((await logIn(email, password)).apiKey).toBe(null);
    await page.reload();
    await heading(page, 'Account').waitFor();
    for (const key of [second, third]) {
      expect(await page.content()).not.toContain(key);
      expect(dashboard.proxy.sent).not.toContain(key);
    }
    expectNotInHeads(password);
    expect(dashboard.complaints).toEqual([]);
  });

  test('continues with the new key after signing in with an API key, and keeps it in memory only', async () => {
    const { apiKey } = await TestUser.register(dashboard.appliance.target);
    const page = await dashboard.visit();
    await signInByKey(page, apiKey);
    await openSection(page, 'Account');
    await button(page, 'Rotate API key').click();
    await button(page, 'Rotate').click();
    const rotated = await newKey(page).inputValue();
    await openSection(page, 'Secrets');
    await page.getByText('No secrets yet').waitFor();
    expect(await statusByKey(apiKey)).toBe(401);
    const stored = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    expect(stored).not.toContain(rotated);
    expect(dashboard.complaints).toEqual([]);
  });

  test('fits a phone, in dark mode and in Spanish', async () => {
    const page = await dashboard.visitSection('account', 'Cuenta', phone);
    await page.getByText('Miembro').waitFor();
    await button(page, 'Rotar la clave de API').click();
    await button(page, 'Rotar').click();
    await page.getByLabel('Nueva clave de API', { exact: true }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-account-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
