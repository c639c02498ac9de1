import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { followReadme } from '../support/readme.ts';

const root = resolve(import.meta.dirname, '..', '..');

describe('the README’s tour', () => {
  let appliance: TestAppliance;
  beforeAll(async () => {
    appliance = await TestAppliance.start();
  });
  afterAll(() => appliance.remove());

  test('prints what it says that it prints', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-tour-'));
    try {
      expect(await followReadme(['A two-minute tour'], appliance.target.url, folder)).toBeGreaterThan(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('sends a secret by a link, as it says', async () => {
    expect(await followReadme(['Send a secret by a link'], appliance.target.url, root)).toBe(1);
  });
});

describe('the README’s vault', () => {
  let appliance: TestAppliance;
  beforeAll(async () => {
    appliance = await TestAppliance.start();
  });
  afterAll(() => appliance.remove());

  // Secrets are stretched some ten times, a second each where others want the processor.
  test('stores, shares, revokes and recovers as it says', { timeout: 60_000 }, async () => {
    const title = 'Keep, share and recover values';
    expect(await followReadme([title], appliance.target.url, root)).toBe(5);
  });
});

describe('links between documents', () => {
  const documents = ['.', 'docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );

  test.each(documents)('%s links to files that are there', (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(broken).toEqual([]);
  });
});
