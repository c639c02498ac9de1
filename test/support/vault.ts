import { type Refused, Tampered, UnsupportedSuite } from '../../crypto/errors.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import { vaultCrypto } from '../../crypto/vault/vault-crypto.ts';
import { flipBit } from './bytes.ts';
import { native, noble, providerPairs } from './providers.ts';

export const nativeVault = vaultCrypto(native);
export const portableVault = vaultCrypto(noble);

/** The name of each pair, the vault that seals, and the one that opens. */
export const vaultPairs = providerPairs.map(
  ([name, sealer, opener]) => [name, vaultCrypto(sealer), vaultCrypto(opener)] as const,
);

export const utf8 = (text: string) => new TextEncoder().encode(text);
export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

export const context: RecordContext = {
  org: 'org-1',
  owner: 'user-1',
  recordType: 'kv',
  recordId: 'app/config/url',
  version: 7,
};

/** Other records that the same bytes could be moved to. */
export const elsewhere: readonly RecordContext[] = [
  { ...context, org: 'org-2' },
  { ...context, owner: 'user-2' },
  { ...context, recordType: 'file' },
  { ...context, recordId: 'app/config/ur' },
  { ...context, version: 6 },
  { ...context, version: 8 },
  // Characters moved from one field to the next: only lengths tell these apart.
  { ...context, org: 'org-1u', owner: 'ser-1' },
  { ...context, recordType: 'kvapp/config/url', recordId: '' },
];

/** Returns the error that an altered bit must cause: the first two bytes are the version and the suite. */
export const refusalOf = (bit: number): (new () => Refused) => (bit < 16 ? UnsupportedSuite : Tampered);

/** Flips every bit of the first 64 bytes, then every `step`th bit, one at a time. */
export function* flips(bytes: Uint8Array, step = 1): Generator<readonly [number, Uint8Array]> {
  for (let bit = 0; bit < bytes.length * 8; bit += bit < 512 ? 1 : step) yield [bit, flipBit(bytes, bit)];
}

/** Yields truncations (all of the shortest, then every `step`th) and the bytes with one more at the end. */
export function* cuts(bytes: Uint8Array, step = 1): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length += length < 4 ? 1 : step)
    yield bytes.subarray(0, length);
  yield bytes.subarray(0, -1);
  yield Uint8Array.of(...bytes, 0);
}
