/**
 * The two formats of an encrypted message, as far as they can be recognized without the key.
 *
 * - 1: hex salt (16 bytes) ‖ hex IV (16 bytes) ‖ base64 of AES-256-CBC ciphertext: whole blocks, padding included.
 * - 2: `sr2.` ‖ base64url, without padding, of at least a flags byte, an Argon2id salt (16), an
 *   XChaCha20-Poly1305 nonce (24) and a tag (16).
 */
export type MessageFormat = 1 | 2;

const legacyHead = /^[0-9a-f]{64}$/i;
const blockBytes = 16;
const sr2 = 'sr2.';
const smallestSr2Bytes = 1 + 16 + 24 + 16;

/** Returns the format of an encrypted message, or `undefined` if it has neither, such as plaintext. */
export function formatOf(encryptedContent: string): MessageFormat | undefined {
  if (encryptedContent.startsWith(sr2)) {
    const bytes = strictlyDecoded(encryptedContent.slice(sr2.length), 'base64url');
    return bytes && bytes.length >= smallestSr2Bytes ? 2 : undefined;
  }
  if (!legacyHead.test(encryptedContent.slice(0, 64))) return undefined;
  const ciphertext = strictlyDecoded(encryptedContent.slice(64), 'base64');
  return ciphertext && ciphertext.length > 0 && ciphertext.length % blockBytes === 0 ? 1 : undefined;
}

/** Node's decoder skips invalid characters, so the text is valid only if re-encoding restores it. */
function strictlyDecoded(text: string, encoding: 'base64' | 'base64url'): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
