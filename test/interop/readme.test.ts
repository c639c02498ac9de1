import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { followReadme } from '../support/readme.ts';

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

test('the README’s tour goes on with packages', async () => {
  const titles = ['A two-minute tour', 'Packages and plots'];
  expect(await followReadme(titles, appliance.target.url, { cwd: folder })).toBeGreaterThan(6);
});
