import { describe, expect, test } from 'vitest';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, openSection, phone } from './dashboard.ts';

const dashboard = Dashboard.forTests();

/** A PNG with one pixel. */
const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('executions', () => {
  test('runs a program, shows its output as it arrives and its picture, and stops it', async () => {
    const page = await dashboard.visit();
    await dashboard.register(page);
    await openSection(page, 'Executions');
    await page
      .getByLabel('Code', { exact: true })
      .fill(
        [
          'import base64, sys',
          `open("dot.png", "wb").write(base64.b64decode("${dot}"))`,
          'print("out", input()); print("err", file=sys.stderr)',
        ].join('\n'),
      );
    await page.getByLabel('Standard input').fill('given');
    await button(page, 'Run').click();
    await page.getByText(/^Completed in/).waitFor();
    expect(await page.getByRole('region', { name: 'Output', exact: true }).first().textContent()).toContain(
      'out given',
    );
    expect(await page.getByRole('region', { name: 'Error output' }).textContent()).toContain('err');
    const image = page.getByRole('img', { name: 'dot.png' });
    await image.waitFor();
    expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(1);
    await expectAccessible(page);
    await picture(page, 'dashboard-executions');

    await page
      .getByLabel('Code', { exact: true })
      .fill('import time\nprint("begun", flush=True)\ntime.sleep(60)');
    await button(page, 'Run').click();
    await page.getByText('begun').waitFor();
    await button(page, 'Stop').click();
    await page.getByText('Stopped', { exact: true }).waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('fits a phone, in dark mode and in Spanish', async () => {
    const page = await dashboard.visitSection('executions', 'Ejecuciones', phone);
    await expectAccessible(page);
    await picture(page, 'dashboard-executions-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
