import { expect, test } from 'vitest';
import { AesGcmRejected } from '../../../crypto/server/aes-gcm.ts';
import { checkPassword, newPassword, openApiKey, sealApiKey } from '../../../crypto/server/password.ts';

const password = 'correct horse battery staple';
const { record, sealing } = await newPassword(password);

test('a password matches its record and no other does', async () => {
  expect(await checkPassword(password, record)).toBeDefined();
  expect(await checkPassword(`${password} `, record)).toBeUndefined();
  expect(await checkPassword('', record)).toBeUndefined();
});

test('a password matches however its accents are composed', async () => {
  const { record } = await newPassword('pässwörd of élan');
  expect(await checkPassword('pässwörd of élan'.normalize('NFD'), record)).toBeDefined();
});

test('the record of an unknown account matches nothing', async () => {
  expect(await checkPassword(password, undefined)).toBeUndefined();
});

test('two records of one password have nothing in common', async () => {
  const other = await newPassword(password);
  expect(other.record.salt).not.toEqual(record.salt);
  expect(other.record.verifier).not.toEqual(record.verifier);
});

test('the record does not hold the key that seals', () => {
  expect(record.verifier).not.toEqual(sealing);
});

test('the copy of the API key opens by the password, for its user alone', async () => {
  const sealed = sealApiKey(sealing, 'user', 'pyapi_key');
  const keys = await checkPassword(password, record);
  expect(keys && openApiKey(keys.sealing, 'user', sealed)).toBe('pyapi_key');
  expect(() => openApiKey(sealing, 'another user', sealed)).toThrow(AesGcmRejected);
  expect(() => openApiKey(record.verifier, 'user', sealed)).toThrow(AesGcmRejected);
});
