const alphabet = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Standard base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  }
  return btoa(pieces.join(''));
}

/**
 * Strict: padding required, no white space, unused bits zero (RFC 4648 section 3.5), so that bytes have one text.
 *
 * @returns nothing for what is no base64
 */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!alphabet.test(text)) return undefined;
  const binary = atob(text);
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const last = text.slice(-4);
  return text.endsWith('=') && toBase64(bytes.subarray(-(bytes.length % 3))) !== last ? undefined : bytes;
}
