import type { Primitives } from '../providers/primitives.ts';
import { committedOverhead, openCommitted, sealCommitted } from './committed-aead.ts';
import { bindRecord, type RecordContext } from './context.ts';

/** Content-encryption key. Wipe it after wrapping or use. */
export type Cek = Uint8Array;

export const cekBytes = 32;
export const envelopeOverhead = committedOverhead;

const purpose = 'strongroom value v1';

export type SealedValue = { readonly envelope: Uint8Array; readonly cek: Cek };

/** Seals a value under a fresh random CEK. */
export function sealValue(primitives: Primitives, context: RecordContext, value: Uint8Array): SealedValue {
  const cek = primitives.randomBytes(cekBytes);
  return { envelope: sealUnder(primitives, cek, context, value), cek };
}

/**
 * Seals another part of a record under the record's CEK, such as a file's name or a share's alias. `recordType` tells the
 * parts apart.
 */
export function sealUnder(
  primitives: Primitives,
  cek: Cek,
  context: RecordContext,
  value: Uint8Array,
): Uint8Array {
  return sealCommitted(primitives, cek, bindRecord(purpose, context), value);
}

/** @throws Tampered @throws UnsupportedSuite */
export function openValue(
  primitives: Primitives,
  cek: Cek,
  context: RecordContext,
  envelope: Uint8Array,
): Uint8Array {
  return openCommitted(primitives, cek, bindRecord(purpose, context), envelope);
}
