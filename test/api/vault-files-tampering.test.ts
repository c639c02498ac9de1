import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TableName } from '../../contract/resources.ts';
import { type ClientFile, sealClientFile } from '../support/file-client.ts';
import { type StoredRecord, StoredRecords } from '../support/stored-records.ts';
import { alterEach, type Calls, faultsOf } from '../support/tampered-calls.ts';
import { TestAppliance } from './appliance.ts';
import type { Answer } from './target.ts';
import { b64, newOrg, VaultUser } from './vault/vault-user.ts';

const tables: readonly TableName[] = ['keys', 'files', 'shares', 'orgs', 'vaultObjects'];
const content = randomBytes(300_000);
const uploaded = randomBytes(1000);

let appliance: TestAppliance;
let records: StoredRecords;
let [owner, recipient] = [] as unknown as [VaultUser, VaultUser];
let [file, other, shareId] = ['', '', ''];
let upload: ClientFile;
let restore: () => void;

beforeAll(async () => {
  appliance = await TestAppliance.start();
  const org = await newOrg(appliance.target);
  owner = await VaultUser.create(appliance.target, org, { name: 'owner' });
  recipient = await VaultUser.create(appliance.target, org, { name: 'recipient' });
  file = await owner.upload(content, { fileName: 'the name' });
  other = await owner.upload(randomBytes(content.length), { fileName: 'another' });
  const expiresUtc = '2090-01-01T00:00:00Z';
  ({ shareId } = (await owner.shareFile(file, recipient, { expiresUtc })).body);
  await recipient.sharedFile(shareId);
  upload = sealClientFile((await owner.call('GET', '/v1/users/me')).body, uploaded);
  await owner.call('POST', '/v1/files/uploads', { body: upload.input });
  const { body } = await sign();
  await fetch(body.parts[0].url, { method: 'PUT', body: new Uint8Array(await upload.part(1)) });
  records = new StoredRecords(appliance.data);
  restore = records.snapshot(tables);
});
afterEach(() => restore());
afterAll(async () => {
  records.close();
  await appliance.remove();
});

const sign = () => owner.call('POST', `/v1/files/uploads/${upload.id}/parts`, { body: { partNumbers: [1] } });

/** Every request that reads or changes the altered records. `read uploaded` reads the file of the completed upload. */
const calls: Calls = {
  'GET file': () => owner.file(file),
  'GET list': () => owner.open('GET', '/v1/files'),
  'GET download': () => owner.call('GET', `/v1/files/${file}/download`),
  'GET shares': () => owner.call('GET', `/v1/files/${file}/shares`),
  'GET shared': () => recipient.sharedFile(shareId),
  'GET received': () => recipient.open('GET', '/v1/files/shared'),
  'GET shared download': () => recipient.call('GET', `/v1/files/shared/${shareId}/download`),
  'GET upload': () => owner.call('GET', `/v1/files/uploads/${upload.id}`),
  'GET uploads': () => owner.call('GET', '/v1/files/uploads'),
  'POST file': () => owner.open('POST', '/v1/files', { body: { fileName: 'new', contentB64: 'YQ==' } }),
  'POST parts': sign,
  'POST complete': () => owner.call('POST', `/v1/files/uploads/${upload.id}/complete`),
  'read uploaded': () => owner.file(upload.id),
  'POST share': () => owner.shareFile(other, recipient),
  'DELETE upload': () => owner.call('DELETE', `/v1/files/uploads/${upload.id}`),
  'DELETE share': () => owner.revokeFile(file, recipient),
  'DELETE received': () => recipient.call('DELETE', `/v1/files/shared/${shareId}`),
  'DELETE file': () => owner.call('DELETE', `/v1/files/${file}`),
};

const names = ['the name', 'another', 'large.bin'];
const isTrue = (name: string, body: Answer['body']) => {
  if (name === 'GET file' || name === 'GET shared') {
    return body.contentB64 === b64(content) && body.fileName === 'the name';
  }
  if (name === 'read uploaded') return body.contentB64 === b64(uploaded);
  if (name !== 'GET list' && name !== 'GET received') return true;
  return body.every(
    ({ fileName, sizeBytes }: { fileName: string; sizeBytes: number }) =>
      names.includes(fileName) && sizeBytes === content.length,
  );
};
const tampered = { calls, isTrue };

/** The requests that touch each kind of record. */
const touching = {
  files: /^GET (file|list|download|shares|shared|received)|^(POST share|DELETE (file|share))$/,
  uploads: /uploads?$|^read|^POST (parts|complete)/,
  shares: /^GET (shares|shared|received)|^DELETE (share|received|file)$/,
  orgs: /^POST (file|complete)|^(read uploaded|DELETE file)$/,
  vaultObjects: /^GET (file|shared)|^POST complete|^read|^DELETE (file|upload)$/,
  keys: /^GET (file|list|shared|received)$|^POST (file|share)$/,
} as const;

/** The reads that must fail when one of these fields is altered. */
const bound: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  files: {
    'GET file': ['wrappedCek', 'sealedMetadata', 'sealedSize', 'objectId'],
    'GET shared': ['sealedMetadata', 'sealedSize', 'objectId'],
  },
  uploads: {
    'POST complete': ['fileHeader', 'sealedSize', 'objectId'],
    'read uploaded': ['wrappedCek', 'sealedMetadata', 'fileHeader', 'sealedSize', 'objectId'],
  },
  shares: {
    'GET shared': [
      ...['ownerUserId', 'ownerName', 'resource', 'permission', 'expiresAt'],
      ...['version', 'wrappedCek', 'termsVersion', 'termsWrappedCek', 'sealedTerms'],
    ],
  },
  keys: {
    'GET file': ['keyVersion', 'publicKey', 'publicKeyKyber', 'kekRecord', 'sealedPrivateKey'],
  },
};

const chosen: Readonly<Record<keyof typeof touching, () => readonly StoredRecord[]>> = {
  files: () => records.read(['files']).filter(({ sk }) => sk === file),
  uploads: () => records.read(['files']).filter(({ sk }) => sk === upload.id),
  shares: () => records.read(['shares']),
  orgs: () => records.read(['orgs']).filter(({ pk, sk }) => pk === `org#${owner.orgId}` && sk === 'org'),
  vaultObjects: () => records.read(['vaultObjects']),
  keys: () => records.read(['keys']).filter(({ sk }) => sk === owner.id),
};

test('everything can be decrypted if nothing is tampered with', async () => {
  expect(await faultsOf(tampered, 'nothing')).toEqual([]);
  restore();
  const reads = Object.entries(calls).filter(([name]) => name.startsWith('GET'));
  for (const [name, make] of reads) expect([name, (await make()).status]).toEqual([name, 200]);
  expect((await calls['GET list']?.())?.body).toHaveLength(2);
  expect((await calls['GET received']?.())?.body).toHaveLength(1);
  expect((await calls['POST complete']?.())?.status).toBe(200);
  expect((await calls['read uploaded']?.())?.body.contentB64).toBe(b64(uploaded));
});

describe('tampering with one field of one record leads to a refusal or to the truth', () => {
  test.each(Object.keys(chosen) as (keyof typeof chosen)[])('of %s', { timeout: 300_000 }, async (kind) => {
    const { altered, found } = await alterEach(
      records,
      chosen[kind](),
      tampered,
      restore,
      (record, field) => {
        const isGrant = record.pk.startsWith('granted#');
        const mustFail = Object.entries(bound[kind] ?? {})
          .filter(([, fields]) => !isGrant && fields.includes(field))
          .map(([name]) => name);
        return { which: touching[kind], mustFail };
      },
    );
    expect(found).toEqual([]);
    if (kind !== 'vaultObjects') expect(altered).toBeGreaterThan(40);
  });
});

describe('data from another place cannot be decrypted', () => {
  const recordOf = (id: string) => records.read(['files']).find(({ sk }) => sk === id) as StoredRecord;

  test.each(['wrappedCek', 'sealedMetadata', 'objectId'])(
    'the %s of another file is rejected',
    async (field) => {
      const { fields } = recordOf(file);
      records.write({ ...recordOf(file), fields: { ...fields, [field]: recordOf(other).fields[field] } });
      for (const read of ['GET file', 'GET shared']) {
        if (field === 'wrappedCek' && read === 'GET shared') continue;
        expect((await calls[read]?.())?.status).toBe(400);
      }
    },
  );

  test('a whole file under another id is rejected', async () => {
    records.write({ ...recordOf(file), fields: recordOf(other).fields });
    expect((await owner.file(file)).status).toBe(400);
    expect((await recipient.sharedFile(shareId)).status).toBe(400);
    const { body } = await owner.open('GET', '/v1/files');
    expect(body.map(({ id }: { id: string }) => id)).toEqual([other]);
  });

  test('a share that names another file', async () => {
    const received = records.read(['shares']).find(({ sk }) => sk === shareId) as StoredRecord;
    records.write({ ...received, fields: { ...received.fields, resource: other } });
    expect([403, 404]).toContain((await recipient.sharedFile(shareId)).status);
    expect((await recipient.open('GET', '/v1/files/shared')).body).toEqual([]);
  });

  test('a share that is wrapped to someone else is 403 and is not listed', async () => {
    const received = records.read(['shares']).find(({ sk }) => sk === shareId) as StoredRecord;
    records.write({
      ...received,
      fields: { ...received.fields, wrappedCek: recordOf(file).fields.wrappedCek },
    });
    const { status, body } = await recipient.sharedFile(shareId);
    expect([status, body.code]).toEqual([403, 'SHARE_NOT_DECRYPTABLE']);
    expect((await recipient.open('GET', '/v1/files/shared')).body).toEqual([]);
  });

  test('a share whose expiry was extended', async () => {
    const received = records.read(['shares']).find(({ sk }) => sk === shareId) as StoredRecord;
    records.write({ ...received, fields: { ...received.fields, expiresAt: null } });
    expect((await recipient.sharedFile(shareId)).status).toBe(400);
  });
});

describe('the object of a file', () => {
  const kept = () => {
    const folder = join(appliance.data, 'objects');
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    );
    const whole = found.filter((path) => statSync(path).isFile() && !path.includes('.db'));
    return whole
      .filter((path) => statSync(path).size > content.length)
      .map((path) => [path, readFileSync(path)] as const);
  };
  const flipped = (at: number) => (bytes: Buffer) =>
    Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));

  test.each([
    ['altered in its header', flipped(10)],
    ['altered in its first chunk', flipped(1000)],
    ['altered in its last chunk', flipped(290_000)],
    ['cut', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['cut after its first chunk', (bytes: Buffer) => bytes.subarray(0, 66 + 262_144 + 23)],
  ])('that is %s is 400 for owner and recipient', async (_, change) => {
    const files = kept();
    expect(files).toHaveLength(2);
    for (const [path, bytes] of files) writeFileSync(path, change(bytes));
    expect((await owner.file(file)).status).toBe(400);
    expect((await recipient.sharedFile(shareId)).status).toBe(400);
    for (const [path, bytes] of files) writeFileSync(path, bytes);
    expect((await owner.file(file)).status).toBe(200);
  });

  test('that is missing is 400', async () => {
    const files = kept();
    for (const [path] of files) rmSync(path);
    expect((await owner.file(file)).status).toBe(400);
    expect((await recipient.sharedFile(shareId)).status).toBe(400);
    for (const [path, bytes] of files) writeFileSync(path, bytes);
  });
});
