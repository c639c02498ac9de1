import { utf8 } from '../encoding/bytes.ts';
import { readJsonObject } from '../encoding/json-object.ts';
import { Tampered } from '../errors.ts';
import type { Primitives } from '../providers/primitives.ts';
import type { RecordContext } from './context.ts';
import { type Cek, openValue, type SealedValue, sealValue } from './envelope.ts';

/**
 * Metadata of a file: JSON of the three fields, in an envelope under the file's CEK with the record type
 * `file-metadata`. `sizeBytes` is the plaintext size, so content of another size does not belong to this file.
 */
export type FileMetadata = {
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number;
};

const contextOf = (file: RecordContext): RecordContext => ({ ...file, recordType: 'file-metadata' });

/** Creates a file's CEK and seals the metadata under it. The content is sealed under the same CEK. */
export function sealFileMetadata(
  primitives: Primitives,
  file: RecordContext,
  { fileName, contentType, sizeBytes }: FileMetadata,
): SealedValue {
  return sealValue(primitives, contextOf(file), utf8(JSON.stringify({ fileName, contentType, sizeBytes })));
}

/**
 * @throws Tampered, also if a client sealed something other than metadata
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
