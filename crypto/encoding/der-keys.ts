import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** DER prefixes before the raw key: SubjectPublicKeyInfo (RFC 5280), PrivateKeyInfo (RFC 5958; ML-KEM by its seed). */
export const der = {
  mlKemPublic: Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex'),
  mlKemSeed: Buffer.from('3054020100300b060960864801650304040204428040', 'hex'),
  x25519Public: Buffer.from('302a300506032b656e032100', 'hex'),
  x25519Private: Buffer.from('302e020100300506032b656e04220420', 'hex'),
};

export function importPublic(prefix: Buffer, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' });
}

/** Imports a private key, and wipes the temporary copy of it. */
export function importPrivate(prefix: Buffer, raw: Uint8Array): KeyObject {
  const key = Buffer.concat([prefix, raw]);
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } finally {
    key.fill(0);
  }
}

/** Returns the raw public key, 1,184 bytes. */
export function rawMlKem(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(der.mlKemPublic.length);
}

/** Returns the raw public key, 32 bytes. It exports a JWK (RFC 8037), because exporting DER takes 20 times as long. */
export function rawX25519(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
}
