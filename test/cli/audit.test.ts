import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { Cli } from './program.ts';
import { startProxy } from './proxy.ts';

/** More than fit on one page. */
const entries = 130;

let appliance: TestAppliance;
let cli: Cli;

beforeAll(async () => {
  appliance = await TestAppliance.start();
  cli = await Cli.withVault(appliance.target.url, 'audit');
  const headers = { 'x-api-key': cli.stored().apiKey, 'content-type': 'application/json' };
  for (let count = 0; count < entries; count++) {
    const put = { method: 'PUT', headers, body: '{"value":"x"}' };
    expect((await fetch(`${appliance.target.url}/api/v1/secrets/NAME`, put)).ok).toBe(true);
  }
  const checkpoint = () => fetch(`${appliance.target.url}/api/v1/audit/checkpoint`, { headers });
  await vi.waitFor(async () => expect((await checkpoint()).status).toBe(200), { timeout: 20_000 });
});
afterAll(async () => {
  cli.remove();
  await appliance.remove();
});

const actions = async (...args: string[]) =>
  (await cli.json(['audit', 'list', ...args])).map(({ action }: { action: string }) => action);

test('audit list prints as many entries as requested, across pages', async () => {
  expect(await actions()).toHaveLength(100);
  expect(await actions('--limit', '3')).toEqual(['secrets.put', 'secrets.put', 'secrets.put']);
  expect(await actions('--limit', '120')).toHaveLength(120);
  const all = await actions('--all');
  expect([all.length, all.at(-1)]).toEqual([entries + 2, 'auth.register']);
  expect((await cli.run(['audit', 'list', '--limit', 'some'])).code).toBe(2);
});

test('audit verify --all verifies every entry and shows a progress bar at a terminal', async () => {
  const { code, stdout } = await cli.type(['audit', 'verify', '--all'], []);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/Entries \[#{30}\] 100 %/)]);
  const [, verified, waiting] = /^(\d+) of your newest entries are .*; (\d+) are not/m.exec(stdout) ?? [];
  expect(Number(verified) + Number(waiting)).toBeGreaterThanOrEqual(entries + 2);
});

test('audit verify finds a modified entry beyond the newest 100 only with --all', async () => {
  const forged = (path: string, content: Buffer) =>
    path.startsWith('/api/v1/audit?')
      ? Buffer.from(content.toString().replace('auth.register', 'auth.login'))
      : content;
  const proxy = await startProxy(appliance.target.url, forged);
  const env = { STRONGROOM_URL: proxy.url, STRONGROOM_API_KEY: cli.stored().apiKey };
  expect((await cli.run(['audit', 'verify'], '', env)).code).toBe(0);
  const all = await cli.run(['audit', 'verify', '--all'], '', env);
  expect([all.code, all.stderr]).toEqual([1, expect.stringContaining('NOT_IN_LOG')]);
  proxy.close();
});
