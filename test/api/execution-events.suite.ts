import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Event, EventStream } from './event-stream.ts';
import { type Target, TestUser } from './target.ts';

export function executionEventsSuite(target: () => Target): void {
  describe('events of an execution', () => {
    let user: TestUser;
    const open: EventStream[] = [];
    beforeAll(async () => {
      user = await TestUser.register(target());
    });
    afterAll(() => {
      for (const stream of open) stream.close();
    });

    beforeEach(({ skip }) => {
      if (target().cannotPass.has('responseStreaming')) skip('see test/cloud/unsupported.ts');
    });

    const start = async (code: string): Promise<string> => {
      const { body } = await user.call('POST', '/api/v1/execute', { body: { code, wait: false } });
      return body.executionId;
    };
    const follow = async (id: string, lastEventId?: string) => {
      const stream = await EventStream.open(user, id, lastEventId);
      open.push(stream);
      return stream;
    };
    const textOf = (events: readonly Event[], name: string) =>
      events
        .filter(({ event }) => event === name)
        .map(({ data }) => data.text)
        .join('');
    const endOf = (events: readonly Event[]) => events.at(-1);
    const untilKept = async (id: string) => {
      let status = 'running';
      while (status === 'running') {
        await sleep(30);
        const { body } = await user.call('GET', '/api/v1/executions?limit=100');
        status = body.executions.find((one: { executionId: string }) => one.executionId === id).status;
      }
    };

    test('arrive in order while the program runs, and end with it', async () => {
      const id = await start(
        'import sys, time\nfor i in range(4):\n  print(i, file=[sys.stdout, sys.stderr][i % 2], flush=True); time.sleep(0.2)',
      );
      const stream = await follow(id);
      expect(stream.status).toBe(200);
      expect(stream.headers.get('content-type')).toBe('text/event-stream');
      const first = await stream.next();
      expect([first?.event, first?.data]).toEqual(['stdout', { text: '0\n' }]);
      // The first output arrives while the program still runs.
      expect((await user.call('GET', `/api/v1/executions/${id}`)).body.status).toBe('running');
      const rest = await stream.rest();
      expect(rest.map(({ event, data }) => [event, data.text])).toEqual([
        ['stderr', '1\n'],
        ['stdout', '2\n'],
        ['stderr', '3\n'],
        ['end', undefined],
      ]);
      expect(endOf(rest)?.data).toEqual({
        status: 'completed',
        exitCode: 0,
        signal: null,
        durationMs: expect.any(Number),
      });
    });

    test('are the same for all readers', async () => {
      const id = await start('import time\nfor i in range(5): print(i, flush=True); time.sleep(0.05)');
      const streams = await Promise.all([follow(id), follow(id), follow(id)]);
      const all = await Promise.all(streams.map((stream) => stream.rest()));
      for (const events of all) {
        expect(textOf(events, 'stdout')).toBe('0\n1\n2\n3\n4\n');
        expect(endOf(events)?.event).toBe('end');
      }
    });

    test('resume after the last event that was received, without gap or repetition', async () => {
      const id = await start('import time\nfor i in range(6): print(i, flush=True); time.sleep(0.1)');
      const cut = await follow(id);
      const seen = [await cut.next(), await cut.next()] as Event[];
      cut.close();
      const rest = await (await follow(id, seen.at(-1)?.id)).rest();
      expect(textOf([...seen, ...rest], 'stdout')).toBe('0\n1\n2\n3\n4\n5\n');
    });

    test('of an ended execution are all of its output, from any event on', async () => {
      const id = await start(
        'import sys\nprint("out" * 3)\nprint("err", file=sys.stderr)\nsys.stdout.flush()\nsys.exit(2)',
      );
      await untilKept(id);
      const events = await (await follow(id)).rest();
      expect([textOf(events, 'stdout'), textOf(events, 'stderr')]).toEqual(['outoutout\n', 'err\n']);
      expect(endOf(events)).toMatchObject({ event: 'end', data: { status: 'failed', exitCode: 2 } });
      const later = await (await follow(id, '3-1')).rest();
      expect([textOf(later, 'stdout'), textOf(later, 'stderr')]).toEqual(['outout\n', 'rr\n']);
      const last = await (await follow(id, endOf(events)?.id)).rest();
      expect(last.map(({ event }) => event)).toEqual(['end']);
    });

    test('never split a character, and show invalid bytes', async () => {
      const code =
        'import sys, time\nw = sys.stdout.buffer\nfor b in "€😀".encode(): w.write(bytes([b])); w.flush(); time.sleep(0.05)\nw.write(b"\\xff\\xe2")';
      const events = await (await follow(await start(code))).rest();
      const texts = events.filter(({ event }) => event === 'stdout').map(({ data }) => data.text);
      expect(texts.join('')).toBe('€😀\ufffd\ufffd');
      expect(texts.slice(0, 2)).toEqual(['€', '😀']);
    });

    test('keep line endings of every kind', async () => {
      const written = 'a\r\nb\rc\n\ndata: x\n\u2028';
      const id = await start(`import sys; sys.stdout.buffer.write(${JSON.stringify(written)}.encode())`);
      expect(textOf(await (await follow(id)).rest(), 'stdout')).toBe(written);
    });

    test('an invalid Last-Event-ID is refused', async () => {
      const id = await start('print(1)');
      expect((await follow(id, 'yesterday')).status).toBe(400);
    });

    test('a reader who disconnects ends nothing', async () => {
      const id = await start('import time\nprint("begun", flush=True)\ntime.sleep(0.5)\nprint("ended")');
      const stream = await follow(id);
      await stream.next();
      stream.close();
      const events = await (await follow(id)).rest();
      expect(textOf(events, 'stdout')).toBe('begun\nended\n');
    });
  });
}
