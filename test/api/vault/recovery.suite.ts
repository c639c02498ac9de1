import { beforeAll, describe, expect, test } from 'vitest';
import { StrongroomClient } from '../../../client/index.ts';
import {
  appointTrustees,
  newTemporarySecret,
  type OpenedShare,
  openHandedShare,
  openTrusteeShare,
  restoreOwner,
  sealShareFor,
} from '../../../client/recovery.ts';
import { Tampered, WrongUserSecret } from '../../../crypto/errors.ts';
import { restoreInput } from '../../support/restored.ts';
import { nativeVault, portableVault } from '../../support/vault.ts';
import type { Target } from '../target.ts';
import { b64, newOrg, VaultUser } from './vault-user.ts';

const share = {
  encryptedPrivateKeyEccShareB64: b64('ecc share'),
  encryptedPrivateKeyKyberShareB64: b64('kyber share'),
  xorApplied: true,
  xorSaltHint: 'dog-name',
};

export function recoverySuite(target: () => Target): void {
  const clientOf = ({ apiKey }: VaultUser) =>
    new StrongroomClient({ baseUrl: target().url, credential: { apiKey } });
  const put = (owner: VaultUser, trustee: { id: string }, body: object = share) =>
    owner.call('PUT', `/v1/recovery/trustees/${trustee.id}`, { body });
  const rekey = (user: VaultUser, secret: string, renewed: string) =>
    user.call('POST', '/v1/keys/rekey', {
      headers: { 'x-user-secret': secret, 'x-new-user-secret': renewed },
    });
  const pending = async (user: VaultUser) => (await user.call('GET', '/v1/recovery/restore')).body.restore;
  const renewed = 'a user secret after the recovery';

  const restoreOf = async (owner: VaultUser, temporarySecret: string, keysOf = owner) => {
    const { body: me } = await clientOf(keysOf).call('users.getMe');
    return restoreInput(me, keysOf.secret, { temporarySecret, owner });
  };
  const restore = (trustee: VaultUser, owner: VaultUser, body: object) =>
    trustee.call('POST', `/v1/recovery/restore/${owner.id}`, { body });

  describe('recovery', () => {
    let org = '';
    let [owner, alice, bob] = [] as unknown as [VaultUser, VaultUser, VaultUser];
    beforeAll(async () => {
      org = await newOrg(target());
      const create = (name: string) => VaultUser.create(target(), org, { name });
      [owner, alice, bob] = await Promise.all([create('owner'), create('alice'), create('bob')]);
    });

    test('a trustee must be another user of the org; owner and trustee must have keys', async () => {
      const stranger = await VaultUser.create(target(), await newOrg(target()));
      const keyless = await VaultUser.create(target(), org, { keys: false });
      const refusals = [
        [400, await put(owner, owner), 'INVALID_REQUEST'],
        [400, await put(owner, keyless), 'RECIPIENT_KEYS_REQUIRED'],
        [400, await put(keyless, alice), 'KEYS_REQUIRED'],
        [404, await put(owner, stranger), 'NOT_FOUND'],
        [404, await put(owner, { id: 'no-such-user' }), 'NOT_FOUND'],
      ] as const;
      for (const [status, answer, code] of refusals) {
        expect([answer.status, answer.body.code]).toEqual([status, code]);
      }
    });

    test.each([
      ['encryptedPrivateKeyEccShareB64', 'not base64'],
      ['encryptedPrivateKeyKyberShareB64', ''],
      ['encryptedPrivateKeyKyberShareB64', b64('x'.repeat(8193))],
      ['xorApplied', 'yes'],
      ['xorSaltHint', 'x'.repeat(257)],
      ['other', 1],
    ])('%s %s is refused, and the error names it', async (field, value) => {
      const { status, body } = await put(owner, alice, { ...share, [field]: value });
      expect([status, body.code]).toEqual([400, 'INVALID_REQUEST']);
      expect(JSON.stringify(body.details)).toContain(field);
    });

    test('only a trustee may restore, and only keys of the form of this owner’s', async () => {
      await put(owner, alice);
      const good = await restoreOf(owner, 'a temporary secret');
      expect((await restore(bob, owner, good)).body.code).toBe('NOT_FOUND');
      expect((await restore(alice, bob, good)).body.code).toBe('NOT_FOUND');
      const other = await restoreOf(bob, 'a temporary secret');
      for (const body of [
        other,
        { ...good, encryptedPrivateKeyEccB64: b64('short') },
        { ...good, encryptedPrivateKeyKyberB64: other.encryptedPrivateKeyKyberB64 },
        { ...good, encryptedPrivateKeyKyberB64: good.encryptedPrivateKeyEccB64 },
      ]) {
        const { status, body: refusal } = await restore(alice, owner, body);
        expect([status, refusal.code]).toEqual([400, 'INVALID_REQUEST']);
      }
      expect(await pending(owner)).toBeNull();
    });

    test('a restore is stored separately until a rekey, and the owner can veto it', async () => {
      await put(owner, alice);
      await put(owner, bob);
      await owner.put('kept', 'a value');
      const body = await restoreOf(owner, 'a temporary secret');
      expect((await restore(alice, owner, body)).body).toEqual({ requiresRekey: true });
      expect((await restore(bob, owner, body)).body.code).toBe('RESTORE_PENDING');
      expect(await pending(owner)).toMatchObject({ trusteeUserId: alice.id, trusteeName: 'alice' });
      expect((await owner.get('kept')).status).toBe(200);
      expect((await owner.get('kept', 'a temporary secret')).status).toBe(401);

      expect((await owner.call('DELETE', '/v1/recovery/restore')).body).toEqual({ vetoed: true });
      expect(await pending(owner)).toBeNull();
      expect((await owner.call('DELETE', '/v1/recovery/restore')).status).toBe(404);
      expect((await rekey(owner, 'a temporary secret', renewed)).body.code).toBe('WRONG_USER_SECRET');
    });

    test('a restore that does not match the public keys or was tampered with changes nothing', async () => {
      await put(owner, alice);
      const foreign = await restoreOf(owner, 'a temporary secret', bob);
      await restore(alice, owner, foreign);
      expect((await rekey(owner, 'a temporary secret', renewed)).body.code).toBe('TAMPERED');
      expect((await rekey(owner, 'another wrong secret', renewed)).body.code).toBe('WRONG_USER_SECRET');
      expect((await owner.get('kept')).status).toBe(200);
      expect(await pending(owner)).not.toBeNull();
      // The owner's own secret still works, and a rekey by it deletes the restore.
      const next = 'the next secret of the owner';
      expect((await rekey(owner, owner.secret, next)).status).toBe(200);
      owner.secret = next;
      expect(await pending(owner)).toBeNull();
      expect((await rekey(owner, 'a temporary secret', renewed)).status).toBe(401);
    });

    test('of two concurrent rekeys with the temporary secret, one succeeds', async () => {
      const user = await VaultUser.create(target(), org, { name: 'racer' });
      await put(user, alice);
      await restore(alice, user, await restoreOf(user, 'a temporary secret'));
      const secrets = ['the first new secret', 'the second new secret'];
      const answers = await Promise.all(secrets.map((each) => rekey(user, 'a temporary secret', each)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.toSorted()[0]).toBe(200);
      // The other one either conflicted with the change or came after it.
      expect([401, 409]).toContain(statuses.toSorted()[1]);
      const winner = secrets[statuses.indexOf(200)] as string;
      await user.put('kept', 'v');
      expect((await user.get('kept', winner)).status).toBe(200);
    });

    test('a restore is deleted with the share of its trustee, and with no other share', async () => {
      const user = await VaultUser.create(target(), org, { name: 'user' });
      for (const trustee of [alice, bob]) await put(user, trustee);
      expect((await restore(alice, user, await restoreOf(user, 'a temporary secret'))).status).toBe(200);
      const revoke = ({ id }: VaultUser) => user.call('DELETE', `/v1/recovery/trustees/${id}`);
      expect((await revoke(bob)).status).toBe(200);
      expect((await pending(user)).trusteeUserId).toBe(alice.id);
      expect((await revoke(alice)).status).toBe(200);
      expect(await pending(user)).toBeNull();
      expect((await rekey(user, 'a temporary secret', renewed)).status).toBe(401);
    });

    test('the owner’s audit log shows who reads a share, restores or vetoes', async () => {
      const user = await VaultUser.create(target(), org, { name: 'watched' });
      await put(user, alice);
      await alice.call('GET', `/v1/recovery/shares/${user.id}`);
      await restore(alice, user, await restoreOf(user, 'a temporary secret'));
      await user.call('DELETE', '/v1/recovery/restore');
      const { entries } = (await user.call('GET', '/api/v1/audit')).body;
      const seen = entries.map((entry: { action: string; actor: { userId: string } }) => [
        entry.action,
        entry.actor.userId,
      ]);
      expect(seen.slice(0, 4)).toEqual([
        ['recovery.vetoRestore', user.id],
        ['recovery.restore', alice.id],
        ['recovery.getShare', alice.id],
        ['recovery.putTrustee', user.id],
      ]);
    });
  });

  describe('recovery by the client library', () => {
    let org = '';
    let trustees: VaultUser[];
    let owner: VaultUser;
    beforeAll(async () => {
      org = await newOrg(target());
      const create = (name: string) => VaultUser.create(target(), org, { name });
      [owner, ...trustees] = (await Promise.all(['owner', 'alice', 'bob', 'carol'].map(create))) as [
        VaultUser,
        ...VaultUser[],
      ];
      await owner.put('before', 'what was stored before');
    });
    const ids = (users: readonly VaultUser[]) => users.map(({ id }) => id);

    /** Lets the first trustee collect the shares of the others, who seal them to the first one's keys. */
    async function collect(from: readonly VaultUser[]): Promise<OpenedShare[]> {
      const [collector, ...others] = from as [VaultUser, ...VaultUser[]];
      const { body: profile } = await clientOf(collector).call('users.get', {
        params: { userId: collector.id },
      });
      const sealed = others.map(async (trustee) => {
        const opened = await openTrusteeShare(clientOf(trustee), portableVault, trustee.secret, owner.id);
        const text = sealShareFor(portableVault, opened, profile);
        return openHandedShare(clientOf(collector), nativeVault, collector.secret, text);
      });
      const own = openTrusteeShare(clientOf(collector), nativeVault, collector.secret, owner.id);
      return Promise.all([own, ...sealed]);
    }

    async function recovered(temporarySecret: string): Promise<void> {
      const next = `secret after ${newTemporarySecret()}`;
      expect((await rekey(owner, temporarySecret, next)).status).toBe(200);
      owner.secret = next;
      expect((await owner.get('before')).body).toEqual({ valueB64: b64('what was stored before') });
    }

    test('two of three trustees restore the keys, and every old value can be decrypted', async () => {
      const trusteeship = { trusteeUserIds: ids(trustees), threshold: 2 };
      await appointTrustees(clientOf(owner), nativeVault, owner.secret, trusteeship);
      const [alice, , carol] = trustees as [VaultUser, VaultUser, VaultUser];
      const temporarySecret = newTemporarySecret();
      const shares = await collect([carol, alice]);
      await restoreOwner(clientOf(carol), nativeVault, { shares, temporarySecret });
      await recovered(temporarySecret);

      const one = { shares: shares.slice(0, 1), temporarySecret };
      await expect(restoreOwner(clientOf(carol), nativeVault, one)).rejects.toThrow(RangeError);
    });

    test('a pair of shares is masked by a phrase that only the owner remembers', async () => {
      const pair = trustees.slice(0, 2) as [VaultUser, VaultUser];
      const mask = { phrase: 'Rex', hint: 'dog-name' };
      const trusteeship = { trusteeUserIds: ids(pair), threshold: 'pair', mask } as const;
      await appointTrustees(clientOf(owner), portableVault, owner.secret, trusteeship);
      const shares = await collect(pair);
      expect(shares.map(({ hint }) => hint)).toEqual(['dog-name', 'dog-name']);
      const temporarySecret = newTemporarySecret();
      const request = { shares, temporarySecret };
      const client = clientOf(pair[0]);
      await expect(restoreOwner(client, nativeVault, request)).rejects.toThrow(RangeError);
      await expect(restoreOwner(client, nativeVault, { ...request, phrase: 'Fido' })).rejects.toThrow(
        Tampered,
      );
      await restoreOwner(client, nativeVault, { ...request, phrase: ' rex ' });
      expect(await pending(owner)).toMatchObject({ usedXor: true, xorSaltHint: 'dog-name' });
      await recovered(temporarySecret);
    });

    test('shares of two splits do not join, and only the trustee can decrypt a share', async () => {
      const trusteeship = { trusteeUserIds: ids(trustees), threshold: 2 };
      await appointTrustees(clientOf(owner), nativeVault, owner.secret, trusteeship);
      const [alice, bob] = trustees as [VaultUser, VaultUser];
      const old = await openTrusteeShare(clientOf(alice), nativeVault, alice.secret, owner.id);
      await appointTrustees(clientOf(owner), nativeVault, owner.secret, trusteeship);
      const fresh = await openTrusteeShare(clientOf(bob), nativeVault, bob.secret, owner.id);
      const mixed = { shares: [old, fresh], temporarySecret: newTemporarySecret() };
      await expect(restoreOwner(clientOf(bob), nativeVault, mixed)).rejects.toThrow(Tampered);
      const wrong = openTrusteeShare(clientOf(bob), nativeVault, 'not the user secret', owner.id);
      await expect(wrong).rejects.toThrow(WrongUserSecret);
      const { body: profile } = await clientOf(bob).call('users.get', { params: { userId: bob.id } });
      const text = sealShareFor(nativeVault, fresh, profile);
      const stolen = openHandedShare(clientOf(alice), nativeVault, alice.secret, text);
      await expect(stolen).rejects.toMatchObject({ code: expect.stringMatching(/TAMPERED|KEY_MISMATCH/) });
    });
  });
}
