import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import {
  ciphertextBytes,
  decapsulate,
  type Encapsulation,
  encapsulate,
  type XWingPrivateKey,
} from './x-wing.ts';

/**
 * A request sealed to a public key, and its answer sealed back to whoever made the request.
 *
 *     request = version ‖ suite ‖ X-Wing ciphertext (1,120) ‖ AES-256-GCM ciphertext ‖ tag (16)
 *     reply   = version ‖ suite ‖ AES-256-GCM ciphertext ‖ tag (16)
 *
 * HKDF-SHA-256 turns the encapsulated secret into one key and nonce for each direction; each is used once, so a
 * nonce never meets two messages. Both directions authenticate the caller's `aad`.
 */
const version = 1;
/** X-Wing, HKDF-SHA-256, AES-256-GCM. */
const suite = 1;
const header = Buffer.from([version, suite]);
const tagBytes = 16;
const keyBytes = 32;
const nonceBytes = 12;

export type SealedRequest = {
  readonly box: Uint8Array;
  /** Opens the one reply to this request, and forgets the key. @throws SealedBoxRejected */
  openReply(reply: Uint8Array): Uint8Array;
};

export type OpenedRequest = {
  readonly plaintext: Uint8Array;
  /** Seals the one reply to this request, and forgets the key. */
  sealReply(plaintext: Uint8Array): Uint8Array;
};

/** Not a box of this version and suite, not for this key, for another `aad`, or altered. It never says which. */
export class SealedBoxRejected extends Error {
  override readonly name = 'SealedBoxRejected';

  constructor() {
    super('the sealed box cannot be opened');
  }
}

/** Seals requests to one public key. */
export class Sealer {
  readonly #publicKey: Uint8Array;
  #next: Encapsulation | undefined;

  constructor(publicKey: Uint8Array) {
    this.#publicKey = publicKey;
  }

  /** Encapsulates for the next request ahead of time: that half of the work does not depend on what is sealed. */
  prepare(): void {
    this.#next ??= encapsulate(this.#publicKey);
  }

  seal(plaintext: Uint8Array, aad: Uint8Array): SealedRequest {
    const { sharedSecret, ciphertext } = this.#next ?? encapsulate(this.#publicKey);
    this.#next = undefined;
    const keys = schedule(sharedSecret, this.#publicKey, ciphertext);
    const box = Buffer.concat([header, ciphertext, encrypt(keys.request, plaintext, aad)]);
    return { box, openReply: once((reply: Uint8Array) => decrypt(keys.reply, body(reply, 0), aad)) };
  }
}

export function seal(publicKey: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): SealedRequest {
  return new Sealer(publicKey).seal(plaintext, aad);
}

/** @throws SealedBoxRejected */
export function open(privateKey: XWingPrivateKey, box: Uint8Array, aad: Uint8Array): OpenedRequest {
  const sealed = body(box, ciphertextBytes);
  const ciphertext = sealed.subarray(0, ciphertextBytes);
  const keys = schedule(encapsulated(privateKey, ciphertext), privateKey.publicKey, ciphertext);
  try {
    const plaintext = decrypt(keys.request, sealed.subarray(ciphertextBytes), aad);
    return {
      plaintext,
      sealReply: once((reply: Uint8Array) => Buffer.concat([header, encrypt(keys.reply, reply, aad)])),
    };
  } catch (error) {
    keys.reply.fill(0);
    throw error;
  }
}

function encapsulated(privateKey: XWingPrivateKey, ciphertext: Uint8Array): Uint8Array {
  try {
    return decapsulate(privateKey, ciphertext);
  } catch {
    // OpenSSL refuses an X25519 share of low order.
    throw new SealedBoxRejected();
  }
}

/** Key ‖ nonce of each direction, bound to the recipient and the encapsulation. Wipes the shared secret. */
function schedule(
  sharedSecret: Uint8Array,
  publicKey: Uint8Array,
  ciphertext: Uint8Array,
): { readonly request: Buffer; readonly reply: Buffer } {
  const transcript = createHash('sha256').update(publicKey).update(ciphertext).digest();
  const derive = (direction: string) =>
    Buffer.from(
      hkdfSync(
        'sha256',
        sharedSecret,
        header,
        Buffer.concat([Buffer.from(`strongroom sealed-box ${direction} `), transcript]),
        keyBytes + nonceBytes,
      ),
    );
  const keys = { request: derive('request'), reply: derive('reply') };
  sharedSecret.fill(0);
  return keys;
}

/** What follows the version and suite of a box with at least `minimum` bytes and a tag. */
function body(box: Uint8Array, minimum: number): Uint8Array {
  if (box.length < header.length + minimum + tagBytes || box[0] !== version || box[1] !== suite) {
    throw new SealedBoxRejected();
  }
  return box.subarray(header.length);
}

function encrypt(key: Buffer, plaintext: Uint8Array, aad: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key.subarray(0, keyBytes), key.subarray(keyBytes));
  key.fill(0);
  cipher.setAAD(header).setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Uint8Array, aad: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key.subarray(0, keyBytes), key.subarray(keyBytes), {
    authTagLength: tagBytes,
  });
  key.fill(0);
  decipher.setAAD(header).setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);
  } catch {
    throw new SealedBoxRejected();
  }
}

/** A second reply under the same key and nonce would give both away. */
function once<Result>(use: (message: Uint8Array) => Result): (message: Uint8Array) => Result {
  let used = false;
  return (message) => {
    if (used) throw new Error('a sealed box has one reply');
    used = true;
    return use(message);
  };
}
