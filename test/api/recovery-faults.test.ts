import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, oneOf, withEachFault } from '../support/fault-cases.ts';
import { FaultyPlatform } from '../support/faulty-platform.ts';
import { restoreInput } from '../support/restored.ts';
import { type HandlerUser, VaultHandlers } from '../support/vault-handlers.ts';

let handlers: VaultHandlers;
let faulty: FaultyPlatform;
let [owner, trustee] = [] as unknown as [HandlerUser, HandlerUser];
let restored: Awaited<ReturnType<typeof restoreInput>>;
const temporarySecret = 'a temporary secret';
const key = { params: { key: 'kept' } };

beforeAll(async () => {
  handlers = new VaultHandlers((platform) => {
    faulty = new FaultyPlatform(platform);
    return faulty.platform;
  });
  const org = await handlers.newOrg();
  owner = await handlers.newUser(org, 'owner');
  trustee = await handlers.newUser(org, 'trustee');
  for (const user of [owner, trustee]) expect((await user.call('keys.generate')).status).toBe(201);
  expect((await owner.call('kv.put', { ...key, body: { valueB64: b64('kept') } })).status).toBe(201);
  restored = await restoreInput((await owner.call('users.getMe')).body, owner.secret, { temporarySecret });
});
afterAll(() => handlers.close());

const b64 = (text: string) => Buffer.from(text).toString('base64');
const toTrustee = () => ({ params: { trusteeUserId: trustee.id } });
const shareOf = (text: string) => ({
  encryptedPrivateKeyEccShareB64: b64(text),
  encryptedPrivateKeyKyberShareB64: b64(text),
  xorApplied: false,
});
const appoint = (text: string) => owner.call('recovery.putTrustee', { ...toTrustee(), body: shareOf(text) });
const restore = () => trustee.call('recovery.restore', { params: { ownerUserId: owner.id }, body: restored });
const pending = async () =>
  (await owner.call('recovery.getPendingRestore')).body.restore?.trusteeUserId ?? null;
/** Returns the share that the trustee holds, or null. */
const given = async () => {
  const { status, body } = await trustee.call('recovery.getShare', { params: { ownerUserId: owner.id } });
  return status === 404 ? null : body.encryptedPrivateKeyEccShareB64;
};
const veto = async () => expect([200, 404]).toContain((await owner.call('recovery.vetoRestore')).status);

const operations: Readonly<Record<string, Operation>> = {
  'appointing a trustee': async () => {
    await owner.call('recovery.deleteTrustee', toTrustee());
    return {
      call: () => appoint('new'),
      state: async () => oneOf(await given(), null, b64('new')),
      repeated: [200],
    };
  },
  'replacing a share': async () => {
    await appoint('old');
    return {
      call: () => appoint('new'),
      state: async () => oneOf(await given(), b64('old'), b64('new')),
      repeated: [200],
    };
  },
  'revoking a share': async () => {
    await appoint('old');
    return {
      call: () => owner.call('recovery.deleteTrustee', toTrustee()),
      state: async () => oneOf(await given(), b64('old'), null),
      repeated: [404],
    };
  },
  'revoking a share whose trustee sent the pending restore': async () => {
    await appoint('old');
    await veto();
    await restore();
    return {
      call: () => owner.call('recovery.deleteTrustee', toTrustee()),
      state: async () => oneOf([await given(), await pending()], [b64('old'), trustee.id], [null, null]),
      repeated: [404],
    };
  },
  'sending a restore': async () => {
    await appoint('share');
    await veto();
    return {
      call: restore,
      state: async () => oneOf(await pending(), null, trustee.id),
      repeated: [200],
    };
  },
  'vetoing a restore': async () => {
    await appoint('share');
    expect((await restore()).status).toBe(200);
    return {
      call: () => owner.call('recovery.vetoRestore'),
      state: async () => oneOf(await pending(), trustee.id, null),
      repeated: [404],
    };
  },
  'rekeying by a restore': async () => {
    await appoint('share');
    await veto();
    expect((await restore()).status).toBe(200);
    const version = async () => (await owner.call('users.getMe')).body.kdf.keyVersion;
    const [before, old, renewed] = [await version(), owner.secret, `user secret ${randomUUID()}`];
    return {
      call: () =>
        owner.call('keys.rekey', {
          headers: { 'x-user-secret': temporarySecret, 'x-new-user-secret': renewed },
        }),
      state: async () => {
        const state = oneOf(await version(), before, before + 1);
        // One write adopts the keys of the restore and deletes it. Every value opens before and after.
        expect(await pending()).toBe(state === 'old' ? trustee.id : null);
        owner.secret = state === 'old' ? old : renewed;
        expect((await owner.call('kv.get', key)).body.valueB64).toBe(b64('kept'));
        return state;
      },
      repeated: [401],
    };
  },
};

describe('if one port call fails, the state is the old or the new one, and a retry completes it', () => {
  test.each(Object.entries(operations))('%s', { timeout: 600_000 }, async (_, operation) => {
    await withEachFault(faulty, operation);
  });
});
