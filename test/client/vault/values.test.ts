import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StrongroomError } from '../../../client/index.ts';
import { openSharedVaultFile } from '../../../client/vault/download.ts';
import { receivedVaultFiles, vaultFiles } from '../../../client/vault/files.ts';
import {
  getSharedVaultValue,
  receivedVaultValues,
  shareVaultFile,
  shareVaultValue,
} from '../../../client/vault/shares.ts';
import { fingerprintOf, UntrustedKeys } from '../../../client/vault/trust.ts';
import { uploadFile } from '../../../client/vault/upload.ts';
import { getVaultValue, putVaultValue } from '../../../client/vault/values.ts';
import { Vault } from '../../../client/vault/vault.ts';
import { limits } from '../../../contract/limits.ts';
import { TestAppliance } from '../../api/appliance.ts';
import { b64, newOrg, VaultUser } from '../../api/vault/vault-user.ts';
import { nativeVault, portableVault, text, utf8 } from '../../support/vault.ts';
import { Recorder } from './recorded.ts';

let appliance: TestAppliance;
const recorder = new Recorder();
let [owner, alice, bob] = [] as unknown as [VaultUser, VaultUser, VaultUser];
let [vault, alices, bobs] = [] as unknown as [Vault, Vault, Vault];
let key = '';
let number = 0;

beforeAll(async () => {
  appliance = await TestAppliance.start();
  const org = await newOrg(appliance.target);
  const create = (name: string) => VaultUser.create(appliance.target, org, { name });
  [owner, alice, bob] = [await create('owner'), await create('alice'), await create('bob')];
  const unlock = (user: VaultUser, crypto = nativeVault) =>
    Vault.unlock(recorder.clientOf(user), crypto, user.secret);
  [vault, alices, bobs] = [await unlock(owner), await unlock(alice, portableVault), await unlock(bob)];
});
afterAll(async () => {
  for (const each of [vault, alices, bobs]) each.close();
  await appliance.remove();
});
beforeEach(() => {
  key = `folder/value-${++number}`;
});

const collect = async <T>(entries: AsyncIterable<T>) => {
  const all: T[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
};
const refusal = async (running: Promise<unknown>) => {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof StrongroomError ? error.code : error;
};

describe('values, with the keys on the client alone', () => {
  test.each([
    ['a small one', utf8('the marked value of a client')],
    ['an empty one', new Uint8Array()],
    ['one that goes to the object store', randomBytes(100_000)],
    ['the largest', randomBytes(limits.kvValueBytes)],
  ])('come back as they were put: %s', async (_, value) => {
    expect(await putVaultValue(vault, key, value)).toMatchObject({ key, version: 1 });
    expect(await putVaultValue(vault, key, value)).toMatchObject({ key, version: 2 });
    const read = await getVaultValue(vault, key);
    expect([Buffer.from(read.value).equals(value), read.version]).toEqual([true, 2]);
    if (value.length > 0) expect(recorder.hasSent(value)).toBe(false);
  });

  test('are the same values as those of calls with the user secret', async () => {
    await putVaultValue(vault, key, utf8('by the client'));
    expect((await owner.get(key)).body.valueB64).toBe(b64('by the client'));
    await owner.put(key, 'by the API');
    expect(text((await getVaultValue(vault, key)).value)).toBe('by the API');
    expect(await putVaultValue(vault, key, utf8('again'))).toMatchObject({ version: 3 });
    expect((await owner.get(key)).body.valueB64).toBe(b64('again'));
  });

  test('that are not there, too large, or of a closed vault are refused', async () => {
    expect(await refusal(getVaultValue(vault, key))).toBe('NOT_FOUND');
    const tooLarge = putVaultValue(vault, key, new Uint8Array(limits.kvValueBytes + 1));
    expect(await refusal(tooLarge)).toBe('INVALID_REQUEST');
    const closed = await Vault.unlock(recorder.clientOf(owner), nativeVault, owner.secret);
    closed.close();
    await expect(putVaultValue(closed, key, utf8('x'))).rejects.toThrow('the vault is closed');
  });

  test('concurrent writers are all written, one after the other', async () => {
    const written = await Promise.all(
      Array.from({ length: 4 }, (_, at) => putVaultValue(vault, key, utf8(`writer ${at}`))),
    );
    expect(written.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4]);
    const last = written.findIndex(({ version }) => version === 4);
    expect(text((await getVaultValue(vault, key)).value)).toBe(`writer ${last}`);
  });
});

describe('shares of values, with the keys on the client alone', () => {
  const alias = 'the marked alias of a client';

  test('are read by both ways, also after the value was replaced by either', async () => {
    await putVaultValue(vault, key, utf8('first'));
    const expires = new Date('2099-03-24T10:00:00.000Z');
    const made = await shareVaultValue(vault, key, { recipientUserId: alice.id, alias, expires });
    expect(made).toMatchObject({ recipientUserId: alice.id, expiresUtc: expires.toISOString() });
    const { shareId } = made;
    for (const [value, put] of [
      ['first', undefined],
      ['by the client', () => putVaultValue(vault, key, utf8('by the client'))],
      ['by the API', () => owner.put(key, 'by the API')],
    ] as const) {
      await put?.();
      const read = await getSharedVaultValue(alices, shareId);
      expect(text(read.value)).toBe(value);
      expect(read).toMatchObject({ key, alias, ownerName: 'owner', ownerUserId: owner.id });
      expect((await alice.read(shareId)).body.valueB64).toBe(b64(value));
    }
    const listed = (await collect(receivedVaultValues(alices))).filter((each) => each.shareId === shareId);
    expect(listed).toMatchObject([{ key, alias, expiresAt: expires.toISOString(), permission: 'read' }]);
    const { body } = await alice.open('GET', '/v1/kv/shared');
    expect(body.find((each: { shareId: string }) => each.shareId === shareId)).toMatchObject({ alias });
    expect(recorder.hasSent(alias)).toBe(false);
    const [grant] = (await owner.call('GET', `/v1/kv/${encodeURIComponent(key)}/shares`)).body;
    expect(grant.firstAccessUtc).not.toBeNull();
  });

  test('that were made by the API are opened here', async () => {
    await owner.put(key, 'by the API');
    const { body } = await owner.share(key, bob, { alias });
    expect(await getSharedVaultValue(bobs, body.shareId)).toMatchObject({ alias, expiresAt: null });
    await putVaultValue(vault, key, utf8('by the client'));
    expect((await bob.read(body.shareId)).body.valueB64).toBe(b64('by the client'));
  });

  test('end when they are revoked, and belong to no one else', async () => {
    await putVaultValue(vault, key, utf8('x'));
    const { shareId } = await shareVaultValue(vault, key, { recipientUserId: alice.id });
    expect(await refusal(getSharedVaultValue(bobs, shareId))).toBe('NOT_FOUND');
    expect(await refusal(shareVaultValue(vault, key, { recipientUserId: alice.id }))).toBe('SHARE_EXISTS');
    await owner.revoke(key, alice);
    expect(await refusal(getSharedVaultValue(alices, shareId))).toBe('NOT_FOUND');
    await putVaultValue(vault, key, utf8('y'));
  });

  test('go to trusted keys alone', async () => {
    const seen: [string, string][] = [];
    const trust = (userId: string, fingerprint: string) => {
      seen.push([userId, fingerprint]);
      return userId === alice.id;
    };
    const client = recorder.clientOf(owner);
    const wary = await Vault.unlock(client, nativeVault, owner.secret, { trust });
    await putVaultValue(wary, key, utf8('x'));
    await shareVaultValue(wary, key, { recipientUserId: alice.id });
    await expect(shareVaultValue(wary, key, { recipientUserId: bob.id })).rejects.toThrow(UntrustedKeys);
    const { body: me } = await alice.call('GET', '/v1/users/me');
    const keys = {
      x25519: Buffer.from(me.publicKeyB64, 'base64'),
      mlKem768: Buffer.from(me.publicKeyKyberB64, 'base64'),
    };
    expect(seen[0]).toEqual([alice.id, fingerprintOf(nativeVault, keys)]);
    await owner.share(key, bob);
    await expect(putVaultValue(wary, key, utf8('y'))).rejects.toThrow(UntrustedKeys);
    expect(text((await getVaultValue(wary, key)).value)).toBe('x');
    wary.close();
  });
});

describe('files, with the keys on the client alone', () => {
  test('are listed with their names, and shared', async () => {
    const file = new File(['the content'], 'a marked name.txt', { type: 'text/plain' });
    const id = await uploadFile(vault, file);
    const described = { fileName: 'a marked name.txt', contentType: 'text/plain', sizeBytes: 11 };
    expect((await collect(vaultFiles(vault))).find((each) => each.id === id)).toMatchObject(described);
    const expires = new Date(Date.now() + 60_000);
    const { shareId } = await shareVaultFile(vault, id, { recipientUserId: alice.id, expires });
    const received = { shareId, fileId: id, ownerUserId: owner.id, ownerName: 'owner', ...described };
    expect(await collect(receivedVaultFiles(alices))).toMatchObject([received]);
    const shared = await openSharedVaultFile(alices, shareId);
    expect(await new Response(shared.file.stream()).text()).toBe('the content');
    expect((await alice.sharedFile(shareId)).body.contentB64).toBe(b64('the content'));
    expect(recorder.hasSent('a marked name')).toBe(false);
    await owner.revokeFile(id, alice);
    expect(await collect(receivedVaultFiles(alices))).toEqual([]);
  });

  test('stored and shared by the API are listed as well', async () => {
    const id = await bob.upload('the content', { fileName: 'of bob.json' });
    expect((await collect(vaultFiles(bobs))).map(({ fileName }) => fileName)).toEqual(['of bob.json']);
    await bob.shareFile(id, alice);
    const [received] = await collect(receivedVaultFiles(alices));
    expect(received).toMatchObject({ fileId: id, fileName: 'of bob.json', expiresUtc: null });
  });
});

test('no user secret has left the clients', () => {
  expect(recorder.hasSent(alice.id)).toBe(true);
  for (const { secret } of [owner, alice, bob]) expect(recorder.hasSent(secret)).toBe(false);
});
