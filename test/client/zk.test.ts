import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StrongroomClient } from '../../client/index.ts';
import {
  deleteZkCode,
  fetchZkTrust,
  listZkCode,
  openZkCode,
  putZkCode,
  runZkCode,
  type ZkTrust,
} from '../../client/zk.ts';
import { fromBase64, toBase64 } from '../../crypto/encoding/base64.ts';
import { publicKeyDigest, type SandboxClaims, signSandboxProof } from '../../crypto/zk/sandbox-proof.ts';
import { generatePrivateKey, open } from '../../crypto/zk/sealed-box.ts';
import { sealedPasswordAad } from '../../crypto/zk/sealed-password.ts';
import { FileKeys } from '../../platform/local/file-keys.ts';
import { TestAppliance } from '../api/appliance.ts';
import { TestUser } from '../api/target.ts';
import { native, noble, providers } from '../support/providers.ts';
import { text } from '../support/vault.ts';
import { altered, digestOf, encrypt } from '../support/zk-client.ts';
import { ScriptedServer } from './scripted-server.ts';

const masterPassword = 'PLANTED master pässword';
const marker = 'PLANTED_code';
const code = `import sys\nprint("${marker}"[::-1], sys.argv[1:], sys.stdin.read())\nprint("err", file=sys.stderr)`;
const reversed = [...marker].reverse().join('');

let appliance: TestAppliance;
let user: TestUser;
let client: StrongroomClient;
let trust: ZkTrust;
/** What left this process. */
const sent: string[] = [];
const recorded: typeof fetch = (input, init) => {
  sent.push(String(input), JSON.stringify([...new Headers(init?.headers)]), String(init?.body));
  return fetch(input, init);
};
const clientOf = ({ apiKey }: TestUser, through = recorded) =>
  new StrongroomClient({ baseUrl: appliance.target.url, credential: { apiKey }, fetch: through });
const put = (name: string, text = code, description?: string) =>
  putZkCode(client, native, { name, code: text, masterPassword, description });
const run = (name: string, more: object = {}, followed: object = {}) =>
  runZkCode(client, native, trust, { name, masterPassword, ...more }, followed);

beforeAll(async () => {
  appliance = await TestAppliance.start();
  user = await TestUser.register(appliance.target);
  client = clientOf(user);
  trust = await fetchZkTrust(client);
});
afterAll(() => appliance.remove());

describe('encrypted code', () => {
  test('is stored, listed, decrypted here and deleted', async () => {
    const stored = await put('report', code, 'of the month');
    expect(stored).toMatchObject({ name: 'report', description: 'of the month', language: 'python' });
    expect(await listZkCode(client)).toEqual([stored]);
    expect(await openZkCode(client, native, 'report', masterPassword)).toEqual({ ...stored, code });
    await deleteZkCode(client, 'report');
    expect(await listZkCode(client)).toEqual([]);
    await expect(deleteZkCode(client, 'report')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(run('report')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each(providers)('runs, and answers as any program, %s', async (provider, primitives) => {
    await putZkCode(client, primitives, { name: provider, code, masterPassword });
    const written: string[] = [];
    const program = { name: provider, masterPassword, args: ['a', 'b'], stdin: 'given' };
    const result = await runZkCode(client, primitives, trust, program, {
      onOutput: (stream, text) => written.push(stream, text),
    });
    expect(result).toMatchObject({ status: 'completed', exitCode: 0, stderr: 'err\n' });
    expect(result.stdout).toBe(`${reversed} ['a', 'b'] given\n`);
    expect(written).toEqual(['stdout', result.stdout, 'stderr', result.stderr]);
  });

  test('that takes longer than a call is followed to its end, and can be stopped', async () => {
    await put('long', 'import time\nprint("begun", flush=True)\ntime.sleep(600)');
    const written: string[] = [];
    const stop = (id: string) => client.call('executions.stop', { params: { id } });
    const onOutput = (_: string, text: string) => {
      written.push(text);
      stop(accepted);
    };
    let accepted = '';
    const onAccepted = (id: string) => {
      accepted = id;
    };
    const result = await run('long', { timeoutSeconds: 120 }, { onOutput, onAccepted });
    expect(result).toMatchObject({ executionId: accepted, status: 'killed', stdout: 'begun\n' });
    expect(written).toEqual(['begun\n']);
  }, 60_000);

  test('a wrong master password opens it neither here nor in the sandbox', async () => {
    await put('closed');
    const wrong = { masterPassword: 'not the master password' };
    await expect(openZkCode(client, native, 'closed', wrong.masterPassword)).rejects.toMatchObject({
      ...{ code: 'WRONG_MASTER_PASSWORD', status: 401 },
    });
    await expect(run('closed', wrong)).rejects.toMatchObject({ code: 'WRONG_MASTER_PASSWORD', status: 401 });
  });

  test('what cannot be encrypted is refused before anything is sent', async () => {
    sent.length = 0;
    for (const bad of [
      { masterPassword: 'too short' },
      { masterPassword: 'x'.repeat(1025) },
      { masterPassword: `lone surrogate \ud800` },
      { code: '#'.repeat(256 * 1024 + 1) },
      { code: '"\ud800"' },
    ]) {
      const program = { name: 'bad', code, masterPassword, ...bad };
      await expect(putZkCode(client, native, program)).rejects.toThrow(RangeError);
    }
    expect(sent).toEqual([]);
  });

  test('a session that ended meanwhile is opened again, once', async () => {
    await put('again');
    let refusals = 0;
    const through = (until: number) =>
      clientOf(user, async (input, init) => {
        const answer = await fetch(input, init);
        if (!String(input).includes('/execute/') || refusals >= until) return answer;
        refusals += 1;
        const body = { success: false, error: 'This session has ended.', code: 'SESSION_ENDED' };
        return Response.json(body, { status: 409 });
      });
    const program = { name: 'again', masterPassword };
    expect(await runZkCode(through(1), native, trust, program)).toMatchObject({ exitCode: 0 });
    await expect(runZkCode(through(9), native, trust, program)).rejects.toMatchObject({
      code: 'SESSION_ENDED',
    });
    expect(refusals).toBe(3);
  });

  test('neither it nor its master password is ever sent', async () => {
    sent.length = 0;
    await put('secret', code);
    await openZkCode(client, native, 'secret', masterPassword);
    await run('secret');
    const log = sent.join('\n');
    expect(log).toContain('/api/v1/zk/execute/secret');
    expect(log).toContain('sealedPassword');
    for (const secret of [masterPassword, code, marker]) {
      for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
        expect(log).not.toContain(form);
      for (const shift of [0, 1, 2]) {
        const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
        expect(log).not.toContain(bytes.toString('base64').slice(4, -4));
      }
    }
  });
});

describe('a payload that was altered on the way', () => {
  const through = (alter: (body: never) => object) =>
    clientOf(user, async (input, init) => {
      const answer = await fetch(input, init);
      if (init?.method !== 'GET' || !String(input).endsWith('/zk/code/altered')) return answer;
      return Response.json(alter((await answer.json()) as never));
    });
  type Stored = { readonly encryptedPayload: Awaited<ReturnType<typeof encrypt>> };
  beforeAll(() => put('altered'));

  test.each([
    ['a bit of it', ({ encryptedPayload }: Stored) => altered(encryptedPayload, 'ciphertext')],
    ['its version', ({ encryptedPayload }: Stored) => ({ ...encryptedPayload, v: 2 })],
    ['its salt', ({ encryptedPayload }: Stored) => ({ ...encryptedPayload, salt: 'AAAA' })],
  ])('is not opened: %s', async (_, alter) => {
    const man = through((body: Stored) => ({ ...body, encryptedPayload: alter(body) }));
    const error = { code: 'TAMPERED_PAYLOAD', status: 400 };
    await expect(openZkCode(man, native, 'altered', masterPassword)).rejects.toMatchObject(error);
    const program = { name: 'altered', masterPassword };
    await expect(runZkCode(man, native, trust, program)).rejects.toMatchObject(error);
  });

  test('with its digest looks like a wrong password here, and runs nowhere', async () => {
    const man = through((body: Stored) => {
      const encryptedPayload = altered(body.encryptedPayload, 'ciphertext');
      return { ...body, encryptedPayload, sha256: digestOf(encryptedPayload) };
    });
    await expect(openZkCode(man, native, 'altered', masterPassword)).rejects.toMatchObject({
      code: 'WRONG_MASTER_PASSWORD',
    });
    await expect(runZkCode(man, native, trust, { name: 'altered', masterPassword })).rejects.toMatchObject({
      code: 'SEALED_PASSWORD_REJECTED',
    });
  });

  test('or is another program under the same password is not the one that was stored', async () => {
    const { sha256 } = await put('kept', 'print("first")');
    await put('kept', 'print("second")');
    expect((await run('kept')).stdout).toBe('second\n');
    await expect(run('kept', { sha256 })).rejects.toMatchObject({ code: 'TAMPERED_PAYLOAD' });
    const { sha256: newest } = await put('kept', 'print("third")');
    expect((await run('kept', { sha256: newest })).stdout).toBe('third\n');
  });

  test('when it was stored is told', async () => {
    const man = clientOf(user, (input, init) => {
      const body = JSON.parse(String(init?.body));
      const encryptedPayload = altered(body.encryptedPayload, 'ciphertext');
      return fetch(input, { ...init, body: JSON.stringify({ ...body, encryptedPayload }) });
    });
    await expect(putZkCode(man, native, { name: 'swapped', code, masterPassword })).rejects.toMatchObject({
      code: 'TAMPERED_PAYLOAD',
    });
  });
});

describe('a sandbox’s key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-zk-'));
  const keys = new FileKeys(join(folder, 'keys.json'));
  const otherKeys = new FileKeys(join(folder, 'other.json'));
  const sandboxKey = generatePrivateKey(noble);
  const now = Math.floor(Date.now() / 1000);
  const claims: SandboxClaims = {
    ...{ sub: 'user-1', org: 'org-1', jti: 'session-1', sandbox: 'sandbox-1', iat: now, exp: now + 300 },
    key: publicKeyDigest(noble, sandboxKey.publicKey),
  };
  let server: ScriptedServer;
  let payload: Awaited<ReturnType<typeof encrypt>>;
  beforeAll(async () => {
    server = await ScriptedServer.start();
    payload = await encrypt(masterPassword, code);
  });
  beforeEach(() => server.reset());
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  /** Runs against a server that answers with this session. */
  async function runWith(session: object, signature = claims, by = keys) {
    const stored = { name: 'report', sha256: digestOf(payload), encryptedPayload: payload };
    const answer = {
      ...{ sessionId: signature.jti, userId: signature.sub, expiresAt: new Date(signature.exp * 1000) },
      publicKeyB64: toBase64(sandboxKey.publicKey),
      proof: await signSandboxProof(by, signature),
      ...session,
    };
    const result = { executionId: 'execution-1', stdout: 'ran\n', stderr: '' };
    server.answers(...[stored, answer, result].map((body) => ({ status: 200, body })));
    const scripted = new StrongroomClient({ baseUrl: server.url });
    const known = { userId: claims.sub, publicKeys: [...(await keys.publicKeys('jwt'))] };
    return runZkCode(scripted, native, known, { name: 'report', masterPassword });
  }

  test('that is proven gets the master password, which it alone opens', async () => {
    expect((await runWith({})).stdout).toBe('ran\n');
    const { sealedPassword } = JSON.parse(server.received[2]?.body ?? '');
    const aad = sealedPasswordAad({
      ...{ userId: 'user-1', sessionId: 'session-1', expiresAt: new Date(claims.exp * 1000).toISOString() },
      ...{ name: 'report', payloadSha256: digestOf(payload) },
    });
    const box = fromBase64(sealedPassword.boxB64) as Uint8Array;
    expect(text(open(noble, sandboxKey, box, aad).plaintext)).toBe(masterPassword);
  });

  const stranger = toBase64(generatePrivateKey(noble).publicKey);
  test.each<readonly [string, object, SandboxClaims, FileKeys]>([
    ['another than the proven one', { publicKeyB64: stranger }, claims, keys],
    ['no base64', { publicKeyB64: '#' }, claims, keys],
    ['proven by no signature', { proof: 'a.b.c' }, claims, keys],
    ['proven by another installation', {}, claims, otherKeys],
    ['proven for another user', {}, { ...claims, sub: 'user-2' }, keys],
    ['proven for a time that is over', {}, { ...claims, exp: now - 1 }, keys],
  ])('that is %s gets nothing', async (_, session, signature, by) => {
    await expect(runWith(session, signature, by)).rejects.toMatchObject({ code: 'PROOF_REJECTED' });
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/v1/zk/code/report',
      'POST /api/v1/zk/sessions',
    ]);
    expect(server.received.map(({ body }) => body)).toEqual(['', '']);
  });
});
