import { describe, expect, test } from 'vitest';
import { call } from '../../api/target.ts';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, phone } from './dashboard.ts';

const dashboard = Dashboard.forTests();

/** Lists messages with a token and returns the status. */
async function listWith(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await call(dashboard.appliance.target, 'GET', '/api/messages', { headers })).status;
}

describe('API tokens', () => {
  test('are created with a scope, shown once, used and revoked', async () => {
    const page = await dashboard.visitSection('tokens', 'API tokens');
    await page.getByText('No tokens yet').waitFor();
    await button(page, 'Create token').click();
    await page.getByLabel('Name').fill('CI server');
    await page.getByLabel('Create and delete messages').uncheck();
    await page.getByLabel('Expires').selectOption('After 30 days');
    await expectAccessible(page);
    await picture(page, 'dashboard-token-dialog');
    await button(page, 'Create').click();
    const shown = page.getByLabel('Token for CI server', { exact: true });
    const token = await shown.inputValue();
    expect(token).toMatch(/^enigma_/);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await button(page, 'Copy: Token for CI server').click();
    await page.getByText('Copied', { exact: true }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
    const row = page.getByRole('row', { name: /^CI server.*List your messages.*Never/ });
    await row.waitFor();
    expect(await row.textContent()).not.toContain('Create and delete');
    await expectAccessible(page);
    await picture(page, 'dashboard-tokens');

    expect(await listWith(token)).toBe(200);
    await page.reload();
    // The last use has a resolution of a minute and is recorded before the response.
    await page.getByRole('row', { name: /^CI server.*Never/ }).waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(token);

    await button(page, 'Revoke: CI server').click();
    await expectAccessible(page);
    await button(page, 'Revoke').click();
    await row.waitFor({ state: 'detached' });
    expect(await listWith(token)).toBe(401);
    expect(dashboard.proxy.sent).not.toContain(token);
    expect(dashboard.complaints).toEqual([]);
  });

  test('are refused without a scope, and the error names the field', async () => {
    const page = await dashboard.visitSection('tokens', 'API tokens');
    await button(page, 'Create token').click();
    await page.getByLabel('Name').fill('idle');
    await page.getByLabel('List your messages').uncheck();
    await page.getByLabel('Create and delete messages').uncheck();
    await button(page, 'Create').click();
    expect(await page.getByRole('alert').textContent()).toContain('scopes');
  });

  test('fit a phone, in dark mode, in Spanish, and are created with the keyboard only', async () => {
    const page = await dashboard.visitSection('tokens', 'Tokens de API', phone);
    await button(page, 'Crear un token').press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('servidor');
    for (const key of ['Tab', 'Space', 'Tab', 'Tab']) await page.keyboard.press(key);
    await page.keyboard.type('nunca');
    await expectAccessible(page);
    for (const key of ['Tab', 'Enter']) await page.keyboard.press(key);
    await page.getByLabel('Token para servidor', { exact: true }).waitFor();
    await page.getByRole('row', { name: /servidor.*Crear y eliminar mensajes.*Nunca/ }).waitFor();
    expect(await page.getByText('Ver la lista de tus mensajes').count()).toBe(0);
    await expectAccessible(page);
    await picture(page, 'dashboard-tokens-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
