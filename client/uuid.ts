import { hex } from '../crypto/encoding/bytes.ts';

/** A UUID of version 7 (RFC 9562 section 5.7): in the order of their age. */
export function uuidv7(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(Date.now() / 2 ** 16));
  view.setUint16(4, Date.now() % 2 ** 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
