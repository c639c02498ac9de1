import type { Pieces } from '../encoding/bytes.ts';

/**
 * The primitives that all formats use. Two providers implement them with identical results: `native.ts` with
 * `node:crypto`, `portable.ts` with packages that run anywhere. Formats check the lengths that they define. A provider
 * throws RangeError for a caller's mistake, never for a received ciphertext.
 */
export interface Primitives {
  readonly provider: 'native' | 'portable';
  randomBytes(length: number): Uint8Array;
  sha256(message: Uint8Array): Uint8Array;
  /** HKDF-SHA-256 (RFC 5869). @param length in bytes, at most 8,160 */
  hkdfSha256(key: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;
  /** PBKDF2 with HMAC (RFC 8018 section 5.2). @param length in bytes */
  pbkdf2(
    hash: Pbkdf2Hash,
    password: Uint8Array,
    salt: Uint8Array,
    iterations: number,
    length: number,
  ): Promise<Uint8Array>;
  /** Argon2id (RFC 9106), version 0x13. @param length in bytes */
  argon2id(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost, length: number): Promise<Uint8Array>;
  /** AES-256-GCM (NIST SP 800-38D): key 32 bytes, nonce 12, tag 16. */
  readonly aes256Gcm: Aead;
  /** XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): key 32 bytes, nonce 24, tag 16. */
  readonly xChaCha20Poly1305: Aead;
  /**
   * AES-256-GCM for many chunks under one key. In browsers Web Crypto computes it, because only that is fast there.
   *
   * @param key is not retained
   */
  aes256GcmChunks(key: Uint8Array): ChunkAead;
  readonly x25519: X25519;
  readonly mlKem768: MlKem768;
  readonly xWing: XWing;
}

export type Pbkdf2Hash = 'sha1' | 'sha256';

export type Argon2Cost = {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
  /** RFC 9106 section 3.1: `K` and `X`. */
  readonly secret?: Uint8Array;
  readonly associatedData?: Uint8Array;
};

export interface Aead {
  /** @returns ciphertext ‖ tag */
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array;
  /** @returns the plaintext, or undefined if the tag does not verify */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined;
}

/** One key, many nonces, no AAD. */
export interface ChunkAead {
  /** @returns ciphertext ‖ tag */
  seal(nonce: Uint8Array, plaintext: Pieces): Pieces | Promise<Pieces>;
  /** @returns the plaintext, or undefined if the tag does not verify */
  open(nonce: Uint8Array, sealed: Pieces): Pieces | undefined | Promise<Pieces | undefined>;
}

/** X25519 (RFC 7748). */
export interface X25519 {
  /** @param seed 32 bytes; is not retained */
  privateKey(seed: Uint8Array): X25519PrivateKey;
}

export interface X25519PrivateKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Returns the shared secret, 32 bytes, or undefined for a public key of low order (RFC 7748 section 6.1). */
  agree(publicKey: Uint8Array): Uint8Array | undefined;
  /** Erases the key as far as the runtime allows. */
  wipe(): void;
}

/** ML-KEM-768 (FIPS 203). */
export interface MlKem768 {
  /** @param seed `d ‖ z`, 64 bytes (section 7.1); is not retained */
  privateKey(seed: Uint8Array): MlKem768PrivateKey;
  /** @returns undefined if the encapsulation key fails the checks of section 7.2 */
  encapsulate(publicKey: Uint8Array): Encapsulation | undefined;
}

export interface MlKem768PrivateKey {
  /** 1,184 bytes. */
  readonly publicKey: Uint8Array;
  /** Rejects implicitly (section 6.3): a modified ciphertext returns a different secret, without an error. */
  decapsulate(ciphertext: Uint8Array): Uint8Array;
  wipe(): void;
}

/**
 * X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 as one key encapsulation, secure while either is secure.
 * Import a key once and use it any number of times.
 */
export interface XWing {
  /** @param seed 32 bytes; is not retained */
  privateKey(seed: Uint8Array): XWingPrivateKey;
  /** @param bytes 1,216 */
  publicKey(bytes: Uint8Array): XWingPublicKey;
}

export interface XWingPrivateKey {
  /** 1,216 bytes. */
  readonly publicKey: Uint8Array;
  /**
   * Rejects implicitly: a modified ciphertext returns a different secret, without an error.
   *
   * @returns undefined if the X25519 half of the ciphertext is of low order
   */
  decapsulate(ciphertext: Uint8Array): Uint8Array | undefined;
  wipe(): void;
}

export interface XWingPublicKey {
  /** @returns undefined if the public key is not valid */
  encapsulate(): Encapsulation | undefined;
}

export type Encapsulation = {
  /** 32 bytes. Wipe after use. */
  readonly sharedSecret: Uint8Array;
  /** 1,088 bytes for ML-KEM-768, 1,120 for X-Wing. */
  readonly ciphertext: Uint8Array;
};

export const mlKem768Bytes = { publicKey: 1184, ciphertext: 1088, seed: 64, sharedSecret: 32 } as const;
export const x25519Bytes = 32;
export const xWingBytes = { publicKey: 1216, ciphertext: 1120, seed: 32 } as const;

/** The ASCII drawing of an X-Wing fighter that the draft defines: `\.//^\`. */
export const xWingLabel = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);
