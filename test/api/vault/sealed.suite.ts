import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StrongroomClient } from '../../../client/index.ts';
import { Vault } from '../../../client/vault/vault.ts';
import { nativeVault as crypto, utf8 } from '../../support/vault.ts';
import type { Target } from '../target.ts';
import { b64, newOrg, VaultUser } from './vault-user.ts';

const anotherVersion = (base64: string) => b64(Buffer.from(base64, 'base64').fill(9, 0, 1));
const cut = (base64: string) => b64(Buffer.from(base64, 'base64').subarray(0, -1));

/** Material that a client seals and the API cannot open: what the API verifies all the same, and rejects. */
export function sealedSuite(target: () => Target): void {
  describe('sealed', () => {
    let [owner, alice, bob] = [] as unknown as [VaultUser, VaultUser, VaultUser];
    let [vault, alices] = [] as unknown as [Vault, Vault];
    let key = '';
    let number = 0;
    const unlock = ({ apiKey, secret }: VaultUser) => {
      const client = new StrongroomClient({ baseUrl: target().url, credential: { apiKey } });
      return Vault.unlock(client, crypto, secret);
    };
    beforeAll(async () => {
      const org = await newOrg(target());
      const create = (name: string) => VaultUser.create(target(), org, { name });
      [owner, alice, bob] = [await create('owner'), await create('alice'), await create('bob')];
      [vault, alices] = [await unlock(owner), await unlock(alice)];
    });
    beforeEach(() => {
      key = `sealed-${++number}`;
    });

    const sealedValue = async (version: number, recipients: readonly [string, VaultUser][] = []) => {
      const context = vault.valueContext(key, version);
      const { envelope, cek } = crypto.sealValue(context, utf8('the value'));
      const shares = await Promise.all(
        recipients.map(async ([shareId, { id }]) => ({
          shareId,
          wrappedCekB64: b64(await vault.wrapFor(id, context, cek)),
        })),
      );
      return { version, wrappedCekB64: b64(vault.wrap(context, cek)), envelopeB64: b64(envelope), shares };
    };
    const put = (body: object, by = owner) => by.call('PUT', `/v1/sealed/kv/${key}`, { body });
    const pathOf = ({ body }: Awaited<ReturnType<typeof put>>) =>
      body.details?.map(({ path }: { path: string }) => path);

    describe('a value', () => {
      test('must have the next version, or it is 409', async () => {
        expect((await put(await sealedValue(2))).status).toBe(409);
        expect((await put(await sealedValue(1))).status).toBe(201);
        const again = await put(await sealedValue(1));
        expect([again.status, again.body.code]).toEqual([409, 'CONFLICT']);
        const replaced = await put(await sealedValue(2));
        expect([replaced.status, replaced.body.version]).toEqual([200, 2]);
        expect((await owner.get(key)).body.valueB64).toBe(b64('the value'));
      });

      test.each([
        ['wrappedCekB64', { wrappedCekB64: b64('nothing') }],
        ['envelopeB64', { envelopeB64: b64('nothing') }],
        ['envelopeB64', { envelopeB64: '!' }],
        ['version', { version: 0 }],
        ['shares', { shares: undefined }],
        ['valueB64', { valueB64: b64('in plaintext') }],
      ])('with a bad %s is 400, and the error names it', async (path, fault) => {
        const answer = await put({ ...(await sealedValue(1)), ...fault });
        expect([answer.status, pathOf(answer)]).toEqual([400, [path]]);
        expect((await owner.get(key)).status).toBe(404);
      });

      test('is refused if it is of another suite, truncated, or wrapped to someone else', async () => {
        const sealed = await sealedValue(1);
        for (const field of ['wrappedCekB64', 'envelopeB64'] as const) {
          const answer = await put({ ...sealed, [field]: anotherVersion(sealed[field]) });
          expect([answer.status, pathOf(answer)]).toEqual([400, [field]]);
        }
        const short = await put({ ...sealed, wrappedCekB64: cut(sealed.wrappedCekB64) });
        expect([short.status, pathOf(short)]).toEqual([400, ['wrappedCekB64']]);
        const foreign = await put(sealed, alice);
        expect([foreign.status, pathOf(foreign)]).toEqual([400, ['wrappedCekB64']]);
      });

      test('that was sealed for another name is stored, and no one can decrypt it', async () => {
        const sealed = await sealedValue(1);
        key = `${key}-renamed`;
        expect((await put(sealed)).status).toBe(201);
        const { status, body } = await owner.get(key);
        expect([status, body.code]).toEqual([400, 'TAMPERED']);
      });

      test('of another user does not exist', async () => {
        await put(await sealedValue(1));
        expect((await alice.call('GET', `/v1/sealed/kv/${key}`)).status).toBe(404);
      });
    });

    describe('shares of a value', () => {
      let shareId = '';
      beforeEach(async () => {
        await owner.put(key, 'the value');
        shareId = (await owner.share(key, alice)).body.shareId;
      });

      test('all get the new key, or nothing is written', async () => {
        const refused = [
          await sealedValue(2),
          await sealedValue(2, [[randomUUID(), alice]]),
          await sealedValue(2, [
            [shareId, alice],
            [randomUUID(), bob],
          ]),
          await sealedValue(2, [
            [shareId, alice],
            [shareId, alice],
          ]),
        ];
        for (const body of refused) {
          const answer = await put(body);
          expect([answer.status, answer.body.code]).toEqual([409, 'CONFLICT']);
        }
        const swapped = await put(await sealedValue(2, [[shareId, bob]]));
        expect([swapped.status, pathOf(swapped)]).toEqual([400, ['shares.0.wrappedCekB64']]);
        expect((await put(await sealedValue(2, [[shareId, alice]]))).status).toBe(200);
        expect((await alice.read(shareId)).body.valueB64).toBe(b64('the value'));
      });
    });

    describe('a share', () => {
      /** Seals a share of the stored value, as the owner's client does. */
      const sealedShare = async (recipient: VaultUser, terms?: Uint8Array) => {
        const { body } = await owner.call('GET', `/v1/sealed/kv/${key}`);
        const context = vault.valueContext(key, body.version);
        const cek = vault.unwrap(context, Buffer.from(body.wrappedCekB64, 'base64'));
        const shareId = randomUUID();
        const shown = { permission: 'read', ownerName: 'owner', expiresAt: null, alias: null } as const;
        const termsAt = { ...context, recordType: 'kv-share', recordId: shareId };
        const sealedTerms = terms
          ? crypto.sealUnder(cek, termsAt, terms)
          : crypto.sealTerms(cek, context, shareId, shown);
        return {
          shareId,
          recipientUserId: recipient.id,
          permission: 'read',
          version: body.version,
          wrappedCekB64: b64(await vault.wrapFor(recipient.id, context, cek)),
          sealedTermsB64: b64(sealedTerms),
        };
      };
      const share = (body: object) => owner.call('POST', `/v1/sealed/kv/${key}/shares`, { body });
      beforeEach(() => owner.put(key, 'the value'));

      test('must be of the current version, or it is 409', async () => {
        const made = await sealedShare(alice);
        await owner.put(key, 'another');
        const late = await share(made);
        expect([late.status, late.body.code]).toEqual([409, 'CONFLICT']);
        expect((await share(await sealedShare(alice))).status).toBe(201);
        const again = await share(await sealedShare(alice));
        expect([again.status, again.body.code]).toEqual([409, 'SHARE_EXISTS']);
      });

      test.each([
        ['shareId', { shareId: 'mine' }],
        ['wrappedCekB64', { wrappedCekB64: b64('nothing') }],
        ['sealedTermsB64', { sealedTermsB64: b64('nothing') }],
        ['expiresUtc', { expiresUtc: '2020-01-01T00:00:00Z' }],
        ['permission', { permission: 'write' }],
        ['alias', { alias: 'in plaintext' }],
      ])('with a bad %s is 400, and the error names it', async (path, fault) => {
        const answer = await share({ ...(await sealedShare(alice)), ...fault });
        expect([answer.status, pathOf(answer)]).toEqual([400, [path]]);
      });

      test('is refused if its key is wrapped to anyone but its recipient', async () => {
        const made = await sealedShare(bob);
        const answer = await share({ ...made, recipientUserId: alice.id });
        expect([answer.status, pathOf(answer)]).toEqual([400, ['wrappedCekB64']]);
        const self = await share({ ...made, recipientUserId: owner.id });
        expect([self.status, pathOf(self)]).toEqual([400, ['recipientUserId']]);
        expect((await share({ ...made, recipientUserId: randomUUID() })).status).toBe(404);
      });

      test.each([
        ['not JSON', utf8('{')],
        ['not an object', utf8('null')],
        ['not text', Uint8Array.of(0xff)],
        [
          'not the declared ones',
          utf8(JSON.stringify({ permission: 'read', ownerName: 'boss', expiresAt: null, alias: null })),
        ],
        [
          'invalid in their alias',
          utf8('{"permission":"read","ownerName":"owner","expiresAt":null,"alias":7}'),
        ],
        [
          'text with a lone surrogate',
          utf8('{"permission":"read","ownerName":"owner","expiresAt":null,"alias":"\\ud800"}'),
        ],
      ])('cannot be opened and is not listed if its terms are %s', async (_, terms) => {
        const made = await sealedShare(alice, terms);
        expect((await share(made)).status).toBe(201);
        const { status, body } = await alice.read(made.shareId);
        expect([status, body.code]).toEqual([400, 'TAMPERED']);
        expect((await alice.open('GET', '/v1/kv/shared')).text).not.toContain(made.shareId);
      });

      test('belongs to its recipient alone, and ends', async () => {
        const made = await sealedShare(alice);
        await share(made);
        const path = `/v1/sealed/kv/shared/${made.shareId}`;
        expect((await bob.call('GET', path)).status).toBe(404);
        expect((await owner.call('GET', path)).status).toBe(404);
        const { status, body } = await alice.call('GET', path);
        expect([status, body.key, body.version]).toEqual([200, key, 1]);
        const context = alices.valueContext(key, 1, owner.id);
        const cek = alices.unwrap(context, Buffer.from(body.wrappedCekB64, 'base64'));
        const value = crypto.openValue(cek, context, Buffer.from(body.envelopeB64, 'base64'));
        expect(b64(value)).toBe(b64('the value'));
        await owner.revoke(key, alice);
        expect((await alice.call('GET', path)).status).toBe(404);
        expect((await alice.call('GET', '/v1/sealed/kv/shared')).text).not.toContain(made.shareId);
      });
    });

    describe('key pairs', () => {
      let user: VaultUser;
      const sealedKeys = async (keyVersion = 1) => {
        const owned = { org: user.orgId, user: user.id, keyVersion };
        const pairs = crypto.generateKeyPairs();
        const { kek, record } = await crypto.createKek(user.secret, owned);
        const sealed = crypto.sealPrivateKeys(kek, owned, pairs);
        return {
          publicKeyB64: b64(pairs.publicKeys.x25519),
          publicKeyKyberB64: b64(pairs.publicKeys.mlKem768),
          kekRecordB64: b64(record),
          encryptedPrivateKeyB64: b64(sealed.x25519),
          encryptedPrivateKeyKyberB64: b64(sealed.mlKem768),
          rekeyVerifierB64: b64(crypto.proofVerifier(crypto.rekeyProof(kek, owned))),
        };
      };
      const create = (body: object) => user.call('POST', '/v1/sealed/keys', { body });
      beforeAll(async () => {
        user = await VaultUser.create(target(), owner.orgId, { keys: false });
      });

      test('of a bad form are 400, and none are created', async () => {
        const keys = await sealedKeys();
        const weak = Buffer.from(keys.kekRecordB64, 'base64');
        weak.writeUInt32BE(8, 2);
        for (const [path, fault] of [
          ['publicKeyB64', { publicKeyB64: b64(new Uint8Array(32)) }],
          ['publicKeyB64', { publicKeyKyberB64: cut(keys.publicKeyKyberB64) }],
          ['kekRecordB64', { kekRecordB64: b64(weak) }],
          ['kekRecordB64', { kekRecordB64: cut(keys.kekRecordB64) }],
          ['kekRecordB64', { kekRecordB64: anotherVersion(keys.kekRecordB64) }],
          ['encryptedPrivateKeyB64', { encryptedPrivateKeyB64: keys.encryptedPrivateKeyKyberB64 }],
          ['encryptedPrivateKeyB64', { encryptedPrivateKeyKyberB64: cut(keys.encryptedPrivateKeyKyberB64) }],
          ['rekeyVerifierB64', { rekeyVerifierB64: b64('short') }],
          ['userSecret', { userSecret: user.secret }],
        ] as const) {
          const answer = await create({ ...keys, ...fault });
          expect([answer.status, pathOf(answer)]).toEqual([400, [path]]);
        }
        expect((await user.call('GET', '/v1/keys/status')).body.hasEcc).toBe(false);
      });

      test('are replaced only with a proof, and only by the next version', async () => {
        const { publicKeyB64, publicKeyKyberB64, ...privateKeys } = await sealedKeys();
        const made = await create({ publicKeyB64, publicKeyKyberB64, ...privateKeys });
        expect([made.status, made.body]).toEqual([201, { publicKeyB64, publicKeyKyberB64 }]);
        const taken = await create(await sealedKeys());
        expect([taken.status, taken.body.code]).toEqual([409, 'KEYS_EXIST']);

        const { publicKeyB64: _, publicKeyKyberB64: __, ...others } = await sealedKeys(2);
        const rekey = (body: object) => user.call('POST', '/v1/sealed/keys/rekey', { body });
        const before = (await user.call('GET', '/v1/users/me')).body;
        for (const proofB64 of [b64(new Uint8Array(32)), privateKeys.rekeyVerifierB64]) {
          const refused = await rekey({ keyVersion: 2, proofB64, ...others });
          expect([refused.status, refused.body.code]).toEqual([401, 'WRONG_USER_SECRET']);
        }
        const record = Buffer.from(privateKeys.kekRecordB64, 'base64');
        const kek = await crypto.openKek(user.secret, { org: user.orgId, user: user.id }, record);
        const proof = crypto.rekeyProof(kek, { org: user.orgId, user: user.id, keyVersion: 1 });
        const early = await rekey({ keyVersion: 3, proofB64: b64(proof), ...others });
        expect([early.status, early.body.code]).toEqual([409, 'CONFLICT']);
        expect((await user.call('GET', '/v1/users/me')).body).toEqual(before);
        expect((await rekey({ keyVersion: 2, proofB64: b64(proof), ...others })).status).toBe(200);
        expect((await rekey({ keyVersion: 3, proofB64: b64(proof), ...others })).status).toBe(401);
        expect((await user.call('GET', '/v1/users/me')).body.kdf.keyVersion).toBe(2);
      });
    });
  });
}
