import { MessageError } from './errors.ts';
import { openLegacy } from './legacy.ts';
import { decodeLinkKey, encodeLinkKey, keyBytes } from './link-key.ts';
import { type MessagePrimitives, openSr2, sealSr2 } from './sr2.ts';

export { MessageError, type MessageErrorCode } from './errors.ts';
export { type MessagePrimitives, sr2Characters } from './sr2.ts';

export type SealedMessage = {
  /** What the server is given. */
  readonly encryptedContent: string;
  /** What it is not: the fragment of the link. */
  readonly fragment: string;
};

/** Encrypts under a key of its own, in format 2. @throws RangeError for an empty password, or broken Unicode */
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

/** What a link and its recipient bring, before anything was asked of a server. */
export type Unlocking = {
  /** Fragment of the link, as it stands behind `#`; empty where there is none. */
  readonly fragment: string;
  readonly password?: string | undefined;
};

/** Which of the two formats, as `GET /api/messages/{id}` tells it. */
export type MessageFormat = 1 | 2;

/** @throws MessageError UNSUPPORTED_FORMAT */
export function formatOf(encryptedContent: string): MessageFormat {
  if (encryptedContent.startsWith('sr2.')) return 2;
  if (/^[0-9a-f]{64}/i.test(encryptedContent)) return 1;
  throw new MessageError('UNSUPPORTED_FORMAT');
}

/**
 * Whether the recipient must be asked for a password. For a link with nothing behind `#` a message of format 1 wants
 * one; otherwise what stands there is its password.
 *
 * @throws MessageError INCOMPLETE_LINK where a message of format 2 has no key that could be right
 */
export function asksPassword(
  primitives: MessagePrimitives,
  format: MessageFormat,
  fragment: string,
): boolean {
  return format === 1 ? fragment === '' : decodeLinkKey(primitives, fragment).needsPassword;
}

/** Opens either format. @throws MessageError for what does not open, and why */
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

/** Browsers percent-encode what stands in a fragment, other programs may not. */
function textOf(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
