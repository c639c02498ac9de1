import type { webcrypto } from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { concat, requireLength } from '../encoding/bytes.ts';
import { argon2Wasm } from './argon2-wasm.ts';
import { aead, tagBytes, xChaCha20Poly1305 } from './portable-aead.ts';
import { portableXWing } from './portable-x-wing.ts';
import {
  type ChunkAead,
  type MlKem768,
  mlKem768Bytes,
  type Primitives,
  type X25519,
  x25519Bytes,
} from './primitives.ts';

type Subtle = Pick<webcrypto.SubtleCrypto, 'importKey' | 'encrypt' | 'decrypt'>;

export type PortableOptions = {
  /** Content of `argon2-browser/dist/argon2-simd.wasm`, or of `argon2.wasm` for a runtime without SIMD. */
  readonly argon2: Uint8Array;
  /** Web Crypto, for the chunks of large files. Without it JavaScript encrypts them. */
  readonly subtle?: Subtle | undefined;
};

/** Returns the provider for any runtime with WebAssembly: a browser, or a Node that lacks what `native.ts` needs. */
export function portable({ argon2, subtle }: PortableOptions): Primitives {
  return {
    provider: 'portable',
    randomBytes,
    sha256: (message) => sha256(message),
    hkdfSha256: (key, salt, info, length) => hkdf(sha256, key, salt, info, length),
    pbkdf2: (hash, password, salt, iterations, length) =>
      pbkdf2Async(hash === 'sha1' ? sha1 : sha256, password, salt, { c: iterations, dkLen: length }),
    argon2id: argon2Wasm(argon2),
    aes256Gcm: aead('AES-256-GCM', gcm, 12),
    xChaCha20Poly1305,
    aes256GcmChunks: (key) => (subtle ? webCryptoChunks(subtle, key) : nobleChunks(key)),
    x25519: nobleX25519,
    mlKem768: nobleMlKem768,
    xWing: portableXWing,
  };
}

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

const nobleX25519: X25519 = {
  privateKey(seed) {
    requireLength('X25519 private key', seed, x25519Bytes);
    const secret = Uint8Array.from(seed);
    return {
      publicKey: x25519.getPublicKey(secret),
      agree(publicKey) {
        requireLength('X25519 public key', publicKey, x25519Bytes);
        try {
          return x25519.getSharedSecret(secret, publicKey);
        } catch {
          return undefined;
        }
      },
      wipe: () => secret.fill(0),
    };
  },
};

const nobleMlKem768: MlKem768 = {
  privateKey(seed) {
    requireLength('ML-KEM-768 seed', seed, mlKem768Bytes.seed);
    const { publicKey, secretKey } = ml_kem768.keygen(seed);
    return {
      publicKey,
      decapsulate(ciphertext) {
        requireLength('ML-KEM-768 ciphertext', ciphertext, mlKem768Bytes.ciphertext);
        return ml_kem768.decapsulate(ciphertext, secretKey);
      },
      wipe: () => secretKey.fill(0),
    };
  },
  encapsulate(publicKey) {
    requireLength('ML-KEM-768 public key', publicKey, mlKem768Bytes.publicKey);
    try {
      const { sharedSecret, cipherText } = ml_kem768.encapsulate(publicKey);
      return { sharedSecret, ciphertext: cipherText };
    } catch {
      return undefined;
    }
  },
};

function nobleChunks(key: Uint8Array): ChunkAead {
  const { seal, open } = aead('AES-256-GCM', gcm, 12);
  const own = Uint8Array.from(key);
  const none = new Uint8Array();
  return {
    seal: (nonce, plaintext) => [seal(own, nonce, concat(...plaintext), none)],
    open(nonce, sealed) {
      const plaintext = open(own, nonce, concat(...sealed), none);
      return plaintext && [plaintext];
    },
  };
}

/** Imports the key once, as not extractable. */
function webCryptoChunks(subtle: Subtle, key: Uint8Array): ChunkAead {
  const imported = subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const algorithm = (iv: Uint8Array) => ({
    name: 'AES-GCM',
    iv: iv,
    tagLength: 8 * tagBytes,
  });
  return {
    seal: async (nonce, plaintext) => [
      new Uint8Array(await subtle.encrypt(algorithm(nonce), await imported, concat(...plaintext))),
    ],
    async open(nonce, sealed) {
      const imports = await imported;
      try {
        return [new Uint8Array(await subtle.decrypt(algorithm(nonce), imports, concat(...sealed)))];
      } catch (error) {
        if (error instanceof DOMException && error.name === 'OperationError') return undefined;
        throw error;
      }
    },
  };
}
