import { base64 } from '@scure/base';

/** Node's own codec takes 2 ms for 1 MiB, scure's 36 ms to encode and 70 ms to decode. Browsers have no such codec yet. */
const isNode = typeof Buffer === 'function';

/** Encodes as standard base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  if (!isNode) return base64.encode(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/**
 * Decodes standard base64 strictly: padding is required, white space is not allowed, unused bits are zero (RFC 4648
 * section 3.5), so that bytes have exactly one encoding.
 *
 * @returns undefined if the text is not valid base64
 */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return isNode ? nodeDecode(text) : base64.decode(text);
  } catch {
    return undefined;
  }
}

/** Node's decoder skips invalid characters, so the text is valid only if re-encoding restores it. */
function nodeDecode(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return undefined;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
