import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64, toBase64 } from '../encoding/base64.ts';
import { concat, equalBytes, hex, utf8 } from '../encoding/bytes.ts';

/**
 * Signed notes (https://c2sp.org/signed-note) with ECDSA on P-256 and SHA-256, signature type 0x02:
 *
 *     text, which ends with a newline
 *     (an empty line)
 *     — <key name> <base64 of key id (4) ‖ ASN.1 signature>
 *
 * The key id is the first 4 bytes of the SHA-256 of the public key as SubjectPublicKeyInfo.
 */
const signatureType = 2;
const keyIdBytes = 4;
/** SubjectPublicKeyInfo of an uncompressed point on P-256 (RFC 5480), without the point. */
const spkiPrefix = Uint8Array.from(
  [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01].concat([
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
  ]),
);
const pointBytes = 65;

/** A key that signs notes: a name without spaces and `+`, and a point on P-256 (65 bytes, uncompressed). */
export type NoteKey = { readonly name: string; readonly point: Uint8Array };

/** Signs a note. @param sign returns `r ‖ s` (64 bytes) over the SHA-256 of its argument */
export async function signNote(
  { name, point }: NoteKey,
  text: string,
  sign: (data: Uint8Array) => Promise<Uint8Array>,
): Promise<string> {
  const raw = await sign(utf8(text));
  const signature = p256.Signature.fromBytes(raw, 'compact').toBytes('der');
  return `${text}\n— ${name} ${toBase64(concat(keyIdOf(point), signature))}\n`;
}

/**
 * Returns the text of a note that one of the keys has signed.
 *
 * @returns `undefined` if none of the keys has signed it, or if a signature by one of them does not verify
 */
export function openNote(keys: readonly NoteKey[], note: string): string | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, end + 1);
  const digest = utf8(text);
  let verified = false;
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [, name, encoded = ''] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = fromBase64(encoded);
    if (!name || !bytes || bytes.length <= keyIdBytes) return undefined;
    const key = keys.find(
      (each) => each.name === name && equalBytes(keyIdOf(each.point), bytes.subarray(0, keyIdBytes)),
    );
    if (!key) continue;
    if (!isSignature(key.point, digest, bytes.subarray(keyIdBytes))) return undefined;
    verified = true;
  }
  return verified ? text : undefined;
}

/** ECDSA accepts both `s` and `n - s`. Key stores return either, so both are valid. */
function isSignature(point: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return p256.verify(signature, data, point, { format: 'der', lowS: false });
  } catch {
    return false;
  }
}

/** Encodes a key as text for pinning: `<name>+<key id, hexadecimal>+<base64 of 0x02 ‖ key>`. */
export function verifierKey({ name, point }: NoteKey): string {
  const id = hex(keyIdOf(point));
  return `${name}+${id}+${toBase64(concat(Uint8Array.of(signatureType), spkiPrefix, point))}`;
}

/** Parses a key from its text form. @returns `undefined` if it is not valid */
export function parseVerifierKey(text: string): NoteKey | undefined {
  const [, name = '', encoded = ''] = /^([^\s+]+)\+[0-9a-f]{8}\+(\S+)$/.exec(text) ?? [];
  const bytes = fromBase64(encoded);
  if (bytes?.length !== 1 + spkiPrefix.length + pointBytes) return undefined;
  const key = { name, point: bytes.slice(1 + spkiPrefix.length) };
  return verifierKey(key) === text ? key : undefined;
}

function keyIdOf(point: Uint8Array): Uint8Array {
  return sha256(concat(spkiPrefix, point)).subarray(0, keyIdBytes);
}
