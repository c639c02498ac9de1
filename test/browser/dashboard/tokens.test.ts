import { describe, expect, test } from 'vitest';
import { call } from '../../api/target.ts';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, phone } from './dashboard.ts';

const dashboard = Dashboard.forTests();

/** What the API answers to who lists messages by the token. */
async function listBy(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await call(dashboard.appliance.target, 'GET', '/api/messages', { headers })).status;
}

describe('API tokens', () => {
  test('are made with a scope, shown once, used, and revoked', async () => {
    const page = await dashboard.visitSection('tokens', 'API tokens');
    await page.getByText('No tokens yet').waitFor();
    await button(page, 'Make a token').click();
    await page.getByLabel('Name').fill('CI server');
    await page.getByLabel('Create and delete messages').uncheck();
    await page.getByLabel('Expires').selectOption('in 30 days');
    await expectAccessible(page);
    await picture(page, 'dashboard-token-dialog');
    await button(page, 'Make it').click();
    const shown = page.getByLabel('The token of CI server', { exact: true });
    const token = await shown.inputValue();
    expect(token).toMatch(/^enigma_/);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await button(page, 'Copy: The token of CI server').click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
    const row = page.getByRole('row', { name: /^CI server.*List your messages.*never/ });
    await row.waitFor();
    expect(await row.textContent()).not.toContain('Create and delete');
    await expectAccessible(page);
    await picture(page, 'dashboard-tokens');

    expect(await listBy(token)).toBe(200);
    await page.reload();
    // Use is told to the minute, and was told of before the answer came.
    await page.getByRole('row', { name: /^CI server.*never/ }).waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(token);

    await button(page, 'Revoke: CI server').click();
    await expectAccessible(page);
    await button(page, 'Revoke').click();
    await row.waitFor({ state: 'detached' });
    expect(await listBy(token)).toBe(401);
    expect(dashboard.proxy.sent).not.toContain(token);
    expect(dashboard.complaints).toEqual([]);
  });

  test('that could do nothing are refused, and the field is named', async () => {
    const page = await dashboard.visitSection('tokens', 'API tokens');
    await button(page, 'Make a token').click();
    await page.getByLabel('Name').fill('idle');
    await page.getByLabel('List your messages').uncheck();
    await page.getByLabel('Create and delete messages').uncheck();
    await button(page, 'Make it').click();
    expect(await page.getByRole('alert').textContent()).toContain('scopes');
  });

  test('fit a telephone, in the dark, in Spanish, and are made with the keyboard alone', async () => {
    const page = await dashboard.visitSection('tokens', 'Tokens de API', phone);
    await button(page, 'Crear un token').press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('servidor');
    for (const key of ['Tab', 'Space', 'Tab', 'Tab']) await page.keyboard.press(key);
    await page.keyboard.type('nunca');
    await expectAccessible(page);
    for (const key of ['Tab', 'Enter']) await page.keyboard.press(key);
    await page.getByLabel('El token de servidor', { exact: true }).waitFor();
    await page.getByRole('row', { name: /servidor.*Crear y eliminar mensajes.*nunca/ }).waitFor();
    expect(await page.getByText('Ver la lista de tus mensajes').count()).toBe(0);
    await expectAccessible(page);
    await picture(page, 'dashboard-tokens-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
