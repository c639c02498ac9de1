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

/** Passwords go to the API in the body of the call that needs them, and nowhere else. */
function expectNotInHeads(...values: string[]): void {
  const heads = dashboard.proxy.sent.match(/^(GET|PUT|POST|DELETE) [\s\S]*?\r\n\r\n/gm) ?? [];
  expect(heads.length).toBeGreaterThan(5);
  for (const value of values) {
    const forms = [value, encodeURIComponent(value), Buffer.from(value).toString('latin1')];
    for (const form of forms) expect(heads.join('')).not.toContain(form);
  }
}

const newKey = (page: Page) => page.getByLabel('The new API key', { exact: true });

describe('the account', () => {
  test('changes its password, which ends every other session and no API key', async () => {
    const page = await dashboard.visit();
    const email = await dashboard.register(page);
    const other = await logIn(email, password);
    await openSection(page, 'Account');
    await page.getByText('member', { exact: true }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-account');

    const current = page.getByLabel('Current password', { exact: true });
    await current.fill('not the password');
    await page.getByLabel('New password', { exact: true }).fill(newPassword);
    await button(page, 'Change the password').click();
    expect(await page.getByRole('alert').textContent()).toBe('The password is not right.');
    await expectAccessible(page);
    await current.fill(password);
    await button(page, 'Change the password').click();
    await page.getByText('All other sessions have ended').waitFor();
    expect(await current.inputValue()).toBe('');
    await page.reload();
    await heading(page, 'Account').waitFor();

    expect(await statusBy({ authorization: `Bearer ${other.token}` })).toBe(401);
    expect(await statusByKey(other.apiKey)).toBe(200);
    expect((await logIn(email, password)).status).toBe(401);
    expect((await logIn(email, newPassword)).status).toBe(200);
    expectNotInHeads(password, newPassword);
    // Chromium tells of the 401 that the wrong password met.
    expect(dashboard.complaints.filter((line) => !line.includes('status of 401'))).toEqual([]);
  });

  test('replaces its API key, with and without the password; sessions go on', async () => {
    const page = await dashboard.visit();
    const email = await dashboard.register(page);
    const { apiKey: old } = await logIn(email, password);
    await openSection(page, 'Account');
    await button(page, 'Replace the API key').click();
    await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill(password);
    await expectAccessible(page);
    await button(page, 'Replace').click();
    const second = await newKey(page).inputValue();
    await expectAccessible(page);
    await picture(page, 'dashboard-account-key');
    expect([await statusByKey(old), await statusByKey(second)]).toEqual([401, 200]);
    expect((await logIn(email, password)).apiKey).toBe(second);

    await button(page, 'Replace the API key').click();
    await button(page, 'Replace').click();
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

  test('that signed in by its API key goes on with the new one, kept in memory alone', async () => {
    const { apiKey } = await TestUser.register(dashboard.appliance.target);
    const page = await dashboard.visit();
    await signInByKey(page, apiKey);
    await openSection(page, 'Account');
    await button(page, 'Replace the API key').click();
    await button(page, 'Replace').click();
    const replaced = await newKey(page).inputValue();
    await openSection(page, 'Secrets');
    await page.getByText('No secrets yet').waitFor();
    expect(await statusByKey(apiKey)).toBe(401);
    const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    expect(kept).not.toContain(replaced);
    expect(dashboard.complaints).toEqual([]);
  });

  test('fits a telephone, in the dark and in Spanish', async () => {
    const page = await dashboard.visitSection('account', 'Cuenta', phone);
    await page.getByText('miembro').waitFor();
    await button(page, 'Reemplazar la clave de API').click();
    await button(page, 'Reemplazar').click();
    await page.getByLabel('La clave de API nueva', { exact: true }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-account-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
