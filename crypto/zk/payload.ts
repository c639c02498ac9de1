import { fromBase64, toBase64 } from '../encoding/base64.ts';
import { utf8, wipe } from '../encoding/bytes.ts';
import type { Primitives } from '../providers/primitives.ts';

/**
 * Zero-knowledge payload, version 1, as argon2-cffi and PyNaCl produce it with their defaults.
 *
 *     key        = Argon2id(password as UTF-8, salt (16), 64 MiB, 3 passes, 4 lanes), 32 bytes
 *     ciphertext = XChaCha20-Poly1305(key, nonce (24), plaintext, no AAD) ‖ tag (16)
 *
 * All fields are standard base64. The version defines the parameters: they are not sent, so no one can lower them.
 */
export type ZkPayload = {
  readonly v: 1;
  readonly salt: string;
  readonly nonce: string;
  readonly ciphertext: string;
};

const cost = { memoryKiB: 65_536, passes: 3, lanes: 4 } as const;
const saltBytes = 16;
const keyBytes = 32;
const nonceBytes = 24;
const tagBytes = 16;

/** Maximum plaintext size in bytes. */
export const zkPlaintextLimit = 5 * 1024 * 1024;

/** The tag does not verify: the password is wrong or the payload was modified. The two cannot be told apart. */
export class WrongMasterPassword extends Error {
  override readonly name = 'WrongMasterPassword';
  readonly code = 'WRONG_MASTER_PASSWORD';

  constructor() {
    super('the master password is wrong, or the payload was modified');
  }
}

/** Not a payload of version 1, whatever the password. `path` names the field, or is empty for the whole. */
export class MalformedPayload extends Error {
  override readonly name = 'MalformedPayload';
  readonly code = 'MALFORMED_PAYLOAD';
  readonly path: '' | keyof ZkPayload;

  constructor(path: '' | keyof ZkPayload, message: string) {
    super(message);
    this.path = path;
  }
}

/** @param plaintext at most 5 MiB */
export async function sealZkPayload(
  primitives: Primitives,
  masterPassword: string,
  plaintext: Uint8Array,
): Promise<ZkPayload> {
  if (plaintext.length > zkPlaintextLimit) throw new RangeError('the plaintext is over 5 MiB');
  const salt = primitives.randomBytes(saltBytes);
  const nonce = primitives.randomBytes(nonceBytes);
  const key = await stretch(primitives, masterPassword, salt);
  const ciphertext = primitives.xChaCha20Poly1305.seal(key, nonce, plaintext, new Uint8Array());
  wipe(key);
  return { v: 1, salt: toBase64(salt), nonce: toBase64(nonce), ciphertext: toBase64(ciphertext) };
}

/** @throws WrongMasterPassword @throws MalformedPayload */
export async function openZkPayload(
  primitives: Primitives,
  masterPassword: string,
  payload: unknown,
): Promise<Uint8Array> {
  const { salt, nonce, ciphertext } = parseZkPayload(payload);
  const key = await stretch(primitives, masterPassword, salt);
  const plaintext = primitives.xChaCha20Poly1305.open(key, nonce, ciphertext, new Uint8Array());
  wipe(key);
  if (!plaintext) throw new WrongMasterPassword();
  return plaintext;
}

export type ZkParts = {
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
};

/** Shape and lengths; needs no password. @throws MalformedPayload */
export function parseZkPayload(payload: unknown): ZkParts {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new MalformedPayload('', 'the payload is not an object');
  }
  const fields = payload as { readonly [name: string]: unknown };
  const unknown = Object.keys(fields).find((name) => !['v', 'salt', 'nonce', 'ciphertext'].includes(name));
  if (unknown !== undefined) throw new MalformedPayload('', 'the payload has an unknown field');
  if (fields.v !== 1) throw new MalformedPayload('v', 'only version 1 is supported');
  return {
    salt: bytesOf(fields, 'salt', saltBytes, saltBytes),
    nonce: bytesOf(fields, 'nonce', nonceBytes, nonceBytes),
    ciphertext: bytesOf(fields, 'ciphertext', tagBytes, zkPlaintextLimit + tagBytes),
  };
}

function bytesOf(
  fields: { readonly [name: string]: unknown },
  name: 'salt' | 'nonce' | 'ciphertext',
  least: number,
  most: number,
): Uint8Array {
  const text = fields[name];
  if (typeof text !== 'string') throw new MalformedPayload(name, 'must be a base64 string');
  if (text.length > 4 * Math.ceil(most / 3)) throw new MalformedPayload(name, `at most ${most} bytes`);
  const bytes = fromBase64(text);
  if (!bytes) throw new MalformedPayload(name, 'is not standard base64 with padding');
  if (bytes.length >= least && bytes.length <= most) return bytes;
  throw new MalformedPayload(name, least === most ? `must be ${least} bytes` : `${least} to ${most} bytes`);
}

/** As other implementations do it, the password is taken as it is written: no normalization. */
function stretch(primitives: Primitives, masterPassword: string, salt: Uint8Array): Promise<Uint8Array> {
  return primitives.argon2id(utf8(masterPassword), salt, cost, keyBytes);
}
