import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Command, commonOptions, titleOf } from '../../cli/command.ts';
import { entries } from '../../cli/commands.ts';
import { flagsOf } from '../../cli/options.ts';
import { TestAppliance } from '../api/appliance.ts';
import { Cli, ended } from './program.ts';

let appliance: TestAppliance;
let cli: Cli;
const email = `cli-${randomUUID()}@example.com`;
const password = 'the password of the tests';
const userSecret = 'the user secret of the tests';
const commands = entries.filter((entry): entry is Command => entry.run !== undefined);
const file = (name: string, content: string | Uint8Array) => cli.file(name, content);

beforeAll(async () => {
  appliance = await TestAppliance.start();
  cli = new Cli(appliance.target.url);
  const registered = await cli.run(['register', '--email', email, '--password-file', '-'], password);
  expect(registered).toMatchObject({ code: 0, stderr: '' });
});
afterAll(async () => {
  cli.remove();
  await appliance.remove();
});

describe('signing in', () => {
  test('stores the API key where only its user can read it, and not the password', async () => {
    expect(statSync(cli.credentials).mode & 0o777).toBe(0o600);
    expect(readFileSync(cli.credentials, 'utf8')).not.toContain(password);
    expect((await cli.run(['status'])).stdout).toContain(email);
  });

  test('prompts for a password without showing it', async () => {
    const other = new Cli(appliance.target.url);
    const { code, stdout } = await other.type(
      ['login'],
      [
        ['Email: ', email],
        ['Password: ', password],
      ],
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('Signed in')]);
    expect(stdout).not.toContain(password);
    expect((await other.run(['logout'])).code).toBe(0);
    expect(existsSync(other.credentials)).toBe(false);
    expect(await other.run(['status'])).toMatchObject({ code: 3, stdout: '' });
    other.remove();
  });

  test('refuses a file that others can read', async () => {
    chmodSync(cli.credentials, 0o644);
    const { code, stderr } = await cli.run(['status']);
    chmodSync(cli.credentials, 0o600);
    expect([code, stderr]).toEqual([2, expect.stringContaining('other users can read')]);
  });

  test('with a wrong password gives exit code 3 without quoting it', async () => {
    const wrong = await cli.run(['login', '--email', email, '--password-file', '-'], 'not the password');
    expect(wrong).toMatchObject({ code: 3, stdout: '' });
    expect(wrong.stderr).toContain('INVALID_CREDENTIALS');
    expect(wrong.stderr).not.toContain('not the password');
  });
});

describe('secrets and programs', () => {
  test('a secret is stored from standard input, and a program can read it', async () => {
    expect((await cli.run(['secrets', 'put', 'GREETING', '--value-file', '-'], 'hello\n')).code).toBe(0);
    const list = JSON.parse((await cli.run(['secrets', 'list', '--json'])).stdout);
    expect(list.map(({ name }: { name: string }) => name)).toEqual(['GREETING']);
    const code =
      'import os, sys; print(os.environ["GREETING"], *sys.argv[1:]); print("err", file=sys.stderr)';
    const ran = await cli.run(['run', file('greet.py', code), 'a', '--json']);
    expect(ran).toEqual({ code: 0, stdout: 'hello a --json\n', stderr: 'err\n' });
    const without = await cli.run(['run', '--no-secrets', 'greet.py']);
    expect(without.code).toBe(1);
    expect((await cli.run(['secrets', 'delete', 'GREETING'])).code).toBe(0);
    expect(await cli.run(['secrets', 'delete', 'GREETING'])).toMatchObject({ code: 4 });
  });

  test('a program receives and returns files, even large ones, and determines the exit code', async () => {
    const code = `
content = open('in.bin', 'rb').read()
open('out.bin', 'wb').write(content * 5)
open('small.txt', 'w').write('x')
raise SystemExit(7)`;
    const content = randomBytes(1024 * 1024);
    const args = ['run', '--file', file('in.bin', content), '--out', 'results', file('copy.py', code)];
    const ran = await cli.run(args);
    expect(ran).toMatchObject({ code: 7, stdout: '', stderr: expect.stringContaining('small.txt') });
    const out = readFileSync(join(cli.home, 'results', 'out.bin'));
    expect(out.equals(Buffer.concat(Array(5).fill(content)))).toBe(true);
    expect(readFileSync(join(cli.home, 'results', 'small.txt'), 'utf8')).toBe('x');
  });

  test('output arrives while a program runs, and an interrupt stops it', async () => {
    const code = 'import time\nfor i in range(600): print(i, flush=True); time.sleep(0.1)';
    const child = cli.start(['run', '--timeout', '120', file('long.py', code)]);
    const seen = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => String(chunk).includes('3') && resolve());
    });
    const end = ended(child);
    await seen;
    child.kill('SIGINT');
    expect((await end).code).toBe(130);
    const { apiKey } = cli.stored();
    for (;;) {
      const answer = await fetch(`${appliance.target.url}/api/v1/executions`, {
        headers: { 'x-api-key': apiKey },
      });
      const [newest] = ((await answer.json()) as { executions: { status: string }[] }).executions;
      if (newest?.status === 'killed') break;
      await after(100);
    }
  });

  test('a .js file runs as JavaScript; an unknown extension is refused', async () => {
    const ran = await cli.run(['run', file('hi.js', 'console.log("from Node")')]);
    expect(ran).toMatchObject({ code: 0, stdout: 'from Node\n' });
    expect((await cli.run(['run', file('hi.rb', 'puts 1')])).code).toBe(2);
  });
});

describe('messages', () => {
  test('are sent without an account, and opened once, after confirmation', async () => {
    const stranger = new Cli(appliance.target.url);
    const sent = await stranger.run(
      ['send', '--max-access', '1', '--expires', '1h', '--json'],
      'a secret text',
    );
    const { url } = JSON.parse(sent.stdout);
    expect(sent.code).toBe(0);
    const declined = await stranger.type(['open', url], [['(yes/no): ', 'no']]);
    expect(declined.code).toBe(1);
    const opened = await stranger.run(['open', '--yes', '-'], `${url}\n`);
    expect(opened).toMatchObject({ code: 0, stdout: 'a secret text' });
    expect((await stranger.run(['open', '--yes', url])).code).toBe(4);
    stranger.remove();
  });

  test('with a password prompt again after a wrong one, which costs no view', async () => {
    const send = ['send', '--password-file', file('pw', 'the right one'), '--max-access', '1', '--json', '-'];
    const { url } = JSON.parse((await cli.run(send, 'guarded')).stdout);
    const typed = await cli.type(
      ['open', '--yes', url],
      [
        ['Password of the message: ', 'a wrong one'],
        ['Password of the message: ', 'the right one'],
      ],
    );
    expect([typed.code, typed.stdout]).toEqual([0, expect.stringContaining('guarded')]);
  });
});

describe('the vault', () => {
  const secretFile = () => ['--user-secret-file', file('user-secret', userSecret)];
  beforeAll(async () => {
    expect((await cli.run(['keys', 'generate', ...secretFile()])).code).toBe(0);
  });

  test('values are stored, listed, read and deleted', async () => {
    expect((await cli.run(['kv', 'put', 'app/url', '--value-file', '-'], 'https://example.com')).code).toBe(
      0,
    );
    expect((await cli.run(['kv', 'list'])).stdout).toBe('app/url\n');
    expect(await cli.run(['kv', 'get', 'app/url', ...secretFile()])).toMatchObject({
      code: 0,
      stdout: 'https://example.com',
    });
    const wrong = await cli.run(['kv', 'get', 'app/url', '--user-secret-file', '-'], 'not the user secret');
    expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining('WRONG_USER_SECRET')]);
    expect((await cli.run(['kv', 'delete', 'app/url'])).code).toBe(0);
    expect((await cli.run(['kv', 'get', 'app/url', ...secretFile()])).code).toBe(4);
  });

  test('env passes values to a command as variables and returns its exit code', async () => {
    for (const [key, value] of [
      ['svc/database-url', 'postgres://'],
      ['svc/token', 't0ken'],
      ['other', 'x'],
    ] as const) {
      await cli.run(['kv', 'put', key, '--value-file', '-'], value);
    }
    const code =
      'console.log(process.env.DATABASE_URL, process.env.TOKEN, process.env.OTHER); process.exit(5)';
    const args = ['env', '--prefix', 'svc/', ...secretFile(), '--', process.execPath, '-e', code];
    expect(await cli.run(args)).toMatchObject({ code: 5, stdout: 'postgres:// t0ken undefined\n' });
    expect((await cli.run(['env', ...secretFile(), '--', './no-such-program'])).code).toBe(2);
  });

  test('files are stored and fetched under their own name, and never replace existing ones', async () => {
    const content = randomBytes(9 * 1024 * 1024);
    const put = await cli.run(['files', 'put', ...secretFile(), file('photo.raw', content)]);
    expect(put.code).toBe(0);
    const id = put.stdout.trim();
    const there = await cli.run(['files', 'get', ...secretFile(), id]);
    expect([there.code, there.stderr]).toEqual([2, expect.stringContaining('already exists')]);
    expect((await cli.run(['files', 'get', ...secretFile(), id, 'copy.raw'])).code).toBe(0);
    expect(readFileSync(join(cli.home, 'copy.raw')).equals(content)).toBe(true);
    expect(statSync(join(cli.home, 'copy.raw')).mode & 0o777).toBe(0o600);
    expect((await cli.run(['files', 'delete', id])).code).toBe(0);
    expect((await cli.run(['files', 'get', ...secretFile(), id, 'again.raw'])).code).toBe(4);
  });
});

test('the audit log is listed and verified, and must continue the verified log', async () => {
  expect((await cli.run(['audit', 'list'])).stdout).toContain('auth.register');
  const first = await cli.run(['audit', 'verify']);
  expect([first.code, first.stdout]).toEqual([
    0,
    expect.stringContaining('The log is signed by strongroom.audit/'),
  ]);
  const second = await cli.run(['audit', 'verify']);
  expect(second.stdout).toContain('continues the verified log');
  const kept = cli.stored();
  const verifierKey = kept.auditLog?.verifierKey.replace(/^[^+]+/, 'another');
  cli.store({ ...kept, auditLog: { ...kept.auditLog, verifierKey } });
  const forged = await cli.run(['audit', 'verify']);
  expect([forged.code, forged.stderr]).toEqual([1, expect.stringMatching(/WRONG_KEY|BAD_SIGNATURE/)]);
  cli.store(kept);
});

describe('the command line', () => {
  test('docs/cli.md lists every command, and no other', () => {
    const reference = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'cli.md'), 'utf8');
    const [table = ''] = reference.split('\n\n').filter((part) => part.startsWith('| command |'));
    const rows = commands.map((command) => `| \`${titleOf(command)}\` | ${command.summary} |`);
    expect(table.split('\n').slice(2)).toEqual(rows);
    for (const [name, option] of Object.entries(commonOptions)) {
      expect(reference).toContain(`| \`${flagsOf(name, option)}\` |`);
    }
  });

  test.each(commands.map((command) => [command.name, command] as const))(
    '%s has help for its arguments and options',
    async (name, command) => {
      const { code, stdout, stderr } = await cli.run([...name.split(' '), '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`Usage: strongroom ${name} [`);
      const text = stdout.replaceAll(/\s+/g, ' ');
      expect(text).toContain(`${command.summary}.`);
      for (const argument of Object.values(command.args ?? {})) {
        expect(text).toContain(typeof argument === 'string' ? argument : argument.help);
      }
      for (const [option, record] of Object.entries({ ...commonOptions, ...command.options })) {
        expect(text).toContain(`${flagsOf(option, record)} ${record.help}`);
      }
    },
  );

  test('strongroom and strongroom --help list the first word of every command', async () => {
    const { code, stdout } = await cli.run([]);
    expect(code).toBe(0);
    for (const { name } of entries) expect(stdout).toMatch(new RegExp(`^  ${name.split(' ')[0]} `, 'm'));
    expect(await cli.run(['--help'])).toEqual({ code: 0, stdout, stderr: '' });
  });

  test.each(entries.filter(({ run }) => run === undefined).map(({ name }) => name))(
    '%s alone lists its commands',
    async (group) => {
      const { code, stdout, stderr } = await cli.run([group]);
      expect([code, stderr]).toEqual([0, '']);
      const names = entries.map(({ name }) => name.split(' ')).filter(([first]) => first === group);
      for (const [, name] of names) if (name) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
      expect(await cli.run([group, '--help'])).toEqual({ code: 0, stdout, stderr: '' });
    },
  );

  test('--version prints the version of the package', async () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'));
    const printed = { code: 0, stdout: `${manifest.version}\n`, stderr: '' };
    expect(await cli.run(['--version'])).toEqual(printed);
  });

  test('help COMMAND is the same as COMMAND --help', async () => {
    expect(await cli.run(['help', 'zk', 'run'])).toEqual(await cli.run(['zk', 'run', '--help']));
  });

  test.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['logn'], 'Did you mean login?'],
    [['keys', 'generat'], 'Did you mean generate?'],
    [['admin', 'users', 'nonsense'], "unknown command 'nonsense'"],
    [['kv', 'get'], "missing required argument 'key'"],
    [['kv', 'list', 'x'], "unexpected argument 'x'"],
    [['kv', 'list', '--nonsense'], "unknown option '--nonsense'"],
    [['kv', 'list', '--jsn'], 'Did you mean --json?'],
    [['kv', 'list', '--url'], "option '--url <url>' argument missing"],
    [['send', '--max-access', '0'], "invalid value '0' for --max-access <count>: expected a whole number"],
    [['send', '--expires', 'soon'], "invalid value 'soon' for --expires <duration>: expected a number and"],
    [['share', 'kv', 'x'], 'missing required option --with <user>'],
    [['completion', 'tcsh'], "invalid <shell> 'tcsh': expected bash, zsh, or fish"],
    [['admin', 'users', '--org', 'x', 'create', 'y'], "options must follow 'strongroom admin users create'"],
  ])('%j gives exit code 2 and an error that says why', async (args, error) => {
    expect(await cli.run(args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^strongroom: [a-z]/),
    });
    expect((await cli.run(args)).stderr).toContain(error);
  });

  test.each([
    ['an unknown option', ['kv', 'list', '--nonsense', '--json']],
    ['an invalid value', ['run', '--timeout', 'x', '--json', 'f.py']],
    ['an unknown command', ['nonsense', '--json']],
  ])('the error for %s is JSON with --json', async (_, args) => {
    const { code, stderr } = await cli.run(args);
    expect([code, Object.keys(JSON.parse(stderr))]).toEqual([2, ['error']]);
  });

  test('--json after the file of run belongs to the program, so that an error is not JSON', async () => {
    const { code, stderr } = await cli.run(['run', '--timeout', 'x', 'f.py', '--json']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^strongroom: /)]);
  });

  test('errors are JSON with --json; an unreachable server gives exit code 5', async () => {
    const { code, stderr } = await cli.run(
      ['kv', 'get', 'x', '--json', '--url', 'http://127.0.0.1:9', '--user-secret-file', '-'],
      userSecret,
      {
        STRONGROOM_API_KEY: 'pyapi_x_y',
      },
    );
    expect([code, JSON.parse(stderr).code]).toEqual([5, 'NETWORK']);
  });

  test('a prompt without a terminal is an error', async () => {
    const { code, stderr } = await cli.run(['secrets', 'put', 'X']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('without a terminal')]);
  });

  test.each([
    ["''", ['login', 'admin', 'completion']],
    ["admin ''", ['orgs', 'users', 'plan', 'storage']],
    ["admin users ''", ['create', 'rotate']],
    ["run ''", ['completion-script']],
    ['--', ['--version', '--help']],
    ['kv put x --', ['--value-file', '--json', '--profile', '--help']],
    ['tokens create --sc', ['--scope']],
    ["tokens create --scope ''", ['messages:read', 'messages:write']],
    ["share ''", ['kv', 'file']],
    ['login --password-file comp', ['completion-script']],
  ])('bash completes "%s"', async (words, offered) => {
    const script = cli.file('completion-script', (await cli.run(['completion', 'bash'])).stdout);
    const at = `COMP_WORDS=(strongroom ${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))`;
    const { stdout } = await cli.inShell(`source ${script}; ${at}; _strongroom; echo "\${COMPREPLY[*]}"`);
    expect(stdout.trim().split(' ')).toEqual(expect.arrayContaining([...offered]));
  });

  test.each(['bash', 'zsh', 'fish'])('completion for %s knows every command and option', async (shell) => {
    const { code, stdout } = await cli.run(['completion', shell]);
    expect(code).toBe(0);
    for (const { name, options = {} } of commands) {
      expect(stdout).toContain(name.split(' ').at(-1));
      for (const option of Object.keys(options)) {
        expect(stdout).toContain(shell === 'fish' ? ` -l ${option} ` : `--${option}`);
      }
    }
  });
});
