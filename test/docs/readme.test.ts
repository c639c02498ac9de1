import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { call } from '../api/target.ts';
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
      expect(
        await followReadme(['A two-minute tour'], appliance.target.url, { cwd: folder }),
      ).toBeGreaterThan(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('sends a secret by a link, as it says', async () => {
    expect(await followReadme(['Send a secret by a link'], appliance.target.url, { cwd: root })).toBe(1);
  });
});

describe('the README’s command line', () => {
  let appliance: TestAppliance;
  let folder: string;
  beforeAll(async () => {
    appliance = await TestAppliance.start();
    folder = mkdtempSync(join(tmpdir(), 'strongroom-commands-'));
    for (const name of ['package.json', 'node_modules', 'bin'])
      symlinkSync(join(root, name), join(folder, name));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await appliance.remove();
  });

  test('prints what it says, to somebody who types what it asks for', { timeout: 60_000 }, async () => {
    const { url } = appliance.target;
    const body = { email: 'developer@example.com', password: 'secureP@ss123' };
    const registered = await call(appliance.target, 'POST', '/api/register', { body });
    expect(registered.status).toBe(201);
    const headers = { 'x-api-key': registered.body.apiKey };
    const sealed = () => call(appliance.target, 'GET', '/api/v1/audit/checkpoint', { headers });
    await expect.poll(async () => (await sealed()).status, { timeout: 20_000 }).toBe(200);
    writeFileSync(join(folder, 'plot.py'), 'open("plot.svg", "w").write("<svg/>")');
    const env = { PATH: process.env.PATH, HOME: folder, npm_config_update_notifier: 'false' };
    const typing = [
      ['Password: ', body.password],
      ['User secret: ', 'the user secret'],
      ['User secret, again: ', 'the user secret'],
      ['Value: ', 'postgres://db.example.com/app'],
      ['User secret: ', 'the user secret'],
    ] as const;
    expect(await followReadme(['From the command line'], url, { cwd: folder, env, typing })).toBe(4);
    expect(readFileSync(join(folder, 'results', 'plot.svg'), 'utf8')).toBe('<svg/>');
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
    expect(await followReadme([title], appliance.target.url, { cwd: root })).toBe(5);
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
