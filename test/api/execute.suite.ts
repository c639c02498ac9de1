import { createHash, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import { type Target, TestUser } from './target.ts';

export function executeSuite(target: () => Target): void {
  describe('execute', () => {
    let user: TestUser;
    beforeAll(async () => {
      user = await TestUser.register(target());
      await user.call('PUT', '/api/v1/secrets/GREETING', { body: { value: 'hello' } });
      await user.call('PUT', '/api/v1/secrets/OTHER', { body: { value: 'other' } });
    });

    const execute = (body: object) => user.call('POST', '/api/v1/execute', { body });
    const names = 'import os; print(sorted(n for n in os.environ if n in ("GREETING", "OTHER")))';

    test('returns what the program did, and under which isolation', async () => {
      const { status, body } = await execute({
        code: 'print("out"); import sys; print("err", file=sys.stderr)',
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        executionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        status: 'completed',
        exitCode: 0,
        signal: null,
        stdout: 'out\n',
        stderr: 'err\n',
        truncated: { stdout: false, stderr: false },
        files: [],
        isolation: { level: expect.stringMatching(/floor|namespaces/), seccomp: true },
      });
      for (const figure of ['durationMs', 'cpuMs', 'peakMemoryBytes']) {
        expect(body[figure]).toBeGreaterThanOrEqual(0);
      }
    });

    test('gives the program its input and arguments', async () => {
      const { body } = await execute({
        code: 'import sys; print(sys.argv[1:], sys.stdin.read())',
        stdin: 'line\nünicode',
        args: ['one', 'two words', ''],
      });
      expect(body.stdout).toBe("['one', 'two words', ''] line\nünicode\n");
    });

    test('gives the program all secrets, none, or the named ones', async () => {
      const stdout = async (secrets?: unknown) => (await execute({ code: names, secrets })).body.stdout;
      expect(await stdout()).toBe("['GREETING', 'OTHER']\n");
      expect(await stdout('all')).toBe("['GREETING', 'OTHER']\n");
      expect(await stdout('none')).toBe('[]\n');
      expect(await stdout(['OTHER', 'OTHER'])).toBe("['OTHER']\n");
      expect(await stdout([])).toBe('[]\n');
    });

    test('a named secret that does not exist is 400', async () => {
      const { status, body } = await execute({ code: names, secrets: ['GREETING', 'ABSENT'] });
      expect([status, body.details]).toEqual([
        400,
        [{ path: 'secrets', message: 'secret ABSENT does not exist' }],
      ]);
    });

    test('marks the secrets that a program received as used', async () => {
      const other = await TestUser.register(target());
      for (const name of ['USED', 'UNUSED']) {
        await other.call('PUT', `/api/v1/secrets/${name}`, { body: { value: 'x' } });
      }
      await other.call('POST', '/api/v1/execute', { body: { code: 'pass', secrets: ['USED'] } });
      const { body } = await other.call('GET', '/api/v1/secrets');
      const lastUse = Object.fromEntries(
        body.map(({ name, lastUsedAt }: { name: string; lastUsedAt: string | null }) => [name, lastUsedAt]),
      );
      expect(lastUse).toEqual({ USED: expect.stringMatching(/Z$/), UNUSED: null });
    });

    test('answers 200 with the exit code of a program that fails', async () => {
      const { status, body } = await execute({ code: 'raise ValueError("wrong")' });
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'failed', exitCode: 1 });
      expect(body.stderr).toMatch(/ValueError: wrong\n$/);
      expect((await execute({ code: 'import sys; sys.exit(3)' })).body.exitCode).toBe(3);
    });

    test('answers 200 and shows a syntax error', async () => {
      const { status, body } = await execute({ code: 'print(' });
      expect([status, body.status, body.exitCode]).toEqual([200, 'failed', 1]);
      expect(body.stderr).toContain('SyntaxError');
    });

    test('answers 200 with the signal of a program that kills itself', async () => {
      const { body } = await execute({ code: 'import os, signal; os.kill(os.getpid(), signal.SIGTERM)' });
      expect(body).toMatchObject({ status: 'failed', exitCode: null, signal: 'SIGTERM' });
    });

    test('a program that never ends is stopped at its timeout', async () => {
      const { status, body } = await execute({
        code: 'print("begun", flush=True)\nwhile True: pass',
        timeoutSeconds: 1,
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'timed_out',
        exitCode: null,
        signal: 'SIGKILL',
        stdout: 'begun\n',
      });
    });

    test('endless output is truncated, and the result says so', async () => {
      const { body } = await execute({ code: 'while True: print("x" * 1000)', timeoutSeconds: 1 });
      expect(body.stdout).toHaveLength(limits.outputBytes);
      expect(body.truncated).toEqual({ stdout: true, stderr: false });
    });

    test('a program that exhausts memory is stopped, and the next one runs', async () => {
      const { status, body } = await execute({ code: 'x = []\nwhile True: x.append(bytearray(1 << 24))' });
      expect([status, body.exitCode === 0]).toEqual([200, false]);
      expect((await execute({ code: 'print(1)' })).body.stdout).toBe('1\n');
    });

    test('a program that forks endlessly is stopped, and the next one runs', async () => {
      const { status } = await execute({ code: 'import os\nwhile True: os.fork()', timeoutSeconds: 1 });
      expect(status).toBe(200);
      expect((await execute({ code: 'print(1)' })).body.stdout).toBe('1\n');
    });

    test('output that is not UTF-8 is kept, with invalid bytes replaced visibly', async () => {
      const { body } = await execute({ code: 'import sys; sys.stdout.buffer.write(b"a\\xffb")' });
      expect(body.stdout).toBe('a\ufffdb');
    });

    test('a program finds nothing of the service in its environment, and has no network', async () => {
      const code = [
        'import os, socket',
        'print([n for n in os.environ if n.startswith(("STRONGROOM", "AWS", "ECS"))])',
        'try: socket.create_connection(("127.0.0.1", 80), 1)',
        'except OSError as error: print(type(error).__name__)',
      ].join('\n');
      const { body } = await execute({ code });
      expect(body.stdout).toMatch(/^\[\]\n\w*Error\n$/);
    });

    const file = (path: string, content: string | Uint8Array = 'x') => ({
      path,
      contentB64: Buffer.from(content).toString('base64'),
    });

    test('runs JavaScript', async () => {
      const { status, body } = await execute({
        language: 'javascript',
        code: 'console.log(process.argv.slice(2), process.env.GREETING); console.error("err"); process.exitCode = 4',
        args: ['one'],
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'failed',
        exitCode: 4,
        stdout: "[ 'one' ] hello\n",
        stderr: 'err\n',
      });
    });

    test.each(['python', 'javascript'])(
      'gives a program its files and returns those that it writes: %s',
      async (language) => {
        const code = {
          python:
            'import os\nos.mkdir("out")\nopen("out/copy.csv", "wb").write(open("in/data.bin", "rb").read()[::-1])',
          javascript:
            'const fs = require("fs"); fs.mkdirSync("out"); fs.writeFileSync("out/copy.csv", fs.readFileSync("in/data.bin").reverse())',
        }[language];
        const content = Buffer.from([0, 1, 2, 255]);
        const { body } = await execute({ language, code, files: [file('in/data.bin', content)] });
        expect(body.stderr).toBe('');
        expect(body.files).toEqual([
          {
            ...file('out/copy.csv', content.toReversed()),
            sizeBytes: 4,
            contentType: 'text/csv; charset=utf-8',
          },
        ]);
        expect(body.omittedFiles).toBe(0);
      },
    );

    test('returns files up to the limits, and counts the omitted ones', async () => {
      const { count } = limits.resultFiles;
      const { body } = await execute({
        code: `for i in range(${count + 5}): open(f"{i}.txt", "w").write("x")`,
      });
      expect(body.files).toHaveLength(count);
      expect(body.omittedFiles).toBeGreaterThanOrEqual(5);
      const large = await execute({
        code: `open("large", "wb").truncate(${limits.resultFiles.bytesInAll + 1}); open("small", "w").write("x")`,
      });
      expect(large.body.files.map(({ path }: { path: string }) => path)).toEqual(['small']);
      expect(large.body.largeFiles).toEqual([]);
      expect(large.body.omittedFiles).toBeGreaterThanOrEqual(1);
    });

    test('a file that is too large for the response is stored, and its owner can fetch it', async ({
      skip,
    }) => {
      if (target().cannotPass.has('responseStreaming')) skip('see test/cloud/unsupported.ts');
      const sizeBytes = 5 * 1024 * 1024 + 1;
      const code = `
import random
content = random.Random(1).randbytes(${sizeBytes})
open("größe.bin", "wb").write(content)
open("small.txt", "w").write("x")
import hashlib; print(hashlib.sha256(content).hexdigest())`;
      const { body } = await execute({ code });
      expect(body.files.map(({ path }: { path: string }) => path)).toEqual(['small.txt']);
      const href = expect.stringMatching(`^/api/v1/executions/${body.executionId}/files/\\d+$`);
      const contentType = 'application/octet-stream';
      expect(body.largeFiles).toEqual([{ path: 'größe.bin', sizeBytes, contentType, href }]);

      const headers = { 'x-api-key': user.apiKey };
      const response = await fetch(target().url + body.largeFiles[0].href, { headers });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(contentType);
      expect(response.headers.get('content-disposition')).toBe(
        `attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe.bin`,
      );
      const content = new Uint8Array(await response.arrayBuffer());
      expect(createHash('sha256').update(content).digest('hex')).toBe(body.stdout.trim());

      const kept = await user.call('GET', `/api/v1/executions/${body.executionId}`);
      expect(kept.body).toMatchObject({ ...body, language: 'python', endedAt: expect.any(String) });
      const other = await TestUser.register(target());
      for (const [caller, path] of [
        [other, body.largeFiles[0].href],
        [user, `/api/v1/executions/${body.executionId}/files/9`],
        [user, `/api/v1/executions/${randomUUID()}/files/0`],
      ] as const) {
        const { status, body: refusal } = await caller.call('GET', path);
        expect([status, refusal.code]).toEqual([404, 'NOT_FOUND']);
      }
    });

    test('files of the maximum size go in and come out', async () => {
      const { status, body } = await execute({
        code: 'open("out", "wb").write(open("in", "rb").read()[:1 << 20])',
        files: [file('in', Buffer.alloc(limits.programFiles.bytes, 'ab'))],
      });
      expect([status, body.stderr]).toEqual([200, '']);
      expect(body.files[0].sizeBytes).toBe(1 << 20);
    });

    test('replays the largest response to the largest request for an Idempotency-Key', async () => {
      const body = {
        code: 'import os\nprint("\\1" * 300000)\nopen("out", "wb").write(os.urandom(1 << 20))',
        files: [file('in', Buffer.alloc(limits.programFiles.bytes))],
      };
      const headers = { 'idempotency-key': 'large' };
      const answers = [];
      for (let count = 0; count < 2; count++) {
        answers.push(await user.call('POST', '/api/v1/execute', { headers, body }));
      }
      const [first, second] = answers;
      expect([first?.status, second?.status]).toEqual([200, 200]);
      expect(second?.headers.get('idempotency-replayed')).toBe('true');
      expect(second?.text).toBe(first?.text);
      const other = await user.call('POST', '/api/v1/execute', { headers, body: { ...body, code: '' } });
      expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    });

    test('executions of two users never meet', async () => {
      const other = await TestUser.register(target());
      const leave = [
        'import os, tempfile',
        'for place in (".", tempfile.gettempdir()): open(os.path.join(place, "left"), "w").write("mine")',
      ];
      const left = await execute({ code: leave.join('\n') });
      expect(left.body.stderr).toBe('');
      const code =
        'import os, tempfile; print(os.listdir("."), os.listdir(tempfile.gettempdir()), os.getenv("GREETING"))';
      const { body } = await other.call('POST', '/api/v1/execute', { body: { code } });
      expect(body.stdout).toBe('[] [] None\n');
    });

    test('concurrent executions do not disturb each other', async () => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, i) => execute({ code: `print(${i})` })),
      );
      expect(answers.map(({ body }) => body.stdout)).toEqual(answers.map((_, i) => `${i}\n`));
    });

    test.each([
      ['code', {}],
      ['code', { code: 7 }],
      ['code', { code: 'x'.repeat(limits.codeBytes + 1) }],
      ['code', { code: '\ud800' }],
      ['language', { code: '', language: 'cobol' }],
      ['args.0', { code: '', args: ['a\0b'] }],
      ['args', { code: '', args: 'a' }],
      ['timeoutSeconds', { code: '', timeoutSeconds: 0 }],
      ['timeoutSeconds', { code: '', timeoutSeconds: 901 }],
      ['secrets', { code: '', secrets: 'some' }],
      ['wait', { code: '', wait: 'no' }],
      ['files.0.path', { code: '', files: [file('/etc/passwd')] }],
      ['files.0.path', { code: '', files: [file('../up')] }],
      ['files.0.path', { code: '', files: [file('a/../../up')] }],
      ['files.0.path', { code: '', files: [file('a//b')] }],
      ['files.0.path', { code: '', files: [file('')] }],
      ['files.0.path', { code: '', files: [file('a\0b')] }],
      ['files.0.path', { code: '', files: [file('a'.repeat(256))] }],
      ['files.1.path', { code: '', files: [file('a'), file('a')] }],
      ['files.1.path', { code: '', files: [file('a'), file('a/b')] }],
      ['files.0.path', { code: '', language: 'javascript', files: [file('main.js')] }],
      ['files.0.contentB64', { code: '', files: [{ path: 'a', contentB64: 'eA' }] }],
      ['files.0.contentB64', { code: '', files: [{ path: 'a', contentB64: 'eA==\n' }] }],
      ['files.0.contentB64', { code: '', files: [{ path: 'a', contentB64: 'e_8=' }] }],
      ['files.0.contentB64', { code: '', files: [{ path: 'a' }] }],
      ['files.0.mode', { code: '', files: [{ ...file('a'), mode: 7 }] }],
      ['files', { code: '', files: [file('a', Buffer.alloc(limits.programFiles.bytes + 1))] }],
      ['files', { code: '', files: Array.from({ length: 10_000 }, (_, i) => file(`${i}`)) }],
    ])('a bad %s is 400, and the error names it', async (path, body) => {
      const answer = await execute(body);
      expect([answer.status, answer.body.details[0].path]).toEqual([400, path]);
    });

    test('NUL in code makes the program fail, not the server', async () => {
      const { status, body } = await execute({ code: 'print(1)\0' });
      expect([status, body.status]).toEqual([200, 'failed']);
    });
  });
}
