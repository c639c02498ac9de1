import { toBase64Url } from './base64url.ts';
import { hex } from './bytes.ts';

/** Returns a UUID version 7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then 74 random bits. */
export function uuidv7(now = Date.now()): string {
  const bytes = randomBytes(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(now / 2 ** 16));
  view.setUint16(4, now % 2 ** 16);
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70);
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Returns the time at which a UUID version 7 was generated. */
export function timeOfUuidv7(id: string): Date {
  return new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16));
}

/**
 * Returns a new message id: 45 bits of Unix milliseconds in base32hex, so that ids sort by time, then 128 random bits in
 * base64url. Knowing the id is the right to open the message.
 */
export function newMessageId(now: Date): string {
  return `${now.getTime().toString(32).padStart(9, '0')}${toBase64Url(randomBytes(16))}`;
}

/** Web Crypto instead of `node:crypto`: browsers use this module too. */
function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}
