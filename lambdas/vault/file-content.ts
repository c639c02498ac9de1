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

/** Encrypts the complete content of a file. */
export async function sealContent(cek: Cek, file: RecordContext, content: Uint8Array): Promise<Uint8Array> {
  return buffer(sealFile(vaultCrypto.newFileCipher(cek, file), [content]));
}

/**
 * Decrypts the metadata of a file, and verifies its size against the stored one.
 *
 * @throws Tampered @throws UnsupportedSuite
 */
export function decryptMetadata(cek: Cek, file: RecordContext, stored: StoredFile): FileMetadata {
  const metadata = vaultCrypto.openFileMetadata(cek, file, stored.sealedMetadata);
  if (layoutOfSealed(stored.sealedSize).size !== metadata.sizeBytes) throw new Tampered();
  return metadata;
}

/**
 * Refuses a file that is too large for a response, before any of it is read.
 *
 * @param path where the file can be downloaded instead
 * @throws ApiError FILE_TOO_LARGE @throws Tampered
 */
export function requireInline({ sealedSize }: StoredFile, path: string): void {
  if (layoutOfSealed(sealedSize).size <= limits.inlineFileBytes) return;
  throw new ApiError('FILE_TOO_LARGE', {
    sentence: `The file is too large for a response; download it with GET ${path}.`,
  });
}

/**
 * Decrypts a file with its content key, and wipes the key.
 *
 * @throws Tampered @throws UnsupportedSuite
 */
export async function decryptFile(
  objects: Objects,
  cek: Cek,
  file: RecordContext,
  stored: StoredFile,
): Promise<FileMetadata & { readonly content: Uint8Array }> {
  try {
    const metadata = decryptMetadata(cek, file, stored);
    const sealed = await readObject(objects, stored.objectId);
    if (sealed.length !== stored.sealedSize) throw new Tampered();
    const content = await buffer(openFile((header) => vaultCrypto.fileCipher(cek, file, header), [sealed]));
    return { ...metadata, content };
  } finally {
    wipe(cek);
  }
}

/** Returns a file as its owner sees it in a list. */
export function fileInfo({ fileId, file }: FileEntry, { fileName, sizeBytes, contentType }: FileMetadata) {
  return { id: fileId, fileName, sizeBytes, contentType, updatedUtc: file.createdAt };
}
