import { CreateKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { afterAll, expect, test } from 'vitest';
import { KmsKeys } from '../../platform/aws/kms-keys.ts';
import { keysSuite } from '../platform/keys.suite.ts';

// Endpoint, region and credentials come from the environment: AWS_ENDPOINT_URL and others.
const client = new KMSClient();
const created: string[] = [];

async function createKey(KeySpec: 'SYMMETRIC_DEFAULT' | 'ECC_NIST_P256'): Promise<string> {
  const KeyUsage = KeySpec === 'ECC_NIST_P256' ? 'SIGN_VERIFY' : 'ENCRYPT_DECRYPT';
  const { KeyMetadata } = await client.send(new CreateKeyCommand({ KeySpec, KeyUsage }));
  const id = KeyMetadata?.Arn ?? '';
  created.push(id);
  return id;
}

async function newKeys(): Promise<KmsKeys> {
  const [data, jwt, audit] = await Promise.all([
    createKey('SYMMETRIC_DEFAULT'),
    createKey('ECC_NIST_P256'),
    createKey('ECC_NIST_P256'),
  ]);
  return new KmsKeys(client, { data, jwt: [jwt], audit: [audit] });
}

// ministack only encodes where KMS encrypts: any key decrypts, and altered bytes decrypt to other bytes.
keysSuite('KMS', newKeys, ['authenticate wrapped keys']);

afterAll(async () => {
  for (const KeyId of created)
    await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  client.destroy();
});

test('lists retired keys after the current one', async () => {
  const [data, old, current] = [
    await createKey('SYMMETRIC_DEFAULT'),
    await createKey('ECC_NIST_P256'),
    await createKey('ECC_NIST_P256'),
  ];
  const before = await new KmsKeys(client, { data, jwt: [old], audit: [old] }).publicKeys('jwt');
  const after = await new KmsKeys(client, { data, jwt: [current, old], audit: [old] }).publicKeys('jwt');
  expect(after).toHaveLength(2);
  expect(after[1]).toEqual(before[0]);
});

test('fails to ping a key that does not exist or is not enabled', async () => {
  const data = await createKey('SYMMETRIC_DEFAULT');
  const keys = new KmsKeys(client, { data, jwt: [], audit: [] });
  await keys.ping();
  await client.send(new ScheduleKeyDeletionCommand({ KeyId: data, PendingWindowInDays: 7 }));
  created.splice(created.indexOf(data), 1);
  await expect(keys.ping()).rejects.toThrow('PendingDeletion');
  await expect(new KmsKeys(client, { data: 'absent', jwt: [], audit: [] }).ping()).rejects.toThrow();
});
