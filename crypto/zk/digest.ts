import { concat, hex } from '../encoding/bytes.ts';
import type { Primitives } from '../providers/primitives.ts';
import { parseZkPayload, type ZkPayload } from './payload.ts';

/**
 * Returns the SHA-256 of a payload in hex, over `v (1 byte) ‖ salt (16) ‖ nonce (24) ‖ ciphertext`. Everything before the
 * ciphertext has a fixed length, so no two payloads have the same bytes.
 *
 * @throws MalformedPayload
 */
export function zkPayloadDigest(primitives: Primitives, payload: ZkPayload): string {
  const { salt, nonce, ciphertext } = parseZkPayload(payload);
  return hex(primitives.sha256(concat(Uint8Array.of(payload.v), salt, nonce, ciphertext)));
}
