import { concat, wipe } from '../encoding/bytes.ts';
import { Tampered } from '../errors.ts';
import type { Primitives } from '../providers/primitives.ts';
import type { RecordContext } from './context.ts';
import { envelopeOverhead, openValue, sealValue } from './envelope.ts';
import type { KeyPairs, PublicKeys } from './key-pairs.ts';
import { unwrapCek, wrapCek, wrappedCekBytes } from './wrap-cek.ts';

/**
 * Data sealed to one recipient in one piece, such as a trustee's recovery share:
 *
 *     wrapped CEK (see wrap-cek.ts) ‖ envelope (see envelope.ts)
 */
export const sealedPartOverhead = wrappedCekBytes + envelopeOverhead;

/** @throws Tampered if the public keys are invalid */
export function sealTo(
  primitives: Primitives,
  recipient: PublicKeys,
  context: RecordContext,
  plaintext: Uint8Array,
): Uint8Array {
  const { envelope, cek } = sealValue(primitives, context, plaintext);
  try {
    return concat(wrapCek(primitives, recipient, context, cek), envelope);
  } finally {
    wipe(cek);
  }
}

/** @throws KeyMismatch @throws Tampered @throws UnsupportedSuite */
export function openSealed(
  primitives: Primitives,
  keys: KeyPairs,
  context: RecordContext,
  sealed: Uint8Array,
): Uint8Array {
  if (sealed.length < sealedPartOverhead) throw new Tampered();
  const cek = unwrapCek(primitives, keys, context, sealed.subarray(0, wrappedCekBytes));
  try {
    return openValue(primitives, cek, context, sealed.subarray(wrappedCekBytes));
  } finally {
    wipe(cek);
  }
}
