import {
  createHash,
  createPublicKey,
  decapsulate as decapsulateKey,
  diffieHellman,
  encapsulate as encapsulateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { requireLength } from './bytes.ts';
import { der, importPrivate, importPublic, rawMlKem, rawX25519 } from './der-keys.ts';

/**
 * X-Wing (draft-connolly-cfrg-xwing-kem): a key encapsulation that stays secure while either X25519 or
 * ML-KEM-768 does.
 */
export const publicKeyBytes = 1216;
export const seedBytes = 32;
export const ciphertextBytes = 1120;

const mlKemPublicKeyBytes = 1184;
const mlKemCiphertextBytes = 1088;

/** The ASCII drawing of an X-Wing fighter that the draft fixes as its label: `\.//^\`. */
const label = Buffer.from('5c2e2f2f5e5c', 'hex');

/** A private key, expanded once; it keeps its halves as key objects outside of the JavaScript heap. */
export type XWingPrivateKey = {
  readonly publicKey: Uint8Array;
  readonly mlKem: KeyObject;
  readonly x25519: KeyObject;
};

/** A public key, read once. */
export type XWingPublicKey = {
  readonly bytes: Uint8Array;
  readonly mlKem: KeyObject;
  readonly x25519: KeyObject;
};

export type Encapsulation = {
  /** 32 bytes. Wipe after use. */
  readonly sharedSecret: Uint8Array;
  readonly ciphertext: Uint8Array;
};

export function generatePrivateKey(): XWingPrivateKey {
  const seed = randomBytes(seedBytes);
  try {
    return privateKeyFromSeed(seed);
  } finally {
    seed.fill(0);
  }
}

/** @throws RangeError for a seed that is not 32 bytes */
export function privateKeyFromSeed(seed: Uint8Array): XWingPrivateKey {
  requireLength('X-Wing seed', seed, seedBytes);
  const expanded = createHash('shake256', { outputLength: 96 }).update(seed).digest();
  try {
    const mlKem = importPrivate(der.mlKemSeed, expanded.subarray(0, 64));
    const x25519 = importPrivate(der.x25519Private, expanded.subarray(64));
    const publicKey = Buffer.concat([rawMlKem(createPublicKey(mlKem)), rawX25519(createPublicKey(x25519))]);
    return { publicKey, mlKem, x25519 };
  } finally {
    expanded.fill(0);
  }
}

/** @throws RangeError for a public key of another length; Error for one that is not a valid key */
export function publicKeyFromBytes(bytes: Uint8Array): XWingPublicKey {
  requireLength('X-Wing public key', bytes, publicKeyBytes);
  return {
    bytes,
    mlKem: importPublic(der.mlKemPublic, bytes.subarray(0, mlKemPublicKeyBytes)),
    x25519: importPublic(der.x25519Public, bytes.subarray(mlKemPublicKeyBytes)),
  };
}

/** A fresh shared secret, and the ciphertext that carries it to the holder of the private key. */
export function encapsulate(recipient: XWingPublicKey): Encapsulation {
  const mlKem = encapsulateKey(recipient.mlKem);
  const ephemeral = generateKeyPairSync('x25519');
  const ephemeralPublic = rawX25519(ephemeral.publicKey);
  const agreed = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipient.x25519 });
  return {
    sharedSecret: combine(mlKem.sharedKey, agreed, ephemeralPublic, recipient.bytes),
    ciphertext: Buffer.concat([mlKem.ciphertext, ephemeralPublic]),
  };
}

/**
 * The shared secret of a ciphertext. An altered ciphertext gives another secret, not an error (ML-KEM rejects
 * implicitly); what the secret protects has to be authenticated.
 *
 * @throws RangeError for a ciphertext of another length
 */
export function decapsulate(privateKey: XWingPrivateKey, ciphertext: Uint8Array): Uint8Array {
  requireLength('X-Wing ciphertext', ciphertext, ciphertextBytes);
  const ephemeralPublic = ciphertext.subarray(mlKemCiphertextBytes);
  const mlKem = decapsulateKey(privateKey.mlKem, ciphertext.subarray(0, mlKemCiphertextBytes));
  const agreed = diffieHellman({
    privateKey: privateKey.x25519,
    publicKey: importPublic(der.x25519Public, ephemeralPublic),
  });
  return combine(mlKem, agreed, ephemeralPublic, privateKey.publicKey);
}

/** The draft's combiner: SHA3-256(ss_M ‖ ss_X ‖ ct_X ‖ pk_X ‖ label). Wipes both halves. */
function combine(
  mlKem: Buffer,
  agreed: Buffer,
  ephemeralPublic: Uint8Array,
  publicKey: Uint8Array,
): Uint8Array {
  const secret = createHash('sha3-256')
    .update(mlKem)
    .update(agreed)
    .update(ephemeralPublic)
    .update(publicKey.subarray(mlKemPublicKeyBytes))
    .update(label)
    .digest();
  mlKem.fill(0);
  agreed.fill(0);
  return secret;
}
