import { describe, expect, test } from 'vitest';
import { expectAccessible, picture } from '../browser.ts';
import { addSecret, button, Dashboard, heading, password, phone } from './dashboard.ts';

const dashboard = Dashboard.forTests();

describe('secrets', () => {
  test('are added, replaced and deleted, and their values are never shown', async () => {
    const page = await dashboard.visit();
    await dashboard.register(page);
    await page.getByText('No secrets yet').waitFor();
    await expectAccessible(page);
    await button(page, 'Add secret').click();
    await expectAccessible(page);
    await picture(page, 'dashboard-secret-dialog');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Add secret');

    await addSecret(page, 'DATABASE_URL', 'postgres://app:Vr8%kd@db/orders');
    await addSecret(page, 'MAIL_KEY', 'k-2');
    await expectAccessible(page);
    await picture(page, 'dashboard-secrets');
    expect(await page.content()).not.toContain('Vr8%kd');

    await button(page, 'Replace: DATABASE_URL').click();
    expect(await page.getByLabel('Value', { exact: true }).inputValue()).toBe('');
    await page.getByLabel('Value', { exact: true }).fill('postgres://new');
    await button(page, 'Save').click();
    await page.getByText('DATABASE_URL saved').first().waitFor();

    await button(page, 'Delete: DATABASE_URL').click();
    await expectAccessible(page);
    await button(page, 'Delete').click();
    await page.getByRole('row', { name: 'DATABASE_URL' }).waitFor({ state: 'detached' });
    expect(dashboard.complaints).toEqual([]);
  });

  test('report which field is invalid', async () => {
    const page = await dashboard.visit();
    await dashboard.register(page);
    await button(page, 'Add secret').click();
    await page.getByLabel('Name').fill('LD_PRELOAD');
    await page.getByLabel('Value', { exact: true }).fill('x');
    await button(page, 'Save').click();
    expect(await page.getByRole('alert').textContent()).toContain('is reserved');
  });

  test('work on a phone, in dark mode, in Spanish, and with the keyboard only', async () => {
    const page = await dashboard.visit('/dashboard', phone);
    await heading(page, 'Iniciar sesión').waitFor();
    await expectAccessible(page);
    await button(page, 'Crear una cuenta').first().click();
    await page.getByLabel('Correo electrónico').fill(dashboard.newEmail());
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await heading(page, 'Secretos').waitFor();
    await button(page, 'Añadir un secreto').press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('CLAVE');
    await page.keyboard.press('Tab');
    await page.keyboard.type('valor');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: 'CLAVE' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-secrets-phone-dark-es');
    await button(page, 'Menú').click();
    await page.getByRole('link', { name: 'Secretos' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-menu-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
