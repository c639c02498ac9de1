/** Returns standard base64 with padding. Unlike the portable one it is native code, which megabytes of a file need. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
