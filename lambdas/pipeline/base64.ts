/**
 * Returns standard base64 with padding. Unlike the portable `toBase64` it is native code, which files of megabytes
 * need.
 */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
