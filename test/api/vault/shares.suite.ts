import { setTimeout as after } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import type { Target } from '../target.ts';
import { b64, newOrg, VaultUser } from './vault-user.ts';

export function sharesSuite(target: () => Target): void {
  describe('shares', () => {
    let org = '';
    let [owner, alice, bob] = [] as unknown as [VaultUser, VaultUser, VaultUser];
    let key = '';
    let number = 0;
    beforeAll(async () => {
      org = await newOrg(target());
      owner = await VaultUser.create(target(), org, { name: 'owner' });
      alice = await VaultUser.create(target(), org, { name: 'alice' });
      bob = await VaultUser.create(target(), org, { name: 'bob' });
    });
    beforeEach(async () => {
      key = `shared-${++number}`;
      await owner.put(key, 'the value');
    });

    test('an expired share cannot be read, and makes room for another one', async () => {
      const expiresUtc = new Date(Date.now() + 1_500).toISOString();
      const { body } = await owner.share(key, alice, { expiresUtc });
      expect((await alice.read(body.shareId)).status).toBe(200);
      await after(Date.parse(expiresUtc) - Date.now() + 1);
      expect((await alice.read(body.shareId)).status).toBe(404);
      expect((await alice.open('GET', '/v1/kv/shared')).text).not.toContain(body.shareId);
      expect((await owner.call('GET', `/v1/kv/${key}/shares`)).body).toEqual([]);
      expect((await owner.revoke(key, alice)).status).toBe(404);
      expect((await alice.call('DELETE', `/v1/kv/shared/${body.shareId}`)).status).toBe(404);
      expect((await owner.put(key, 'another')).status).toBe(200);
      const again = await owner.share(key, alice);
      expect(again.status).toBe(201);
      expect((await alice.read(again.body.shareId)).body.valueB64).toBe(b64('another'));
      expect((await alice.read(body.shareId)).status).toBe(404);
    });

    test('an expiry with an offset is returned in UTC', async () => {
      const { body } = await owner.share(key, alice, { expiresUtc: '2099-03-24T12:00:00+02:00' });
      expect(body.expiresUtc).toBe('2099-03-24T10:00:00.000Z');
    });

    test.each([
      ['recipientUserId', { recipientUserId: 'alice' }],
      ['permission', { permission: 'write' }],
      ['permission', { permission: undefined }],
      ['expiresUtc', { expiresUtc: 'tomorrow' }],
      ['expiresUtc', { expiresUtc: '2020-01-01T00:00:00Z' }],
      ['alias', { alias: 'x'.repeat(limits.shareAliasBytes + 1) }],
      ['unheardOf', { unheardOf: 1 }],
    ])('a bad %s is 400, and the error names it', async (path, terms) => {
      const { status, body } = await owner.share(key, alice, terms);
      expect(status).toBe(400);
      expect(body.details.map((detail: { path: string }) => detail.path)).toContain(path);
    });

    test('each recipient has their own share', async () => {
      const [toAlice, toBob] = [await owner.share(key, alice), await owner.share(key, bob)];
      expect((await bob.read(toAlice.body.shareId)).status).toBe(404);
      await owner.revoke(key, alice);
      expect((await alice.read(toAlice.body.shareId)).status).toBe(404);
      expect((await bob.read(toBob.body.shareId)).status).toBe(200);
      const { body } = await owner.call('GET', `/v1/kv/${key}/shares`);
      expect(body.map(({ recipientName }: { recipientName: string }) => recipientName)).toEqual(['bob']);
    });

    test('a share survives the rekey of owner and recipient, and cannot be shared further', async () => {
      const { body } = await owner.share(key, alice);
      for (const user of [owner, alice]) {
        const renewed = `${user.secret}, renewed`;
        const { status } = await user.open('POST', '/v1/keys/rekey', {
          headers: { 'x-new-user-secret': renewed },
        });
        expect(status).toBe(200);
        user.secret = renewed;
      }
      expect((await alice.read(body.shareId)).status).toBe(200);
      expect((await alice.share(key, bob)).status).toBe(404);
    });

    test('a large value can be shared too', async () => {
      await owner.put(key, 'x'.repeat(100_000));
      const { body } = await owner.share(key, alice);
      expect((await alice.read(body.shareId)).body.valueB64).toBe(b64('x'.repeat(100_000)));
    });

    test('a share of a value is created once per Idempotency-Key', async () => {
      await owner.put(`${key}-too`, 'another value');
      const share = (name: string) =>
        owner.open('POST', `/v1/kv/${name}/shares`, {
          headers: { 'idempotency-key': `share ${key}` },
          body: { recipientUserId: alice.id, permission: 'read' },
        });
      const first = await share(key);
      expect((await share(key)).body).toEqual(first.body);
      expect((await share(`${key}-too`)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    });

    test('of two concurrent identical shares, one is created', async () => {
      const answers = await Promise.all([1, 2, 3].map(() => owner.share(key, alice)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      expect((await owner.call('GET', `/v1/kv/${key}/shares`)).body).toHaveLength(1);
    });

    test('a concurrent share and delete leave no share without a value', async () => {
      for (let round = 0; round < 5; round++) {
        await owner.put(key, 'the value');
        const [shared, deleted] = await Promise.all([
          owner.share(key, alice),
          owner.call('DELETE', `/v1/kv/${key}`),
        ]);
        expect([201, 404]).toContain(shared.status);
        expect(deleted.status).toBe(200);
        if (shared.status === 201) expect((await alice.read(shared.body.shareId)).status).toBe(404);
        await owner.put(key, 'a new one');
        expect((await owner.call('GET', `/v1/kv/${key}/shares`)).body).toEqual([]);
        await owner.call('DELETE', `/v1/kv/${key}`);
      }
    });

    test('after a concurrent share and overwrite, the share decrypts the newer value', async () => {
      for (let round = 0; round < 5; round++) {
        const value = `value ${round}`;
        const [shared, put] = await Promise.all([owner.share(key, alice), owner.put(key, value)]);
        expect([shared.status, put.status]).toEqual([201, 200]);
        const read = await alice.read(shared.body.shareId);
        expect([read.status, read.body.valueB64]).toEqual([200, b64(value)]);
        await owner.revoke(key, alice);
      }
    });

    test('reads while a value is replaced return one of the two', async () => {
      const { body } = await owner.share(key, alice);
      const reads = Array.from({ length: 6 }, () => alice.read(body.shareId));
      const [put, ...answers] = await Promise.all([owner.put(key, 'newer'), ...reads]);
      expect(put.status).toBe(200);
      for (const { status, body } of answers) {
        expect([200, 409]).toContain(status);
        if (status === 200) expect([b64('the value'), b64('newer')]).toContain(body.valueB64);
      }
    });
  });

  describe('the number of shares', () => {
    test('is limited, and a value with the maximum number can be replaced and deleted', async () => {
      const org = await newOrg(target());
      const owner = await VaultUser.create(target(), org);
      await owner.put('much-shared', 'the value');
      const recipients: VaultUser[] = [];
      for (let made = 0; made <= limits.sharesPerRecord; made += 4) {
        const four = Array.from({ length: 4 }, () => VaultUser.create(target(), org));
        recipients.push(...(await Promise.all(four)));
      }
      const ids: string[] = [];
      for (const recipient of recipients.slice(0, limits.sharesPerRecord)) {
        const { status, body } = await owner.share('much-shared', recipient);
        expect(status).toBe(201);
        ids.push(body.shareId);
      }
      const onemore = await owner.share('much-shared', recipients[limits.sharesPerRecord] as VaultUser);
      expect([onemore.status, onemore.body.code]).toEqual([409, 'TOO_MANY_SHARES']);
      expect((await owner.put('much-shared', 'newer')).status).toBe(200);
      for (const at of [0, limits.sharesPerRecord - 1]) {
        expect((await recipients[at]?.read(ids[at] as string))?.body.valueB64).toBe(b64('newer'));
      }
      const page = await owner.call('GET', '/v1/kv/much-shared/shares?limit=40');
      expect([page.body.length, page.headers.get('x-next-cursor')]).toEqual([40, expect.any(String)]);
      expect((await owner.put('much-shared', 'x'.repeat(50_000))).status).toBe(200);
      expect((await owner.call('DELETE', '/v1/kv/much-shared')).status).toBe(200);
      expect((await recipients[0]?.read(ids[0] as string))?.status).toBe(404);
    }, 120_000);
  });
}
