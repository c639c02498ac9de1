import { sha256 } from '@noble/hashes/sha2.js';
import wasm from 'argon2-browser/dist/argon2-simd.wasm';
import type { MessagePrimitives } from '../../client/message-crypto/index.ts';
import { argon2Wasm } from '../../crypto/providers/argon2-wasm.ts';
import { xChaCha20Poly1305 } from '../../crypto/providers/portable-aead.ts';

/** No more of cryptography than messages need. */
export const primitives: MessagePrimitives = {
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  sha256: (message) => sha256(message),
  argon2id: argon2Wasm(wasm),
  xChaCha20Poly1305,
};

/** Why this browser could not open a message. Found out before an access is spent on it. */
export async function shortcoming(): Promise<'insecure' | 'old' | undefined> {
  // Whoever is in between on plain HTTP could have changed this very page, and browsers have no Web Crypto there.
  if (!isSecureContext) return 'insecure';
  try {
    await WebAssembly.compile(wasm);
    return crypto.subtle ? undefined : 'old';
  } catch {
    return 'old';
  }
}
