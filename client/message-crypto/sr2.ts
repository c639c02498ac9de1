import { fromBase64Url, toBase64Url } from '../../crypto/encoding/base64url.ts';
import { concat, equalBytes, requireLength, utf8, wipe } from '../../crypto/encoding/bytes.ts';
import type { Primitives } from '../../crypto/providers/primitives.ts';
import { MessageError } from './errors.ts';
import { keyBytes, passwordFlag } from './link-key.ts';
import { pad, paddedLength, unpad } from './padding.ts';

/**
 * Message format 2:
 *
 *     message    = "sr2." ‖ base64url(head ‖ ciphertext ‖ tag (16))
 *     head       = flags (1) ‖ salt (16) ‖ nonce (24) ‖ commitment (32)
 *     key (32) ‖ commitment (32)
 *                = Argon2id(link key (32) ‖ password, salt, 64 MiB, 3 passes, 4 lanes), 64 bytes
 *     ciphertext = XChaCha20-Poly1305(key, nonce, padded content, AAD = "sr2." ‖ head)
 *
 * The link key has 256 random bits. The password (UTF-8, normalization form C) is used if flag 1 is set, and is empty
 * otherwise. So neither a stolen link nor a guessed password is enough, and no one can guess passwords without the link.
 * The commitment tells a wrong password from a damaged message. It also ensures that a ciphertext opens under one key
 * only, which XChaCha20-Poly1305 alone does not (Albertini et al., USENIX Security 2022).
 */
const prefix = 'sr2.';
const saltBytes = 16;
const nonceBytes = 24;
const commitmentBytes = 32;
const tagBytes = 16;
const headBytes = 1 + saltBytes + nonceBytes + commitmentBytes;
const smallestBytes = headBytes + tagBytes;

/** RFC 9106 section 4, the second recommended option. The format defines it: it is not sent, so no one can lower it. */
const cost = { memoryKiB: 65_536, passes: 3, lanes: 4 } as const;

export type MessagePrimitives = Pick<Primitives, 'randomBytes' | 'sha256' | 'argon2id' | 'xChaCha20Poly1305'>;

/** Returns the length of the message for content of this many bytes in UTF-8. */
export function sr2Characters(contentBytes: number): number {
  const bytes = headBytes + paddedLength(contentBytes + 1) + tagBytes;
  return prefix.length + Math.ceil((bytes * 4) / 3);
}

/**
 * Encrypts content.
 *
 * @param key 32 random bytes, used only for this message
 * @param password undefined for none; never empty
 */
export async function sealSr2(
  primitives: MessagePrimitives,
  key: Uint8Array,
  content: string,
  password?: string,
): Promise<string> {
  requireLength('link key', key, keyBytes);
  if (password === '') throw new RangeError('the password is empty');
  if (!content.isWellFormed()) throw new RangeError('the content is not well-formed Unicode');
  const flags = password === undefined ? 0 : passwordFlag;
  const salt = primitives.randomBytes(saltBytes);
  const nonce = primitives.randomBytes(nonceBytes);
  const derived = await derive(primitives, key, password, salt);
  const head = concat(Uint8Array.of(flags), salt, nonce, derived.commitment);
  const padded = pad(utf8(content));
  const sealed = primitives.xChaCha20Poly1305.seal(derived.key, nonce, padded, aadOf(head));
  wipe(derived.key, padded);
  return prefix + toBase64Url(concat(head, sealed));
}

/** Decrypts a message. @throws MessageError */
export async function openSr2(
  primitives: MessagePrimitives,
  key: Uint8Array,
  message: string,
  password?: string,
): Promise<string> {
  requireLength('link key', key, keyBytes);
  const { flags, head, salt, nonce, commitment, sealed } = parse(message);
  const protectedByPassword = flags === passwordFlag;
  if (protectedByPassword && !password) throw new MessageError('PASSWORD_REQUIRED');
  const derived = await derive(primitives, key, protectedByPassword ? password : undefined, salt);
  if (!equalBytes(derived.commitment, commitment)) {
    wipe(derived.key);
    throw new MessageError(protectedByPassword ? 'WRONG_PASSWORD' : 'WRONG_KEY');
  }
  const padded = primitives.xChaCha20Poly1305.open(derived.key, nonce, sealed, aadOf(head));
  wipe(derived.key);
  const content = padded && unpad(padded);
  if (!content) throw new MessageError('DAMAGED');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new MessageError('DAMAGED');
  } finally {
    wipe(padded);
  }
}

async function derive(
  { argon2id }: MessagePrimitives,
  key: Uint8Array,
  password: string | undefined,
  salt: Uint8Array,
): Promise<{ readonly key: Uint8Array; readonly commitment: Uint8Array }> {
  const input = concat(key, utf8((password ?? '').normalize('NFC')));
  const derived = await argon2id(input, salt, cost, keyBytes + commitmentBytes);
  wipe(input);
  return { key: derived.subarray(0, keyBytes), commitment: derived.subarray(keyBytes) };
}

function aadOf(head: Uint8Array): Uint8Array {
  return concat(utf8(prefix), head);
}

function parse(message: string) {
  const bytes = message.startsWith(prefix) ? fromBase64Url(message.slice(prefix.length)) : undefined;
  const [flags = 0] = bytes ?? [];
  if (!bytes || (flags & ~passwordFlag) !== 0) throw new MessageError('UNSUPPORTED_FORMAT');
  if (bytes.length < smallestBytes) throw new MessageError('DAMAGED');
  const saltEnd = 1 + saltBytes;
  const nonceEnd = saltEnd + nonceBytes;
  const head = bytes.subarray(0, headBytes);
  const salt = bytes.subarray(1, saltEnd);
  const nonce = bytes.subarray(saltEnd, nonceEnd);
  const commitment = bytes.subarray(nonceEnd, headBytes);
  return { flags, head, salt, nonce, commitment, sealed: bytes.subarray(headBytes) };
}
