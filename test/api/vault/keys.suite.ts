import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Target } from '../target.ts';
import { b64, newOrg, VaultUser } from './vault-user.ts';

export function vaultKeysSuite(target: () => Target): void {
  describe('keys', () => {
    let org = '';
    let user: VaultUser;
    beforeAll(async () => {
      org = await newOrg(target());
    });
    beforeEach(async () => {
      user = await VaultUser.create(target(), org, { keys: false });
    });

    const generate = (secret: string) =>
      user.call('POST', '/v1/keys/generate', { headers: { 'x-user-secret': secret } });
    const rekey = (to: string, from = user.secret) =>
      user.call('POST', '/v1/keys/rekey', { headers: { 'x-user-secret': from, 'x-new-user-secret': to } });

    test.each([
      ['of 11 characters', 'x'.repeat(11)],
      ['of 1,025 characters', 'x'.repeat(1025)],
    ])('a secret %s is 400, and the error names it without repeating it', async (_, secret) => {
      const { status, body, text } = await generate(secret);
      expect([status, body.details[0].path]).toEqual([400, 'X-User-Secret']);
      expect(text).not.toContain(secret);
      await user.generate();
      const refused = await rekey(secret);
      expect([refused.status, refused.body.details[0].path]).toEqual([400, 'X-New-User-Secret']);
    });

    test('a secret of 12 characters is accepted', async () => {
      expect((await generate('x'.repeat(12))).status).toBe(201);
    });

    test('a missing secret is 401, and the error names the header', async () => {
      const none = await user.call('POST', '/v1/keys/generate');
      expect([none.status, none.body.code]).toEqual([401, 'USER_SECRET_REQUIRED']);
      await user.generate();
      const { status, body } = await user.open('POST', '/v1/keys/rekey');
      expect([status, body.code]).toEqual([401, 'USER_SECRET_REQUIRED']);
      expect(body.error).toContain('X-New-User-Secret');
    });

    test('a non-ASCII secret is the same in UTF-8 or Latin-1, composed or decomposed', async () => {
      const text = 'pässwörd für alle';
      const asUtf8 = Buffer.from(text).toString('latin1');
      expect((await generate(asUtf8)).status).toBe(201);
      await user.put('k', 'v');
      for (const secret of [asUtf8, text, Buffer.from(text.normalize('NFD')).toString('latin1')]) {
        expect((await user.get('k', secret)).status).toBe(200);
      }
      expect((await user.get('k', 'passwort fur alle')).status).toBe(401);
    });

    test('of two concurrent generations, one is kept', async () => {
      const answers = await Promise.all([generate('one user secret'), generate('two user secret')]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
      const winner = answers.findIndex(({ status }) => status === 201);
      const me = (await user.call('GET', '/v1/users/me')).body;
      expect(me.publicKeyB64).toBe(answers[winner]?.body.publicKeyB64);
      await user.put('k', 'v');
      const secrets = ['one user secret', 'two user secret'];
      expect((await user.get('k', secrets[winner])).status).toBe(200);
      expect((await user.get('k', secrets[1 - winner])).status).toBe(401);
    });

    test('of two concurrent rekeys, one succeeds and the other is 409', async () => {
      await user.generate();
      await user.put('k', 'v');
      const secrets = ['the first new secret', 'the second new secret'];
      const answers = await Promise.all(secrets.map((secret) => rekey(secret)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const winner = answers.findIndex(({ status }) => status === 200);
      expect((await user.get('k', secrets[winner])).body).toEqual({ valueB64: b64('v') });
      expect((await user.get('k', secrets[1 - winner])).status).toBe(401);
      expect((await user.get('k')).status).toBe(401);
    });

    test('reads during a rekey return the value, with the old secret or the new one', async () => {
      await user.generate();
      await user.put('k', 'v');
      const renewed = 'the renewed user secret';
      const reads = Array.from({ length: 8 }, () => Promise.all([user.get('k'), user.get('k', renewed)]));
      const [rekeyed, ...pairs] = await Promise.all([rekey(renewed), ...reads]);
      expect(rekeyed.status).toBe(200);
      for (const pair of pairs) {
        const statuses = pair.map(({ status }) => status);
        expect(statuses.every((status) => status === 200 || status === 401)).toBe(true);
        for (const { status, body } of pair) if (status === 200) expect(body.valueB64).toBe(b64('v'));
      }
      expect((await user.get('k', renewed)).status).toBe(200);
    });

    test('a generation is replayed for its Idempotency-Key', async () => {
      const again = () => user.open('POST', '/v1/keys/generate', { headers: { 'idempotency-key': 'once' } });
      const [first, second] = [await again(), await again()];
      expect([second.status, second.body]).toEqual([201, first.body]);
    });
  });
}
