import { concat, cut, equalBytes, lengthOf, type Pieces, requireLength, wipe } from '../encoding/bytes.ts';
import { Tampered } from '../errors.ts';
import type { Primitives } from '../providers/primitives.ts';
import { bindRecord, type RecordContext } from './context.ts';
import { type Cek, cekBytes } from './envelope.ts';
import { afterHeader, header, headerBytes } from './suites.ts';

/**
 * A large file in chunks, each authenticated separately, after STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO
 * 2015):
 *
 *     file   = header ‖ chunk 0 ‖ chunk 1 ‖ … ‖ final chunk
 *     header = version ‖ suite ‖ salt (32) ‖ commitment (32)
 *     chunk  = prefix (7) ‖ AES-256-GCM ciphertext ‖ tag (16)
 *     nonce  = prefix (7) ‖ index of the chunk (4, big-endian) ‖ 1 for the final chunk, else 0 (1)
 *     key (32) ‖ commitment (32) = HKDF-SHA-256(CEK, salt, context)
 *
 * Each chunk except the final one has 262,144 bytes; the final one has the rest, and is empty only in an empty file. The
 * reader computes index and finality itself and never reads them from the file: a moved, repeated or omitted chunk does
 * not verify, nor does a truncated or extended file. The prefix is random each time a chunk is sealed, so that a resumed
 * upload never repeats a nonce, even if the source file has changed.
 */
export const chunkBytes = 262_144;

const saltBytes = 32;
const commitmentBytes = 32;
const keyBytes = 32;
const prefixBytes = 7;
const tagBytes = 16;
const chunkOverhead = prefixBytes + tagBytes;
const mostChunks = 2 ** 32;

export const fileHeaderBytes = headerBytes + saltBytes + commitmentBytes;
export const sealedChunkBytes = chunkBytes + chunkOverhead;

const purpose = 'strongroom file v1';

/** Plaintext and sealed size in bytes, and number of chunks. */
export type FileLayout = { readonly size: number; readonly sealedSize: number; readonly chunks: number };

/** Returns the layout of a file. @throws RangeError if the size is invalid or over 1 PiB */
export function layoutOf(size: number): FileLayout {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`invalid file size: ${size}`);
  const chunks = Math.max(1, Math.ceil(size / chunkBytes));
  if (chunks > mostChunks) throw new RangeError('the file is too large');
  return { size, chunks, sealedSize: fileHeaderBytes + size + chunks * chunkOverhead };
}

/** @throws Tampered for a size that no sealed file has */
export function layoutOfSealed(sealedSize: number): FileLayout {
  const body = sealedSize - fileHeaderBytes;
  if (!Number.isSafeInteger(body) || body < chunkOverhead) throw new Tampered();
  const chunks = Math.ceil(body / sealedChunkBytes);
  const size = body - chunks * chunkOverhead;
  const whole = size > (chunks - 1) * chunkBytes || sealedSize === fileHeaderBytes + chunkOverhead;
  if (!whole || chunks > mostChunks) throw new Tampered();
  return { size, chunks, sealedSize };
}

/** Returns the byte offset of a chunk in the sealed file. */
export function chunkOffset(index: number): number {
  return fileHeaderBytes + index * sealedChunkBytes;
}

/** Seals and opens the chunks of one file, in any order, each as often as is needed. */
export type FileCipher = {
  readonly header: Uint8Array;
  /** @param final whether it is the last chunk; any other must be full */
  seal(index: number, final: boolean, plaintext: Pieces): Promise<Pieces>;
  /** @throws Tampered */
  open(index: number, final: boolean, sealed: Pieces): Promise<Pieces>;
};

/** A new file, of a new key. */
export function newFileCipher(primitives: Primitives, cek: Cek, context: RecordContext): FileCipher {
  const salt = primitives.randomBytes(saltBytes);
  const { key, commitment } = derive(primitives, cek, salt, context);
  return cipherOf(primitives, concat(header(), salt, commitment), key);
}

/**
 * A file that is there, or whose upload is to be resumed.
 *
 * @param fileHeader the first 66 bytes of the file
 * @throws Tampered for another CEK or context too
 * @throws UnsupportedSuite
 */
export function fileCipher(
  primitives: Primitives,
  cek: Cek,
  context: RecordContext,
  fileHeader: Uint8Array,
): FileCipher {
  const body = afterHeader(fileHeader);
  if (fileHeader.length !== fileHeaderBytes) throw new Tampered();
  const { key, commitment } = derive(primitives, cek, body.subarray(0, saltBytes), context);
  if (equalBytes(commitment, body.subarray(saltBytes))) return cipherOf(primitives, fileHeader.slice(), key);
  wipe(key);
  throw new Tampered();
}

function derive({ hkdfSha256 }: Primitives, cek: Cek, salt: Uint8Array, context: RecordContext) {
  requireLength('CEK', cek, cekBytes);
  const okm = hkdfSha256(cek, salt, bindRecord(purpose, context), keyBytes + commitmentBytes);
  return { key: okm.subarray(0, keyBytes), commitment: okm.subarray(keyBytes) };
}

function cipherOf(primitives: Primitives, fileHeader: Uint8Array, key: Uint8Array): FileCipher {
  const chunks = primitives.aes256GcmChunks(key);
  wipe(key);
  return {
    header: fileHeader,
    async seal(index, final, plaintext) {
      requireChunk(index, final, lengthOf(plaintext));
      const prefix = primitives.randomBytes(prefixBytes);
      return [prefix, ...(await chunks.seal(nonceOf(prefix, index, final), plaintext))];
    },
    async open(index, final, sealed) {
      const length = lengthOf(sealed) - chunkOverhead;
      const fits = final ? length >= 0 && length <= chunkBytes : length === chunkBytes;
      if (!fits || (length === 0 && index > 0)) throw new Tampered();
      const [prefix, rest] = cut(sealed, prefixBytes);
      const plaintext = await chunks.open(nonceOf(concat(...prefix), index, final), rest);
      if (!plaintext) throw new Tampered();
      return plaintext;
    },
  };
}

function nonceOf(prefix: Uint8Array, index: number, final: boolean): Uint8Array {
  const nonce = new Uint8Array(prefixBytes + 5);
  nonce.set(prefix);
  new DataView(nonce.buffer).setUint32(prefixBytes, index);
  nonce[prefixBytes + 4] = final ? 1 : 0;
  return nonce;
}

function requireChunk(index: number, final: boolean, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= mostChunks)
    throw new RangeError(`no chunk: ${index}`);
  const fits = final ? length <= chunkBytes && (length > 0 || index === 0) : length === chunkBytes;
  if (!fits) throw new RangeError(`chunk ${index} cannot have ${length} bytes`);
}
