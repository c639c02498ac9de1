import { concat, utf8, wipe } from '../encoding/bytes.ts';
import {
  type Encapsulation,
  type Primitives,
  type XWingPrivateKey,
  type XWingPublicKey,
  xWingBytes,
} from '../providers/primitives.ts';

/**
 * A request sealed to a public key, and the reply sealed back to the sender of the request: one reply, or several of
 * which the last one is marked.
 *
 *     request = version ‖ suite ‖ X-Wing ciphertext (1,120) ‖ AES-256-GCM ciphertext ‖ tag (16)
 *     reply   = version ‖ suite ‖ last (1) ‖ AES-256-GCM ciphertext ‖ tag (16)
 *
 * HKDF-SHA-256 derives one key and nonce for each direction from the encapsulated secret. The request uses its nonce
 * once. A reply's nonce is that of its direction XOR its number (4, big-endian) ‖ last (1), after STREAM (Hoang,
 * Reyhanitabar, Rogaway, Vizár, CRYPTO 2015). So no nonce repeats, and reordered, repeated, omitted or truncated replies
 * are detected. Both directions authenticate the caller's `aad`.
 */
const version = 1;
/** X-Wing, HKDF-SHA-256, AES-256-GCM. */
const suite = 1;
const header = Uint8Array.of(version, suite);
const directions = {
  request: utf8('strongroom sealed-box request '),
  reply: utf8('strongroom sealed-box reply '),
};
const tagBytes = 16;
const keyBytes = 32;
const nonceBytes = 12;
const maxReplies = 2 ** 31;

export type ReplyOpener = {
  /** Opens the last reply to this request and erases the key. @throws SealedBoxRejected */
  openReply(reply: Uint8Array): Uint8Array;
  /** Opens the next reply. After a rejected one no further reply opens. @throws SealedBoxRejected */
  openNext(reply: Uint8Array): { readonly plaintext: Uint8Array; readonly last: boolean };
};

export type SealedRequest = ReplyOpener & {
  readonly box: Uint8Array;
  /**
   * Returns the secret that opens the replies, from the first on: 44 bytes, as secret as the replies. This request
   * forgets it and can no longer open replies.
   */
  exportRepliesSecret(): Uint8Array;
};

export type OpenedRequest = {
  readonly plaintext: Uint8Array;
  /** Seals the last reply to this request and erases the key. */
  sealReply(plaintext: Uint8Array): Uint8Array;
  /** Seals a reply that is not the last. */
  sealNext(plaintext: Uint8Array): Uint8Array;
};

/** Not a box of this version and suite, not for this key or `aad`, or modified. It never reveals which. */
export class SealedBoxRejected extends Error {
  override readonly name = 'SealedBoxRejected';

  constructor() {
    super('the sealed box cannot be opened');
  }
}

/** What a sandbox opens boxes with, and its clients seal them to. */
export function generatePrivateKey({ randomBytes, xWing }: Primitives): XWingPrivateKey {
  const seed = randomBytes(xWingBytes.seed);
  try {
    return xWing.privateKey(seed);
  } finally {
    wipe(seed);
  }
}

/** Seals requests to one public key. */
export class Sealer {
  readonly #primitives: Primitives;
  readonly #publicKey: Uint8Array;
  #recipient: XWingPublicKey | undefined;
  #next: Encapsulation | undefined;

  constructor(primitives: Primitives, publicKey: Uint8Array) {
    this.#primitives = primitives;
    this.#publicKey = publicKey;
  }

  /** Encapsulates for the next request ahead of time: that half of the work does not depend on what is sealed. */
  prepare(): void {
    this.#next ??= this.#encapsulate();
  }

  /** @throws RangeError if the bytes are not an X-Wing public key */
  seal(plaintext: Uint8Array, aad: Uint8Array): SealedRequest {
    const { sharedSecret, ciphertext } = this.#next ?? this.#encapsulate();
    this.#next = undefined;
    const primitives = this.#primitives;
    const keys = schedule(primitives, sharedSecret, this.#publicKey, ciphertext);
    const box = concat(header, ciphertext, encrypt(primitives, keys.request, plaintext, aad));
    return {
      box,
      ...openReplies(primitives, keys.reply, aad),
      exportRepliesSecret: () => exportRepliesSecret(keys.reply),
    };
  }

  #encapsulate(): Encapsulation {
    this.#recipient ??= this.#primitives.xWing.publicKey(this.#publicKey);
    const encapsulation = this.#recipient.encapsulate();
    if (!encapsulation) throw new RangeError('not a public key of X-Wing');
    return encapsulation;
  }
}

/** @throws RangeError if the bytes are not an X-Wing public key */
export function seal(
  primitives: Primitives,
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): SealedRequest {
  return new Sealer(primitives, publicKey).seal(plaintext, aad);
}

/** @throws SealedBoxRejected */
export function open(
  primitives: Primitives,
  privateKey: XWingPrivateKey,
  box: Uint8Array,
  aad: Uint8Array,
): OpenedRequest {
  const sealed = body(box, xWingBytes.ciphertext);
  const ciphertext = sealed.subarray(0, xWingBytes.ciphertext);
  const sharedSecret = privateKey.decapsulate(ciphertext);
  if (!sharedSecret) throw new SealedBoxRejected();
  const keys = schedule(primitives, sharedSecret, privateKey.publicKey, ciphertext);
  try {
    const plaintext = decrypt(primitives, keys.request, sealed.subarray(xWingBytes.ciphertext), aad);
    return { plaintext, ...sealReplies(primitives, keys.reply, aad) };
  } catch (error) {
    wipe(keys.reply);
    throw error;
  }
}

/** Opens the replies to a detached request. @param secret from `exportRepliesSecret` */
export function repliesOf(primitives: Primitives, secret: Uint8Array, aad: Uint8Array): ReplyOpener {
  if (secret.length !== keyBytes + nonceBytes) throw new SealedBoxRejected();
  return openReplies(primitives, Uint8Array.from(secret), aad);
}

function exportRepliesSecret(key: Uint8Array): Uint8Array {
  const secret = Uint8Array.from(key);
  wipe(key);
  return secret;
}

/** Key ‖ nonce of each direction, bound to the recipient and the encapsulation. Wipes the shared secret. */
function schedule(
  { sha256, hkdfSha256 }: Primitives,
  sharedSecret: Uint8Array,
  publicKey: Uint8Array,
  ciphertext: Uint8Array,
): { readonly request: Uint8Array; readonly reply: Uint8Array } {
  const transcript = sha256(concat(publicKey, ciphertext));
  const derive = (direction: Uint8Array) =>
    hkdfSha256(sharedSecret, header, concat(direction, transcript), keyBytes + nonceBytes);
  const keys = { request: derive(directions.request), reply: derive(directions.reply) };
  wipe(sharedSecret);
  return keys;
}

/** What follows the version and suite of a box with at least `minimum` bytes and a tag. */
function body(box: Uint8Array, minimum: number): Uint8Array {
  if (box.length < header.length + minimum + tagBytes || box[0] !== version || box[1] !== suite) {
    throw new SealedBoxRejected();
  }
  return box.subarray(header.length);
}

/** Wipes the key. */
function encrypt(
  { aes256Gcm }: Primitives,
  key: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  const sealed = aes256Gcm.seal(...halves(key), plaintext, concat(header, aad));
  wipe(key);
  return sealed;
}

/** Decrypts and wipes the key, even on failure. */
function decrypt(
  { aes256Gcm }: Primitives,
  key: Uint8Array,
  sealed: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  const plaintext = aes256Gcm.open(...halves(key), sealed, concat(header, aad));
  wipe(key);
  if (!plaintext) throw new SealedBoxRejected();
  return plaintext;
}

const halves = (key: Uint8Array) => [key.subarray(0, keyBytes), key.subarray(keyBytes)] as const;

function sealReplies(
  primitives: Primitives,
  key: Uint8Array,
  aad: Uint8Array,
): Pick<OpenedRequest, 'sealReply' | 'sealNext'> {
  const next = replyKeys(key);
  const seal = (plaintext: Uint8Array, last: boolean) =>
    concat(header, Uint8Array.of(Number(last)), encrypt(primitives, next(last), plaintext, aad));
  return { sealReply: (plaintext) => seal(plaintext, true), sealNext: (plaintext) => seal(plaintext, false) };
}

function openReplies(primitives: Primitives, key: Uint8Array, aad: Uint8Array): ReplyOpener {
  const next = replyKeys(key);
  const open = (reply: Uint8Array, wanted?: boolean) => {
    const sealed = body(reply, 1);
    const last = sealed[0] === 1;
    if ((sealed[0] !== 0 && !last) || last !== (wanted ?? last)) throw new SealedBoxRejected();
    return { plaintext: decrypt(primitives, next(last), sealed.subarray(1), aad), last };
  };
  return { openReply: (reply) => open(reply, true).plaintext, openNext: (reply) => open(reply) };
}

/** Returns the key and nonce of each reply in turn, as copies that are wiped when used. */
function replyKeys(key: Uint8Array): (last: boolean) => Uint8Array {
  let number = 0;
  let ended = false;
  return (last) => {
    if (ended) throw new Error('a sealed box has one last reply');
    const own = Uint8Array.from(key);
    const nonce = new DataView(own.buffer, keyBytes);
    nonce.setUint32(nonceBytes - 5, nonce.getUint32(nonceBytes - 5) ^ number);
    nonce.setUint8(nonceBytes - 1, nonce.getUint8(nonceBytes - 1) ^ Number(last));
    number += 1;
    ended = last || number > maxReplies;
    if (ended) wipe(key);
    return own;
  };
}
