import { createHash } from 'node:crypto';

/** Returns the SHA-256 digest of a text's UTF-8, in lower-case hexadecimal. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Returns the SHA-256 digest of a text's UTF-8, in base64url. */
export function sha256Base64Url(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
