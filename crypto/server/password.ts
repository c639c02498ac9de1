import { randomBytes, timingSafeEqual } from 'node:crypto';
import { openAesGcm, sealAesGcm } from './aes-gcm.ts';
import { argon2id, argon2idParameters } from './argon2id.ts';
import { hkdf } from './hkdf.ts';

/** The stored data of a password. It decrypts nothing without the password. */
export type PasswordRecord = {
  readonly suite: 'argon2id-64m-3-4';
  readonly salt: Uint8Array;
  readonly verifier: Uint8Array;
};

/** The two keys of a password: one verifies it, the other seals the copy of the API key. */
export type PasswordKeys = { readonly verifier: Uint8Array; readonly sealing: Uint8Array };

/** Runs Argon2id once, then HKDF twice, so that the verifier reveals nothing about the sealing key. */
export async function passwordKeys(password: string, salt: Uint8Array): Promise<PasswordKeys> {
  const stretched = await argon2id(Buffer.from(password.normalize('NFC')), salt);
  const keys = {
    verifier: hkdf(stretched, 'strongroom password verifier v1'),
    sealing: hkdf(stretched, 'strongroom api key copy v1'),
  };
  stretched.fill(0);
  return keys;
}

export async function newPassword(password: string): Promise<PasswordKeys & { record: PasswordRecord }> {
  const salt = randomBytes(argon2idParameters.saltBytes);
  const keys = await passwordKeys(password, salt);
  return { ...keys, record: { suite: 'argon2id-64m-3-4', salt, verifier: keys.verifier } };
}

const missingRecord: PasswordRecord = {
  suite: 'argon2id-64m-3-4',
  salt: randomBytes(argon2idParameters.saltBytes),
  verifier: randomBytes(32),
};

/**
 * Returns the keys of a password that matches its record, or `undefined`. Without a record it fails after the same time,
 * so that timing does not reveal whether a record exists.
 */
export async function checkPassword(
  password: string,
  record: PasswordRecord | undefined,
): Promise<PasswordKeys | undefined> {
  const { salt, verifier } = record ?? missingRecord;
  const keys = await passwordKeys(password, salt);
  const same = timingSafeEqual(keys.verifier, verifier);
  return same && record ? keys : undefined;
}

/** Seals a copy of the API key that only the password opens, bound to its user. */
export function sealApiKey(sealing: Uint8Array, userId: string, apiKey: string): Uint8Array {
  return sealAesGcm(sealing, Buffer.from(apiKey), Buffer.from(userId));
}

export function openApiKey(sealing: Uint8Array, userId: string, sealed: Uint8Array): string {
  return Buffer.from(openAesGcm(sealing, sealed, Buffer.from(userId))).toString();
}
