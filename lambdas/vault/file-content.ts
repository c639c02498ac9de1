import { buffer } from 'node:stream/consumers';
import { limits } from '../../contract/limits.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { Tampered } from '../../crypto/errors.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import type { Cek } from '../../crypto/vault/envelope.ts';
import { layoutOfSealed } from '../../crypto/vault/file-format.ts';
import type { FileMetadata } from '../../crypto/vault/file-metadata.ts';
import { openFile, sealFile } from '../../crypto/vault/file-stream.ts';
import type { Objects } from '../../platform/objects.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { FileEntry, StoredFile } from '../stores/files.ts';
import { readObject } from '../stores/vault-objects.ts';
import { vaultCrypto } from './node-vault-crypto.ts';

/** The whole content of a file, sealed. */
export async function sealContent(cek: Cek, file: RecordContext, content: Uint8Array): Promise<Uint8Array> {
  return buffer(sealFile(vaultCrypto.newFileCipher(cek, file), [content]));
}

/**
 * What a file says of itself, found to be of the size that is stored.
 *
 * @throws Tampered @throws UnsupportedSuite
 */
export function openMetadata(cek: Cek, file: RecordContext, stored: StoredFile): FileMetadata {
  const metadata = vaultCrypto.openFileMetadata(cek, file, stored.sealedMetadata);
  if (layoutOfSealed(stored.sealedSize).size !== metadata.sizeBytes) throw new Tampered();
  return metadata;
}

/**
 * Refuses a file that an answer cannot hold, before anything of it is read.
 *
 * @param path where it is to be had instead
 * @throws ApiError FILE_TOO_LARGE @throws Tampered
 */
export function requireInline({ sealedSize }: StoredFile, path: string): void {
  if (layoutOfSealed(sealedSize).size <= limits.inlineFileBytes) return;
  throw new ApiError('FILE_TOO_LARGE', {
    sentence: `The file is too large to be answered in one piece: download it by GET ${path}.`,
  });
}

/**
 * A file in one piece, by its key, which is wiped.
 *
 * @throws Tampered @throws UnsupportedSuite
 */
export async function openStoredFile(
  objects: Objects,
  cek: Cek,
  file: RecordContext,
  stored: StoredFile,
): Promise<FileMetadata & { readonly content: Uint8Array }> {
  try {
    const metadata = openMetadata(cek, file, stored);
    const sealed = await readObject(objects, stored.objectId);
    if (sealed.length !== stored.sealedSize) throw new Tampered();
    const content = await buffer(openFile((header) => vaultCrypto.fileCipher(cek, file, header), [sealed]));
    return { ...metadata, content };
  } finally {
    wipe(cek);
  }
}

/** A file as its owner sees it in a list. */
export function fileInfo({ fileId, file }: FileEntry, { fileName, sizeBytes, contentType }: FileMetadata) {
  return { id: fileId, fileName, sizeBytes, contentType, updatedUtc: file.createdAt };
}
