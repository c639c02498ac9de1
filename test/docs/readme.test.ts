import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { followPage } from '../support/readme.ts';

const root = resolve(import.meta.dirname, '..', '..');

describe('the README', () => {
  let appliance: TestAppliance;
  let home: string;
  let repository: string;
  beforeAll(async () => {
    appliance = await TestAppliance.start();
    home = mkdtempSync(join(tmpdir(), 'strongroom-home-'));
    repository = linkedRepository();
  });
  afterAll(async () => {
    for (const folder of [home, repository]) rmSync(folder, { recursive: true });
    await appliance.remove();
  });

  test('prints what its tour prints, and leaves nothing in the repository', {
    timeout: 120_000,
  }, async () => {
    const { url } = appliance.target;
    const before = readdirSync(repository);
    const secret = ['', 'the user secret'] as const;
    const typing = [['', 'secureP@ss123'] as const, secret, secret, secret, secret];
    const following = { cwd: repository, env: environmentOf(home), typing };
    expect(await followPage('README.md', ['Tour'], url, following)).toBe(8);
    expect(readdirSync(repository)).toEqual(before);
  });
});

describe('docs/tour.md', () => {
  let appliance: TestAppliance;
  let folder: string;
  beforeAll(async () => {
    appliance = await TestAppliance.start();
    folder = mkdtempSync(join(tmpdir(), 'strongroom-tour-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await appliance.remove();
  });

  // User secrets are stretched some ten times, a second each on a busy machine.
  test('prints what its steps print', { timeout: 60_000 }, async () => {
    const titles = [
      'Sign up',
      'Run code with a secret',
      'Run encrypted code',
      'Read the audit log',
      'Share values of the vault',
    ];
    const following = { cwd: folder, env: { ...process.env, TMPDIR: folder } };
    expect(await followPage('docs/tour.md', titles, appliance.target.url, following)).toBe(10);
  });
});

describe('docs/recovery.md', () => {
  let appliance: TestAppliance;
  let home: string;
  let repository: string;
  beforeAll(async () => {
    appliance = await TestAppliance.start();
    home = mkdtempSync(join(tmpdir(), 'strongroom-home-'));
    repository = linkedRepository();
  });
  afterAll(async () => {
    for (const folder of [home, repository]) rmSync(folder, { recursive: true });
    await appliance.remove();
  });

  test('recovers the keys by the command line', { timeout: 120_000 }, async () => {
    const following = { cwd: repository, env: environmentOf(home) };
    const { url } = appliance.target;
    expect(await followPage('docs/recovery.md', ['By the command line'], url, following)).toBe(4);
  });
});

/** A folder with what `npm run strongroom` needs, to find what a page leaves in it. */
function linkedRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-repository-'));
  for (const name of ['package.json', 'node_modules', 'bin'])
    symlinkSync(join(root, name), join(folder, name));
  return folder;
}

function environmentOf(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, npm_config_update_notifier: 'false' };
}

describe('links between documents', () => {
  const documents = ['.', 'docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );

  test.each(documents)('%s links to files that exist', (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(broken).toEqual([]);
  });
});
