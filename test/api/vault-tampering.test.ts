import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { StrongroomClient, StrongroomError } from '../../client/index.ts';
import { getSharedVaultValue, shareVaultValue } from '../../client/vault/shares.ts';
import { getVaultValue, putVaultValue } from '../../client/vault/values.ts';
import { Vault } from '../../client/vault/vault.ts';
import type { TableName } from '../../contract/resources.ts';
import { Refused } from '../../crypto/errors.ts';
import { type StoredRecord, StoredRecords } from '../support/stored-records.ts';
import { alterEach, faultsOf } from '../support/tampered-calls.ts';
import { nativeVault, utf8 } from '../support/vault.ts';
import { TestAppliance } from './appliance.ts';
import type { Answer } from './target.ts';
import { b64, newOrg, VaultUser } from './vault/vault-user.ts';

const tables: readonly TableName[] = ['keys', 'kv', 'shares', 'orgs', 'vaultObjects'];
const small = 'the small value';
const large = randomBytes(40_000);

let appliance: TestAppliance;
let records: StoredRecords;
let [owner, recipient, third] = [] as unknown as [VaultUser, VaultUser, VaultUser];
/** The unlocked vaults of owner and recipient. */
let [vault, theirs] = [] as unknown as [Vault, Vault];
let shareId = '';
let restore: () => void;

beforeAll(async () => {
  appliance = await TestAppliance.start();
  const org = await newOrg(appliance.target);
  owner = await VaultUser.create(appliance.target, org, { name: 'owner' });
  recipient = await VaultUser.create(appliance.target, org, { name: 'recipient' });
  third = await VaultUser.create(appliance.target, org, { name: 'third' });
  [vault, theirs] = [await unlock(owner), await unlock(recipient)];
  await owner.put('small', small);
  await owner.put('other', 'the other value');
  await owner.call('PUT', '/v1/kv/large', { body: { valueB64: b64(large) } });
  const expiresUtc = '2090-01-01T00:00:00Z';
  ({ shareId } = (await owner.share('small', recipient, { alias: 'the alias', expiresUtc })).body);
  // The terms of the share stay under the key of the shared version, while the value gets a new version.
  await owner.put('small', small);
  await recipient.read(shareId);
  records = new StoredRecords(appliance.data);
  restore = records.snapshot(tables);
});
afterEach(() => restore());

const unlock = ({ apiKey, secret }: VaultUser) => {
  const client = new StrongroomClient({ baseUrl: appliance.target.url, credential: { apiKey } });
  return Vault.unlock(client, nativeVault, secret);
};

/** Runs a client function, and returns its outcome as the API would answer with the user secret. */
async function byClient(call: () => Promise<object>): Promise<Answer> {
  const headers = new Headers();
  try {
    const found: { readonly value?: Uint8Array } = await call();
    const body = { ...found, ...(found.value && { valueB64: b64(found.value) }) };
    return { status: 200, headers, text: '', body };
  } catch (error) {
    if (error instanceof Refused) return { status: 400, headers, text: '', body: { code: error.code } };
    if (error instanceof StrongroomError) return { status: error.status ?? 0, headers, text: '', body: {} };
    throw error;
  }
}
afterAll(async () => {
  records.close();
  await appliance.remove();
});

const truths: Readonly<Record<string, string>> = {
  'GET small': b64(small),
  'GET large': b64(large),
  'GET share': b64(small),
  'GET sealed small': b64(small),
  'GET sealed large': b64(large),
  'GET sealed share': b64(small),
};

/** Every request that reads or changes the altered records. */
const calls: Readonly<Record<string, () => Promise<Answer>>> = {
  'GET small': () => owner.get('small'),
  'GET large': () => owner.get('large'),
  'GET share': () => recipient.read(shareId),
  'GET received': () => recipient.open('GET', '/v1/kv/shared'),
  'GET sealed small': () => byClient(() => getVaultValue(vault, 'small')),
  'GET sealed large': () => byClient(() => getVaultValue(vault, 'large')),
  'GET sealed share': () => byClient(() => getSharedVaultValue(theirs, shareId)),
  'GET shares': () => owner.call('GET', '/v1/kv/small/shares'),
  'GET keys': () => owner.call('GET', '/v1/kv'),
  'GET status': () => owner.call('GET', '/v1/keys/status'),
  'GET me': () => owner.call('GET', '/v1/users/me'),
  'GET org': () => recipient.call('GET', '/v1/users/org'),
  'PUT small': () => owner.put('small', small),
  'PUT sealed small': () => byClient(() => putVaultValue(vault, 'small', utf8(small))),
  'SHARE sealed small': () => byClient(() => shareVaultValue(vault, 'small', { recipientUserId: third.id })),
  'PUT new': () => owner.put('new', small),
  'PUT large': () => owner.call('PUT', '/v1/kv/large', { body: { valueB64: b64(large) } }),
  'DELETE share': () => owner.revoke('small', recipient),
  'DELETE received': () => recipient.call('DELETE', `/v1/kv/shared/${shareId}`),
  'DELETE small': () => owner.call('DELETE', '/v1/kv/small'),
};

/** The requests that touch each table. */
const touching: Readonly<Record<string, RegExp>> = {
  keys: /^(GET (small|share|received|status|me|org)|PUT (sealed )?small|SHARE sealed small)$/,
  kv: /^((GET|PUT) (sealed )?(small|large)|GET (sealed )?share|GET (shares|keys)|DELETE (small|share)|SHARE .*)$/,
  shares:
    /^(GET (sealed )?(share|received|shares)|PUT (sealed )?small|DELETE (small|share|received)|SHARE .*)$/,
  orgs: /^(GET (me|org)|PUT (small|new)|DELETE small)$/,
};

/** The fields of a share that its terms bind. */
const ofShare = [
  'ownerUserId',
  'ownerName',
  'resource',
  'permission',
  'expiresAt',
  'version',
  'wrappedCek',
  'termsVersion',
  'termsWrappedCek',
  'sealedTerms',
];

/** The reads that must fail when one of these fields is altered. */
const bound: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  keys: {
    'GET small': [
      'keyVersion',
      'publicKey',
      'publicKeyKyber',
      'kekRecord',
      'sealedPrivateKey',
      'sealedPrivateKeyKyber',
    ],
  },
  kv: {
    'GET small': ['version', 'wrappedCek', 'envelope'],
    'GET sealed small': ['version', 'wrappedCek', 'envelope'],
    'GET share': ['version', 'envelope'],
    'GET sealed share': ['version', 'envelope'],
  },
  shares: {
    'GET share': ofShare,
    'GET sealed share': ofShare,
  },
};

const isTrue = (name: string, body: Answer['body']) => {
  if (name === 'GET sealed share' && body.alias !== 'the alias') return false;
  if (name in truths) return body.valueB64 === truths[name];
  return name !== 'GET received' || body.every(({ alias }: { alias: string }) => alias === 'the alias');
};
const tampered = { calls, isTrue };

function alter(record: StoredRecord, field: string, value: unknown): void {
  records.write({ ...record, fields: { ...record.fields, [field]: value } });
}

const isOf = (user: VaultUser) => (record: StoredRecord) => `${record.pk}#${record.sk}`.includes(user.id);

test('everything can be decrypted if nothing is tampered with', async () => {
  expect(await faultsOf(tampered, 'nothing')).toEqual([]);
  restore();
  for (const name of Object.keys(truths)) expect((await calls[name]?.())?.status).toBe(200);
});

describe('tampering with one field of one record leads to a refusal or to the truth', () => {
  test.each(['keys', 'kv', 'shares', 'orgs'] as const)('in %s', { timeout: 300_000 }, async (table) => {
    const ours = records
      .read([table])
      .filter((record) => record.sk !== 'other' && (isOf(owner)(record) || isOf(recipient)(record)));
    const org = records.read([table]).filter(({ pk, sk }) => pk === `org#${owner.orgId}` && sk === 'org');
    const chosen = [...ours, ...org];
    const { altered, found } = await alterEach(records, chosen, tampered, restore, (record, field) => {
      const opened = record.sk !== 'large' && record.sk !== recipient.id;
      const isGrant = record.pk.startsWith('granted#');
      const mustFail = Object.entries(bound[table] ?? {})
        .filter(([, fields]) => opened && !isGrant && fields.includes(field))
        .map(([name]) => name);
      return { which: touching[table] ?? /./, mustFail };
    });
    expect(found).toEqual([]);
    expect(altered).toBeGreaterThan(50);
  });
});

describe('data from another place cannot be decrypted', () => {
  const value = (key: string) =>
    records.read(['kv']).find(({ pk, sk }) => pk === owner.id && sk === key) as StoredRecord;

  test.each(['wrappedCek', 'envelope', 'version'])('the %s of another value is rejected', async (field) => {
    alter(value('small'), field, value('other').fields[field]);
    expect((await owner.get('small')).status).toBe(400);
  });

  test('a complete value under another name or another owner', async () => {
    records.write({ ...value('small'), fields: value('other').fields });
    expect((await owner.get('small')).status).toBe(400);
    restore();
    await recipient.put('small', 'a value of the recipient');
    const theirs = records.read(['kv']).find(({ pk, sk }) => pk === recipient.id && sk === 'small');
    records.write({ ...(theirs as StoredRecord), fields: value('small').fields });
    expect((await recipient.get('small')).status).toBe(400);
  });

  test('an earlier version in place of a later one is rejected', async () => {
    const { fields } = value('small');
    await owner.put('small', 'a newer value');
    const { version } = value('small').fields;
    records.write({ ...value('small'), fields: { ...fields, version } });
    expect((await owner.get('small')).status).toBe(400);
  });

  test('the keys of another user are rejected', async () => {
    const keysOf = (user: VaultUser) =>
      records.read(['keys']).find(({ sk }) => sk === user.id) as StoredRecord;
    records.write({ ...keysOf(recipient), fields: keysOf(owner).fields });
    const { status } = await recipient.open('GET', '/v1/kv/shared', {
      headers: { 'x-user-secret': owner.secret },
    });
    expect(status).toBe(400);
  });

  test('a share that is wrapped to someone else is 403 and is not listed', async () => {
    const received = records.read(['shares']).find(({ sk }) => sk === shareId) as StoredRecord;
    for (const field of ['wrappedCek', 'termsWrappedCek']) {
      alter(received, field, value('small').fields.wrappedCek);
      const { status, body } = await recipient.read(shareId);
      expect([status, body.code]).toEqual([403, 'SHARE_NOT_DECRYPTABLE']);
      expect((await recipient.open('GET', '/v1/kv/shared')).body).toEqual([]);
      restore();
    }
  });

  test('a share whose expiry was extended', async () => {
    const received = records.read(['shares']).find(({ sk }) => sk === shareId) as StoredRecord;
    alter(received, 'expiresAt', null);
    expect((await recipient.read(shareId)).status).toBe(400);
  });
});

describe('the object of a large value', () => {
  /** Returns the files that store the value, with their bytes. */
  const file = () => {
    const folder = join(appliance.data, 'objects');
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const files = names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
    const found = files.filter((path) => !path.includes('.db') && statSync(path).size > large.length);
    return found.map((path) => [path, readFileSync(path)] as const);
  };

  test.each([
    ['altered', (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 20_000 ? byte ^ 1 : byte)))],
    ['cut', (bytes: Buffer) => bytes.subarray(0, -1)],
  ])('that is %s is 400', async (_, change) => {
    const kept = file();
    expect(kept.length).toBeGreaterThan(0);
    for (const [path, bytes] of kept) writeFileSync(path, change(bytes));
    expect((await owner.get('large')).status).toBe(400);
    for (const [path, bytes] of kept) writeFileSync(path, bytes);
    expect((await owner.get('large')).status).toBe(200);
  });

  test('that is missing is 400', async () => {
    const kept = file();
    for (const [path] of kept) rmSync(path);
    expect((await owner.get('large')).status).toBe(400);
    for (const [path, bytes] of kept) writeFileSync(path, bytes);
  });
});
