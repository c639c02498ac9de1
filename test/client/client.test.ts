import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { type RequestFor, type ResponseFor, StrongroomClient, StrongroomError } from '../../client/index.ts';
import { ScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
let client: StrongroomClient;

beforeAll(async () => {
  server = await ScriptedServer.start();
  client = new StrongroomClient({
    baseUrl: server.url,
    credential: { apiKey: 'pyapi_k_s' },
    retry: { baseMs: 1 },
  });
});
beforeEach(() => server.reset());
afterAll(() => server.stop());

const metadata = {
  name: 'GREETING',
  description: '',
  createdAt: '2026-03-17T12:34:56.789Z',
  updatedAt: '2026-03-17T12:34:56.789Z',
  version: 1,
  lastUsedAt: null,
};
const created = { status: 201, body: metadata };
const put = { params: { name: 'GREETING' }, body: { value: 'hello' } };

async function errorOf(call: Promise<unknown>): Promise<StrongroomError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StrongroomError)) throw new Error('the call threw no StrongroomError');
  return error;
}

describe('a call', () => {
  it('is sent as the contract has it', async () => {
    server.answers(created);
    const { status, body, headers } = await client.call('secrets.put', put);
    expect([status, body]).toEqual([201, metadata]);
    expect(headers.get('content-type')).toContain('json');
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({
      method: 'PUT',
      url: '/api/v1/secrets/GREETING',
      headers: { 'x-api-key': 'pyapi_k_s', 'content-type': 'application/json' },
      body: JSON.stringify({ value: 'hello' }),
    });
    expect(server.received[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  it('keeps the prefix of the base URL', async () => {
    for (const baseUrl of [`${server.url}/prod`, `${server.url}/prod/`]) {
      server.reset();
      server.answers({ status: 200, body: { status: 'ok' } });
      await new StrongroomClient({ baseUrl }).call('system.getLiveness');
      expect(server.received[0]?.url).toBe('/prod/health');
    }
  });

  it('encodes parameters and leaves out what is undefined of a query', async () => {
    server.answers({ status: 200, body: [] });
    await client.call('secrets.list', { query: { limit: 5, cursor: 'a/b=&c' } });
    expect(server.received[0]?.url).toBe('/api/v1/secrets?limit=5&cursor=a%2Fb%3D%26c');
    server.answers({ status: 200, body: { deleted: true, name: 'a/b ü' } });
    await client.call('secrets.delete', { params: { name: 'a/b ü' } });
    expect(server.received[1]?.url).toBe('/api/v1/secrets/a%2Fb%20%C3%BC');
  });

  it.each(['', '.', '..'])(
    'never leaves its path: the parameter “%s” is refused before it is sent',
    async (name) => {
      await expect(client.call('secrets.delete', { params: { name } })).rejects.toThrow(TypeError);
      expect(server.received).toHaveLength(0);
    },
  );

  it('sends a token as a bearer, and nothing without a token', async () => {
    server.answers({ status: 200, body: [] }, { status: 200, body: [] });
    await client.withCredential({ token: 'eyJ' }).call('secrets.list');
    await client.withCredential(undefined).call('secrets.list');
    expect(server.received.map(({ headers }) => [headers.authorization, headers['x-api-key']])).toEqual([
      ['Bearer eyJ', undefined],
      [undefined, undefined],
    ]);
  });

  it('returns an answer that is declared, whatever its status', async () => {
    const body = { status: 'failed', version: '1', time: metadata.createdAt, checks: {} };
    server.answers({ status: 503, body });
    const answer = await client.call('system.getHealth');
    expect(answer.status).toBe(503);
    expect(answer.body).toEqual(body);
    expect(server.received).toHaveLength(1);
  });

  it('returns text where the operation answers text', async () => {
    server.answers({ status: 200, body: '<!doctype html>' });
    expect((await client.call('system.getDocs')).body).toBe('<!doctype html>');
  });

  it('is typed by its route record', () => {
    expectTypeOf<RequestFor<'secrets.put'>['params']>().toEqualTypeOf<{ name: string }>();
    expectTypeOf<RequestFor<'secrets.put'>>().not.toMatchTypeOf<{ query: object }>();
    expectTypeOf<ResponseFor<'secrets.put'>['status']>().toEqualTypeOf<200 | 201>();
    expectTypeOf<ResponseFor<'secrets.list'>['body'][number]['version']>().toEqualTypeOf<number>();
    expectTypeOf<RequestFor<'executions.create'>['body']['stdin']>().toEqualTypeOf<string | undefined>();
    // @ts-expect-error: the value is missing
    const incomplete: RequestFor<'secrets.put'> = { params: { name: 'A' }, body: {} };
    // @ts-expect-error: no such operation
    const unheardOf: RequestFor<'secrets.steal'> = {};
    expect([incomplete, unheardOf]).toHaveLength(2);
  });
});

describe('an error', () => {
  it('has the code, the status, the request and the fields that the API names', async () => {
    const details = [{ path: 'value', message: 'is not a known field' }];
    const body = { success: false, error: 'No.', code: 'INVALID_REQUEST', requestId: 'r-1', details };
    server.answers({ status: 400, body });
    const error = await errorOf(client.call('secrets.put', put));
    expect(error).toMatchObject({
      name: 'StrongroomError',
      message: 'No.',
      code: 'INVALID_REQUEST',
      status: 400,
      requestId: 'r-1',
      details,
      retryAfter: undefined,
    });
    expect(server.received).toHaveLength(1);
  });

  it('has what a language model wrote instead of a program', async () => {
    const body = {
      success: false,
      error: 'None.',
      code: 'NO_CODE_GENERATED',
      requestId: 'r-1',
      text: 'Why?',
    };
    server.answers({ status: 422, body });
    const error = await errorOf(client.call('programs.generate', { body: { prompt: 'x' } }));
    expect(error).toMatchObject({ code: 'NO_CODE_GENERATED', text: 'Why?' });
  });

  it('says so where the answer is another’s', async () => {
    server.answers({ status: 403, body: '<h1>Forbidden</h1>', headers: { 'x-request-id': 'r-2' } });
    const error = await errorOf(client.call('secrets.list'));
    expect(error).toMatchObject({ code: 'UNEXPECTED_ANSWER', status: 403, requestId: 'r-2' });
    expect(error.message).not.toContain('Forbidden');
  });

  it('says so where JSON is promised and does not come', async () => {
    server.answers({ status: 200, body: '{"half', headers: { 'content-type': 'application/json' } });
    expect(await errorOf(client.call('secrets.list'))).toMatchObject({ code: 'UNEXPECTED_ANSWER' });
  });

  it('is what a redirection is: the credential goes nowhere else', async () => {
    server.answers(...Array(4).fill({ status: 307, headers: { location: `${server.url}/elsewhere` } }));
    expect(await errorOf(client.call('secrets.list'))).toMatchObject({ code: 'NETWORK', status: undefined });
    expect(server.received.every(({ url }) => url === '/api/v1/secrets')).toBe(true);
  });

  it('has no credential in it', async () => {
    server.answers('break', 'break', 'break', 'break');
    const error = await errorOf(client.call('secrets.list'));
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('pyapi_k_s');
  });
});

describe('the client', () => {
  it.each(['ftp://host', 'https://host/?a=1', 'https://host/#a', 'host'])('refuses %s', (baseUrl) => {
    expect(() => new StrongroomClient({ baseUrl })).toThrow(TypeError);
  });

  it('refuses a credential that no header can carry, and sends nothing', async () => {
    const broken = client.withCredential({ token: 'a\nb' });
    await expect(broken.call('secrets.list')).rejects.toThrow(TypeError);
    expect(server.received).toHaveLength(0);
  });

  it('asks a function for the credential before each request', async () => {
    const tokens = ['first', 'second'];
    const credential = () => ({ token: tokens.shift() ?? '' });
    const renewed = new StrongroomClient({ baseUrl: server.url, credential });
    server.answers({ status: 200, body: [] }, { status: 200, body: [] });
    for (let call = 0; call < 2; call++) await renewed.call('secrets.list');
    const sent = server.received.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(['Bearer first', 'Bearer second']);
  });

  it('uses the fetch that it is given', async () => {
    const asked: unknown[] = [];
    const given: typeof fetch = async (input, init) => {
      asked.push(input);
      return fetch(input, init);
    };
    server.answers({ status: 200, body: { status: 'ok' } });
    await new StrongroomClient({ baseUrl: server.url, fetch: given }).call('system.getLiveness');
    expect(asked).toEqual([`${server.url}/health`]);
  });
});
