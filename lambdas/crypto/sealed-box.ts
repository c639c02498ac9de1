import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync } from 'node:crypto';
import {
  ciphertextBytes,
  decapsulate,
  type Encapsulation,
  encapsulate,
  publicKeyFromBytes,
  type XWingPrivateKey,
  type XWingPublicKey,
} from './x-wing.ts';

/**
 * A request sealed to a public key, and its answer sealed back to whoever made the request: one reply, or several in
 * a row of which the last says that it is.
 *
 *     request = version ‖ suite ‖ X-Wing ciphertext (1,120) ‖ AES-256-GCM ciphertext ‖ tag (16)
 *     reply   = version ‖ suite ‖ last (1) ‖ AES-256-GCM ciphertext ‖ tag (16)
 *
 * HKDF-SHA-256 turns the encapsulated secret into one key and nonce for each direction. The request's is used once;
 * a reply's nonce is that of its direction XOR its number (4, big-endian) ‖ last (1), after STREAM (Hoang,
 * Reyhanitabar, Rogaway, Vizár, CRYPTO 2015): so none meets two messages, and replies cannot be reordered, repeated,
 * left out or cut off unseen. Both directions authenticate the caller's `aad`.
 */
const version = 1;
/** X-Wing, HKDF-SHA-256, AES-256-GCM. */
const suite = 1;
const header = Buffer.from([version, suite]);
const tagBytes = 16;
const keyBytes = 32;
const nonceBytes = 12;
const maxReplies = 2 ** 31;

export type ReplyOpener = {
  /** Opens the last reply to this request, and forgets the key. @throws SealedBoxRejected */
  openReply(reply: Uint8Array): Uint8Array;
  /** Opens the next of the replies. One that is rejected is the end of all. @throws SealedBoxRejected */
  openNext(reply: Uint8Array): { readonly plaintext: Uint8Array; readonly last: boolean };
};

export type SealedRequest = ReplyOpener & {
  readonly box: Uint8Array;
  /**
   * What opens the replies, from the first on, for whoever is to read them elsewhere: 44 bytes, as secret as they
   * are. This request forgets it, and opens none.
   */
  handOver(): Uint8Array;
};

export type OpenedRequest = {
  readonly plaintext: Uint8Array;
  /** Seals the last reply to this request, and forgets the key. */
  sealReply(plaintext: Uint8Array): Uint8Array;
  /** Seals a reply that another follows. */
  sealNext(plaintext: Uint8Array): Uint8Array;
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
  #recipient: XWingPublicKey | undefined;
  #next: Encapsulation | undefined;

  constructor(publicKey: Uint8Array) {
    this.#publicKey = publicKey;
  }

  /** Encapsulates for the next request ahead of time: that half of the work does not depend on what is sealed. */
  prepare(): void {
    this.#next ??= this.#encapsulate();
  }

  seal(plaintext: Uint8Array, aad: Uint8Array): SealedRequest {
    const { sharedSecret, ciphertext } = this.#next ?? this.#encapsulate();
    this.#next = undefined;
    const keys = schedule(sharedSecret, this.#publicKey, ciphertext);
    const box = Buffer.concat([header, ciphertext, encrypt(keys.request, plaintext, aad)]);
    return { box, ...openReplies(keys.reply, aad), handOver: () => handOver(keys.reply) };
  }

  #encapsulate(): Encapsulation {
    this.#recipient ??= publicKeyFromBytes(this.#publicKey);
    return encapsulate(this.#recipient);
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
    return { plaintext, ...sealReplies(keys.reply, aad) };
  } catch (error) {
    keys.reply.fill(0);
    throw error;
  }
}

/** Opens the replies to a request that was handed over. @param secret what `handOver` gave */
export function repliesOf(secret: Uint8Array, aad: Uint8Array): ReplyOpener {
  if (secret.length !== keyBytes + nonceBytes) throw new SealedBoxRejected();
  return openReplies(Buffer.from(secret), aad);
}

function handOver(key: Buffer): Uint8Array {
  const secret = Uint8Array.from(key);
  key.fill(0);
  return secret;
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
  const secret = createSecretKey(sharedSecret);
  const derive = (direction: string) =>
    Buffer.from(
      hkdfSync(
        'sha256',
        secret,
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
  const cipher = createCipheriv(
    'aes-256-gcm',
    createSecretKey(key.subarray(0, keyBytes)),
    key.subarray(keyBytes),
  );
  key.fill(0);
  cipher.setAAD(header).setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Wipes the key, whatever comes. */
function decrypt(key: Buffer, sealed: Uint8Array, aad: Uint8Array): Buffer {
  const decipher = createDecipheriv(
    'aes-256-gcm',
    createSecretKey(key.subarray(0, keyBytes)),
    key.subarray(keyBytes),
    {
      authTagLength: tagBytes,
    },
  );
  key.fill(0);
  decipher.setAAD(header).setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);
  } catch {
    throw new SealedBoxRejected();
  }
}

function sealReplies(key: Buffer, aad: Uint8Array): Pick<OpenedRequest, 'sealReply' | 'sealNext'> {
  const next = replyKeys(key);
  const seal = (plaintext: Uint8Array, last: boolean) =>
    Buffer.concat([header, Buffer.of(Number(last)), encrypt(next(last), plaintext, aad)]);
  return { sealReply: (plaintext) => seal(plaintext, true), sealNext: (plaintext) => seal(plaintext, false) };
}

function openReplies(key: Buffer, aad: Uint8Array): ReplyOpener {
  const next = replyKeys(key);
  const open = (reply: Uint8Array, wanted?: boolean) => {
    const sealed = body(reply, 1);
    const last = sealed[0] === 1;
    if ((sealed[0] !== 0 && !last) || last !== (wanted ?? last)) throw new SealedBoxRejected();
    return { plaintext: decrypt(next(last), sealed.subarray(1), aad), last };
  };
  return { openReply: (reply) => open(reply, true).plaintext, openNext: (reply) => open(reply) };
}

/** The key and the nonce of one reply after another, in copies that their use wipes. */
function replyKeys(key: Buffer): (last: boolean) => Buffer {
  let number = 0;
  let ended = false;
  return (last) => {
    if (ended) throw new Error('a sealed box has one last reply');
    const own = Buffer.from(key);
    const nonce = own.subarray(keyBytes);
    nonce.writeUInt32BE((nonce.readUInt32BE(nonceBytes - 5) ^ number) >>> 0, nonceBytes - 5);
    nonce.writeUInt8(nonce.readUInt8(nonceBytes - 1) ^ Number(last), nonceBytes - 1);
    number += 1;
    ended = last || number > maxReplies;
    if (ended) key.fill(0);
    return own;
  };
}
