import { concat, equalBytes, requireLength, wipe } from '../encoding/bytes.ts';
import { KeyMismatch, Tampered } from '../errors.ts';
import { mlKem768Bytes, type Primitives, x25519Bytes } from '../providers/primitives.ts';
import { bindRecord, type RecordContext } from './context.ts';
import { type Cek, cekBytes } from './envelope.ts';
import { type KeyPairs, keyIdOf, type PublicKeys } from './key-pairs.ts';
import { afterHeader, hasHeader, header, headerBytes } from './suites.ts';

/**
 * A CEK wrapped to a recipient in two nested layers, so that an attacker must break both:
 *
 *     inner   = X25519 ephemeral public key (32) ‖ AES-256-GCM(CEK) (32 + 16)
 *     wrapped = version ‖ suite ‖ recipient's key id (32) ‖ ML-KEM-768 ciphertext (1,088) ‖ AES-256-GCM(inner) (80 + 16)
 *
 * HKDF-SHA-256 derives each layer's key (32) and nonce (12) from its shared secret, which is new for each wrapping. The
 * salt is the layer's ephemeral key or ciphertext (for X25519 also the recipient's public key); `info` and AAD are the
 * context.
 */
const keyIdBytes = 32;
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const innerBytes = x25519Bytes + cekBytes + tagBytes;

export const wrappedCekBytes = headerBytes + keyIdBytes + mlKem768Bytes.ciphertext + innerBytes + tagBytes;

const innerPurpose = 'strongroom cek x25519 v1';
const outerPurpose = 'strongroom cek ml-kem-768 v1';

/**
 * Wraps a CEK. Needs only public keys. A share is the same CEK wrapped to another recipient.
 *
 * @throws Tampered if the public keys are invalid
 */
export function wrapCek(
  primitives: Primitives,
  recipient: PublicKeys,
  context: RecordContext,
  cek: Cek,
): Uint8Array {
  requireLength('CEK', cek, cekBytes);
  const keyId = keyIdOf(primitives, recipient);
  const inner = sealInner(primitives, recipient.x25519, bindRecord(innerPurpose, context, keyId), cek);
  const encapsulation = primitives.mlKem768.encapsulate(recipient.mlKem768);
  if (!encapsulation) throw new Tampered();
  const { sharedSecret, ciphertext } = encapsulation;
  const info = bindRecord(outerPurpose, context, keyId);
  const layer = new Layer(primitives, sharedSecret, ciphertext, info);
  return concat(header(), keyId, ciphertext, layer.seal(inner));
}

/**
 * @throws KeyMismatch if it is wrapped to other keys
 * @throws Tampered
 * @throws UnsupportedSuite
 */
export function unwrapCek(
  primitives: Primitives,
  keys: KeyPairs,
  context: RecordContext,
  wrapped: Uint8Array,
): Cek {
  const body = afterHeader(wrapped);
  if (wrapped.length !== wrappedCekBytes) throw new Tampered();
  if (!equalBytes(body.subarray(0, keyIdBytes), keys.keyId)) throw new KeyMismatch();
  const ciphertext = body.subarray(keyIdBytes, keyIdBytes + mlKem768Bytes.ciphertext);
  // Decapsulation never fails. Only the tag shows whether its secret is the sender's.
  const sharedSecret = keys.mlKem768.decapsulate(ciphertext);
  const info = bindRecord(outerPurpose, context, keys.keyId);
  const layer = new Layer(primitives, sharedSecret, ciphertext, info);
  const inner = layer.open(body.subarray(keyIdBytes + mlKem768Bytes.ciphertext));
  return openInner(primitives, keys, bindRecord(innerPurpose, context, keys.keyId), inner);
}

/** @throws Tampered for public keys that nothing can be wrapped to */
export function checkPublicKeys(primitives: Primitives, keys: PublicKeys): void {
  const nowhere = { org: '', owner: '', recordType: 'check', recordId: '', version: 0 };
  wrapCek(primitives, keys, nowhere, primitives.randomBytes(cekBytes));
}

/** Whether something has the shape of a CEK that is wrapped to this recipient; only they can tell whether it opens. */
export function isWrappedTo(primitives: Primitives, recipient: PublicKeys, wrapped: Uint8Array): boolean {
  if (!hasHeader(wrapped) || wrapped.length !== wrappedCekBytes) return false;
  const keyId = wrapped.subarray(headerBytes, headerBytes + keyIdBytes);
  return equalBytes(keyId, keyIdOf(primitives, recipient));
}

function sealInner(primitives: Primitives, recipient: Uint8Array, info: Uint8Array, cek: Cek): Uint8Array {
  const seed = primitives.randomBytes(x25519Bytes);
  const ephemeral = primitives.x25519.privateKey(seed);
  const sharedSecret = ephemeral.agree(recipient);
  ephemeral.wipe();
  wipe(seed);
  if (!sharedSecret) throw new Tampered();
  const salt = concat(ephemeral.publicKey, recipient);
  return concat(ephemeral.publicKey, new Layer(primitives, sharedSecret, salt, info).seal(cek));
}

function openInner(primitives: Primitives, keys: KeyPairs, info: Uint8Array, inner: Uint8Array): Cek {
  const ephemeral = inner.subarray(0, x25519Bytes);
  const sharedSecret = keys.x25519.agree(ephemeral);
  if (!sharedSecret) throw new Tampered();
  const salt = concat(ephemeral, keys.x25519.publicKey);
  return new Layer(primitives, sharedSecret, salt, info).open(inner.subarray(x25519Bytes));
}

/** AES-256-GCM under a key that HKDF derives from a shared secret, for one message. It wipes the secret immediately. */
class Layer {
  readonly #aead: Primitives['aes256Gcm'];
  readonly #keyAndNonce: Uint8Array;
  readonly #aad: Uint8Array;

  constructor({ aes256Gcm, hkdfSha256 }: Primitives, secret: Uint8Array, salt: Uint8Array, info: Uint8Array) {
    this.#aead = aes256Gcm;
    this.#keyAndNonce = hkdfSha256(secret, salt, info, keyBytes + nonceBytes);
    this.#aad = info;
    wipe(secret);
  }

  seal(plaintext: Uint8Array): Uint8Array {
    const sealed = this.#aead.seal(...this.#split(), plaintext, this.#aad);
    wipe(this.#keyAndNonce);
    return sealed;
  }

  /** @throws Tampered */
  open(sealed: Uint8Array): Uint8Array {
    const plaintext = this.#aead.open(...this.#split(), sealed, this.#aad);
    wipe(this.#keyAndNonce);
    if (!plaintext) throw new Tampered();
    return plaintext;
  }

  #split(): [Uint8Array, Uint8Array] {
    return [this.#keyAndNonce.subarray(0, keyBytes), this.#keyAndNonce.subarray(keyBytes)];
  }
}
