import { beforeAll, describe, expect, test } from 'vitest';
import { openOwnKeys } from '../../../client/vault/own-keys.ts';
import { restoredKeyVersion } from '../../../crypto/vault/restored-keys.ts';
import { nativeVault } from '../../support/vault.ts';
import { call, type Target, TestUser } from '../target.ts';
import { asAdministrator, b64, time as timeOf, VaultUser } from './vault-user.ts';

const time = timeOf(expect);
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const apiKey = expect.stringMatching(/^pyapi_/);
const base64 = expect.stringMatching(/^[A-Za-z0-9+/]+=*$/);

/** Follows the reference section by section. Each test builds on those before it: two orgs, five users. */
export function walkSuite(target: () => Target): void {
  describe('the proxy API of the reference, from top to bottom', () => {
    let [north, south] = ['', ''];
    let [admin, owner, alice, bob, mallory] = [] as unknown as [
      VaultUser,
      VaultUser,
      VaultUser,
      VaultUser,
      VaultUser,
    ];
    let shareId = '';
    let fileId = '';

    /** Creates a user through the API, with the credential in `headers`. */
    const make = async (headers: Record<string, string>, orgId: string, body: object) => {
      const answer = await call(target(), 'POST', `/admin/orgs/${orgId}/users`, { headers, body });
      expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
      return answer.body;
    };

    beforeAll(async () => {
      for (const name of ['North', 'South']) {
        const { status, body } = await asAdministrator(target(), 'POST', '/admin/orgs', { name });
        expect([status, body]).toEqual([201, { id: expect.any(String), name, createdUtc: time }]);
        if (name === 'North') north = body.id;
        else south = body.id;
      }
      const administrator = { 'x-api-key': target().administratorKey };
      const first = await make(administrator, north, { name: 'admin', isAdmin: true });
      admin = new VaultUser(target(), first);
      const byAdmin = { 'x-api-key': admin.apiKey };
      const email = `${first.id}@example.com`;
      const made = await make(byAdmin, north, { name: 'owner', email });
      expect(made).toEqual({
        id: uuid,
        orgId: north,
        name: 'owner',
        email,
        role: 'member',
        isAdmin: false,
        createdUtc: time,
        apiKey,
      });
      owner = new VaultUser(target(), made);
      alice = new VaultUser(target(), await make(byAdmin, north, { name: 'alice' }));
      bob = new VaultUser(target(), await make(byAdmin, north, { name: 'bob' }));
      mallory = new VaultUser(target(), await make(administrator, south, { name: 'mallory', isAdmin: true }));
    });

    test('GET /health returns ok', async () => {
      expect(await call(target(), 'GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
    });

    test('GET /v1/keys/status before keys exist', async () => {
      expect(await owner.call('GET', '/v1/keys/status')).toMatchObject({
        status: 200,
        body: { hasEcc: false, hasKyber: false },
      });
    });

    test('PUT /v1/kv/{key}, GET and POST …/shares are 400 without keys', async () => {
      for (const answer of [
        await owner.put('k', 'v'),
        await owner.get('k'),
        await owner.open('GET', '/v1/kv/shared'),
        await owner.open('POST', '/v1/keys/rekey', {
          headers: { 'x-new-user-secret': 'another user secret' },
        }),
      ]) {
        expect([answer.status, answer.body.code]).toEqual([400, 'KEYS_REQUIRED']);
      }
    });

    test('POST /v1/keys/generate creates both key pairs once', async () => {
      const { status, body } = await owner.open('POST', '/v1/keys/generate');
      expect([status, body]).toEqual([201, { publicKeyB64: base64, publicKeyKyberB64: base64 }]);
      expect(Buffer.from(body.publicKeyB64, 'base64')).toHaveLength(32);
      expect(Buffer.from(body.publicKeyKyberB64, 'base64')).toHaveLength(1184);
      expect((await owner.open('POST', '/v1/keys/generate')).body.code).toBe('KEYS_EXIST');
      expect((await owner.call('GET', '/v1/keys/status')).body).toEqual({ hasEcc: true, hasKyber: true });
      await alice.generate();
      await mallory.generate();
    });

    test('PUT /v1/kv/{key} stores a value that GET returns and lists', async () => {
      const created = await owner.put('app.config.url', 'https://example.com');
      expect([created.status, created.body]).toEqual([
        201,
        { key: 'app.config.url', version: 1, updatedUtc: time },
      ]);
      const replaced = await owner.put('app.config.url', 'https://example.org');
      expect([replaced.status, replaced.body.version]).toEqual([200, 2]);
      expect(await owner.get('app.config.url')).toMatchObject({
        status: 200,
        body: { valueB64: b64('https://example.org') },
      });
      await owner.put('db', 'the password');
      const list = await owner.call('GET', '/v1/kv');
      expect([list.status, list.body]).toEqual([200, ['app.config.url', 'db']]);
    });

    test('GET /v1/kv/{key} is 401 for a wrong or missing secret, 404 for a missing value', async () => {
      const wrong = await owner.get('db', 'not the user secret');
      expect([wrong.status, wrong.body.code]).toEqual([401, 'WRONG_USER_SECRET']);
      const none = await owner.call('GET', '/v1/kv/db');
      expect([none.status, none.body.code]).toEqual([401, 'USER_SECRET_REQUIRED']);
      expect((await owner.get('absent')).status).toBe(404);
      expect((await alice.get('db')).status).toBe(404);
    });

    test('POST /v1/keys/rekey replaces the user secret', async () => {
      const renewed = 'a renewed user secret';
      const rekey = (secret: string) =>
        owner.call('POST', '/v1/keys/rekey', {
          headers: { 'x-user-secret': secret, 'x-new-user-secret': renewed },
        });
      expect((await rekey('not the user secret')).status).toBe(401);
      const { status, body } = await rekey(owner.secret);
      expect([status, body]).toEqual([
        200,
        { rekeyed: true, publicKeyB64: base64, publicKeyKyberB64: base64, updatedUtc: time },
      ]);
      expect((await owner.get('db')).status).toBe(401);
      owner.secret = renewed;
      expect((await owner.get('db')).body).toEqual({ valueB64: b64('the password') });
    });

    test('POST /v1/kv/{key}/shares shares a value', async () => {
      const expiresUtc = new Date(Date.now() + 3_600_000).toISOString();
      const { status, body } = await owner.share('db', alice, { alias: 'database password', expiresUtc });
      expect([status, body]).toEqual([
        201,
        { shareId: uuid, recipientUserId: alice.id, permission: 'read', createdUtc: time, expiresUtc },
      ]);
      shareId = body.shareId;
    });

    test('POST /v1/kv/{key}/shares refuses what the reference refuses', async () => {
      const refusals = [
        [400, await owner.share('db', bob), 'RECIPIENT_KEYS_REQUIRED'],
        [400, await owner.share('db', alice, { permission: 'write' }), 'INVALID_REQUEST'],
        [400, await owner.share('db', alice, { expiresUtc: '2020-01-01T00:00:00Z' }), 'INVALID_REQUEST'],
        [400, await owner.share('db', owner), 'INVALID_REQUEST'],
        [400, await bob.share('db', alice), 'KEYS_REQUIRED'],
        [404, await owner.share('absent', alice), 'NOT_FOUND'],
        [404, await owner.share('db', mallory), 'NOT_FOUND'],
        [409, await owner.share('db', alice), 'SHARE_EXISTS'],
        [
          401,
          await owner.call('POST', '/v1/kv/db/shares', {
            headers: { 'x-user-secret': 'not the user secret' },
            body: { recipientUserId: alice.id, permission: 'read' },
          }),
          'WRONG_USER_SECRET',
        ],
      ] as const;
      for (const [status, answer, code] of refusals) {
        expect([answer.status, answer.body.code]).toEqual([status, code]);
      }
    });

    test('GET /v1/kv/shared lists received shares, and GET /v1/kv/shared/{shareId} opens one', async () => {
      const list = await alice.open('GET', '/v1/kv/shared');
      expect([list.status, list.body]).toEqual([
        200,
        [
          {
            shareId,
            ownerUserId: owner.id,
            ownerName: 'owner',
            permission: 'read',
            alias: 'database password',
            updatedUtc: time,
            expiresUtc: time,
          },
        ],
      ]);
      const { status, body } = await alice.read(shareId);
      expect([status, body]).toEqual([
        200,
        { shareId, ownerUserId: owner.id, valueB64: b64('the password'), expiresUtc: time },
      ]);
      const wrong = await alice.call('GET', `/v1/kv/shared/${shareId}`, {
        headers: { 'x-user-secret': 'not the user secret' },
      });
      expect([wrong.status, wrong.body.code]).toEqual([401, 'WRONG_USER_SECRET']);
      expect((await owner.read(shareId)).status).toBe(404);
      expect((await mallory.read(shareId)).status).toBe(404);
      expect((await alice.read('no-such-share')).status).toBe(404);
    });

    test('GET /v1/kv/{key}/shares shows the first and the last access', async () => {
      const first = (await owner.call('GET', '/v1/kv/db/shares')).body;
      expect(first).toEqual([
        {
          shareId,
          recipientUserId: alice.id,
          recipientName: 'alice',
          permission: 'read',
          createdUtc: time,
          updatedUtc: time,
          expiresUtc: time,
          firstAccessUtc: time,
          lastAccessUtc: time,
        },
      ]);
      await alice.read(shareId);
      const [second] = (await owner.call('GET', '/v1/kv/db/shares')).body;
      expect(second.firstAccessUtc).toBe(first[0].firstAccessUtc);
      expect(second.lastAccessUtc > first[0].lastAccessUtc).toBe(true);
      expect((await alice.call('GET', '/v1/kv/db/shares')).status).toBe(404);
    });

    test('a replaced value is still shared, and its alias stays', async () => {
      await owner.put('db', 'a newer password');
      expect((await alice.read(shareId)).body.valueB64).toBe(b64('a newer password'));
      expect((await alice.open('GET', '/v1/kv/shared')).body[0].alias).toBe('database password');
    });

    test('DELETE /v1/kv/{key}/shares/{recipientUserId} revokes a share', async () => {
      const revoked = await owner.revoke('db', alice);
      expect([revoked.status, revoked.body]).toEqual([200, { revoked: true, shareId, revokedUtc: time }]);
      expect((await alice.read(shareId)).status).toBe(404);
      expect((await owner.revoke('db', alice)).status).toBe(404);
      expect((await owner.call('GET', '/v1/kv/db/shares')).body).toEqual([]);
    });

    test('DELETE /v1/kv/shared/{shareId} declines a share', async () => {
      const { body } = await owner.share('db', alice);
      expect(body.expiresUtc).toBeNull();
      const path = `/v1/kv/shared/${body.shareId}`;
      expect((await mallory.call('DELETE', path)).status).toBe(404);
      const removed = await alice.call('DELETE', path);
      expect([removed.status, removed.body]).toEqual([
        200,
        { removed: true, shareId: body.shareId, revokedUtc: time },
      ]);
      expect((await owner.call('GET', '/v1/kv/db/shares')).body).toEqual([]);
      expect((await alice.call('DELETE', path)).status).toBe(404);
    });

    test('DELETE /v1/kv/{key} revokes the shares', async () => {
      const { body } = await owner.share('db', alice);
      const deleted = await owner.call('DELETE', '/v1/kv/db');
      expect([deleted.status, deleted.body]).toEqual([200, { deleted: true, key: 'db' }]);
      expect((await alice.read(body.shareId)).status).toBe(404);
      await owner.put('db', 'of a new value');
      expect((await alice.read(body.shareId)).status).toBe(404);
      expect((await alice.open('GET', '/v1/kv/shared')).body).toEqual([]);
      expect((await owner.call('DELETE', '/v1/kv/absent')).status).toBe(404);
    });

    test('POST /v1/files stores a file', async () => {
      const { status, body } = await owner.open('POST', '/v1/files', {
        body: { fileName: 'snapshot.json', contentB64: b64('{"a":1}'), contentType: 'application/json' },
      });
      expect([status, body]).toEqual([
        201,
        {
          id: uuid,
          fileName: 'snapshot.json',
          sizeBytes: 7,
          contentType: 'application/json',
          updatedUtc: time,
        },
      ]);
      fileId = body.id;
    });

    test('POST /v1/files refuses what the reference refuses', async () => {
      const file = { fileName: 'a', contentB64: 'YQ==' };
      const post = (by: VaultUser, input: object) =>
        by.call('POST', '/v1/files', { headers: { 'x-user-secret': by.secret }, body: input });
      const withSecret = (secret: string) =>
        owner.call('POST', '/v1/files', { headers: { 'x-user-secret': secret }, body: file });
      const refusals = [
        [400, await post(owner, { contentB64: 'YQ==' }), 'INVALID_REQUEST'],
        [400, await post(owner, { ...file, contentB64: 'YQ' }), 'INVALID_REQUEST'],
        [400, await post(bob, file), 'KEYS_REQUIRED'],
        [401, await withSecret('not the user secret'), 'WRONG_USER_SECRET'],
        [401, await owner.call('POST', '/v1/files', { body: file }), 'USER_SECRET_REQUIRED'],
      ] as const;
      for (const [status, answer, code] of refusals) {
        expect([answer.status, answer.body.code]).toEqual([status, code]);
      }
    });

    test('GET /v1/files lists files, and GET /v1/files/{id} returns one', async () => {
      const list = await owner.open('GET', '/v1/files');
      const { updatedUtc, ...metadata } = list.body[0];
      expect([list.status, list.body.length, metadata, updatedUtc]).toEqual([
        200,
        1,
        { id: fileId, fileName: 'snapshot.json', sizeBytes: 7, contentType: 'application/json' },
        time,
      ]);
      const { status, body } = await owner.file(fileId);
      expect([status, body]).toEqual([
        200,
        { fileName: 'snapshot.json', contentB64: b64('{"a":1}'), contentType: 'application/json' },
      ]);
      for (const path of ['/v1/files', `/v1/files/${fileId}`]) {
        const wrong = await owner.call('GET', path, { headers: { 'x-user-secret': 'not the user secret' } });
        expect([wrong.status, wrong.body.code]).toEqual([401, 'WRONG_USER_SECRET']);
      }
      expect((await alice.file(fileId)).status).toBe(404);
      expect((await owner.file('no-such-file')).status).toBe(404);
    });

    test('POST /v1/files/{id}/shares shares a file', async () => {
      const expiresUtc = new Date(Date.now() + 3_600_000).toISOString();
      const { status, body } = await owner.shareFile(fileId, alice, { expiresUtc });
      expect([status, body]).toEqual([
        201,
        { shareId: uuid, recipientUserId: alice.id, permission: 'read', createdUtc: time, expiresUtc },
      ]);
      shareId = body.shareId;
    });

    test('POST /v1/files/{id}/shares refuses what the reference refuses', async () => {
      const refusals = [
        [400, await owner.shareFile(fileId, bob), 'RECIPIENT_KEYS_REQUIRED'],
        [400, await owner.shareFile(fileId, alice, { permission: 'write' }), 'INVALID_REQUEST'],
        [
          400,
          await owner.shareFile(fileId, alice, { expiresUtc: '2020-01-01T00:00:00Z' }),
          'INVALID_REQUEST',
        ],
        [400, await owner.shareFile(fileId, owner), 'INVALID_REQUEST'],
        [400, await bob.shareFile(fileId, alice), 'KEYS_REQUIRED'],
        [404, await owner.shareFile('no-such-file', alice), 'NOT_FOUND'],
        [404, await owner.shareFile(fileId, mallory), 'NOT_FOUND'],
        [409, await owner.shareFile(fileId, alice), 'SHARE_EXISTS'],
        [
          401,
          await owner.call('POST', `/v1/files/${fileId}/shares`, {
            headers: { 'x-user-secret': 'not the user secret' },
            body: { recipientUserId: alice.id, permission: 'read' },
          }),
          'WRONG_USER_SECRET',
        ],
      ] as const;
      for (const [status, answer, code] of refusals) {
        expect([answer.status, answer.body.code]).toEqual([status, code]);
      }
    });

    test('GET /v1/files/shared lists received files, and GET /v1/files/shared/{shareId} opens one', async () => {
      const metadata = { fileName: 'snapshot.json', contentType: 'application/json' };
      const list = await alice.open('GET', '/v1/files/shared');
      const share = { shareId, fileId, ownerUserId: owner.id, expiresUtc: time };
      expect([list.status, list.body]).toEqual([
        200,
        [{ ...share, ownerName: 'owner', ...metadata, sizeBytes: 7, updatedUtc: time }],
      ]);
      const { status, body } = await alice.sharedFile(shareId);
      expect([status, body]).toEqual([200, { ...share, ...metadata, contentB64: b64('{"a":1}') }]);
      const wrong = await alice.call('GET', `/v1/files/shared/${shareId}`, {
        headers: { 'x-user-secret': 'not the user secret' },
      });
      expect([wrong.status, wrong.body.code]).toEqual([401, 'WRONG_USER_SECRET']);
      expect((await owner.sharedFile(shareId)).status).toBe(404);
      expect((await mallory.sharedFile(shareId)).status).toBe(404);
      expect((await alice.read(shareId)).status).toBe(404);
    });

    test('GET /v1/files/{id}/shares shows the first and the last access', async () => {
      const { status, body } = await owner.call('GET', `/v1/files/${fileId}/shares`);
      expect([status, body]).toEqual([
        200,
        [
          {
            shareId,
            recipientUserId: alice.id,
            recipientName: 'alice',
            permission: 'read',
            createdUtc: time,
            updatedUtc: time,
            expiresUtc: time,
            firstAccessUtc: time,
            lastAccessUtc: time,
          },
        ],
      ]);
      expect((await alice.call('GET', `/v1/files/${fileId}/shares`)).status).toBe(404);
    });

    test('DELETE /v1/files/{id}/shares/{recipientUserId} revokes a share', async () => {
      const revoked = await owner.revokeFile(fileId, alice);
      expect([revoked.status, revoked.body]).toEqual([200, { revoked: true, shareId, revokedUtc: time }]);
      expect((await alice.sharedFile(shareId)).status).toBe(404);
      expect((await owner.revokeFile(fileId, alice)).status).toBe(404);
      expect((await owner.call('GET', `/v1/files/${fileId}/shares`)).body).toEqual([]);
    });

    test('DELETE /v1/files/shared/{shareId} declines a share', async () => {
      const { body } = await owner.shareFile(fileId, alice);
      expect(body.expiresUtc).toBeNull();
      const path = `/v1/files/shared/${body.shareId}`;
      expect((await mallory.call('DELETE', path)).status).toBe(404);
      const removed = await alice.call('DELETE', path);
      expect([removed.status, removed.body]).toEqual([
        200,
        { removed: true, shareId: body.shareId, revokedUtc: time },
      ]);
      expect((await owner.call('GET', `/v1/files/${fileId}/shares`)).body).toEqual([]);
      expect((await alice.call('DELETE', path)).status).toBe(404);
    });

    test('DELETE /v1/files/{id} revokes the shares', async () => {
      const { body } = await owner.shareFile(fileId, alice);
      expect((await alice.call('DELETE', `/v1/files/${fileId}`)).status).toBe(404);
      const deleted = await owner.call('DELETE', `/v1/files/${fileId}`);
      expect([deleted.status, deleted.body]).toEqual([200, { deleted: true, id: fileId }]);
      expect((await alice.sharedFile(body.shareId)).status).toBe(404);
      expect((await alice.open('GET', '/v1/files/shared')).body).toEqual([]);
      expect((await owner.file(fileId)).status).toBe(404);
      expect((await owner.open('GET', '/v1/files')).body).toEqual([]);
      expect((await owner.call('DELETE', `/v1/files/${fileId}`)).status).toBe(404);
    });

    test('GET /v1/users/me returns the caller’s profile', async () => {
      const { status, body } = await owner.call('GET', '/v1/users/me');
      expect([status, body]).toEqual([
        200,
        {
          id: owner.id,
          orgId: north,
          name: 'owner',
          email: expect.stringContaining('@example.com'),
          role: 'member',
          publicKeyB64: base64,
          publicKeyKyberB64: base64,
          encryptedPrivateKeyB64: base64,
          encryptedPrivateKeyKyberB64: base64,
          kdf: {
            algorithm: 'Argon2id',
            memoryKiB: 65_536,
            passes: 3,
            lanes: 4,
            keyVersion: 2,
            recordB64: base64,
          },
          createdUtc: time,
        },
      ]);
      expect((await bob.call('GET', '/v1/users/me')).body).toMatchObject({ publicKeyB64: null, kdf: null });
    });

    test('GET /v1/users/org lists the org’s users, and GET /v1/users/org/{userId} returns one', async () => {
      const { status, body } = await alice.call('GET', '/v1/users/org');
      const profile = (user: VaultUser, keys: unknown) => ({
        id: user.id,
        name: user.name,
        publicKeyB64: keys,
        publicKeyKyberB64: keys,
      });
      expect([status, body]).toEqual([
        200,
        [profile(admin, null), profile(owner, base64), profile(alice, base64), profile(bob, null)],
      ]);
      expect((await alice.call('GET', `/v1/users/org/${owner.id}`)).body).toEqual(body[1]);
      expect((await alice.call('GET', `/v1/users/org/${mallory.id}`)).status).toBe(404);
      expect((await alice.call('GET', '/v1/users/org/no-such-user')).status).toBe(404);
      const names: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page = await alice.call('GET', `/v1/users/org?limit=3${cursor && `&cursor=${cursor}`}`);
        names.push(...page.body.map(({ name }: { name: string }) => name));
        cursor = page.headers.get('x-next-cursor');
      }
      expect(names).toEqual(['admin', 'owner', 'alice', 'bob']);
    });

    test('PUT /v1/recovery/trustees/{trusteeUserId} appoints a trustee, who is then listed', async () => {
      const path = `/v1/recovery/trustees/${alice.id}`;
      const body = {
        encryptedPrivateKeyEccShareB64: b64('ecc'),
        encryptedPrivateKeyKyberShareB64: b64('kyber'),
        xorApplied: true,
        xorSaltHint: 'dog-name',
      };
      const created = await owner.call('PUT', path, { body });
      const trustee = {
        trusteeUserId: alice.id,
        trusteeName: 'alice',
        xorApplied: true,
        xorSaltHint: 'dog-name',
        createdUtc: time,
        updatedUtc: time,
      };
      expect([created.status, created.body]).toEqual([201, trustee]);
      expect((await owner.call('PUT', path, { body })).status).toBe(200);
      const list = await owner.call('GET', '/v1/recovery/trustees');
      expect([list.status, list.body]).toEqual([200, [trustee]]);
      const stranger = await owner.call('PUT', `/v1/recovery/trustees/${mallory.id}`, { body });
      expect([stranger.status, stranger.body.code]).toEqual([404, 'NOT_FOUND']);
    });

    test('GET /v1/recovery/shares lists owners, and GET /v1/recovery/shares/{ownerUserId} returns a share', async () => {
      const listed = {
        ownerUserId: owner.id,
        ownerName: 'owner',
        xorApplied: true,
        xorSaltHint: 'dog-name',
        createdUtc: time,
        updatedUtc: time,
      };
      const list = await alice.call('GET', '/v1/recovery/shares');
      expect([list.status, list.body]).toEqual([200, [listed]]);
      const { status, body } = await alice.call('GET', `/v1/recovery/shares/${owner.id}`);
      expect([status, body]).toEqual([
        200,
        {
          ...listed,
          encryptedPrivateKeyEccShareB64: b64('ecc'),
          encryptedPrivateKeyKyberShareB64: b64('kyber'),
        },
      ]);
      for (const user of [bob, mallory, owner]) {
        expect((await user.call('GET', `/v1/recovery/shares/${owner.id}`)).status).toBe(404);
      }
    });

    test('POST /v1/recovery/restore/{ownerUserId} stores keys that the owner’s rekey adopts', async () => {
      const { body: me } = await owner.call('GET', '/v1/users/me');
      const keys = await openOwnKeys(nativeVault, me, owner.secret);
      const restoring = { org: north, user: owner.id, keyVersion: restoredKeyVersion };
      const sealed = await nativeVault.sealRestoredKeys('a temporary secret', restoring, keys);
      const body = {
        encryptedPrivateKeyEccB64: b64(sealed.x25519),
        encryptedPrivateKeyKyberB64: b64(sealed.mlKem768),
        usedXor: true,
        xorSaltHint: 'dog-name',
      };
      const path = `/v1/recovery/restore/${owner.id}`;
      expect((await bob.call('POST', path, { body })).status).toBe(404);
      const invalid = { ...body, encryptedPrivateKeyEccB64: '!' };
      expect((await alice.call('POST', path, { body: invalid })).status).toBe(400);
      const restored = await alice.call('POST', path, { body });
      expect([restored.status, restored.body]).toEqual([200, { requiresRekey: true }]);
      const { restore } = (await owner.call('GET', '/v1/recovery/restore')).body;
      expect(restore).toEqual({
        trusteeUserId: alice.id,
        trusteeName: 'alice',
        usedXor: true,
        xorSaltHint: 'dog-name',
        createdUtc: time,
        availableUtc: time,
        restoreId: expect.any(String),
        challengeB64: expect.any(String),
        encryptedPrivateKeyEccB64: body.encryptedPrivateKeyEccB64,
        encryptedPrivateKeyKyberB64: body.encryptedPrivateKeyKyberB64,
      });
      await owner.put('of before', 'v');
      const headers = { 'x-user-secret': 'a temporary secret', 'x-new-user-secret': 'a fresh user secret' };
      expect((await owner.call('POST', '/v1/keys/rekey', { headers })).status).toBe(200);
      expect((await owner.get('of before')).status).toBe(401);
      owner.secret = 'a fresh user secret';
      expect((await owner.get('of before')).body).toEqual({ valueB64: b64('v') });
    });

    test('DELETE /v1/recovery/trustees/{trusteeUserId} revokes a trustee’s share', async () => {
      const path = `/v1/recovery/trustees/${alice.id}`;
      const { status, body } = await owner.call('DELETE', path);
      expect([status, body]).toEqual([200, { deleted: true, trusteeUserId: alice.id }]);
      expect((await owner.call('DELETE', path)).status).toBe(404);
      expect((await alice.call('GET', `/v1/recovery/shares/${owner.id}`)).status).toBe(404);
    });

    test('GET /admin/orgs is for the global administrator', async () => {
      const { status, body } = await asAdministrator(target(), 'GET', '/admin/orgs?limit=100');
      expect([status, body]).toEqual([
        200,
        expect.arrayContaining([
          { id: 'default', name: 'Default', createdUtc: time },
          { id: north, name: 'North', createdUtc: time },
          { id: south, name: 'South', createdUtc: time },
        ]),
      ]);
      for (const [method, input] of [
        ['GET', {}],
        ['POST', { body: { name: 'x' } }],
      ] as const) {
        const refused = await admin.call(method, '/admin/orgs', input);
        expect([refused.status, refused.body.code]).toEqual([403, 'FORBIDDEN']);
        expect((await call(target(), method, '/admin/orgs', input)).status).toBe(401);
      }
    });

    test('GET and POST /admin/orgs/{orgId}/users are for the org’s admins', async () => {
      const path = `/admin/orgs/${north}/users`;
      const { status, body } = await admin.call('GET', path);
      expect([status, body.map(({ name }: { name: string }) => name)]).toEqual([
        200,
        ['admin', 'owner', 'alice', 'bob'],
      ]);
      expect(body[0]).toEqual({
        id: admin.id,
        orgId: north,
        name: 'admin',
        email: null,
        role: 'admin',
        isAdmin: true,
        createdUtc: time,
      });
      for (const method of ['GET', 'POST']) {
        const input = method === 'POST' ? { body: { name: 'x' } } : {};
        expect((await owner.call(method, path, input)).status).toBe(403);
        expect((await mallory.call(method, path, input)).status).toBe(404);
        const absent = await asAdministrator(target(), method, '/admin/orgs/none/users', input.body);
        expect(absent.status).toBe(404);
      }
    });

    test('an address that an admin gave to a user cannot be registered', async () => {
      const email = `${alice.id}@example.com`;
      const post = () => admin.call('POST', `/admin/orgs/${north}/users`, { body: { name: 'carol', email } });
      expect((await post()).status).toBe(201);
      expect((await post()).body.code).toBe('EMAIL_TAKEN');
      const credentials = { email, password: 'a long password' };
      expect((await call(target(), 'POST', '/api/register', { body: credentials })).status).toBe(409);
      expect((await call(target(), 'POST', '/api/login', { body: credentials })).status).toBe(401);
    });

    test('POST /admin/orgs/{orgId}/users/{userId}/apikey/rotate replaces a user’s API key', async () => {
      const path = (orgId: string, userId: string) => `/admin/orgs/${orgId}/users/${userId}/apikey/rotate`;
      expect((await mallory.call('POST', path(north, bob.id))).status).toBe(404);
      expect((await admin.call('POST', path(north, mallory.id))).status).toBe(404);
      expect((await bob.call('POST', path(north, bob.id))).status).toBe(403);
      const { status, body } = await admin.call('POST', path(north, bob.id));
      expect([status, body]).toEqual([200, { userId: bob.id, apiKey }]);
      expect((await bob.call('GET', '/v1/users/me')).status).toBe(401);
      bob.apiKey = body.apiKey;
      expect((await bob.call('GET', '/v1/users/me')).status).toBe(200);
    });

    test('login no longer returns a rotated key', async () => {
      const user = await TestUser.register(target());
      const { email, password } = user;
      const path = `/admin/orgs/default/users/${user.id}/apikey/rotate`;
      expect((await asAdministrator(target(), 'POST', path)).status).toBe(200);
      expect((await user.call('GET', '/v1/users/me')).status).toBe(401);
      const login = await call(target(), 'POST', '/api/login', { body: { email, password } });
      expect([login.status, login.body.apiKey]).toEqual([200, null]);
    });

    test('every request without a credential is 401, whatever else is wrong with it', async () => {
      for (const [method, path] of [
        ['POST', '/v1/keys/generate'],
        ['GET', '/v1/keys/status'],
        ['PUT', '/v1/kv/k'],
        ['GET', '/v1/kv/k'],
        ['GET', '/v1/kv'],
        ['POST', '/v1/kv/k/shares'],
        ['GET', '/v1/kv/shared'],
        ['POST', '/v1/files'],
        ['GET', '/v1/files'],
        ['GET', '/v1/files/id'],
        ['POST', '/v1/files/id/shares'],
        ['GET', '/v1/files/shared'],
        ['GET', '/v1/users/me'],
        ['PUT', '/v1/recovery/trustees/id'],
        ['GET', '/v1/recovery/trustees'],
        ['DELETE', '/v1/recovery/trustees/id'],
        ['GET', '/v1/recovery/shares'],
        ['GET', '/v1/recovery/shares/id'],
        ['POST', '/v1/recovery/restore/id'],
        ['GET', '/admin/orgs'],
      ] as const) {
        const { status, body } = await call(target(), method, path);
        expect([path, status, body.code]).toEqual([path, 401, 'UNAUTHENTICATED']);
      }
    });
  });
}
