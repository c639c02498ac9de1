import {
  argon2,
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  createSecretKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  hkdfSync,
  type KeyObject,
  pbkdf2,
  randomBytes,
} from 'node:crypto';
import { concat, cut, lengthOf, type Pieces, requireLength, wipe } from '../encoding/bytes.ts';
import { der, importPrivate, importPublic, rawMlKem, rawX25519 } from '../encoding/der-keys.ts';
import { nativeXWing } from './native-x-wing.ts';
import { type Aead, type ChunkAead, mlKem768Bytes, type Primitives, x25519Bytes } from './primitives.ts';

const keyBytes = 32;
const tagBytes = 16;

/** `node:crypto` of Node 24.7 or newer: OpenSSL 3.5. */
export const native: Primitives = {
  provider: 'native',
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
  sha256: (message) => plain(createHash('sha256').update(message).digest()),
  hkdfSha256: (key, salt, info, length) =>
    new Uint8Array(hkdfSync('sha256', createSecretKey(key), salt, info, length)),
  pbkdf2: (hash, password, salt, iterations, length) =>
    new Promise((resolve, reject) => {
      pbkdf2(password, salt, iterations, length, hash, (error, key) =>
        error ? reject(error) : resolve(plain(key)),
      );
    }),
  argon2id: (message, nonce, { memoryKiB: memory, passes, lanes: parallelism, ...more }, tagLength) =>
    new Promise((resolve, reject) => {
      const parameters = { message, nonce, memory, passes, parallelism, tagLength, ...more };
      argon2('argon2id', parameters, (error, key) => (error ? reject(error) : resolve(plain(key))));
    }),
  aes256Gcm: aead('aes-256-gcm', 12),
  xChaCha20Poly1305: xChaCha20Poly1305(aead('chacha20-poly1305', 12)),
  aes256GcmChunks: (key) => chunks(createSecretKey(key)),
  x25519: {
    privateKey(seed) {
      requireLength('X25519 private key', seed, x25519Bytes);
      const privateKey = importPrivate(der.x25519Private, seed);
      return {
        publicKey: Uint8Array.from(rawX25519(createPublicKey(privateKey))),
        agree(publicKey) {
          requireLength('X25519 public key', publicKey, x25519Bytes);
          try {
            return plain(diffieHellman({ privateKey, publicKey: importPublic(der.x25519Public, publicKey) }));
          } catch {
            return undefined;
          }
        },
        wipe() {},
      };
    },
  },
  mlKem768: {
    privateKey(seed) {
      requireLength('ML-KEM-768 seed', seed, mlKem768Bytes.seed);
      const privateKey = importPrivate(der.mlKemSeed, seed);
      return {
        publicKey: Uint8Array.from(rawMlKem(createPublicKey(privateKey))),
        decapsulate(ciphertext) {
          requireLength('ML-KEM-768 ciphertext', ciphertext, mlKem768Bytes.ciphertext);
          return plain(decapsulate(privateKey, ciphertext));
        },
        wipe() {},
      };
    },
    encapsulate(publicKey) {
      requireLength('ML-KEM-768 public key', publicKey, mlKem768Bytes.publicKey);
      let recipient: KeyObject;
      try {
        recipient = importPublic(der.mlKemPublic, publicKey);
      } catch {
        return undefined;
      }
      const { sharedKey, ciphertext } = encapsulate(recipient);
      return { sharedSecret: plain(sharedKey), ciphertext: plain(ciphertext) };
    },
  },
  xWing: nativeXWing,
};

type Cipher = 'aes-256-gcm' | 'chacha20-poly1305';

function aead(cipher: Cipher, nonceBytes: number): Aead {
  const check = (key: Uint8Array, nonce: Uint8Array) => {
    requireLength(`${cipher} key`, key, keyBytes);
    requireLength(`${cipher} nonce`, nonce, nonceBytes);
  };
  return {
    seal(key, nonce, plaintext, aad) {
      check(key, nonce);
      return concat(...encrypt(cipher, createSecretKey(key), nonce, [plaintext], aad));
    },
    open(key, nonce, sealed, aad) {
      check(key, nonce);
      return decrypt(cipher, createSecretKey(key), nonce, [sealed], aad)?.[0];
    },
  };
}

function chunks(key: KeyObject): ChunkAead {
  return {
    seal: (nonce, plaintext) => encrypt('aes-256-gcm', key, nonce, plaintext),
    open: (nonce, sealed) => decrypt('aes-256-gcm', key, nonce, sealed),
  };
}

/** Uses a key object: Node.js takes 10 µs to inspect a key in bytes, longer than it takes to encrypt a small value. */
function encrypt(
  cipher: Cipher,
  key: KeyObject,
  nonce: Uint8Array,
  plaintext: Pieces,
  aad?: Uint8Array,
): Pieces {
  const encryption = createCipheriv(cipher as 'aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  if (aad) encryption.setAAD(aad);
  const ciphertext = plaintext.map((piece) => plain(encryption.update(piece)));
  encryption.final();
  return [...ciphertext, plain(encryption.getAuthTag())];
}

/** @returns as many pieces as the ciphertext has, at least one */
function decrypt(
  cipher: Cipher,
  key: KeyObject,
  nonce: Uint8Array,
  sealed: Pieces,
  aad?: Uint8Array,
): Pieces | undefined {
  const length = lengthOf(sealed) - tagBytes;
  if (length < 0) return undefined;
  const [ciphertext, tag] = cut(sealed, length);
  const decryption = createDecipheriv(cipher as 'aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  if (aad) decryption.setAAD(aad);
  decryption.setAuthTag(concat(...tag));
  const plaintext = ciphertext.map((piece) => plain(decryption.update(piece)));
  try {
    const rest = plain(decryption.final());
    return plaintext.length > 0 ? plaintext : [rest];
  } catch {
    wipe(...plaintext);
    return undefined;
  }
}

/** draft-irtf-cfrg-xchacha-03 section 2.3: 16 bytes of the nonce derive a key; the other 8 are the cipher's nonce. */
function xChaCha20Poly1305({ seal, open }: Aead): Aead {
  const derive = (key: Uint8Array, nonce: Uint8Array) => {
    requireLength('XChaCha20-Poly1305 key', key, keyBytes);
    requireLength('XChaCha20-Poly1305 nonce', nonce, 24);
    const shortNonce = new Uint8Array(12);
    shortNonce.set(nonce.subarray(16), 4);
    return { subkey: hChaCha20(key, nonce.subarray(0, 16)), shortNonce };
  };
  return {
    seal(key, nonce, plaintext, aad) {
      const { subkey, shortNonce } = derive(key, nonce);
      const sealed = seal(subkey, shortNonce, plaintext, aad);
      subkey.fill(0);
      return sealed;
    },
    open(key, nonce, sealed, aad) {
      const { subkey, shortNonce } = derive(key, nonce);
      const plaintext = open(subkey, shortNonce, sealed, aad);
      subkey.fill(0);
      return plaintext;
    },
  };
}

/** "expand 32-byte k" (RFC 8439 section 2.3). */
const constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;

/**
 * HChaCha20 (draft-irtf-cfrg-xchacha-03 section 2.2): the first and last row after ChaCha20's rounds, without the final
 * addition of the input. OpenSSL returns only the whole block, so this subtracts the input, which is public in those two
 * rows.
 */
function hChaCha20(key: Uint8Array, input: Uint8Array): Uint8Array {
  const block = createCipheriv('chacha20', key, input).update(new Uint8Array(64));
  const subkey = Buffer.alloc(32);
  for (let word = 0; word < 4; word++) {
    const first = block.readUInt32LE(4 * word) - (constants[word] as number);
    const last = block.readUInt32LE(48 + 4 * word) - Buffer.from(input).readUInt32LE(4 * word);
    subkey.writeUInt32LE(first >>> 0, 4 * word);
    subkey.writeUInt32LE(last >>> 0, 16 + 4 * word);
  }
  block.fill(0);
  return subkey;
}

/** Returns the same memory as a plain Uint8Array, so that no caller relies on Buffer's methods. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
