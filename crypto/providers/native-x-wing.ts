import {
  createHash,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { concat, requireLength } from '../encoding/bytes.ts';
import { der, importPrivate, importPublic, rawMlKem, rawX25519 } from '../encoding/der-keys.ts';
import { type Encapsulation, mlKem768Bytes, type XWing, xWingBytes, xWingLabel } from './primitives.ts';

/** Keys are imported once and stay key objects, outside the JavaScript heap: importing takes as long as one use. */
export const nativeXWing: XWing = {
  privateKey(seed) {
    requireLength('X-Wing seed', seed, xWingBytes.seed);
    const { mlKem, x25519 } = expand(seed);
    const publicKey = concat(rawMlKem(createPublicKey(mlKem)), rawX25519(createPublicKey(x25519)));
    return {
      publicKey,
      decapsulate(ciphertext) {
        requireLength('X-Wing ciphertext', ciphertext, xWingBytes.ciphertext);
        const ephemeral = ciphertext.subarray(mlKem768Bytes.ciphertext);
        const agreed = agree(x25519, importPublic(der.x25519Public, ephemeral));
        if (!agreed) return undefined;
        const shared = decapsulate(mlKem, ciphertext.subarray(0, mlKem768Bytes.ciphertext));
        return combine(shared, agreed, ephemeral, publicKey);
      },
      wipe() {},
    };
  },
  publicKey(bytes) {
    requireLength('X-Wing public key', bytes, xWingBytes.publicKey);
    const keys = importKeys(bytes);
    return { encapsulate: () => keys && encapsulateTo(keys, bytes) };
  },
};

type Keys = { readonly mlKem: KeyObject; readonly x25519: KeyObject };

function importKeys(bytes: Uint8Array): Keys | undefined {
  try {
    return {
      mlKem: importPublic(der.mlKemPublic, bytes.subarray(0, mlKem768Bytes.publicKey)),
      x25519: importPublic(der.x25519Public, bytes.subarray(mlKem768Bytes.publicKey)),
    };
  } catch {
    return undefined;
  }
}

function encapsulateTo({ mlKem, x25519 }: Keys, publicKey: Uint8Array): Encapsulation | undefined {
  const ephemeral = generateKeyPairSync('x25519');
  const agreed = agree(ephemeral.privateKey, x25519);
  if (!agreed) return undefined;
  const { sharedKey, ciphertext } = encapsulate(mlKem);
  const ephemeralPublic = rawX25519(ephemeral.publicKey);
  return {
    sharedSecret: combine(sharedKey, agreed, ephemeralPublic, publicKey),
    ciphertext: concat(ciphertext, ephemeralPublic),
  };
}

function expand(seed: Uint8Array): Keys {
  const expanded = createHash('shake256', { outputLength: 96 }).update(seed).digest();
  try {
    return {
      mlKem: importPrivate(der.mlKemSeed, expanded.subarray(0, mlKem768Bytes.seed)),
      x25519: importPrivate(der.x25519Private, expanded.subarray(mlKem768Bytes.seed)),
    };
  } finally {
    expanded.fill(0);
  }
}

/** Returns the shared secret, or undefined for a public key of low order, which OpenSSL refuses. */
function agree(privateKey: KeyObject, publicKey: KeyObject): Buffer | undefined {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    return undefined;
  }
}

/** Combines the two shared secrets, and wipes them. */
function combine(shared: Buffer, agreed: Buffer, ephemeral: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const secret = createHash('sha3-256')
    .update(shared)
    .update(agreed)
    .update(ephemeral)
    .update(publicKey.subarray(mlKem768Bytes.publicKey))
    .update(xWingLabel)
    .digest();
  shared.fill(0);
  agreed.fill(0);
  return secret;
}
