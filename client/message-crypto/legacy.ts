import { fromBase64 } from '../../crypto/encoding/base64.ts';
import { concat, utf8 } from '../../crypto/encoding/bytes.ts';
import { MessageError } from './errors.ts';

/**
 * Message format 1, which older clients write. This client only reads it:
 *
 *     message = hex salt (16) ‖ hex IV (16) ‖ base64 AES-256-CBC(key, IV, PKCS#7-padded JSON {version, content, created})
 *     key     = PBKDF2-HMAC(password, salt, 100,000 iterations), 32 bytes
 *
 * The message does not name the hash: the default of crypto-js was SHA-1 before version 4.2, and is SHA-256 since. Nothing
 * is authenticated, so a server could modify the content. The first block shows which hash is right and whether the
 * password is, because messages of crypto-js clients begin with the 16 bytes `{"version":"v1",`.
 */
const iterations = 100_000;
const hashes = ['SHA-256', 'SHA-1'] as const;
const firstBlock = '{"version":"v1",';
const blockBytes = 16;

export type LegacyMessage = {
  readonly content: string;
  /** Time by the sender's clock; not authenticated, like the whole message. */
  readonly created: string | undefined;
};

/** Decrypts a message. @throws MessageError WRONG_PASSWORD, DAMAGED or UNSUPPORTED_FORMAT */
export async function openLegacy(message: string, password: string): Promise<LegacyMessage> {
  const { salt, iv, ciphertext } = parse(message);
  const keys = await Promise.all(hashes.map((hash) => deriveKey(password, salt, hash)));
  for (const key of keys) {
    if ((await decryptFirstBlock(key, iv, ciphertext)) !== firstBlock) continue;
    const opened = await decrypt(key, iv, ciphertext);
    if (!opened) throw new MessageError('DAMAGED');
    return opened;
  }
  // Clients in other languages may write the JSON with spaces, or with its fields in another order.
  for (const key of keys) {
    const opened = await decrypt(key, iv, ciphertext);
    if (opened) return opened;
  }
  throw new MessageError('WRONG_PASSWORD');
}

type Bytes = Uint8Array<ArrayBuffer>;
type Key = Awaited<ReturnType<typeof deriveKey>>;

async function deriveKey(password: string, salt: Bytes, hash: (typeof hashes)[number]) {
  const { subtle } = crypto;
  const secret = await subtle.importKey('raw', copy(utf8(password)), 'PBKDF2', false, ['deriveKey']);
  const algorithm = { name: 'PBKDF2', hash, salt, iterations };
  const aes = { name: 'AES-CBC', length: 256 };
  return subtle.deriveKey(algorithm, secret, aes, false, ['encrypt', 'decrypt']);
}

/** Web Crypto insists on the padding, so a block of nothing else is put after the first one. */
async function decryptFirstBlock(key: Key, iv: Bytes, ciphertext: Bytes): Promise<string> {
  const block = ciphertext.slice(0, blockBytes);
  const padding = await crypto.subtle.encrypt({ name: 'AES-CBC', iv: block }, key, new Uint8Array());
  const both = copy(concat(block, new Uint8Array(padding)));
  return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, both));
}

/** @returns nothing for what is not the sender's JSON */
async function decrypt(key: Key, iv: Bytes, ciphertext: Bytes): Promise<LegacyMessage | undefined> {
  try {
    const plaintext = await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, ciphertext);
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext));
    const { version, content, created } = json as Record<string, unknown>;
    if (version !== 'v1' || typeof content !== 'string') return undefined;
    return { content, created: typeof created === 'string' ? created : undefined };
  } catch {
    return undefined;
  }
}

function parse(message: string): { readonly salt: Bytes; readonly iv: Bytes; readonly ciphertext: Bytes } {
  const head = /^[0-9a-f]{64}/i.exec(message)?.[0];
  const ciphertext = head === undefined ? undefined : fromBase64(message.slice(head.length));
  if (!head || !ciphertext) throw new MessageError('UNSUPPORTED_FORMAT');
  if (ciphertext.length === 0 || ciphertext.length % blockBytes !== 0) throw new MessageError('DAMAGED');
  const bytes = Uint8Array.from(head.match(/../g) ?? [], (hex) => Number.parseInt(hex, 16));
  return { salt: bytes.slice(0, 16), iv: bytes.slice(16), ciphertext: copy(ciphertext) };
}

/** Copies bytes to a buffer of their own: Web Crypto's types exclude shared memory, which other threads can change. */
function copy(bytes: Uint8Array): Bytes {
  return Uint8Array.from(bytes);
}
