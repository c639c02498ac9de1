import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { StrongroomClient } from '../../client/index.ts';
import { appointTrustees, type OpenedShare, openTrusteeShare } from '../../client/recovery.ts';
import { restoreInput } from '../support/restored.ts';
import { alterations, type StoredRecord, StoredRecords } from '../support/stored-records.ts';
import { nativeVault } from '../support/vault.ts';
import { TestAppliance } from './appliance.ts';
import { b64, newOrg, VaultUser } from './vault/vault-user.ts';

let appliance: TestAppliance;
let records: StoredRecords;
let [owner, trustee] = [] as unknown as [VaultUser, VaultUser];
let truth: OpenedShare;
let putBack: () => void;
const temporarySecret = 'a temporary secret';
const renewed = 'a user secret after the restore';

const clientOf = ({ apiKey }: VaultUser) =>
  new StrongroomClient({ baseUrl: appliance.target.url, credential: { apiKey } });
const openShare = () => openTrusteeShare(clientOf(trustee), nativeVault, trustee.secret, owner.id);
const rekey = () =>
  owner.call('POST', '/v1/keys/rekey', {
    headers: { 'x-user-secret': temporarySecret, 'x-new-user-secret': renewed },
  });

beforeAll(async () => {
  appliance = await TestAppliance.start();
  const org = await newOrg(appliance.target);
  const create = (name: string) => VaultUser.create(appliance.target, org, { name });
  const [first, second, third] = await Promise.all([create('owner'), create('trustee'), create('other')]);
  [owner, trustee] = [first, second];
  await owner.put('kept', 'a value');
  const trusteeUserIds = [second.id, third.id];
  await appointTrustees(clientOf(owner), nativeVault, owner.secret, { trusteeUserIds, threshold: 2 });
  truth = await openShare();
  const { body: me } = await clientOf(owner).call('users.getMe');
  const body = await restoreInput(me, owner.secret, { temporarySecret });
  expect((await trustee.call('POST', `/v1/recovery/restore/${owner.id}`, { body })).status).toBe(200);
  records = new StoredRecords(appliance.data);
  putBack = records.snapshot(['keys', 'recovery']);
});
afterEach(() => putBack());
afterAll(async () => {
  records.close();
  await appliance.remove();
});

const recordOf = (pk: string, sk: string) =>
  records.read(['recovery']).find((record) => record.pk === pk && record.sk === sk) as StoredRecord;

/** Alters each field in turn. Returns the faults that `check` found, and the number of alterations. */
async function eachAlteration(
  record: StoredRecord,
  check: (field: string) => Promise<string | undefined>,
): Promise<{ found: string[]; altered: number }> {
  const found: string[] = [];
  let altered = 0;
  for (const [field, value] of Object.entries(record.fields)) {
    for (const [what, other] of alterations(value)) {
      if (JSON.stringify(other) === JSON.stringify(value)) continue;
      records.write({ ...record, fields: { ...record.fields, [field]: other } });
      const wrong = await check(field);
      if (wrong) found.push(`${field} ${what}: ${wrong}`);
      putBack();
      altered += 1;
    }
  }
  return { found, altered };
}

const answered = [200, 201, 400, 403, 404, 409];
async function oddAnswers(calls: readonly (readonly [string, string])[]): Promise<string[]> {
  const odd: string[] = [];
  for (const [user, path] of calls) {
    const { status } = await (user === 'owner' ? owner : trustee).call('GET', path);
    if (!answered.includes(status)) odd.push(`${path} answered ${status}`);
  }
  return odd;
}

test('a rekey with a tampered restore yields the true keys, or is refused and changes nothing', {
  timeout: 300_000,
}, async () => {
  const restore = recordOf(`restore#${owner.orgId}`, owner.id);
  const { found, altered } = await eachAlteration(restore, async (field) => {
    const [odd] = await oddAnswers([['owner', '/v1/recovery/restore']]);
    if (odd) return odd;
    const { status } = await rekey();
    if (!answered.includes(status)) return `the rekey answered ${status}`;
    const isKey = field === 'restoredKey' || field === 'restoredKeyKyber';
    if (status === 200 && isKey) return 'the rekey did not notice';
    const secret = status === 200 ? renewed : owner.secret;
    const { body } = await owner.get('kept', secret);
    return body.valueB64 === b64('a value') ? undefined : 'the value does not open';
  });
  expect(found).toEqual([]);
  expect(altered).toBeGreaterThan(50);
});

test('a restore of another owner in its place is not accepted', async () => {
  const restore = recordOf(`restore#${owner.orgId}`, owner.id);
  const { body: me } = await clientOf(trustee).call('users.getMe');
  const theirs = await restoreInput(me, trustee.secret, { temporarySecret });
  const bytes = ($bytes: string) => ({ $bytes });
  const restoredKey = bytes(theirs.encryptedPrivateKeyEccB64);
  const restoredKeyKyber = bytes(theirs.encryptedPrivateKeyKyberB64);
  records.write({ ...restore, fields: { ...restore.fields, restoredKey, restoredKeyKyber } });
  expect((await rekey()).body.code).toBe('TAMPERED');
  expect((await owner.get('kept')).status).toBe(200);
});

test('the client library decrypts the true recovery share, or none', { timeout: 300_000 }, async () => {
  const share = recordOf(`owner#${owner.id}`, trustee.id);
  const { found, altered } = await eachAlteration(share, async (field) => {
    const [odd] = await oddAnswers([
      ['owner', '/v1/recovery/trustees'],
      ['trustee', '/v1/recovery/shares'],
    ]);
    if (odd) return odd;
    const opened = await openShare().catch((error) => error);
    if (opened instanceof Error) {
      const { status, code } = opened as { status?: number; code?: string };
      return (status ? answered.includes(status) : code) ? undefined : `it failed by ${opened}`;
    }
    if (field === 'eccShare' || field === 'kyberShare') return 'the client did not notice';
    const same = ['x25519', 'mlKem768'] as const;
    const isTrue = same.every((part) => Buffer.from(opened.parts[part]).equals(truth.parts[part]));
    return isTrue && opened.masked === truth.masked ? undefined : 'another share was opened';
  });
  expect(found).toEqual([]);
  expect(altered).toBeGreaterThan(50);
});
