import { randomBytes } from 'node:crypto';

/** UUID version 7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then 74 random bits. */
export function uuidv7(now = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** When a UUID of version 7 was made. */
export function timeOfUuidv7(id: string): Date {
  return new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16));
}

/**
 * 45 bits of Unix milliseconds in base32hex, so that ids sort by time, then 128 random bits in base64url: the id is
 * the right to open the message.
 */
export function newMessageId(now: Date): string {
  const time = now.getTime().toString(32).padStart(9, '0');
  return `${time}${randomBytes(16).toString('base64url')}`;
}
