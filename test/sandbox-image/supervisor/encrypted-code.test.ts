import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { native } from '../../../crypto/providers/native.ts';
import { sealZkPayload, type ZkPayload } from '../../../crypto/zk/payload.ts';
import type { PasswordBinding } from '../../../crypto/zk/sealed-password.ts';
import { type CodeFault, CodeNotOpened, type EncryptedCode } from '../../../sandbox-image/protocol/job.ts';
import { altered, digestOf, encrypt, sealPassword } from '../../support/zk-client.ts';
import { Supervisor } from './supervisor.ts';

const password = 'correct horse battery staple';

let sandbox: Supervisor;
let other: Supervisor;
let payload: ZkPayload;
beforeAll(async () => {
  [sandbox, other, payload] = await Promise.all([
    Supervisor.start(),
    Supervisor.start(),
    encrypt(password, 'import sys; print("opened", sys.argv[1:])'),
  ]);
});
afterAll(() => Promise.all([sandbox.stop(), other.stop()]));

const run = (encrypted: EncryptedCode, to = sandbox) => to.run('', { encrypted, args: ['a'] });

async function fault(encrypted: EncryptedCode, to?: Supervisor): Promise<CodeFault> {
  const error = await run(encrypted, to).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CodeNotOpened);
  return (error as CodeNotOpened).fault;
}

describe('an encrypted program', () => {
  it('runs under its master password', async () => {
    expect((await run({ payload, unlock: { password } })).stdout).toBe("opened ['a']\n");
  });

  it('does not run under another password', async () => {
    for (const wrong of ['', `${password} `, password.toUpperCase()]) {
      expect(await fault({ payload, unlock: { password: wrong } })).toBe('wrong_password');
    }
  });

  it('does not run if it was modified, which the tag cannot tell from a wrong password', async () => {
    for (const field of ['salt', 'nonce', 'ciphertext'] as const) {
      expect(await fault({ payload: altered(payload, field), unlock: { password } })).toBe('wrong_password');
    }
  });

  it.each([
    ['a short salt', { salt: 'AAAA' }],
    ['a long nonce', { nonce: Buffer.alloc(25).toString('base64') }],
    ['a ciphertext without a tag', { ciphertext: 'AAAA' }],
    ['invalid base64', { ciphertext: '####' }],
    ['another version', { v: 2 }],
  ])('is malformed with %s', async (_, part) => {
    const malformed = { ...payload, ...part } as ZkPayload;
    expect(await fault({ payload: malformed, unlock: { password } })).toBe('malformed');
  });

  it('is malformed if it is not text', async () => {
    const binary = await sealZkPayload(native, password, Uint8Array.of(0xff, 0xfe));
    expect(await fault({ payload: binary, unlock: { password } })).toBe('malformed');
  });

  it('cannot see its password', async () => {
    const code = [
      'import gc, os, sys',
      'dicts = [thing for thing in gc.get_objects() if isinstance(thing, dict)]',
      'print([key for each in dicts for key in list(each) if key in ("encrypted", "unlock")])',
      'print(sys.argv, dict(os.environ))',
    ].join('\n');
    const { stdout } = await run({ payload: await encrypt(password, code), unlock: { password } });
    expect(stdout).toMatch(/^\[\]\n\['main.py', 'a'\]/);
    expect(stdout).not.toContain(password);
  });
});

describe('a sealed password', () => {
  const binding = (): PasswordBinding => ({
    userId: 'ann',
    name: 'report',
    payloadSha256: digestOf(payload),
    sessionId: 'session-1',
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  });
  const key = (of = sandbox) => of.ready.publicKeyB64;
  const sealed = (
    bound: PasswordBinding,
    claimed = bound,
    text: string | Uint8Array = password,
  ): EncryptedCode => ({
    payload,
    unlock: { sealedPasswordB64: sealPassword(key(), text, bound), binding: claimed },
  });

  it('opens the program', async () => {
    expect((await run(sealed(binding()))).stdout).toBe("opened ['a']\n");
  });

  it('does not open the program if it is wrong', async () => {
    expect(await fault(sealed(binding(), undefined, 'another password'))).toBe('wrong_password');
  });

  it('opens once', async () => {
    const box = sealed(binding());
    expect((await run(box)).status).toBe('completed');
    expect(await fault(box)).toBe('sealed_password_rejected');
  });

  it.each([
    ['user', { userId: 'bob' }],
    ['program', { name: 'other' }],
    ['session', { sessionId: 'session-2' }],
    ['end of the session', { expiresAt: new Date(Date.now() + 120_000).toISOString() }],
  ])('does not open the program for another %s', async (_, part) => {
    const bound = binding();
    expect(await fault(sealed(bound, { ...bound, ...part }))).toBe('sealed_password_rejected');
  });

  it('does not open another payload, whatever digest the job claims', async () => {
    const swapped = await encrypt(password, 'print("swapped")');
    const { unlock } = sealed(binding());
    expect(await fault({ payload: swapped, unlock })).toBe('sealed_password_rejected');
    const forged = { ...binding(), payloadSha256: digestOf(swapped) };
    expect(await fault({ ...sealed(binding(), forged), payload: swapped })).toBe('sealed_password_rejected');
  });

  it('does not open the program after its session, or for a session that never expires', async () => {
    for (const expiresAt of [new Date(Date.now() - 1).toISOString(), '2999-01-01T00:00:00.000Z', 'never']) {
      expect(await fault(sealed({ ...binding(), expiresAt }))).toBe('sealed_password_rejected');
    }
  });

  it('does not open the program in another sandbox', async () => {
    expect(await fault(sealed(binding()), other)).toBe('sealed_password_rejected');
  });

  it('is rejected if it is not a box, or not text', async () => {
    const bound = binding();
    const box = (sealedPasswordB64: string) => ({ payload, unlock: { sealedPasswordB64, binding: bound } });
    expect(await fault(box(''))).toBe('sealed_password_rejected');
    expect(await fault(box(Buffer.alloc(1200).toString('base64')))).toBe('sealed_password_rejected');
    expect(await fault(sealed(bound, bound, Uint8Array.of(0xff)))).toBe('sealed_password_rejected');
  });

  it('is not accepted as a job', async () => {
    const { unlock } = sealed(binding());
    const box = Buffer.from('sealedPasswordB64' in unlock ? unlock.sealedPasswordB64 : '', 'base64');
    const options = {
      socketPath: sandbox.ready.listen.slice('unix:'.length),
      path: '/run',
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
    };
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(options, (incoming) => resolve(incoming.resume().statusCode));
      outgoing.on('error', reject).end(box);
    });
    expect(status).toBe(400);
  });
});

describe('the supervisor', () => {
  it('writes no core file', () => {
    const limits = readFileSync(`/proc/${sandbox.process.pid}/limits`, 'utf8');
    expect(limits).toMatch(/^Max core file size +[01] +[01] /m);
  });
});
