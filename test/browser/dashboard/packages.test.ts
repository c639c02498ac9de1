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

/** A build starts two processes of Python; a busy machine takes its time over them. */
const built = { timeout: 45_000 };

const row = (page: Page, name: RegExp) => page.getByRole('row', { name });

async function add(page: Page, requirement: string): Promise<void> {
  await button(page, 'Add a package').click();
  await page.getByLabel('Package', { exact: true }).fill(requirement);
  await button(page, 'Add').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

describe('packages', { timeout: 180_000 }, () => {
  test('are pending, then ready, and a program imports them', async () => {
    const page = await dashboard.visitSection('packages', 'Packages');
    await page.getByText('No packages yet').waitFor();
    await expectAccessible(page);
    const gate = Promise.withResolvers<void>();
    index.gate = gate.promise;
    await add(page, 'charts');
    await row(page, /charts pending none/).waitFor();
    await page.getByText('The list is being installed').waitFor();
    gate.resolve();
    await row(page, /charts ready 1\.0/).waitFor(built);
    await expectAccessible(page);

    await openSection(page, 'Executions');
    await page.getByLabel('Program', { exact: true }).fill('import charts, tables; print(tables.version)');
    await button(page, 'Run').click();
    await page.getByText(/^Completed in/).waitFor();
    expect(await page.getByRole('region', { name: 'Output', exact: true }).textContent()).toContain('2.0');
    expect(dashboard.complaints).toEqual([]);
  });

  test('that cannot be had are failed with the reason; the list is replaced, and one removed', async () => {
    const page = await dashboard.visitSection('packages', 'Packages');
    await add(page, 'tables<2');
    await add(page, 'nowhere-at-all');
    await row(page, /nowhere-at-all failed.*has no wheel of nowhere-at-all/).waitFor(built);
    await page.getByText('The list could not be installed').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-packages');

    await button(page, 'Edit the list').click();
    const list = page.getByLabel('Packages, one a line');
    expect(await list.inputValue()).toBe('nowhere-at-all\ntables<2\n');
    await list.fill('tables==1.0\n\ncharts\n');
    await expectAccessible(page);
    await button(page, 'Replace the list').click();
    await row(page, /tables==1\.0 ready 1\.0/).waitFor(built);

    await button(page, 'Remove: charts').click();
    await expectAccessible(page);
    await button(page, 'Remove').click();
    await row(page, /charts/).waitFor({ state: 'detached' });
    await row(page, /tables==1\.0 ready/).waitFor(built);
    expect(dashboard.complaints).toEqual([]);
  });

  test('say what is wrong with what was entered', async () => {
    const page = await dashboard.visitSection('packages', 'Packages');
    await button(page, 'Add a package').click();
    const field = page.getByLabel('Package', { exact: true });
    await field.fill('https://example.com/a.whl');
    await button(page, 'Add').click();
    expect(await page.getByRole('alert').textContent()).toContain('must name a package of the index');
    await field.fill('tables');
    await button(page, 'Add').click();
    await row(page, /tables/).waitFor();
    await button(page, 'Add a package').click();
    await field.fill('Tables==1.0');
    await button(page, 'Add').click();
    await page.getByText('This package is on the list already').waitFor();
    await button(page, 'Cancel').click();
    await button(page, 'Edit the list').click();
    await page.getByLabel('Packages, one a line').fill('tables\n\n--pre\n');
    await button(page, 'Replace the list').click();
    await page.getByText('--pre: must be a package, not an option').waitFor();
  });

  test('fit a telephone, in the dark and in Spanish', async () => {
    const page = await dashboard.visitSection('packages', 'Paquetes', phone);
    await button(page, 'Añadir un paquete').click();
    await page.getByLabel('Paquete', { exact: true }).fill('elsewhere>=3');
    await button(page, 'Añadir').click();
    await row(page, /elsewhere>=3.*fallido/).waitFor(built);
    await expectAccessible(page);
    await picture(page, 'dashboard-packages-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
