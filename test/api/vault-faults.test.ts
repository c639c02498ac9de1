import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Vault } from '../../client/vault/vault.ts';
import { type Operation, oneOf, withEachFault } from '../support/fault-cases.ts';
import { FaultyPlatform } from '../support/faulty-platform.ts';
import { rekeyInput } from '../support/rekey-input.ts';
import { nativeVault } from '../support/vault.ts';
import { type HandlerUser, VaultHandlers } from '../support/vault-handlers.ts';

let handlers: VaultHandlers;
let faulty: FaultyPlatform;
let vault: Vault;
let org = '';
let [owner, recipient, rekeyed] = [] as unknown as [HandlerUser, HandlerUser, HandlerUser];

beforeAll(async () => {
  handlers = new VaultHandlers((platform) => {
    faulty = new FaultyPlatform(platform);
    return faulty.platform;
  });
  org = await handlers.newOrg();
  owner = await handlers.newUser(org, 'owner');
  recipient = await handlers.newUser(org, 'recipient');
  rekeyed = await handlers.newUser(org, 'rekeyed');
  for (const user of [owner, recipient, rekeyed]) expect((await user.call('keys.generate')).status).toBe(201);
  vault = await Vault.unlock(owner.client(), nativeVault, owner.secret);
});
afterAll(() => handlers.close());

const b64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const small = (text: string) => ({ valueB64: b64(text) });
const large = (text: string) => ({ valueB64: b64(text.repeat(10_000)) });

const newKey = () => ({ params: { key: `key-${randomUUID()}` } });
const share = async (key: { params: { key: string } }) => {
  const body = { recipientUserId: recipient.id, permission: 'read', alias: 'alias' };
  return (await owner.call('kvShares.create', { ...key, body })).body.shareId as string;
};
const storedValue = async (key: { params: { key: string } }) => {
  const { status, body } = await owner.call('kv.get', key);
  return status === 404 ? null : body.valueB64;
};
const grantsOf = async (key: { params: { key: string } }) => {
  const { body } = await owner.call('kvShares.list', key);
  return body.map(({ shareId }: { shareId: string }) => shareId);
};
/** Returns the value that the recipient reads, or null if the share no longer exists. */
const readOf = async (shareId: string) => {
  const { status, body } = await recipient.call('kvShares.get', { params: { shareId } });
  expect([200, 404]).toContain(status);
  return status === 404 ? null : body.valueB64;
};

/** Expects the org's record counter to match the stored records. */
const counted = async () => {
  const { table } = handlers.platform;
  const counter = await table.get('orgs', { pk: `org#${org}`, sk: 'org' });
  const owned = [owner, rekeyed].map(({ id }) => table.query({ table: 'kv', pk: id, limit: 100_000 }));
  const all = (await Promise.all(owned)).flatMap(({ items }) => items);
  expect(counter?.records).toBe(all.length);
};

const operations: Readonly<Record<string, Operation>> = {
  'storing a new value': async () => {
    const key = newKey();
    return {
      call: () => owner.call('kv.put', { ...key, body: small('new') }),
      state: async () => oneOf(await storedValue(key), null, small('new').valueB64),
      repeated: [200],
    };
  },
  'replacing a large shared value': async () => {
    const key = newKey();
    await owner.call('kv.put', { ...key, body: large('old') });
    const shareId = await share(key);
    return {
      call: () => owner.call('kv.put', { ...key, body: large('new') }),
      state: async () => {
        const [value, read] = [await storedValue(key), await readOf(shareId)];
        expect(read).toBe(value);
        return oneOf(value, large('old').valueB64, large('new').valueB64);
      },
      repeated: [200],
    };
  },
  'replacing a shared value in a client': async () => {
    const key = newKey();
    await owner.call('kv.put', { ...key, body: small('old') });
    const shareId = await share(key);
    const context = vault.valueContext(key.params.key, 2);
    const { envelope, cek } = nativeVault.sealValue(context, Buffer.from('new'));
    const wrappedCekB64 = b64(await vault.wrapFor(recipient.id, context, cek));
    const body = {
      version: 2,
      envelopeB64: b64(envelope),
      wrappedCekB64: b64(vault.wrap(context, cek)),
      shares: [{ shareId, wrappedCekB64 }],
    };
    return {
      call: () => owner.call('sealed.putValue', { ...key, body }),
      state: async () => {
        const [value, read] = [await storedValue(key), await readOf(shareId)];
        expect(read).toBe(value);
        return oneOf(value, small('old').valueB64, small('new').valueB64);
      },
      repeated: [409],
    };
  },
  'deleting a shared value': async () => {
    const key = newKey();
    await owner.call('kv.put', { ...key, body: small('old') });
    const shareId = await share(key);
    return {
      call: () => owner.call('kv.delete', key),
      state: async () => {
        const [value, read] = [await storedValue(key), await readOf(shareId)];
        expect(read).toBe(value);
        return oneOf(value, small('old').valueB64, null);
      },
      repeated: [404],
    };
  },
  'reading a value': async () => {
    const key = newKey();
    await owner.call('kv.put', { ...key, body: small('old') });
    return {
      call: () => owner.call('kv.get', key),
      state: async () => oneOf(await storedValue(key), small('old').valueB64, small('old').valueB64),
      repeated: [200],
    };
  },
  'sharing a value': async () => {
    const key = newKey();
    await owner.call('kv.put', { ...key, body: small('shared') });
    const body = { recipientUserId: recipient.id, permission: 'read' };
    let once = randomUUID();
    return {
      call: () => owner.call('kvShares.create', { ...key, headers: { 'idempotency-key': once }, body }),
      dropKey: () => {
        once = randomUUID();
      },
      state: async () => {
        const [shareId] = await grantsOf(key);
        if (!shareId) return 'old';
        expect(await readOf(shareId)).toBe(small('shared').valueB64);
        return 'new';
      },
      repeated: [201, 409],
    };
  },
  'sharing a value in a client': async () => {
    const key = newKey();
    await owner.call('kv.put', { ...key, body: small('shared') });
    const { body: value } = await owner.call('sealed.getValue', key);
    const context = vault.valueContext(key.params.key, value.version);
    const cek = vault.unwrap(context, Buffer.from(value.wrappedCekB64, 'base64'));
    const made = randomUUID();
    const terms = { permission: 'read', ownerName: 'owner', expiresAt: null, alias: null } as const;
    const body = {
      shareId: made,
      recipientUserId: recipient.id,
      permission: 'read',
      version: value.version,
      wrappedCekB64: b64(await vault.wrapFor(recipient.id, context, cek)),
      sealedTermsB64: b64(nativeVault.sealTerms(cek, context, made, terms)),
    };
    return {
      call: () => owner.call('sealed.shareValue', { ...key, body }),
      state: async () => {
        const [shareId] = await grantsOf(key);
        if (!shareId) return 'old';
        expect(await readOf(shareId)).toBe(small('shared').valueB64);
        return 'new';
      },
      repeated: [409],
    };
  },
  'reading a shared value': async () => {
    const key = newKey();
    await owner.call('kv.put', { ...key, body: small('shared') });
    const shareId = await share(key);
    return {
      call: () => recipient.call('kvShares.get', { params: { shareId } }),
      state: async () => {
        const { body } = await owner.call('kvShares.list', key);
        expect(body).toHaveLength(1);
        return body[0].firstAccessUtc === null ? 'old' : 'new';
      },
      repeated: [200],
    };
  },
  'revoking a share': async () => {
    const key = newKey();
    await owner.call('kv.put', { ...key, body: small('shared') });
    const shareId = await share(key);
    return {
      call: () => owner.call('kvShares.revoke', { params: { ...key.params, recipientUserId: recipient.id } }),
      state: async () => {
        const state = oneOf(await grantsOf(key), [shareId], []);
        expect((await readOf(shareId)) === null).toBe(state === 'new');
        return state;
      },
      repeated: [404],
    };
  },
  'declining a share': async () => {
    const key = newKey();
    await owner.call('kv.put', { ...key, body: small('shared') });
    const shareId = await share(key);
    return {
      call: () => recipient.call('kvShares.decline', { params: { shareId } }),
      state: async () => {
        const state = oneOf(await grantsOf(key), [shareId], []);
        expect((await readOf(shareId)) === null).toBe(state === 'new');
        return state;
      },
      repeated: [404],
    };
  },
  'generating keys': async () => {
    const user = await handlers.newUser(org, 'user');
    let once = randomUUID();
    return {
      call: () => user.call('keys.generate', { headers: { 'idempotency-key': once } }),
      dropKey: () => {
        once = randomUUID();
      },
      state: async () => ((await user.call('keys.getStatus')).body.hasEcc ? 'new' : 'old'),
      repeated: [201, 409],
    };
  },
  rekeying: async () => {
    const user = rekeyed;
    const key = newKey();
    await user.call('kv.put', { ...key, body: small('kept') });
    const version = async () => (await user.call('users.getMe')).body.kdf.keyVersion;
    const [before, renewed] = [await version(), `user secret ${randomUUID()}`];
    const old = user.secret;
    return {
      call: () =>
        user.call('keys.rekey', { headers: { 'x-user-secret': old, 'x-new-user-secret': renewed } }),
      state: async () => {
        const state = oneOf(await version(), before, before + 1);
        user.secret = state === 'old' ? old : renewed;
        expect((await user.call('kv.get', key)).body.valueB64).toBe(small('kept').valueB64);
        return state;
      },
      repeated: [401],
    };
  },
  'rekeying in a client': async () => {
    const user = rekeyed;
    const { body: me } = await user.call('users.getMe');
    const { keyVersion } = me.kdf;
    const [old, renewed] = [user.secret, `user secret ${randomUUID()}`];
    const body = await rekeyInput(me, old, renewed);
    return {
      call: () => user.call('sealed.rekey', { body }),
      state: async () => {
        const { body: now } = await user.call('users.getMe');
        const state = oneOf(now.kdf.keyVersion, keyVersion, keyVersion + 1);
        user.secret = state === 'old' ? old : renewed;
        expect((await user.call('kvShares.listReceived')).status).toBe(200);
        return state;
      },
      repeated: [409],
    };
  },
};

describe('if one port call fails, the state is the old or the new one, and a retry completes it', () => {
  test.each(Object.entries(operations))('%s', { timeout: 120_000 }, async (name, operation) => {
    await withEachFault(faulty, operation, name !== 'reading a value');
    await counted();
  });
});
