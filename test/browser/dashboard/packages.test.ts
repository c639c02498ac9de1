import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PackageIndex } from '../../support/package-index.ts';
import { wheel } from '../../support/wheel.ts';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, openSection, phone } from './dashboard.ts';

let index: PackageIndex;
beforeAll(async () => {
  index = await PackageIndex.start();
  index.add(
    wheel({ name: 'tables', version: '1.0' }),
    wheel({ name: 'tables', version: '2.0' }),
    wheel({ name: 'charts', requires: ['tables>=1'] }),
  );
});
afterAll(() => index?.close());

const dashboard = Dashboard.forTests(() => ({ STRONGROOM_PACKAGE_INDEX: index.url }));

/** A build starts two Python processes, which take long on a busy machine. */
const built = { timeout: 45_000 };

const row = (page: Page, name: RegExp) => page.getByRole('row', { name });

async function add(page: Page, requirement: string): Promise<void> {
  await button(page, 'Add package').click();
  await page.getByLabel('Package', { exact: true }).fill(requirement);
  await button(page, 'Add').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

describe('packages', { timeout: 180_000 }, () => {
  test('are pending, then ready, and can be imported', async () => {
    const page = await dashboard.visitSection('packages', 'Packages');
    await page.getByText('No packages yet').waitFor();
    await expectAccessible(page);
    const gate = Promise.withResolvers<void>();
    index.gate = gate.promise;
    await add(page, 'charts');
    await row(page, /charts Pending None/).waitFor();
    await page.getByText('Installing packages.').waitFor();
    gate.resolve();
    await row(page, /charts Ready 1\.0/).waitFor(built);
    await expectAccessible(page);

    await openSection(page, 'Executions');
    await page.getByLabel('Code', { exact: true }).fill('import charts, tables; print(tables.version)');
    await button(page, 'Run').click();
    await page.getByText(/^Completed in/).waitFor();
    expect(await page.getByRole('region', { name: 'Output', exact: true }).textContent()).toContain('2.0');
    expect(dashboard.complaints).toEqual([]);
  });

  test('fail with the reason if they are unavailable; the list can be replaced and a package removed', async () => {
    const page = await dashboard.visitSection('packages', 'Packages');
    await add(page, 'tables<2');
    await add(page, 'nowhere-at-all');
    await row(page, /nowhere-at-all Failed.*has no wheel of nowhere-at-all/).waitFor(built);
    await page.getByText('The packages could not be installed').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-packages');

    await button(page, 'Edit list').click();
    const list = page.getByLabel('Packages, one per line');
    expect(await list.inputValue()).toBe('nowhere-at-all\ntables<2\n');
    await list.fill('tables==1.0\n\ncharts\n');
    await expectAccessible(page);
    await button(page, 'Save list').click();
    await row(page, /tables==1\.0 Ready 1\.0/).waitFor(built);

    await button(page, 'Remove: charts').click();
    await expectAccessible(page);
    await button(page, 'Remove').click();
    await row(page, /charts/).waitFor({ state: 'detached' });
    await row(page, /tables==1\.0 Ready/).waitFor(built);
    expect(dashboard.complaints).toEqual([]);
  });

  test('report what is wrong with the input', async () => {
    const page = await dashboard.visitSection('packages', 'Packages');
    await button(page, 'Add package').click();
    const field = page.getByLabel('Package', { exact: true });
    await field.fill('https://example.com/a.whl');
    await button(page, 'Add').click();
    expect(await page.getByRole('alert').textContent()).toContain('must be a package from the index');
    await field.fill('tables');
    await button(page, 'Add').click();
    await row(page, /tables/).waitFor();
    await button(page, 'Add package').click();
    await field.fill('Tables==1.0');
    await button(page, 'Add').click();
    await page.getByText('This package is already on the list').waitFor();
    await button(page, 'Cancel').click();
    await button(page, 'Edit list').click();
    await page.getByLabel('Packages, one per line').fill('tables\n\n--pre\n');
    await button(page, 'Save list').click();
    await page.getByText('--pre: must be a package name, not an option').waitFor();
  });

  test('fit a phone, in dark mode and in Spanish', async () => {
    const page = await dashboard.visitSection('packages', 'Paquetes', phone);
    await button(page, 'Añadir un paquete').click();
    await page.getByLabel('Paquete', { exact: true }).fill('elsewhere>=3');
    await button(page, 'Añadir').click();
    await row(page, /elsewhere>=3.*Fallido/).waitFor(built);
    await expectAccessible(page);
    await picture(page, 'dashboard-packages-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
