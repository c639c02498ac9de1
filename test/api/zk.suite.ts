import { createHash, createPublicKey, verify } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import type { ZkPayload } from '../../crypto/zk/payload.ts';
import { altered, digestOf, encrypt, sealPassword } from '../support/zk-client.ts';
import { call, type Target, TestUser } from './target.ts';

const masterPassword = 'MyS3cur3P@ss!';

export function zkSuite(target: () => Target): void {
  describe('zero-knowledge code', () => {
    let user: TestUser;
    let payload: ZkPayload;
    beforeAll(async () => {
      [user, payload] = await Promise.all([
        TestUser.register(target()),
        encrypt(masterPassword, 'import sys; print("opened", sys.argv[1:], sys.stdin.read())'),
      ]);
      await put('report', { encryptedPayload: payload });
    });

    const put = (name: string, body: object, by = user) =>
      by.call('PUT', `/api/v1/zk/code/${name}`, { body });
    const get = (name: string, by = user) => by.call('GET', `/api/v1/zk/code/${name}`);
    const execute = (name: string, body: object, by = user) =>
      by.call('POST', `/api/v1/zk/execute/${name}`, { body });

    describe('the encryption helper', () => {
      test('returns a payload that runs', async () => {
        const { status, body } = await user.call('POST', '/api/v1/zk/encrypt', {
          body: { masterPassword, code: "print('Hello from zero-knowledge!')" },
        });
        expect(status).toBe(200);
        expect(body).toEqual({
          encryptedPayload: {
            v: 1,
            salt: expect.any(String),
            nonce: expect.any(String),
            ciphertext: expect.any(String),
          },
        });
        expect((await put('hello', body)).status).toBe(201);
        const run = await execute('hello', { masterPassword });
        expect([run.status, run.body.stdout]).toEqual([200, 'Hello from zero-knowledge!\n']);
      });

      test.each([
        ['masterPassword', { code: 'x' }],
        ['masterPassword', { masterPassword: 'ninechars', code: 'x' }],
        ['masterPassword', { masterPassword: 'x'.repeat(1025), code: 'x' }],
        ['code', { masterPassword }],
        ['code', { masterPassword, code: 'x'.repeat(limits.codeBytes + 1) }],
        ['language', { masterPassword, code: 'x', language: 'python' }],
      ])('a bad %s is 400, and the error names it', async (path, body) => {
        const answer = await user.call('POST', '/api/v1/zk/encrypt', { body });
        expect([answer.status, answer.body.details[0].path]).toEqual([400, path]);
      });
    });

    describe('stored code', () => {
      test('is created, then replaced, and keeps its creation time', async () => {
        const created = await put('twice', { encryptedPayload: payload, description: 'first' });
        expect(created.status).toBe(201);
        expect(created.body).toEqual({
          name: 'twice',
          language: 'python',
          description: 'first',
          sizeBytes: Buffer.from(payload.ciphertext, 'base64').length,
          sha256: digestOf(payload),
          createdAt: expect.stringMatching(/Z$/),
          updatedAt: created.body.createdAt,
        });
        const second = await encrypt(masterPassword, 'print(2)');
        const replaced = await put('twice', { encryptedPayload: second });
        expect([replaced.status, replaced.body.createdAt, replaced.body.description]).toEqual([
          200,
          created.body.createdAt,
          'first',
        ]);
        expect((await get('twice')).body).toEqual({ ...replaced.body, encryptedPayload: second });
      });

      test('lists programs without their payload, page by page', async () => {
        const owner = await TestUser.register(target());
        for (const name of ['a', 'b', 'c']) await put(name, { encryptedPayload: payload }, owner);
        const names: string[] = [];
        let path: string | undefined = '/api/v1/zk/code?limit=2';
        while (path) {
          const { body, headers } = await owner.call('GET', path);
          for (const code of body) {
            expect(Object.keys(code)).not.toContain('encryptedPayload');
            names.push(code.name);
          }
          const cursor = headers.get('x-next-cursor');
          path = cursor ? `/api/v1/zk/code?limit=2&cursor=${encodeURIComponent(cursor)}` : undefined;
        }
        expect(names).toEqual(['a', 'b', 'c']);
      });

      test('deletes a program, and then answers 404', async () => {
        await put('gone', { encryptedPayload: payload });
        const remove = () => user.call('DELETE', '/api/v1/zk/code/gone');
        const { status, body } = await remove();
        expect([status, body]).toEqual([200, { deleted: true, name: 'gone' }]);
        for (const answer of [await remove(), await get('gone'), await execute('gone', { masterPassword })]) {
          expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND']);
        }
      });

      test('of another user does not exist', async () => {
        const other = await TestUser.register(target());
        for (const answer of [
          await get('report', other),
          await other.call('DELETE', '/api/v1/zk/code/report'),
          await execute('report', { masterPassword }, other),
        ]) {
          expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND']);
        }
        expect((await other.call('GET', '/api/v1/zk/code')).body).toEqual([]);
        expect((await get('report')).status).toBe(200);
      });

      test('accepts a program of the maximum size, and no larger one', async () => {
        const largest = `${'#'.repeat(limits.codeBytes - 9)}\nprint(1)`;
        expect(
          (await put('largest', { encryptedPayload: await encrypt(masterPassword, largest) })).status,
        ).toBe(201);
        expect((await execute('largest', { masterPassword })).body.stdout).toBe('1\n');
        const { status, body } = await put('largest', {
          encryptedPayload: await encrypt(masterPassword, `${largest}#`),
        });
        expect([status, body.details[0].path]).toEqual([400, 'encryptedPayload.ciphertext']);
      });

      test('of two concurrent writes both get a response, and one is stored completely', async () => {
        const payloads = await Promise.all([1, 2, 3].map((n) => encrypt(masterPassword, `print(${n})`)));
        const answers = await Promise.all(
          payloads.map((encryptedPayload) => put('raced', { encryptedPayload })),
        );
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
        const { body } = await get('raced');
        expect(payloads).toContainEqual(body.encryptedPayload);
        expect(body.sha256).toBe(digestOf(body.encryptedPayload));
      });

      const base64 = (bytes: number) => Buffer.alloc(bytes).toString('base64');
      test.each([
        ['encryptedPayload', {}],
        ['encryptedPayload', { encryptedPayload: 'text' }],
        ['encryptedPayload.v', { v: 2 }],
        ['encryptedPayload.salt', { salt: base64(15) }],
        ['encryptedPayload.salt', { salt: base64(17) }],
        ['encryptedPayload.salt', { salt: base64(16).replaceAll('=', '') }],
        ['encryptedPayload.salt', { salt: ` ${base64(16)}` }],
        ['encryptedPayload.salt', { salt: base64(16).replace('A==', 'B==') }],
        ['encryptedPayload.nonce', { nonce: base64(12) }],
        ['encryptedPayload.nonce', { nonce: '_'.repeat(32) }],
        ['encryptedPayload.ciphertext', { ciphertext: base64(15) }],
        ['encryptedPayload.ciphertext', { ciphertext: 7 }],
        ['encryptedPayload.key', { key: 'mine' }],
      ])('a bad %s is 400, and the error names it', async (path, part) => {
        const whole = path !== 'encryptedPayload';
        const { status, body } = await put(
          'bad',
          whole ? { encryptedPayload: { ...payload, ...part } } : part,
        );
        expect([status, body.details[0].path]).toEqual([400, path]);
        expect((await get('bad')).status).toBe(404);
      });

      test('must be Python, the only language that runs without its code in a file', async () => {
        const { status, body } = await put('script', { encryptedPayload: payload, language: 'javascript' });
        expect([status, body.details[0].path]).toEqual([400, 'language']);
      });

      test.each(['.hidden', '-x', 'a%20b', 'a%00', `${'a'.repeat(129)}`, '%C3%BC'])(
        'rejects the name %s with 400',
        async (name) => {
          const { status, body } = await put(name, { encryptedPayload: payload });
          expect([status, body.details[0].path]).toEqual([400, 'name']);
        },
      );
    });

    describe('a run', () => {
      test('gets input, arguments and secrets like any execution', async () => {
        const { status, body } = await execute('report', { masterPassword, stdin: 'in', args: ['x'] });
        expect(status).toBe(200);
        expect(body).toMatchObject({
          executionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          status: 'completed',
          exitCode: 0,
          stdout: "opened ['x'] in\n",
          isolation: { seccomp: true },
        });
        await user.call('PUT', '/api/v1/secrets/ZK', { body: { value: 'secret' } });
        const code = 'import os; print(os.environ.get("ZK"))';
        await put('env', { encryptedPayload: await encrypt(masterPassword, code) });
        const stdout = async (secrets?: unknown) =>
          (await execute('env', { masterPassword, secrets })).body.stdout;
        expect([await stdout(), await stdout('none'), await stdout(['ZK'])]).toEqual([
          'secret\n',
          'None\n',
          'secret\n',
        ]);
      });

      test('answers 401 for a wrong master password, and records it in the audit log', async () => {
        const { status, body } = await execute('report', { masterPassword: 'another password' });
        expect([status, body.code]).toEqual([401, 'WRONG_MASTER_PASSWORD']);
        const { entries } = (await user.call('GET', '/api/v1/audit?action=zk.execute&limit=2')).body;
        expect(entries).toMatchObject([
          { resource: 'zk/code/report', outcome: 'refused' },
          { resource: 'zk/code/report', outcome: 'success' },
        ]);
      });

      test('a wrong master password reveals no secret, and marks none as used', async () => {
        const owner = await TestUser.register(target());
        await owner.call('PUT', '/api/v1/secrets/UNUSED', { body: { value: 'x' } });
        await put('closed', { encryptedPayload: payload }, owner);
        expect((await execute('closed', { masterPassword: 'wrong' }, owner)).status).toBe(401);
        expect((await owner.call('GET', '/api/v1/secrets')).body[0].lastUsedAt).toBeNull();
      });

      test('a payload that its owner damaged before storing it cannot be decrypted with any password', async () => {
        await put('damaged', { encryptedPayload: altered(payload, 'ciphertext') });
        expect((await execute('damaged', { masterPassword })).body.code).toBe('WRONG_MASTER_PASSWORD');
      });

      test('a program that fails or times out is a 200', async () => {
        await put('fails', { encryptedPayload: await encrypt(masterPassword, 'raise SystemExit(3)') });
        expect((await execute('fails', { masterPassword })).body).toMatchObject({ exitCode: 3 });
        await put('hangs', { encryptedPayload: await encrypt(masterPassword, 'while True: pass') });
        const { status, body } = await execute('hangs', { masterPassword, timeoutSeconds: 1 });
        expect([status, body.status]).toEqual([200, 'timed_out']);
      });

      test('files that are too large for the response can be fetched', async ({ skip }) => {
        if (target().cannotPass.has('responseStreaming')) skip('see test/cloud/unsupported.ts');
        const code = 'open("large.bin", "wb").write(b"x" * 3_000_000)';
        await put('large', { encryptedPayload: await encrypt(masterPassword, code) });
        const { status, body } = await execute('large', { masterPassword });
        expect([status, body.largeFiles]).toMatchObject([200, [{ path: 'large.bin', sizeBytes: 3_000_000 }]]);
        const { text } = await user.call('GET', body.largeFiles[0].href);
        expect(text).toBe('x'.repeat(3_000_000));
      });

      test('passwords are used byte for byte', async () => {
        const composed = 'p\u00e4ssword \u{1f511}';
        await put('unicode', { encryptedPayload: await encrypt(composed, 'print(1)') });
        expect((await execute('unicode', { masterPassword: composed })).body.stdout).toBe('1\n');
        expect((await execute('unicode', { masterPassword: composed.normalize('NFD') })).status).toBe(401);
      });

      test.each([
        ['masterPassword', {}],
        ['masterPassword', { masterPassword: '' }],
        ['masterPassword', { masterPassword: 7 }],
        ['masterPassword', { masterPassword: 'x', sealedPassword: { session: 'x', boxB64: 'x' } }],
        ['sealedPassword', { sealedPassword: 'x' }],
        ['sealedPassword.session', { sealedPassword: { boxB64: Buffer.alloc(1200).toString('base64') } }],
        ['sealedPassword.boxB64', { sealedPassword: { session: 'x', boxB64: 'AAAA' } }],
        ['timeoutSeconds', { masterPassword, timeoutSeconds: 0 }],
        ['secrets', { masterPassword, secrets: ['ABSENT'] }],
        ['code', { masterPassword, code: 'print(1)' }],
      ])('a bad %s is 400, and the error names it', async (path, body) => {
        const answer = await execute('report', body);
        expect(answer.status).toBe(400);
        expect(answer.body.details.map((detail: { path: string }) => detail.path)).toContain(path);
      });
    });

    describe('a session', () => {
      const open = async (by = user) => (await by.call('POST', '/api/v1/zk/sessions')).body;
      type Session = Awaited<ReturnType<typeof open>>;

      function sealed(session: Session, name = 'report', password = masterPassword, of = payload) {
        const { sessionId, userId, expiresAt, publicKeyB64, proof } = session;
        const binding = { userId, name, sessionId, expiresAt, payloadSha256: digestOf(of) };
        return { session: proof, boxB64: sealPassword(publicKeyB64, password, binding) };
      }

      test('provides the key of a sandbox for a short time', async () => {
        const { status, body } = await user.call('POST', '/api/v1/zk/sessions');
        expect(status).toBe(200);
        expect(body).toEqual({
          sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          userId: user.id,
          publicKeyB64: expect.any(String),
          expiresAt: expect.stringMatching(/Z$/),
          proof: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        });
        expect(Buffer.from(body.publicKeyB64, 'base64')).toHaveLength(1216);
        const seconds = (Date.parse(body.expiresAt) - Date.now()) / 1000;
        expect(seconds).toBeGreaterThan(limits.zkSessionSeconds - 60);
        expect(seconds).toBeLessThanOrEqual(limits.zkSessionSeconds);
      });

      test('has a proof that the installation signs over key, sandbox, user and expiry', async () => {
        const session = await open();
        const [header, claims, signature] = session.proof.split('.');
        const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
        const { keys } = (await call(target(), 'GET', '/.well-known/jwks.json')).body;
        const jwk = keys.find(({ kid }: { kid: string }) => kid === decode(header).kid);
        const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
        const signed = Buffer.from(`${header}.${claims}`);
        expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
        const publicKey = Buffer.from(session.publicKeyB64, 'base64');
        expect(decode(claims)).toMatchObject({
          aud: 'strongroom/zk-session',
          sub: user.id,
          jti: session.sessionId,
          sandbox: expect.any(String),
          key: createHash('sha256').update(publicKey).digest('base64url'),
          exp: Date.parse(session.expiresAt) / 1000,
        });
      });

      test('has a proof that is not a token, and a token is not a proof', async () => {
        const session = await open();
        const headers = { authorization: `Bearer ${session.proof}` };
        expect((await call(target(), 'GET', '/api/v1/zk/code', { headers })).status).toBe(401);
        const sealedPassword = { ...sealed(session), session: user.token };
        expect((await execute('report', { sealedPassword })).body.code).toBe('SESSION_ENDED');
      });

      test('a password that is sealed to it runs the program once', async () => {
        const sealedPassword = sealed(await open());
        const { status, body } = await execute('report', { sealedPassword, args: ['sealed'] });
        expect([status, body.stdout]).toEqual([200, "opened ['sealed'] \n"]);
        const again = await execute('report', { sealedPassword });
        expect([again.status, again.body.code]).toEqual([400, 'SEALED_PASSWORD_REJECTED']);
      });

      test('accepts several passwords that were sealed to it', async () => {
        const session = await open();
        for (const arg of ['1', '2']) {
          const { body } = await execute('report', { sealedPassword: sealed(session), args: [arg] });
          expect(body.stdout).toBe(`opened ['${arg}'] \n`);
        }
      });

      test('a wrong sealed password is 401 too', async () => {
        const sealedPassword = sealed(await open(), 'report', 'another password');
        const { status, body } = await execute('report', { sealedPassword });
        expect([status, body.code]).toEqual([401, 'WRONG_MASTER_PASSWORD']);
      });

      test('a password that was sealed for one program decrypts no other, and no later version', async () => {
        const session = await open();
        await put('moved', { encryptedPayload: payload });
        const forAnother = await execute('moved', { sealedPassword: sealed(session, 'report') });
        expect([forAnother.status, forAnother.body.code]).toEqual([400, 'SEALED_PASSWORD_REJECTED']);
        const early = sealed(session, 'moved');
        await put('moved', { encryptedPayload: await encrypt(masterPassword, 'print("later")') });
        expect((await execute('moved', { sealedPassword: early })).body.code).toBe(
          'SEALED_PASSWORD_REJECTED',
        );
      });

      test('a session of another user, a modified and an invented one are 409', async () => {
        const session = await open();
        const other = await TestUser.register(target());
        await put('report', { encryptedPayload: payload }, other);
        const [header, claims, signature] = session.proof.split('.');
        const forged = Buffer.from(signature, 'base64url').fill(1, 0, 1).toString('base64url');
        const proofs = [`${header}.${claims}.${forged}`, 'a.b.c', 'x'];
        const answers = [
          await execute('report', { sealedPassword: sealed(session) }, other),
          ...(await Promise.all(
            proofs.map((proof) =>
              execute('report', { sealedPassword: { ...sealed(session), session: proof } }),
            ),
          )),
        ];
        for (const { status, body } of answers) expect([status, body.code]).toEqual([409, 'SESSION_ENDED']);
      });
    });

    test('every request but reads adds an audit entry, and none says what was encrypted', async () => {
      const owner = await TestUser.register(target());
      const code = 'print("planted-code")';
      const { body } = await owner.call('POST', '/api/v1/zk/encrypt', { body: { masterPassword, code } });
      await put('audited', body, owner);
      await owner.call('POST', '/api/v1/zk/sessions');
      await execute('audited', { masterPassword }, owner);
      await owner.call('DELETE', '/api/v1/zk/code/audited');
      const audit = await owner.call('GET', '/api/v1/audit');
      expect(audit.body.entries.slice(0, -1).map(({ action }: { action: string }) => action)).toEqual([
        'zk.delete',
        'zk.execute',
        'zk.createSession',
        'zk.put',
        'zk.encrypt',
      ]);
      expect(audit.text).not.toMatch(/planted|S3cur3/);
    });
  });
}
