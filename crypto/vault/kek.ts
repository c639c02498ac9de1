import { concat, equalBytes, lengthPrefixed, uint32, utf8, wipe } from '../encoding/bytes.ts';
import { Tampered, WrongUserSecret } from '../errors.ts';
import type { Argon2Cost, Primitives } from '../providers/primitives.ts';
import { afterHeader, header, headerBytes } from './suites.ts';

/** Key-encryption key of a user, 32 bytes: decrypts the private keys. Wipe it after use. */
export type Kek = Uint8Array;

export type KekOwner = { readonly org: string; readonly user: string };

/**
 * The KEK record, stored with the user. None of it is secret:
 *
 *     version ‖ suite ‖ memory in KiB (4) ‖ passes (4) ‖ lanes (4) ‖ salt (16) ‖ commitment (32) ‖ check (16)
 *
 *     KEK (32) ‖ commitment (32) = HKDF-SHA-256(Argon2id(secret, salt, memory, passes, lanes), "", info)
 *     info  = purpose, all of the record before the commitment, org, user; each preceded by its length
 *     check = SHA-256(purpose, all of the record before the check, org, user), cut to 16 bytes
 *
 * The commitment detects a wrong secret (401) before anything is decrypted; after it matches, any failure is tampering
 * (400). It covers the parameters too, so none of them can be modified undetected. The check needs no secret: it tells a
 * corrupt or moved record from a wrong secret before any work is spent. An attacker who recomputes it only gets a
 * commitment that never matches.
 */
const saltBytes = 16;
const commitmentBytes = 32;
const checkBytes = 16;
const beforeCommitment = headerBytes + 3 * 4 + saltBytes;
export const kekRecordBytes = beforeCommitment + commitmentBytes + checkBytes;

const kekBytes = 32;
const kekPurpose = 'strongroom kek v1';
const checkPurpose = 'strongroom kek record v1';

/** RFC 9106 section 4, the second recommended option: the cost of new records, and the minimum that is accepted. */
export const kekCost = { memoryKiB: 65_536, passes: 3, lanes: 4 } as const satisfies Argon2Cost;
/** The maximum that is accepted: a modified record must not exhaust the machine's memory. */
export const kekCostLimit = { memoryKiB: 262_144, passes: 10, lanes: 16 } as const satisfies Argon2Cost;

/** Creates a KEK and its record. @param secret a passphrase, used in its NFC form */
export async function createKek(
  primitives: Primitives,
  secret: string,
  owner: KekOwner,
  cost: Argon2Cost = kekCost,
): Promise<{ readonly kek: Kek; readonly record: Uint8Array }> {
  requireCost(cost);
  const { memoryKiB, passes, lanes } = cost;
  const numbers = [memoryKiB, passes, lanes].map(uint32);
  const parameters = concat(header(), ...numbers, primitives.randomBytes(saltBytes));
  const { kek, commitment } = await derive(primitives, secret, parameters, owner);
  const checked = concat(parameters, commitment);
  return { kek, record: concat(checked, checkOf(primitives, checked, owner)) };
}

/**
 * @throws WrongUserSecret
 * @throws Tampered if the record is corrupt, belongs to another user or has impossible parameters
 * @throws UnsupportedSuite
 */
export async function openKek(
  primitives: Primitives,
  secret: string,
  owner: KekOwner,
  record: Uint8Array,
): Promise<Kek> {
  kekParameters(primitives, owner, record);
  const { kek, commitment } = await derive(primitives, secret, record.subarray(0, beforeCommitment), owner);
  if (equalBytes(commitment, record.subarray(beforeCommitment, -checkBytes))) return kek;
  wipe(kek);
  throw new WrongUserSecret();
}

/** Returns the checked cost of a record. Needs no secret. @throws Tampered @throws UnsupportedSuite */
export function kekParameters(primitives: Primitives, owner: KekOwner, record: Uint8Array): Argon2Cost {
  afterHeader(record);
  if (record.length !== kekRecordBytes) throw new Tampered();
  const check = checkOf(primitives, record.subarray(0, -checkBytes), owner);
  if (!equalBytes(check, record.subarray(-checkBytes))) throw new Tampered();
  const cost = readCost(record);
  if (!withinBounds(cost)) throw new Tampered();
  return cost;
}

async function derive(primitives: Primitives, secret: string, parameters: Uint8Array, owner: KekOwner) {
  const password = utf8(secret.normalize('NFC'));
  const salt = parameters.subarray(-saltBytes);
  const stretched = await primitives.argon2id(password, salt, readCost(parameters), kekBytes);
  const info = lengthPrefixed(kekPurpose, parameters, owner.org, owner.user);
  const okm = primitives.hkdfSha256(stretched, new Uint8Array(), info, kekBytes + commitmentBytes);
  const derived = { kek: okm.slice(0, kekBytes), commitment: okm.slice(kekBytes) };
  wipe(password, stretched, okm);
  return derived;
}

function checkOf({ sha256 }: Primitives, checked: Uint8Array, { org, user }: KekOwner): Uint8Array {
  return sha256(lengthPrefixed(checkPurpose, checked, org, user)).subarray(0, checkBytes);
}

function readCost(record: Uint8Array): Argon2Cost {
  const view = new DataView(record.buffer, record.byteOffset + headerBytes);
  return { memoryKiB: view.getUint32(0), passes: view.getUint32(4), lanes: view.getUint32(8) };
}

function withinBounds(cost: Argon2Cost): boolean {
  const names = ['memoryKiB', 'passes', 'lanes'] as const;
  return names.every((name) => cost[name] >= kekCost[name] && cost[name] <= kekCostLimit[name]);
}

function requireCost(cost: Argon2Cost): void {
  if (!withinBounds(cost)) throw new RangeError('the cost of the KEK is out of bounds');
}
