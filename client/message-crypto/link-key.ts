import { fromBase64Url, toBase64Url } from '../../crypto/encoding/base64url.ts';
import { concat, equalBytes, utf8 } from '../../crypto/encoding/bytes.ts';
import type { Primitives } from '../../crypto/providers/primitives.ts';
import { MessageError } from './errors.ts';

/**
 * The key in the fragment of a link, 48 characters:
 *
 *     base64url(flags (1) ‖ key (32) ‖ check (3))
 *     check = the first 3 bytes of SHA-256("strongroom link key" ‖ flags ‖ key)
 *
 * The check detects a truncated or mistyped link before it uses up an access. The flags show that a password is needed,
 * so that no one without it uses up the message. The flags in the message itself are authoritative.
 */
export type LinkKey = {
  /** 32 random bytes. */
  readonly key: Uint8Array;
  readonly needsPassword: boolean;
};

/** Flag of messages and links. */
export const passwordFlag = 1;
export const keyBytes = 32;

const checkBytes = 3;
const wholeBytes = 1 + keyBytes + checkBytes;
const label = utf8('strongroom link key');

type Hash = Pick<Primitives, 'sha256'>;

export function encodeLinkKey(hash: Hash, { key, needsPassword }: LinkKey): string {
  const head = concat(Uint8Array.of(needsPassword ? passwordFlag : 0), key);
  return toBase64Url(concat(head, checkOf(hash, head)));
}

/** Parses a link key. @throws MessageError INCOMPLETE_LINK, or UNSUPPORTED_FORMAT for flags of a newer program */
export function decodeLinkKey(hash: Hash, text: string): LinkKey {
  const bytes = fromBase64Url(text);
  if (bytes?.length !== wholeBytes) throw new MessageError('INCOMPLETE_LINK');
  const head = bytes.subarray(0, 1 + keyBytes);
  if (!equalBytes(bytes.subarray(1 + keyBytes), checkOf(hash, head)))
    throw new MessageError('INCOMPLETE_LINK');
  const [flags = 0] = head;
  if ((flags & ~passwordFlag) !== 0) throw new MessageError('UNSUPPORTED_FORMAT');
  return { key: head.slice(1), needsPassword: flags === passwordFlag };
}

function checkOf({ sha256 }: Hash, head: Uint8Array): Uint8Array {
  return sha256(concat(label, head)).subarray(0, checkBytes);
}
