import { describe, expect, test } from 'vitest';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, heading, openSection, phone } from './dashboard.ts';

const dashboard = Dashboard.forTests();

describe('messages', () => {
  test('a message is encrypted here, its link opens it, and neither key nor text is sent', async () => {
    const page = await dashboard.visit();
    await dashboard.register(page);
    await openSection(page, 'Messages');
    await page.getByLabel('Secret text').fill('the planted text of a message');
    await page.getByLabel('Name', { exact: true }).fill('for Bob');
    await button(page, 'Make the link').click();
    const link = await page.getByLabel('The link', { exact: true }).inputValue();
    await page.getByRole('row', { name: /for Bob/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-messages');
    const key = link.slice(link.indexOf('#') + 1);
    expect(key.length).toBeGreaterThan(20);
    const { sent } = dashboard.proxy;
    expect(sent).not.toContain(key);
    expect(sent).not.toContain('the planted text of a message');

    await page.goto(link);
    await page.getByRole('button', { name: 'Open the message' }).click();
    await page.getByText('the planted text of a message').waitFor();
    await page.goto(`${dashboard.proxy.url}/dashboard#/messages`);
    await heading(page, 'Messages').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('fit a telephone, in the dark and in Spanish', async () => {
    const page = await dashboard.visitSection('messages', 'Mensajes', phone);
    await expectAccessible(page);
    await picture(page, 'dashboard-messages-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
