import wasm from 'argon2-browser/dist/argon2-simd.wasm';
import type { MessagePrimitives } from '../../client/message-crypto/index.ts';
import { argon2Wasm } from '../../crypto/providers/argon2-wasm.ts';
import { xChaCha20Poly1305 } from '../../crypto/providers/portable-aead.ts';
import { sha256 } from '../../crypto/providers/portable-sha256.ts';

/** Only the cryptography that messages need, to keep the page small. */
export const primitives: MessagePrimitives = {
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  sha256: (message) => sha256(message),
  argon2id: argon2Wasm(wasm),
  xChaCha20Poly1305,
};

/** Returns why this browser cannot open a message, so that the page knows before it uses up an access. */
export async function unsupportedReason(): Promise<'insecure' | 'unsupported' | undefined> {
  // On plain HTTP an attacker could have changed this very page, and browsers offer no Web Crypto there.
  if (!isSecureContext) return 'insecure';
  try {
    await WebAssembly.compile(wasm);
    return crypto.subtle ? undefined : 'unsupported';
  } catch {
    return 'unsupported';
  }
}
