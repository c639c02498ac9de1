import type { RecordContext } from '../crypto/context.ts';
import type { PublicKeys } from '../crypto/key-pairs.ts';
import { native } from '../crypto/providers/native.ts';
import { vaultCrypto } from '../crypto/vault.ts';
import type { StoredKeys } from '../stores/keys.ts';
import { ApiError } from './api-error.ts';

/** The formats of the vault, on what the functions' runtime has. */
export const vault = vaultCrypto(native);

export function publicKeysOf({ publicKey, publicKeyKyber }: StoredKeys): PublicKeys {
  return { x25519: publicKey, mlKem768: publicKeyKyber };
}

/** @throws ApiError KEYS_REQUIRED */
export function requireKeys(keys: StoredKeys | undefined): StoredKeys {
  if (!keys) throw new ApiError('KEYS_REQUIRED');
  return keys;
}

/** Where a value belongs: to its owner, under its name, as this version. */
export function valueContext(org: string, owner: string, key: string, version: number): RecordContext {
  return { org, owner, recordType: 'kv', recordId: key, version };
}

/** Files never change: a new content is a new file. */
const fileVersion = 1;

/** Where a file's content and key belong. */
export function fileContext(
  org: string,
  owner: string,
  fileId: string,
  version = fileVersion,
): RecordContext {
  return { org, owner, recordType: 'file', recordId: fileId, version };
}

export function toB64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
