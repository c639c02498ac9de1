import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appointTrustees, openTrusteeShare, restoreOwner } from '../../../client/recovery.ts';
import { createKeys, rekey, rekeyRestored } from '../../../client/vault/keys.ts';
import { UntrustedKeys } from '../../../client/vault/trust.ts';
import { getVaultValue, putVaultValue } from '../../../client/vault/values.ts';
import { Vault } from '../../../client/vault/vault.ts';
import { Tampered, WrongUserSecret } from '../../../crypto/errors.ts';
import { TestAppliance } from '../../api/appliance.ts';
import { b64, newOrg, VaultUser } from '../../api/vault/vault-user.ts';
import { nativeVault as crypto, portableVault, text, utf8 } from '../../support/vault.ts';
import { Recorder } from './recorded.ts';

const newSecret = 'the next user secret';
const temporarySecret = 'a temporary secret';

let appliance: TestAppliance;
const recorder = new Recorder();
let org = '';
let user: VaultUser;
beforeAll(async () => {
  appliance = await TestAppliance.start();
  org = await newOrg(appliance.target);
});
afterAll(() => appliance.remove());
beforeEach(async () => {
  user = await VaultUser.create(appliance.target, org, { keys: false });
});

const client = () => recorder.clientOf(user);
const read = async (secret: string) => {
  const vault = await Vault.unlock(client(), crypto, secret);
  try {
    return text((await getVaultValue(vault, 'k')).value);
  } finally {
    vault.close();
  }
};

describe('key pairs, made by the client', () => {
  test.each([crypto, portableVault])('open by both ways', async (maker) => {
    const keys = await createKeys(client(), maker, user.secret);
    expect((await user.call('GET', '/v1/users/me')).body.publicKeyB64).toBe(b64(keys.x25519));
    await user.put('k', 'v');
    expect(await read(user.secret)).toBe('v');
    expect((await user.get('k')).body.valueB64).toBe(b64('v'));
    expect((await user.get('k', 'another user secret')).status).toBe(401);
    await expect(read('another user secret')).rejects.toThrow(WrongUserSecret);
  });

  test('are not made twice, nor under a secret that is too short', async () => {
    await expect(createKeys(client(), crypto, 'x'.repeat(11))).rejects.toThrow(RangeError);
    await createKeys(client(), crypto, user.secret);
    await expect(createKeys(client(), crypto, newSecret)).rejects.toMatchObject({ code: 'KEYS_EXIST' });
    await user.put('k', 'v');
    expect(await read(user.secret)).toBe('v');
  });
});

describe('a rekey by the client', () => {
  beforeEach(async () => {
    await createKeys(client(), crypto, user.secret);
    await user.put('k', 'v');
  });

  test('moves the keys to the new secret, whichever way they were moved before', async () => {
    await rekey(client(), crypto, user.secret, newSecret);
    expect(await read(newSecret)).toBe('v');
    expect((await user.get('k', newSecret)).status).toBe(200);
    expect((await user.get('k')).status).toBe(401);
    const headers = { 'x-user-secret': newSecret, 'x-new-user-secret': user.secret };
    expect((await user.call('POST', '/v1/keys/rekey', { headers })).status).toBe(200);
    await rekey(client(), portableVault, user.secret, newSecret);
    expect(await read(newSecret)).toBe('v');
  });

  test('by a wrong secret, or to one that is too short, changes nothing', async () => {
    await expect(rekey(client(), crypto, 'another user secret', newSecret)).rejects.toThrow(WrongUserSecret);
    await expect(rekey(client(), crypto, user.secret, 'x'.repeat(11))).rejects.toThrow(RangeError);
    expect(await read(user.secret)).toBe('v');
  });

  test('of two concurrent calls one wins', async () => {
    const secrets = ['the first new secret', 'the second new secret'];
    const ended = await Promise.allSettled(
      secrets.map((secret) => rekey(client(), crypto, user.secret, secret)),
    );
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = ended.findIndex(({ status }) => status === 'fulfilled');
    expect(ended[1 - winner]).toMatchObject({ reason: { code: 'CONFLICT' } });
    expect(await read(secrets[winner] as string)).toBe('v');
  });
});

describe('recovery, with the keys on clients alone', () => {
  let trustees: VaultUser[];
  beforeEach(async () => {
    await createKeys(client(), crypto, user.secret);
    const vault = await Vault.unlock(client(), crypto, user.secret);
    await putVaultValue(vault, 'k', utf8('v'));
    vault.close();
    trustees = [];
    for (const name of ['ann', 'ben', 'cat']) {
      const trustee = await VaultUser.create(appliance.target, org, { name, keys: false });
      await createKeys(recorder.clientOf(trustee), crypto, trustee.secret);
      trustees.push(trustee);
    }
  });

  const appoint = (trust?: (userId: string) => boolean) =>
    appointTrustees(client(), crypto, user.secret, {
      trusteeUserIds: trustees.map(({ id }) => id),
      threshold: 2,
      ...(trust && { trust }),
    });

  test('goes from the first share to the rekey, and no secret is sent', async () => {
    await appoint();
    const [ann, ben] = trustees as [VaultUser, VaultUser];
    const open = (trustee: VaultUser) =>
      openTrusteeShare(recorder.clientOf(trustee), crypto, trustee.secret, user.id);
    const shares = [await open(ann), await open(ben)];
    await restoreOwner(recorder.clientOf(ann), crypto, { shares, temporarySecret });
    await expect(rekeyRestored(client(), crypto, 'another secret', newSecret)).rejects.toThrow(
      WrongUserSecret,
    );
    expect(await read(user.secret)).toBe('v');
    await rekeyRestored(client(), crypto, temporarySecret, newSecret);
    expect(await read(newSecret)).toBe('v');
    expect((await user.get('k', newSecret)).status).toBe(200);
    expect((await user.call('GET', '/v1/recovery/restore')).body).toEqual({ restore: null });
    await expect(rekeyRestored(client(), crypto, temporarySecret, newSecret)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const secrets = [user.secret, newSecret, temporarySecret, ...trustees.map(({ secret }) => secret)];
    for (const secret of secrets) expect(recorder.hasSent(secret)).toBe(false);
  });

  test('of keys that are not the owner’s changes nothing, and a rekey by the own secret ends it', async () => {
    await appoint();
    const [ann] = trustees as [VaultUser];
    const keys = crypto.generateKeyPairs();
    const owner = { org, user: user.id, keyVersion: 0 };
    const sealed = await crypto.sealRestoredKeys(temporarySecret, owner, keys);
    const body = {
      encryptedPrivateKeyEccB64: b64(sealed.x25519),
      encryptedPrivateKeyKyberB64: b64(sealed.mlKem768),
      usedXor: false,
    };
    expect((await ann.call('POST', `/v1/recovery/restore/${user.id}`, { body })).status).toBe(200);
    await expect(rekeyRestored(client(), crypto, temporarySecret, newSecret)).rejects.toThrow(Tampered);
    expect(await read(user.secret)).toBe('v');
    await rekey(client(), crypto, user.secret, newSecret);
    expect((await user.call('GET', '/v1/recovery/restore')).body).toEqual({ restore: null });
  });

  test('gives no share to keys that are not trusted', async () => {
    await expect(appoint((userId) => userId !== trustees[2]?.id)).rejects.toThrow(UntrustedKeys);
    expect((await user.call('GET', '/v1/recovery/trustees')).body).toEqual([]);
  });
});
