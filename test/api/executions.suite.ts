import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import { EventStream } from './event-stream.ts';
import { type Answer, type Target, TestUser } from './target.ts';

/** Prints a line, and runs until it is stopped. */
const endless = 'import time\nprint("begun", flush=True)\nwhile True: time.sleep(0.05)';

export function executionsSuite(target: () => Target): void {
  describe('executions', () => {
    let user: TestUser;
    beforeAll(async () => {
      user = await TestUser.register(target());
    });

    const start = async (code: string, more: object = {}, as = user): Promise<string> => {
      const { status, body } = await as.call('POST', '/api/v1/execute', {
        body: { code, wait: false, ...more },
      });
      expect(status).toBe(202);
      return body.executionId;
    };
    const get = (id: string, as = user) => as.call('GET', `/api/v1/executions/${id}`);
    const stop = (id: string, as = user) => as.call('DELETE', `/api/v1/executions/${id}`);
    const until = async (id: string, holds: (body: Answer['body']) => boolean) => {
      for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(30)) {
        const { status, body } = await get(id);
        expect(status).toBe(200);
        if (holds(body)) return body;
      }
      throw new Error('it never came to that');
    };
    const ended = (id: string) => until(id, ({ status }) => status !== 'running');
    const list = async (query = '', as = user) => (await as.call('GET', `/api/v1/executions${query}`)).body;

    test('wait: false is an immediate 202 that says where the execution is', async () => {
      const { status, headers, body } = await user.call('POST', '/api/v1/execute', {
        body: { code: 'print("done")', wait: false },
      });
      expect(status).toBe(202);
      expect(body).toEqual({ executionId: expect.stringMatching(/^[0-9a-f-]{36}$/), status: 'running' });
      expect(headers.get('location')).toBe(`/api/v1/executions/${body.executionId}`);
    });

    test('a detached execution ends with the same result as one that is waited for', async () => {
      const code = 'import sys\nprint("out")\nprint("err", file=sys.stderr)\nopen("a.txt", "w").write("x")';
      const { body: waited } = await user.call('POST', '/api/v1/execute', { body: { code } });
      const id = await start(code);
      const body = await ended(id);
      const figures = { durationMs: 0, cpuMs: 0, peakMemoryBytes: 0 };
      expect({ ...body, ...figures }).toEqual({
        ...waited,
        ...figures,
        executionId: id,
        language: 'python',
        timeoutSeconds: limits.timeoutSeconds.default,
        startedAt: expect.stringMatching(/Z$/),
        endedAt: expect.stringMatching(/Z$/),
        expiresAt: expect.stringMatching(/Z$/),
      });
      const kept = Date.parse(body.expiresAt) - Date.parse(body.endedAt);
      expect(Math.abs(kept / 1000 - limits.executionResultSeconds)).toBeLessThan(2);
    });

    test('the result is the same however often it is fetched', async () => {
      const id = await start('print("x" * 100)');
      await ended(id);
      await sleep(300);
      const [first, second] = [await get(id), await get(id)];
      expect(first.body.stdout).toBe(`${'x'.repeat(100)}\n`);
      expect(second.body).toEqual(first.body);
    });

    test('a running execution returns its output so far', async () => {
      const id = await start(endless);
      const body = await until(id, ({ stdout }) => stdout !== '');
      expect(body).toMatchObject({
        executionId: id,
        status: 'running',
        exitCode: null,
        stdout: 'begun\n',
        endedAt: null,
        isolation: null,
        files: [],
      });
      await stop(id);
    });

    test('a detached execution times out like any other', async () => {
      const id = await start(endless, { timeoutSeconds: 1 });
      expect(await ended(id)).toMatchObject({ status: 'timed_out', signal: 'SIGKILL', stdout: 'begun\n' });
    });

    test('a detached execution finds secrets, input, arguments and files', async () => {
      await user.call('PUT', '/api/v1/secrets/HANDED', { body: { value: 'over' } });
      const id = await start(
        'import os, sys; print(os.environ["HANDED"], sys.stdin.read(), sys.argv[1], open("f").read())',
        { stdin: 'in', args: ['arg'], files: [{ path: 'f', contentB64: 'ZmlsZQ==' }] },
      );
      expect((await ended(id)).stdout).toBe('over in arg file\n');
    });

    describe('DELETE', () => {
      test('stops the execution and returns how it ended', async () => {
        const id = await start(endless);
        await until(id, ({ stdout }) => stdout !== '');
        const { status, body } = await stop(id);
        expect(status).toBe(200);
        expect(body).toMatchObject({
          executionId: id,
          status: 'killed',
          signal: 'SIGKILL',
          stdout: 'begun\n',
        });
        expect((await get(id)).body).toMatchObject({ status: 'killed', stdout: 'begun\n' });
      });

      test('returns the result of one that has ended, and changes nothing', async () => {
        const id = await start('print(1)');
        await ended(id);
        const { status, body } = await stop(id);
        expect([status, body.status, body.stdout]).toEqual([200, 'completed', '1\n']);
      });

      test('a stop that meets the end of the program leaves one result for all readers', async () => {
        const code = 'import time; time.sleep(0.15); print("end")';
        const ids = await Promise.all(Array.from({ length: 6 }, () => start(code)));
        await Promise.all(ids.map((id, position) => sleep(position * 40).then(() => stop(id))));
        for (const id of ids) {
          const body = await ended(id);
          expect(body.status).toMatch(/completed|killed/);
          expect(body.stdout).toBe(body.status === 'completed' ? 'end\n' : body.stdout);
          await sleep(50);
          expect((await get(id)).body.status).toBe(body.status);
        }
      });

      test('concurrent stops all return the same result', async () => {
        const id = await start(endless);
        const answers = await Promise.all([stop(id), stop(id), stop(id)]);
        expect(answers.map(({ status, body }) => [status, body.status])).toEqual(
          Array(3).fill([200, 'killed']),
        );
      });
    });

    describe('another user', () => {
      test('finds nothing under the ID, and stops nothing', async () => {
        const other = await TestUser.register(target());
        const id = await start(endless);
        for (const answer of [await get(id, other), await stop(id, other)]) {
          expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND']);
        }
        expect((await list('', other)).executions).toEqual([]);
        expect((await get(id)).body.status).toBe('running');
        await stop(id);
      });

      test('cannot follow its events', async ({ skip }) => {
        if (target().cannotPass.has('responseStreaming')) skip('see test/cloud/unsupported.ts');
        const other = await TestUser.register(target());
        const id = await start(endless);
        expect((await EventStream.open(other, id)).status).toBe(404);
        expect((await get(id)).body.status).toBe('running');
        await stop(id);
      });
    });

    test.each([
      ['a malformed id', 'x', 400],
      ['an unknown id', randomUUID(), 404],
    ])('%s is rejected', async (_, id, expected) => {
      expect((await get(id)).status).toBe(expected);
      expect((await stop(id)).status).toBe(expected);
    });

    describe('the list', () => {
      test('contains detached executions, newest first, page by page', async () => {
        const lister = await TestUser.register(target());
        await lister.call('POST', '/api/v1/execute', { body: { code: 'print("waited for")' } });
        const ids: string[] = [];
        for (let count = 0; count < 5; count++) ids.unshift(await start('print(1)', {}, lister));
        const seen: string[] = [];
        let cursor = '';
        do {
          const page = await list(`?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, lister);
          expect(page.executions.length).toBeLessThanOrEqual(2);
          seen.push(...page.executions.map(({ executionId }: { executionId: string }) => executionId));
          cursor = page.nextCursor ?? '';
        } while (cursor);
        expect(seen).toEqual(ids);
      });

      test('shows the status of each execution, and nothing of its output', async () => {
        const lister = await TestUser.register(target());
        const id = await start('print("planted")', { timeoutSeconds: 7 }, lister);
        for (let status = ''; status !== 'completed'; await sleep(30)) {
          const { executions } = await list('', lister);
          status = executions[0].status;
          expect(executions).toEqual([
            {
              executionId: id,
              status: expect.stringMatching(/running|completed/),
              language: 'python',
              startedAt: expect.any(String),
              endedAt: status === 'completed' ? expect.any(String) : null,
              timeoutSeconds: 7,
              expiresAt: expect.any(String),
            },
          ]);
        }
      });
    });

    test('many concurrent executions all end as they should', async () => {
      const many = await TestUser.register(target());
      const ids = await Promise.all(
        Array.from({ length: 20 }, (_, i) => start(`print(${i})`, { secrets: 'none' }, many)),
      );
      const output: string[] = [];
      for (const id of ids) {
        for (let body: Answer['body']; body?.status !== 'completed'; await sleep(20)) {
          ({ body } = await get(id, many));
          if (body.status === 'completed') output.push(body.stdout);
        }
      }
      expect(output).toEqual(ids.map((_, i) => `${i}\n`));
    });

    test('an Idempotency-Key replays the 202 and starts nothing twice', async () => {
      const call = () =>
        user.call('POST', '/api/v1/execute', {
          headers: { 'idempotency-key': `once-${user.id}` },
          body: { code: 'print("once")', wait: false },
        });
      const before = (await list('?limit=100')).executions.length;
      const [first, second] = [await call(), await call()];
      expect([first.status, second.status]).toEqual([202, 202]);
      expect(second.body).toEqual(first.body);
      expect(second.headers.get('location')).toBe(first.headers.get('location'));
      expect(second.headers.get('idempotency-replayed')).toBe('true');
      expect((await list('?limit=100')).executions.length).toBe(before + 1);
    });

    test('records start and stop in the audit log', async () => {
      const id = await start(endless);
      await stop(id);
      const { body } = await user.call('GET', '/api/v1/audit?limit=100');
      const actions = body.entries
        .filter(({ resource }: { resource: string }) => resource === `executions/${id}`)
        .map(({ action, outcome }: { action: string; outcome: string }) => [action, outcome]);
      expect(actions).toEqual([
        ['executions.stop', 'success'],
        ['executions.create', 'success'],
      ]);
    });

    test('an execution that takes longer than a request may is detached', async () => {
      const code = 'import time\nprint("begun", flush=True)\ntime.sleep(27)\nprint("ended")';
      const { status, body } = await user.call('POST', '/api/v1/execute', { body: { code } });
      expect([status, body.status]).toEqual([202, 'running']);
      expect(await ended(body.executionId)).toMatchObject({ status: 'completed', stdout: 'begun\nended\n' });
    }, 60_000);
  });
}
