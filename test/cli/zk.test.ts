import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { call } from '../api/target.ts';
import { Cli, ended } from './program.ts';

let appliance: TestAppliance;
let cli: Cli;
const masterPassword = 'the master pässword of the tests';
const code = 'import sys\nprint("ran", sys.argv[1:])\nprint("err", file=sys.stderr)\n';
const passwordFile = (password = masterPassword) => [
  '--password-file',
  cli.file('password', `${password}\n`),
];
const put = (name: string, program = code, ...more: string[]) =>
  cli.run(['zk', 'put', ...passwordFile(), ...more, name, cli.file('program.py', program)]);
const run = (name: string, ...more: string[]) => cli.run(['zk', 'run', ...passwordFile(), ...more, name]);
const trustFile = () => join(cli.home, '.config', 'strongroom', 'zk-trust.json');

beforeAll(async () => {
  appliance = await TestAppliance.start();
  cli = new Cli(appliance.target.url);
  const args = ['register', '--email', `zk-${randomUUID()}@example.com`, '--password-file', '-'];
  expect((await cli.run(args, randomUUID())).code).toBe(0);
});
afterAll(async () => {
  cli.remove();
  await appliance.remove();
});

describe('encrypted programs', () => {
  test('are stored, listed, fetched and deleted', async () => {
    const stored = await put('report', code, '--description', 'of the month');
    expect([stored.code, stored.stdout]).toEqual([
      0,
      expect.stringMatching(/^report, SHA-256 [0-9a-f]{64}\n$/),
    ]);
    expect((await cli.run(['zk', 'list'])).stdout).toMatch(/^NAME .*\nreport .* of the month\n$/);
    const [listed] = JSON.parse((await cli.run(['zk', 'list', '--json'])).stdout);
    expect(stored.stdout).toContain(listed.sha256);

    const get = ['zk', 'get', ...passwordFile(), 'report'];
    expect(await cli.run(get)).toMatchObject({ code: 0, stdout: code });
    expect(JSON.parse((await cli.run([...get, '--json'])).stdout)).toEqual({ ...listed, code });
    expect(await cli.run([...get, 'copy.py'])).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(join(cli.home, 'copy.py'), 'utf8')).toBe(code);
    expect(statSync(join(cli.home, 'copy.py')).mode & 0o777).toBe(0o600);
    expect(await cli.run([...get, 'copy.py'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('already exists'),
    });

    expect(await cli.run(['zk', 'delete', 'report'])).toMatchObject({ code: 0, stdout: '' });
    expect((await cli.run(['zk', 'delete', 'report'])).code).toBe(4);
    expect((await cli.run(get)).code).toBe(4);
  });

  test('can come from standard input, and a new master password is prompted for twice', async () => {
    const stored = await cli.run(['zk', 'put', ...passwordFile(), 'piped', '-'], 'print("piped")');
    expect(stored.code).toBe(0);
    const typed = await cli.type(
      ['zk', 'put', 'typed', cli.file('typed.py', 'print("typed")')],
      [
        ['Master password: ', masterPassword],
        ['Master password, again: ', masterPassword],
      ],
    );
    expect([typed.code, typed.stdout]).toEqual([0, expect.stringContaining('SHA-256')]);
    expect(typed.stdout).not.toContain(masterPassword);
    const ran = await cli.type(['zk', 'run', 'typed'], [['Master password: ', masterPassword]]);
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('typed')]);
    const neither = await cli.run(['zk', 'put', '--password-file', '-', 'x', '-'], 'print(1)');
    expect([neither.code, neither.stderr]).toEqual([2, expect.stringContaining('cannot be both')]);
    expect((await cli.run(['zk', 'run', 'piped'])).code).toBe(2);
  });

  test('receive their arguments and determine the exit code', async () => {
    await put('runs', `${code}open("left.txt", "w").write(sys.stdin.read())\nsys.exit(7)`);
    const child = cli.start(
      ['zk', 'run', ...passwordFile(), '--stdin', '--out', 'results', 'runs', 'a', '--json'],
      'given',
    );
    const ran = await ended(child);
    expect([ran.code, ran.stdout]).toEqual([7, "ran ['a', '--json']\n"]);
    expect(ran.stderr).toContain('err\n');
    expect(readFileSync(join(cli.home, 'results', 'left.txt'), 'utf8')).toBe('given');
    const inJson = await run('runs', '--json');
    expect([inJson.code, JSON.parse(inJson.stdout)]).toMatchObject([7, { stdout: 'ran []\n', exitCode: 7 }]);
    await put('slow', 'while True: pass');
    expect((await run('slow', '--timeout', '1')).code).toBe(124);
  });

  test('that outlast a request print their output as it arrives, and an interrupt stops them', async () => {
    await put('long', 'import time\nfor i in range(600): print("tick", flush=True); time.sleep(0.1)');
    const start = () => cli.start(['zk', 'run', ...passwordFile(), '--timeout', '120', 'long']);
    const [seen, early] = [start(), start()];
    seen.stdout.once('data', () => seen.kill('SIGINT'));
    setTimeout(() => early.kill('SIGINT'), 8_000);
    const ends = await Promise.all([ended(seen), ended(early)]);
    expect(ends.map(({ code }) => code)).toEqual([130, 130]);
    expect(ends[0].stdout).toMatch(/^(tick\n)+$/);
    expect(ends[1].stderr).toContain('can be stopped once it has run for 25 seconds');
    const headers = { 'x-api-key': cli.stored().apiKey };
    const statuses = async () => {
      const { body } = await call(appliance.target, 'GET', '/api/v1/executions?limit=2', { headers });
      return body.executions.map(({ status }: { status: string }) => status);
    };
    await expect.poll(statuses, { timeout: 10_000 }).toEqual(['killed', 'killed']);
  }, 60_000);

  test('a wrong master password gives exit code 3 and is never printed', async () => {
    await put('closed');
    const wrong = passwordFile('not the master password');
    for (const args of [
      ['zk', 'run', ...wrong, 'closed'],
      ['zk', 'get', ...wrong, 'closed'],
    ]) {
      const { code, stdout, stderr } = await cli.run(args);
      expect([code, stdout, stderr]).toEqual([3, '', expect.stringContaining('WRONG_MASTER_PASSWORD')]);
      expect(stderr).not.toContain('not the master password');
    }
    const short = await cli.run(['zk', 'put', ...passwordFile('short'), 'x', 'program.py']);
    expect([short.code, short.stderr]).toEqual([1, expect.stringContaining('master password must have 10')]);
  });

  test('run only with the given SHA-256', async () => {
    const { sha256 } = JSON.parse((await put('pinned', code, '--json')).stdout);
    expect((await run('pinned', '--sha256', sha256)).code).toBe(0);
    await put('pinned', 'print("another")');
    const refused = await run('pinned', '--sha256', sha256);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('TAMPERED_PAYLOAD')]);
  });
});

describe('the keys that prove a sandbox', () => {
  test('are printed and trusted on first use, and other keys are rejected', async () => {
    await put('trusted');
    const first = await run('trusted', '--trust');
    const { keys } = (await call(appliance.target, 'GET', '/.well-known/jwks.json')).body;
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining(keys[0].kid)]);
    expect((await run('trusted')).stderr).toBe('err\n');

    const kept = JSON.parse(readFileSync(trustFile(), 'utf8'));
    const { url } = appliance.target;
    const other = randomUUID();
    for (const [changed, code, said] of [
      [{ publicKeys: [{ ...keys[0], kid: 'another' }] }, 1, 'PROOF_REJECTED'],
      [{ userIds: [other] }, 2, 'another user than before'],
    ] as const) {
      writeFileSync(trustFile(), JSON.stringify({ ...kept, [url]: { ...kept[url], ...changed } }));
      const refused = await run('trusted');
      expect([refused.code, refused.stdout, refused.stderr]).toEqual([
        code,
        '',
        expect.stringContaining(said),
      ]);
    }
    expect(await run('trusted', '--trust')).toMatchObject({ code: 0 });
    const userIds = [other, ...kept[url].userIds];
    expect(JSON.parse(readFileSync(trustFile(), 'utf8'))).toEqual({ [url]: { ...kept[url], userIds } });
    expect(await run('trusted')).toMatchObject({ code: 0, stderr: 'err\n' });
  });

  test('are not forgotten if the file is corrupt', async () => {
    await put('damaged');
    writeFileSync(trustFile(), '{"half');
    const { code, stderr } = await run('damaged');
    expect([code, stderr]).toEqual([2, expect.stringContaining('zk-trust.json is corrupt')]);
  });

  test('are stored without code or passwords', () => {
    expect(existsSync(trustFile())).toBe(true);
    for (const kept of [trustFile(), cli.credentials]) {
      expect(readFileSync(kept, 'utf8')).not.toMatch(/master|ran/);
    }
  });
});
