import { createHash, type KeyObject } from 'node:crypto';
import type { PublicJwk } from './jwk.ts';

/** Size of `r` and of `s` on P-256 in bytes. */
const scalarBytes = 32;

/** Returns the JWK thumbprint of an EC key (RFC 7638): base64url of the SHA-256 of its required members, in this order. */
export function thumbprint({ crv, kty, x, y }: Pick<PublicJwk, 'crv' | 'kty' | 'x' | 'y'>): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

/** @throws TypeError if the key is not on P-256 */
export function toPublicJwk(key: KeyObject): PublicJwk {
  const { kty, crv, x, y } = key.export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || !x || !y) throw new TypeError('the key is not on P-256');
  return { kty, crv, x, y, kid: thumbprint({ kty, crv, x, y }), alg: 'ES256', use: 'sig' };
}

/**
 * ECDSA signature from DER, as KMS gives it (RFC 3279 section 2.2.3: SEQUENCE of two INTEGERs), to the 64 bytes
 * `r ‖ s` of a JWS (RFC 7518 section 3.4).
 *
 * @throws TypeError if the bytes are not a DER-encoded P-256 signature
 */
export function derToRaw(der: Uint8Array): Uint8Array {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw notDer();
  const r = readInteger(der, 2);
  const s = readInteger(der, r.next);
  if (s.next !== der.length) throw notDer();
  return Buffer.concat([r.scalar, s.scalar]);
}

function readInteger(der: Uint8Array, at: number): { readonly scalar: Uint8Array; readonly next: number } {
  const length = der[at + 1] ?? 0;
  const next = at + 2 + length;
  const [first = 0, second = 0] = der.subarray(at + 2, next);
  const padded = first === 0 && length > 1;
  const negative = first >= 0x80;
  const needlesslyPadded = padded && second < 0x80;
  if (der[at] !== 0x02 || length < 1 || next > der.length || negative || needlesslyPadded) throw notDer();
  const digits = der.subarray(at + 2 + (padded ? 1 : 0), next);
  if (digits.length > scalarBytes) throw notDer();
  const scalar = Buffer.alloc(scalarBytes);
  scalar.set(digits, scalarBytes - digits.length);
  return { scalar, next };
}

const notDer = () => new TypeError('not the DER of a P-256 signature');
