import { type Refused, Tampered, UnsupportedSuite } from '../../crypto/errors.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import { vaultCrypto } from '../../crypto/vault/vault-crypto.ts';
import { flipBit } from './bytes.ts';
import { native, noble, providerPairs } from './providers.ts';

export const nativeVault = vaultCrypto(native);
export const portableVault = vaultCrypto(noble);

/** Pairs of providers: one seals, the other opens. */
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

/** Every other place that the same bytes could be moved to. */
export const elsewhere: readonly RecordContext[] = [
  { ...context, org: 'org-2' },
  { ...context, owner: 'user-2' },
  { ...context, recordType: 'file' },
  { ...context, recordId: 'app/config/ur' },
  { ...context, version: 6 },
  { ...context, version: 8 },
  // A character moved from one field to the next: only lengths tell these apart.
  { ...context, org: 'org-1u', owner: 'ser-1' },
  { ...context, recordType: 'kvapp/config/url', recordId: '' },
];

/** Returns the error that a changed byte must lead to: the first two bytes are the version and the suite. */
export const refusalOf = (bit: number): (new () => Refused) => (bit < 16 ? UnsupportedSuite : Tampered);

/**
 * Yields short bytes with each bit flipped, long ones with each `step`th bit flipped, and always the bits of the
 * first 64 bytes.
 */
export function* flips(bytes: Uint8Array, step = 1): Generator<readonly [number, Uint8Array]> {
  for (let bit = 0; bit < bytes.length * 8; bit += bit < 512 ? 1 : step) yield [bit, flipBit(bytes, bit)];
}

/** Yields every truncation, and one byte more. */
export function* cuts(bytes: Uint8Array, step = 1): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length += length < 4 ? 1 : step)
    yield bytes.subarray(0, length);
  yield bytes.subarray(0, -1);
  yield Uint8Array.of(...bytes, 0);
}
