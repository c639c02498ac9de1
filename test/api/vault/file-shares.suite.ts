import { setTimeout as after } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import type { Target } from '../target.ts';
import { b64, newOrg, VaultUser } from './vault-user.ts';

export function fileSharesSuite(target: () => Target): void {
  describe('shares of files', () => {
    let org = '';
    let [owner, alice, bob] = [] as unknown as [VaultUser, VaultUser, VaultUser];
    let id = '';
    beforeAll(async () => {
      org = await newOrg(target());
      owner = await VaultUser.create(target(), org, { name: 'owner' });
      alice = await VaultUser.create(target(), org, { name: 'alice' });
      bob = await VaultUser.create(target(), org, { name: 'bob' });
    });
    beforeEach(async () => {
      id = await owner.upload('the content');
    });

    test('an expired share cannot be read, and makes room for another one', async () => {
      const expiresUtc = new Date(Date.now() + 1_500).toISOString();
      const { body } = await owner.shareFile(id, alice, { expiresUtc });
      expect((await alice.sharedFile(body.shareId)).status).toBe(200);
      await after(Date.parse(expiresUtc) - Date.now() + 1);
      expect((await alice.sharedFile(body.shareId)).status).toBe(404);
      expect((await alice.open('GET', '/v1/files/shared')).text).not.toContain(body.shareId);
      expect((await owner.call('GET', `/v1/files/${id}/shares`)).body).toEqual([]);
      expect((await owner.revokeFile(id, alice)).status).toBe(404);
      expect((await alice.call('DELETE', `/v1/files/shared/${body.shareId}`)).status).toBe(404);
      const again = await owner.shareFile(id, alice);
      expect(again.status).toBe(201);
      expect((await alice.sharedFile(again.body.shareId)).body.contentB64).toBe(b64('the content'));
    });

    test.each([
      ['recipientUserId', { recipientUserId: 'alice' }],
      ['permission', { permission: undefined }],
      ['expiresUtc', { expiresUtc: 'tomorrow' }],
      ['alias', { alias: 'of values alone' }],
    ])('a bad %s is 400, and the error names it', async (path, terms) => {
      const { status, body } = await owner.shareFile(id, alice, terms);
      expect(status).toBe(400);
      expect(body.details.map((detail: { path: string }) => detail.path)).toContain(path);
    });

    test('each recipient has their own share, and cannot share it further', async () => {
      const [toAlice, toBob] = [await owner.shareFile(id, alice), await owner.shareFile(id, bob)];
      expect((await bob.sharedFile(toAlice.body.shareId)).status).toBe(404);
      expect((await alice.shareFile(id, bob)).status).toBe(404);
      await owner.revokeFile(id, alice);
      expect((await alice.sharedFile(toAlice.body.shareId)).status).toBe(404);
      expect((await bob.sharedFile(toBob.body.shareId)).status).toBe(200);
      const { body } = await owner.call('GET', `/v1/files/${id}/shares`);
      expect(body.map(({ recipientName }: { recipientName: string }) => recipientName)).toEqual(['bob']);
    });

    test('shares of values and of files are distinct', async () => {
      await owner.put('value', 'the value');
      const ofFile = (await owner.shareFile(id, alice)).body.shareId;
      const ofValue = (await owner.share('value', alice)).body.shareId;
      expect((await alice.read(ofFile)).status).toBe(404);
      expect((await alice.sharedFile(ofValue)).status).toBe(404);
      expect((await alice.open('GET', '/v1/files/shared?limit=100')).text).not.toContain(ofValue);
      expect((await alice.open('GET', '/v1/kv/shared?limit=100')).text).not.toContain(ofFile);
      expect((await alice.call('DELETE', `/v1/kv/shared/${ofFile}`)).status).toBe(404);
    });

    test('a share survives the rekey of owner and recipient', async () => {
      const { body } = await owner.shareFile(id, alice);
      for (const user of [owner, alice]) {
        const renewed = `${user.secret}, renewed`;
        await user.open('POST', '/v1/keys/rekey', { headers: { 'x-new-user-secret': renewed } });
        user.secret = renewed;
      }
      expect((await alice.sharedFile(body.shareId)).body.contentB64).toBe(b64('the content'));
    });

    test('a share of a file is created once per Idempotency-Key', async () => {
      const other = await owner.upload('another');
      const share = (file: string) =>
        owner.open('POST', `/v1/files/${file}/shares`, {
          headers: { 'idempotency-key': `share ${id}` },
          body: { recipientUserId: alice.id, permission: 'read' },
        });
      const first = await share(id);
      expect((await share(id)).body).toEqual(first.body);
      expect((await share(other)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    });

    test('of two concurrent identical shares, one is created', async () => {
      const answers = await Promise.all([1, 2, 3].map(() => owner.shareFile(id, alice)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      expect((await owner.call('GET', `/v1/files/${id}/shares`)).body).toHaveLength(1);
    });

    test('a concurrent share and delete leave no share without a file', async () => {
      for (let round = 0; round < 5; round++) {
        const file = await owner.upload('the content');
        const [shared, deleted] = await Promise.all([
          owner.shareFile(file, alice),
          owner.call('DELETE', `/v1/files/${file}`),
        ]);
        expect([201, 404]).toContain(shared.status);
        expect(deleted.status).toBe(200);
        if (shared.status === 201) {
          expect((await alice.sharedFile(shared.body.shareId)).status).toBe(404);
          const remove = await alice.call('DELETE', `/v1/files/shared/${shared.body.shareId}`);
          expect(remove.status).toBe(404);
        }
        const { text } = await alice.open('GET', '/v1/files/shared?limit=100');
        expect(text).not.toContain(file);
      }
    });

    test('of a concurrent revoke, decline and delete, one ends the share, and the file is deleted', async () => {
      for (let round = 0; round < 5; round++) {
        const file = await owner.upload('the content');
        const { shareId } = (await owner.shareFile(file, alice)).body;
        const [revoked, removed, deleted] = await Promise.all([
          owner.revokeFile(file, alice),
          alice.call('DELETE', `/v1/files/shared/${shareId}`),
          owner.call('DELETE', `/v1/files/${file}`),
        ]);
        expect(deleted.status).toBe(200);
        const ended = [revoked, removed].filter(({ status }) => status === 200);
        expect(ended.length).toBeLessThanOrEqual(1);
        expect((await alice.sharedFile(shareId)).status).toBe(404);
      }
    });
  });

  describe('the number of shares of a file', () => {
    test('is limited, and deleting the file deletes all of them', async () => {
      const org = await newOrg(target());
      const owner = await VaultUser.create(target(), org);
      const id = await owner.upload('much shared');
      const recipients: VaultUser[] = [];
      for (let made = 0; made <= limits.sharesPerRecord; made += 4) {
        const four = Array.from({ length: 4 }, () => VaultUser.create(target(), org));
        recipients.push(...(await Promise.all(four)));
      }
      const ids: string[] = [];
      for (const recipient of recipients.slice(0, limits.sharesPerRecord)) {
        const { status, body } = await owner.shareFile(id, recipient);
        expect(status).toBe(201);
        ids.push(body.shareId);
      }
      const onemore = await owner.shareFile(id, recipients[limits.sharesPerRecord] as VaultUser);
      expect([onemore.status, onemore.body.code]).toEqual([409, 'TOO_MANY_SHARES']);
      expect((await owner.call('DELETE', `/v1/files/${id}`)).status).toBe(200);
      expect((await recipients[0]?.sharedFile(ids[0] as string))?.status).toBe(404);
    }, 120_000);
  });
}
