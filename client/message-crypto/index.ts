import { MessageError } from './errors.ts';
import { openLegacy } from './legacy.ts';
import { decodeLinkKey, encodeLinkKey, keyBytes } from './link-key.ts';
import { type MessagePrimitives, openSr2, sealSr2 } from './sr2.ts';

export { MessageError, type MessageErrorCode } from './errors.ts';
export { type MessagePrimitives, sr2Characters } from './sr2.ts';

export type SealedMessage = {
  /** The ciphertext, for the server. */
  readonly encryptedContent: string;
  /** The fragment of the link, which the server never gets. */
  readonly fragment: string;
};

/** Encrypts under a new key in format 2. @throws RangeError if the password is empty, or the Unicode is not well-formed */
export async function sealMessage(
  primitives: MessagePrimitives,
  content: string,
  password?: string,
): Promise<SealedMessage> {
  const key = primitives.randomBytes(keyBytes);
  const encryptedContent = await sealSr2(primitives, key, content, password);
  const fragment = encodeLinkKey(primitives, { key, needsPassword: password !== undefined });
  key.fill(0);
  return { encryptedContent, fragment };
}

/** What a link and its recipient provide before any request. */
export type Unlocking = {
  /** The fragment of the link, after the `#`; empty if the link has none. */
  readonly fragment: string;
  readonly password?: string | undefined;
};

/** The format, as `GET /api/messages/{id}` returns it. */
export type MessageFormat = 1 | 2;

/** @throws MessageError UNSUPPORTED_FORMAT */
export function formatOf(encryptedContent: string): MessageFormat {
  if (encryptedContent.startsWith('sr2.')) return 2;
  if (/^[0-9a-f]{64}/i.test(encryptedContent)) return 1;
  throw new MessageError('UNSUPPORTED_FORMAT');
}

/**
 * Returns whether the recipient must enter a password. The password of a message in format 1 is the fragment of the link,
 * so it is only needed if the link has none.
 *
 * @throws MessageError INCOMPLETE_LINK if the link of a message in format 2 has no valid key
 */
export function asksPassword(
  primitives: MessagePrimitives,
  format: MessageFormat,
  fragment: string,
): boolean {
  return format === 1 ? fragment === '' : decodeLinkKey(primitives, fragment).needsPassword;
}

/** Decrypts a message in either format. @throws MessageError */
export async function openSealed(
  primitives: MessagePrimitives,
  encryptedContent: string,
  { fragment, password }: Unlocking,
): Promise<string> {
  if (formatOf(encryptedContent) === 1) {
    const secret = password || textOf(fragment);
    if (!secret) throw new MessageError('PASSWORD_REQUIRED');
    return (await openLegacy(encryptedContent, secret)).content;
  }
  const { key } = decodeLinkKey(primitives, fragment);
  return openSr2(primitives, key, encryptedContent, password);
}

/** Browsers percent-encode fragments; other programs may not. */
function textOf(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
