import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { TestUser } from '../api/target.ts';

/** Real packages, from the index that pip is configured for on this machine. */
let appliance: TestAppliance;
let user: TestUser;
beforeAll(async () => {
  const configured = Object.entries(process.env).filter(([name]) => /^(PIP_|SSL_CERT_FILE$)/.test(name));
  appliance = await TestAppliance.start({
    ...Object.fromEntries(configured),
    HOME: process.env.HOME,
    STRONGROOM_PACKAGE_INDEX: '',
  });
  user = await TestUser.register(appliance.target);
});
afterAll(() => appliance?.remove());

async function install(...packages: string[]) {
  await user.call('PUT', '/api/v1/packages', { body: { packages } });
  for (;;) {
    const { body } = await user.call('GET', '/api/v1/packages');
    if (body.every(({ status }: { status: string }) => status !== 'pending')) return body;
    await sleep(250);
  }
}

async function run(code: string) {
  const { body } = await user.call('POST', '/api/v1/execute', { body: { code } });
  return body.status === 'completed' ? body.stdout.trim() : body.stderr;
}

test('numpy, pandas, requests and matplotlib are installed and work', async () => {
  const begun = performance.now();
  const infos = await install('numpy', 'pandas', 'requests', 'matplotlib');
  expect(infos.map((each: Record<string, unknown>) => [each.name, each.status, each.error])).toEqual([
    ['matplotlib', 'ready', undefined],
    ['numpy', 'ready', undefined],
    ['pandas', 'ready', undefined],
    ['requests', 'ready', undefined],
  ]);
  process.stdout.write(`four packages, resolved and built: ${Math.round(performance.now() - begun)} ms\n`);
  const { body: lock } = await user.call('GET', '/api/v1/packages/lock');
  expect(lock.packages.length).toBeGreaterThan(10);
  expect(await run('import numpy; print(numpy.arange(4).sum(), numpy.__file__)')).toMatch(
    new RegExp(`^6 .*${lock.bundleId}/numpy/__init__.py$`),
  );
  expect(await run('import pandas; print(pandas.DataFrame({"a": [1, 2]}).a.sum())')).toBe('3');
  expect(await run('import requests; print(requests.Request("GET", "x:").method)')).toBe('GET');
  const plot =
    'import matplotlib; matplotlib.use("Agg"); import matplotlib.pyplot as p; p.plot([1, 2]); p.savefig("a.png")\n' +
    'print(open("a.png", "rb").read(4))';
  expect(await run(plot)).toBe(`b'\\x89PNG'`);
}, 300_000);

test('a version that is not the sandbox’s own is the one that counts', async () => {
  expect(await install('six==1.15.0')).toMatchObject([{ version: '1.15.0', status: 'ready' }]);
  expect(await run('import six; print(six.__version__)')).toBe('1.15.0');
});

test('a package that does not exist fails with the reason', async () => {
  const name = `strongroom-absent-${randomUUID()}`;
  const [{ status, error }] = await install(name);
  expect([status, error]).toEqual(['failed', expect.stringContaining(`no wheel of ${name}`)]);
});
