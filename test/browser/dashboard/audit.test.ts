import { describe, expect, test } from 'vitest';
import { expectAccessible, picture } from '../browser.ts';
import { addSecret, button, Dashboard, openSection, phone } from './dashboard.ts';

const dashboard = Dashboard.forTests();

describe('the audit log', () => {
  test('shows entries and verifies them', async () => {
    const page = await dashboard.visit();
    await dashboard.register(page);
    await addSecret(page, 'AUDITED', 'v');
    await openSection(page, 'Audit log');
    await page.getByRole('row', { name: /secrets\.put/ }).waitFor();
    await page.getByRole('img', { name: /^Entries: 2,/ }).waitFor();
    // The appliance adds entries to the log every few seconds. Until then the page says that they are missing.
    const outcome = page.getByText(/^Verified entries|^The log has no entries yet/);
    await expect
      .poll(
        async () => {
          await button(page, 'Verify').click();
          return outcome.textContent();
        },
        { timeout: 20_000, interval: 1_000 },
      )
      .toMatch(/^Verified entries: 2\./);
    await expectAccessible(page);
    await picture(page, 'dashboard-audit');
    // Chromium reports each 404 (no log yet) and 409 (an entry is not in the log yet).
    expect(dashboard.complaints.filter((line) => !/status of 40[49]/.test(line))).toEqual([]);
  });

  test('fits a phone, in dark mode and in Spanish', async () => {
    const page = await dashboard.visitSection('audit', 'Registro de auditoría', phone);
    await expectAccessible(page);
    await picture(page, 'dashboard-audit-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
