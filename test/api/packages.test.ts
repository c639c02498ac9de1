import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findInterpreter } from '../../sandbox-image/protocol/interpreter.ts';
import { PackageIndex } from '../support/package-index.ts';
import { type WheelSpec, wheel } from '../support/wheel.ts';
import { TestAppliance } from './appliance.ts';
import { type Answer, TestUser } from './target.ts';

let index: PackageIndex;
let appliance: TestAppliance;
let python: string;
beforeAll(async () => {
  index = await PackageIndex.start();
  appliance = await TestAppliance.start({ STRONGROOM_PACKAGE_INDEX: index.url });
  python = (await findInterpreter(undefined, process.env.PATH ?? '', process.getuid?.() === 0)).executable;
  for (const file of [
    wheel({ name: 'base', version: '1.0' }),
    wheel({ name: 'base', version: '2.0' }),
    wheel({ name: 'various', version: '1.0' }),
    wheel({ name: 'various', version: '2.0' }),
    wheel({ name: 'needs-base', requires: ['base>=1'] }),
    wheel({ name: 'needs-old', requires: ['base<2'] }),
    wheel({ name: 'needs-new', requires: ['base>=2'] }),
    wheel({ name: 'extra', extras: { more: ['needs-base'] } }),
    wheel({ name: 'needs-absent', requires: ['nowhere-at-all'] }),
    wheel({ name: 'elsewhere', tag: 'cp311-cp311-win_amd64' }),
  ]) {
    index.add(file);
  }
  index.add({ ...wheel({ name: 'base', version: '3.0' }), yanked: true });
  index.add({ ...wheel({ name: 'future' }), requiresPython: '>=4' });
  index.add({ name: 'source-only', file: 'source-only-1.0.tar.gz', bytes: Buffer.from('not built') });
  index.add({ ...wheel({ name: 'forged' }), sha256: 'a'.repeat(64) });
});
afterAll(async () => {
  await appliance?.remove();
  await index?.close();
});

let user: TestUser;
beforeEach(async () => {
  user = await TestUser.register(appliance.target);
});
afterEach(() => {
  index.gate = Promise.resolve();
});

const path = '/api/v1/packages';
const put = (...packages: string[]) => user.call('PUT', path, { body: { packages } });
const list = () => user.call('GET', path);
const lock = () => user.call('GET', `${path}/lock`);

async function settled(): Promise<Answer['body']> {
  for (;;) {
    const { status, body, text } = await list();
    if (status !== 200) throw new Error(text);
    if (body.every((each: { status: string }) => each.status !== 'pending')) return body;
    await sleep(50);
  }
}

async function built(...packages: string[]): Promise<Answer['body']> {
  const { status, text } = await put(...packages);
  if (status !== 200) throw new Error(text);
  return settled();
}

/** Returns what a program of the user prints. */
async function importing(code: string): Promise<string> {
  const { body } = await user.call('POST', '/api/v1/execute', { body: { code } });
  return body.stdout?.trim() || JSON.stringify(body);
}

describe('a list of packages', () => {
  test('is pending, then ready with versions and sizes, and importable', async () => {
    const { body } = await put('needs-base');
    expect(body).toMatchObject([{ name: 'needs-base', status: 'pending', version: null }]);
    expect(await settled()).toEqual([
      {
        name: 'needs-base',
        requested: 'needs-base',
        version: '1.0',
        status: 'ready',
        sizeBytes: expect.any(Number),
        updatedAt: expect.any(String),
      },
    ]);
    expect(await importing('import needs_base, base; print(base.version)')).toBe('2.0');
  });

  test('has a lock with the hash of every wheel, including dependencies', async () => {
    await built('extra[more]==1.0', 'base<2');
    const { status, body } = await lock();
    expect(status).toBe(200);
    const { lock: text, bundleId, packages } = body;
    expect(createHash('sha256').update(text).digest('hex')).toBe(bundleId);
    expect(
      packages.map((each: Record<string, unknown>) => [each.name, each.version, each.requested]),
    ).toEqual([
      ['base', '1.0', true],
      ['extra', '1.0', true],
      ['needs-base', '1.0', false],
    ]);
    const { sha256, file, bytes } = wheel({ name: 'base', version: '1.0' });
    expect(packages[0]).toMatchObject({ sha256, file, wheelBytes: bytes.length });
    expect(JSON.parse(text).requirements).toEqual(['base<2', 'extra[more]==1.0']);
    expect(text).not.toContain('127.0.0.1');
  });

  test('becomes the same read-only bundle for everyone, with its bytecode', async () => {
    await built('base==1.0');
    const first = (await lock()).body.bundleId;
    user = await TestUser.register(appliance.target);
    await built('base==1.0');
    expect((await lock()).body.bundleId).toBe(first);
    const bundle = join(appliance.packages, first);
    const entries = readdirSync(bundle, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const { mode, uid } = statSync(join(entry.parentPath, entry.name));
      expect([mode & 0o777, uid]).toEqual([entry.isDirectory() ? 0o555 : 0o444, process.getuid?.()]);
    }
    expect(statSync(bundle).mode & 0o777).toBe(0o555);
    expect(entries.some(({ name }) => name.endsWith('.pyc'))).toBe(true);
    const beside = readFileSync(join(appliance.packages, `${first}.lock.json`), 'utf8');
    expect(beside).toBe((await lock()).body.lock);
  });

  test('never resolves to a yanked version unless the user pins it', async () => {
    expect(await built('base')).toMatchObject([{ version: '2.0' }]);
    expect(await built('base==3.0')).toMatchObject([{ version: '3.0' }]);
  });

  test('that is emptied leaves nothing, and no lock', async () => {
    await built('base');
    expect((await put()).body).toEqual([]);
    expect((await lock()).status).toBe(404);
  });

  test('is resolved again when a package is added or removed', async () => {
    await built('base');
    await user.call('POST', path, { body: { package: 'needs-old' } });
    expect(await settled()).toMatchObject([
      { name: 'base', version: '1.0', status: 'ready' },
      { name: 'needs-old', status: 'ready' },
    ]);
    await user.call('DELETE', `${path}/needs-old`);
    expect(await settled()).toMatchObject([{ name: 'base', version: '2.0', status: 'ready' }]);
  });

  test('is importable immediately, even if no one has requested the list since', async () => {
    await put('base==1.0');
    const outcomes = () =>
      readdirSync(join(appliance.data, 'builds')).filter((name) => name.includes('outcome'));
    const before = outcomes().length;
    while (outcomes().length === before) await sleep(20);
    expect(await importing('import base; print(base.version)')).toBe('1.0');
  });

  test('is read-only for the programs that import it', async () => {
    await built('base');
    const code =
      'import base, os\nfor path in base.__file__, os.path.dirname(base.__file__):\n' +
      '    try: os.chmod(path, 0o777); print("changed")\n    except OSError: print("kept")\n' +
      'try: open(base.__file__, "a"); print("changed")\nexcept OSError: print("kept")';
    expect(await importing(code)).toBe('kept\nkept\nkept');
  });

  test('belongs to one user, and no one else reaches it', async () => {
    await built('base');
    const { bundleId } = (await lock()).body;
    await user.call('PUT', path, { body: { packages: [] } });
    expect(await importing('import base')).toContain('ModuleNotFoundError');
    const place = JSON.stringify(join(appliance.packages, bundleId));
    expect(
      await importing(`import os\ntry: print(os.listdir(${place}))\nexcept OSError as e: print(e.errno)`),
    ).toMatch(/^(2|13)$/);
  });

  test('never shadows the standard library', async () => {
    index.add(
      wheel({ name: 'shadow', files: { 'json.py': 'raise SystemExit("shadowed")', 'shadow.py': '' } }),
    );
    await built('shadow');
    expect(await importing('import shadow, json; print(json.loads("[1]"))')).toBe('[1]');
  });
});

describe('what cannot be installed fails with the reason, and the previous packages stay', () => {
  const cases: [what: string, requirement: string, reason: RegExp][] = [
    ['is not on the index', 'nowhere-at-all', /has no wheel of nowhere-at-all for Python 3/],
    ['exists only as source', 'source-only', /no wheel of source-only .*source distributions are not built/],
    ['is for another platform', 'elsewhere', /no wheel of elsewhere/],
    [
      'exists only in other versions',
      'various==9',
      /No version satisfies various==9; the index has 1\.0, 2\.0 for/,
    ],
    ['needs another Python', 'future', /another Python/],
    ['has a missing dependency', 'needs-absent', /nowhere-at-all, which needs-absent needs/],
    ['differs from what the index announced', 'forged', /does not match its hash/],
  ];
  test.each(cases)('fails for a package that %s', async (_, requirement, reason) => {
    await built('base==1.0');
    const before = (await lock()).body;
    const [base, failed] = (await built('base==1.0', requirement)).toSorted((one: { name: string }) =>
      one.name === 'base' ? -1 : 1,
    );
    expect(base).toMatchObject({ name: 'base', status: 'ready', version: '1.0' });
    expect(failed.status).toBe('failed');
    expect(failed.error).toMatch(reason);
    expect(failed.error).not.toMatch(/127\.0\.0\.1|\/tmp|\.work|https?:/);
    expect((await lock()).body).toEqual(before);
    expect(await importing('import base; print(base.version)')).toBe('1.0');
  });

  test('packages that conflict', async () => {
    const [first, second] = await built('needs-old', 'needs-new');
    for (const { status, error } of [first, second]) {
      expect([status, error]).toEqual(['failed', expect.stringMatching(/needs-new 1.0 depends on base>=2/)]);
    }
  });

  test('packages that are not at fault say so', async () => {
    const [base, nowhere] = await built('base', 'nowhere-at-all');
    expect(base).toMatchObject({ status: 'failed', error: expect.stringMatching(/^Not installed, because/) });
    expect(nowhere.error).toMatch(/^The index has no wheel/);
    await user.call('DELETE', `${path}/nowhere-at-all`);
    expect(await settled()).toMatchObject([{ name: 'base', status: 'ready' }]);
  });

  const malicious: [what: string, spec: Omit<WheelSpec, 'name'>, reason: RegExp][] = [
    ['escapes its folder', { entries: [{ name: '../../../escaped.py', content: 'x' }] }, /unsafe file name/],
    [
      'contains a link',
      { entries: [{ name: 'l', content: '/etc', mode: 0o120777 }] },
      /link or special file/,
    ],
    [
      'contains a file that its RECORD omits',
      { unrecorded: [{ name: 'x.py', content: 'x' }] },
      /RECORD does not list/,
    ],
    [
      'is a decompression bomb',
      { entries: [{ name: 'b', content: 'x', claimedBytes: 0xfff0_0000 }] },
      /more than 2048 MiB/,
    ],
    ['requires a file by URL', { requires: ['x @ file:///etc/x-1.0.tar.gz'] }, /by URL/],
    ['requires a repository by URL', { requires: ['x @ git+https://127.0.0.1:9/x'] }, /by URL/],
  ];
  test.each(malicious.map(([what, ...rest], at) => [what, `malicious-${at}`, ...rest] as const))(
    'fails for a wheel that %s',
    async (_, name, spec, reason) => {
      index.add(wheel({ name, ...spec }));
      const [failed] = await built(name);
      expect(failed.status).toBe('failed');
      expect(failed.error).toMatch(reason);
      expect(existsSync(join(appliance.packages, 'escaped.py'))).toBe(false);
    },
  );

  test('a build leaves nothing behind, whatever its outcome', async () => {
    await built('base', 'nowhere-at-all');
    expect(readdirSync(appliance.packages).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('an unreachable index', async () => {
    const lonely = await TestAppliance.start();
    try {
      user = await TestUser.register(lonely.target);
      const [{ status, error }] = await built('base');
      expect([status, error]).toEqual(['failed', 'The package index cannot be reached; try again later.']);
    } finally {
      await lonely.remove();
    }
  });
});

describe('a source distribution that a wheel needs by URL', () => {
  test('is neither fetched nor run', async () => {
    const target = new URL('/files/evil-1.0.tar.gz', index.url).href;
    index.add({ name: 'evil', file: 'evil-1.0.tar.gz', bytes: Buffer.from('x') });
    index.add(wheel({ name: 'lures', requires: [`evil @ ${target}`] }));
    expect((await built('lures'))[0].error).toMatch(/by URL/);
    expect(index.requests.filter((each) => each.includes('evil'))).toEqual([]);
  });
});

describe('lists that replace one another', () => {
  test('the list that was accepted last is built', async () => {
    const gate = Promise.withResolvers<void>();
    index.gate = gate.promise;
    await put('base==1.0');
    await sleep(300);
    await put('base==2.0');
    gate.resolve();
    expect(await settled()).toMatchObject([{ requested: 'base==2.0', version: '2.0', status: 'ready' }]);
  });

  test('a list that was built but never requested stays if the next one fails', async () => {
    await put('base==1.0');
    const other = await TestUser.register(appliance.target);
    // Builds run one after another: once the other user's has finished, the first one has.
    const first = user;
    user = other;
    await built('base==2.0');
    user = first;
    await built('nowhere-at-all');
    expect(await importing('import base; print(base.version)')).toBe('1.0');
  });
});

describe('a restart', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)('by %s resumes a pending build', async (signal) => {
    const gate = Promise.withResolvers<void>();
    index.gate = gate.promise;
    await put('base==1.0');
    await sleep(500);
    await appliance.end(signal);
    gate.resolve();
    index.gate = Promise.resolve();
    await appliance.start();
    const again = Object.assign(Object.create(TestUser.prototype), user, { target: appliance.target });
    user = again as TestUser;
    expect(await settled()).toMatchObject([{ version: '1.0', status: 'ready' }]);
  });

  test('keeps the outcome of an earlier build', async () => {
    await put('base==1.0');
    while (!readdirSync(join(appliance.data, 'builds')).some((name) => name.endsWith('.outcome.json'))) {
      await sleep(50);
    }
    await appliance.end('SIGKILL');
    await appliance.start();
    user = Object.assign(Object.create(TestUser.prototype), user, { target: appliance.target }) as TestUser;
    expect(await settled()).toMatchObject([{ version: '1.0', status: 'ready' }]);
  });
});

describe('the process that resolves and downloads', () => {
  const field = (status: string, name: string) =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1] ?? '';

  test('has nothing of the appliance, and cannot start another process', async () => {
    const gate = Promise.withResolvers<void>();
    index.gate = gate.promise;
    await put('base==1.0');
    let pid: string | undefined;
    while (!pid) {
      await sleep(20);
      pid = readdirSync('/proc').find((each) => /^\d+$/.test(each) && isPip(each));
    }
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    gate.resolve();
    if (process.getuid?.() === 0) {
      const [uid, ...others] = field(status, 'Uid').split('\t').map(Number);
      expect(uid).toBeGreaterThanOrEqual(199_000);
      expect(others).toEqual([uid, uid, uid]);
      expect(field(status, 'Groups')).toBe('');
      expect(field(status, 'CapEff')).toMatch(/^0+$/);
    }
    expect(field(status, 'NoNewPrivs')).toBe('1');
    expect(limits).toMatch(/^Max processes +1 +1 /m);
    expect(limits).toMatch(/^Max address space +3221225472 /m);
    expect(limits).toMatch(/^Max core file size +0 /m);
    const names = environment.map((each) => each.split('=')[0]);
    expect(names.filter((name) => name?.startsWith('STRONGROOM'))).toEqual([]);
    expect(environment.join()).not.toContain(appliance.data);
    expect(await settled()).toMatchObject([{ status: 'ready' }]);
  });

  function isPip(pid: string): boolean {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return (
        line.includes('Runs pip, restricted to the index') &&
        line.includes('--dry-run') &&
        line.endsWith('base==1.0\0')
      );
    } catch {
      return false;
    }
  }
});

describe('a Python without pip', () => {
  test('is 503 with what would help; requests that need no builder still work', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-venv-'));
    chmodSync(folder, 0o755);
    execFileSync(python, ['-m', 'venv', '--without-pip', '--copies', join(folder, 'venv')]);
    const without = await TestAppliance.start({ STRONGROOM_PYTHON: join(folder, 'venv/bin/python3') });
    try {
      user = await TestUser.register(without.target);
      const { status, body } = await put('base');
      expect([status, body.code]).toEqual([503, 'PACKAGES_UNAVAILABLE']);
      expect(body.error).toMatch(/has no pip; install it/);
      expect((await list()).body).toEqual([]);
      expect((await put()).status).toBe(200);
    } finally {
      await without.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
