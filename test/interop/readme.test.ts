import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { followPage } from '../support/readme.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-tour-'));
let appliance: TestAppliance;
beforeAll(async () => {
  // The machine's own index.
  appliance = await TestAppliance.start({ STRONGROOM_PACKAGE_INDEX: '' });
});
afterAll(async () => {
  await appliance.remove();
  rmSync(folder, { recursive: true });
});

test('the API tour imports packages of the machine’s own index', async () => {
  const titles = ['Sign up', 'Import packages'];
  expect(await followPage('docs/tour.md', titles, appliance.target.url, { cwd: folder })).toBe(3);
});
