import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { native } from '../../../crypto/providers/native.ts';
import { generatePrivateKey, open } from '../../../crypto/zk/sealed-box.ts';
import { SandboxClient } from '../../../platform/sandboxes/client.ts';
import { type Job, type OutputChunk, SandboxLost } from '../../../sandbox-image/protocol/job.ts';
import { encodeOutput, frameReply, runAad } from '../../../sandbox-image/protocol/wire.ts';
import { levels, Supervisor } from './supervisor.ts';

const job = (code: string, more: Partial<Job> = {}): Job => ({
  executionId: randomUUID(),
  language: 'python',
  code,
  stdin: '',
  args: [],
  env: {},
  files: [],
  timeoutMs: 10_000,
  ...more,
});
const joined = (chunks: readonly OutputChunk[], stream: string) =>
  Buffer.concat(chunks.filter((chunk) => chunk.stream === stream).map(({ bytes }) => bytes)).toString();

describe.each(levels)('output of a running program at level %s', (level) => {
  let sandbox: Supervisor;
  beforeAll(async () => {
    sandbox = await Supervisor.start({ STRONGROOM_SANDBOX_LEVEL: level });
  });
  afterAll(() => sandbox.stop());

  it('arrives while the program runs', async () => {
    const code = 'import sys\nprint("first", flush=True)\nwhile True: pass';
    const first = Promise.withResolvers<OutputChunk>();
    const endless = job(code);
    const run = sandbox.client.run(endless, { onOutput: first.resolve });
    expect(Buffer.from((await first.promise).bytes).toString()).toBe('first\n');
    await sandbox.client.stop(endless.executionId);
    expect((await run).status).toBe('killed');
  });

  it.each(['python', 'javascript'] as const)('equals the output in the result: %s', async (language) => {
    const code = {
      python: 'import sys\nfor n in range(2000):\n    print(n)\n    print(-n, file=sys.stderr)',
      javascript: 'for (let n = 0; n < 2000; n++) { console.log(n); console.error(-n); }',
    }[language];
    const chunks: OutputChunk[] = [];
    const result = await sandbox.client.run(job(code, { language }), { onOutput: (c) => chunks.push(c) });
    for (const stream of ['stdout', 'stderr'] as const) {
      expect(joined(chunks, stream)).toBe(Buffer.from(result[stream]).toString());
    }
    expect(joined(chunks, 'stdout').split('\n')).toHaveLength(2001);
  });

  it('is truncated at the same place as the result', async () => {
    const chunks: OutputChunk[] = [];
    const code = 'import sys\nfor _ in range(40): sys.stdout.write("x" * 65536)';
    const result = await sandbox.client.run(job(code), { onOutput: (chunk) => chunks.push(chunk) });
    expect(result.truncated.stdout).toBe(true);
    expect(joined(chunks, 'stdout')).toHaveLength(256 * 1024);
  });

  it('may be empty', async () => {
    const quiet: OutputChunk[] = [];
    const result = await sandbox.client.run(job('pass'), { onOutput: (chunk) => quiet.push(chunk) });
    expect([result.status, quiet]).toEqual(['completed', []]);
  });

  it('does not harm the sandbox if its listener fails', async () => {
    const fail = () => {
      throw new RangeError('the listener failed');
    };
    await expect(sandbox.client.run(job('print(1)'), { onOutput: fail })).rejects.toThrow(RangeError);
    expect((await sandbox.run('print(2)')).stdout).toBe('2\n');
  });

  it('ends with SandboxLost if the sandbox dies', async () => {
    const dying = await Supervisor.start({ STRONGROOM_SANDBOX_LEVEL: level });
    const begun = Promise.withResolvers<OutputChunk>();
    const code = 'import time\nprint(1, flush=True)\ntime.sleep(60)';
    const run = dying.client.run(job(code), { onOutput: begun.resolve });
    await begun.promise;
    dying.process.kill('SIGKILL');
    await expect(run).rejects.toBeInstanceOf(SandboxLost);
    await dying.stop();
  });
});

describe('a client', () => {
  const key = generatePrivateKey(native);
  const servers: { close(): unknown }[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  /** Returns a client of a fake sandbox that sends these replies, which may be any bytes. */
  async function clientOf(reply: (opened: ReturnType<typeof open>) => Uint8Array[]): Promise<SandboxClient> {
    const server: Server = createServer(async (request, response) => {
      const box = Buffer.concat(await request.toArray());
      response.writeHead(200);
      for (const part of reply(open(native, key, box, runAad))) response.write(part);
      response.end();
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return new SandboxClient(`http://127.0.0.1:${port}`, key.publicKey);
  }
  const chunk = (text: string) => encodeOutput({ stream: 'stdout', bytes: Buffer.from(text) });

  it.each<[string, (opened: ReturnType<typeof open>) => Uint8Array[]]>([
    ['lack the last one', ({ sealNext }) => [frameReply(sealNext(chunk('1')))]],
    ['end within a reply', ({ sealNext }) => [frameReply(sealNext(chunk('1'))).subarray(0, 9)]],
    ['are missing', () => []],
    ['are not sealed', () => [frameReply(Buffer.from('{"status":"completed"}'))]],
    [
      'are in another order',
      ({ sealNext, sealReply }) => {
        const [one, two] = [sealNext(chunk('1')), sealNext(chunk('2'))];
        return [two, one, sealReply(chunk('3'))].map(frameReply);
      },
    ],
    [
      'are repeated',
      ({ sealNext, sealReply }) => {
        const one = sealNext(chunk('1'));
        return [one, one, sealReply(chunk('3'))].map(frameReply);
      },
    ],
    [
      'lack the first one',
      ({ sealNext, sealReply }) => {
        sealNext(chunk('1'));
        return [frameReply(sealReply(chunk('2')))];
      },
    ],
    ['claim to be endless', () => [Buffer.from([255, 255, 255, 255]), Buffer.alloc(100)]],
  ])('treats the run as lost if the replies %s', async (_, reply) => {
    const client = await clientOf(reply);
    await expect(client.run(job(''), { onOutput: () => {} })).rejects.toBeInstanceOf(SandboxLost);
    client.close();
  });

  it('reads replies that arrive byte by byte', async () => {
    const sandbox = await Supervisor.start();
    servers.push({ close: () => sandbox.stop() });
    const path = sandbox.ready.listen.slice('unix:'.length);
    const { connect } = await import('node:net');
    const dripping = createTcpServer((socket) => {
      const upstream = connect(path);
      socket.pipe(upstream);
      upstream.on('data', (data) => {
        for (const byte of data) socket.write(Buffer.of(byte));
      });
      upstream.on('end', () => socket.end());
      for (const end of [socket, upstream]) end.on('error', () => end.destroy()).setNoDelay(true);
    });
    servers.push(dripping);
    await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(dripping.address() as AddressInfo).port}`;
    const client = new SandboxClient(url, Buffer.from(sandbox.ready.publicKeyB64, 'base64'));
    const chunks: OutputChunk[] = [];
    const code = 'import time\nfor n in range(3): print(n, flush=True); time.sleep(0.05)';
    const result = await client.run(job(code), { onOutput: (c) => chunks.push(c) });
    expect(Buffer.from(result.stdout).toString()).toBe('0\n1\n2\n');
    expect(joined(chunks, 'stdout')).toBe('0\n1\n2\n');
    client.close();
  });
});
