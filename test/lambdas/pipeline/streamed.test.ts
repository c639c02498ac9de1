import { Readable, Writable } from 'node:stream';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { afterEach, expect, test } from 'vitest';
import type { StreamHandler } from '../../../lambdas/pipeline/endpoint.ts';
import { streamed } from '../../../lambdas/pipeline/streamed.ts';

type Invoke = (event: unknown, response: Writable, context: unknown) => Promise<void>;

/**
 * Provides the part of Lambda's runtime that a streaming function uses, as in "Set up a Lambda proxy integration with
 * payload response streaming": a JSON prelude, eight NUL bytes, the body.
 */
function provideRuntime(): void {
  const HttpResponseStream = {
    from(stream: Writable, head: object) {
      stream.write(JSON.stringify(head));
      stream.write(Buffer.alloc(8));
      return stream;
    },
  };
  const streamifyResponse = (handler: Invoke) => Object.assign(handler, { streaming: true });
  Object.assign(globalThis, { awslambda: { HttpResponseStream, streamifyResponse } });
}
afterEach(() => {
  Object.assign(globalThis, { awslambda: undefined });
});

async function invoke(handler: StreamHandler): Promise<{ head: object; writes: string[] }> {
  provideRuntime();
  const written: Buffer[] = [];
  const response = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(chunk);
      done();
    },
  });
  await (streamed(handler) as unknown as Invoke)({} as APIGatewayProxyEvent, response, {} as Context);
  expect(response.writableFinished).toBe(true);
  const [head, separator, ...body] = written;
  expect(separator).toEqual(Buffer.alloc(8));
  return { head: JSON.parse(String(head)), writes: body.map(String) };
}

test('streams the head of a response, then all pieces of its body', async () => {
  const headers = { 'Content-Type': 'text/event-stream' };
  const answer = await invoke(async () => ({ statusCode: 200, headers, body: Readable.from(['a', 'b']) }));
  expect(answer).toEqual({ head: { statusCode: 200, headers }, writes: ['a', 'b'] });
});

test('sends the head and the body of a refusal', async () => {
  const answer = await invoke(async () => ({ statusCode: 404, headers: {}, body: '{"success":false}' }));
  expect(answer).toEqual({ head: { statusCode: 404, headers: {} }, writes: ['{"success":false}'] });
});

test('rejects if the body breaks off', async () => {
  const body = new Readable({
    read() {
      this.destroy(new Error('broke off'));
    },
  });
  await expect(invoke(async () => ({ statusCode: 200, headers: {}, body }))).rejects.toThrow('broke off');
});
