import { describe, expect, test } from 'vitest';
import { expectAccessible, picture } from '../browser.ts';
import { addSecret, button, Dashboard, openSection, phone } from './dashboard.ts';

const dashboard = Dashboard.forTests();

describe('the audit log', () => {
  test('the audit log shows what was done, and is verified', async () => {
    const page = await dashboard.visit();
    await dashboard.register(page);
    await addSecret(page, 'AUDITED', 'v');
    await openSection(page, 'Audit log');
    await page.getByRole('row', { name: /secrets\.put/ }).waitFor();
    await page.getByRole('img', { name: /^Entries: 2,/ }).waitFor();
    // The appliance seals every few seconds. Before it first does, and before these entries are in, it says so.
    const outcome = page.getByText(/^The log has|^Nothing is sealed into the log yet/);
    await expect
      .poll(
        async () => {
          await button(page, 'Verify').click();
          return outcome.textContent();
        },
        { timeout: 20_000, interval: 1_000 },
      )
      .toMatch(/2 of these are in it/);
    await expectAccessible(page);
    await picture(page, 'dashboard-audit');
    // Chromium tells of each answer of 404, no log yet, and of 409, an entry that was not sealed yet.
    expect(dashboard.complaints.filter((line) => !/status of 40[49]/.test(line))).toEqual([]);
  });

  test('fit a telephone, in the dark and in Spanish', async () => {
    const page = await dashboard.visitSection('audit', 'Registro de auditoría', phone);
    await expectAccessible(page);
    await picture(page, 'dashboard-audit-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
