import { utf8 } from '../encoding/bytes.ts';
import { readJsonObject } from '../encoding/json-object.ts';
import { Tampered } from '../errors.ts';
import type { Primitives } from '../providers/primitives.ts';
import type { RecordContext } from './context.ts';
import { type Cek, openValue, type SealedValue, sealValue } from './envelope.ts';

/**
 * What a file says of itself: JSON of the three fields, in an envelope under the file's CEK, of the record type
 * `file-metadata`. `sizeBytes` is that of the plaintext, so a content of another size is none of this file.
 */
export type FileMetadata = {
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number;
};

const contextOf = (file: RecordContext): RecordContext => ({ ...file, recordType: 'file-metadata' });

/** Begins a file: its metadata, sealed under a fresh CEK, which the content is sealed under as well. */
export function sealFileMetadata(
  primitives: Primitives,
  file: RecordContext,
  { fileName, contentType, sizeBytes }: FileMetadata,
): SealedValue {
  return sealValue(primitives, contextOf(file), utf8(JSON.stringify({ fileName, contentType, sizeBytes })));
}

/**
 * @throws Tampered also where a client sealed what is none
 * @throws UnsupportedSuite
 */
export function openFileMetadata(
  primitives: Primitives,
  cek: Cek,
  file: RecordContext,
  envelope: Uint8Array,
): FileMetadata {
  const text = openValue(primitives, cek, contextOf(file), envelope);
  const { fileName, contentType, sizeBytes } = readJsonObject(text);
  const texts = typeof fileName === 'string' && typeof contentType === 'string';
  if (!texts || !Number.isSafeInteger(sizeBytes)) throw new Tampered();
  return { fileName, contentType, sizeBytes: sizeBytes as number };
}
