import { limits } from '../../contract/limits.ts';
import type { Objects } from '../../platform/objects.ts';
import { toBase64 } from '../pipeline/base64.ts';
import type { StoredFile } from '../stores/files.ts';
import { objectKey } from '../stores/vault-objects.ts';

/**
 * Returns a sealed file with a URL to its content.
 *
 * @param until when the right to the file ends; the URL ends no later, in whole seconds
 */
export async function sealedFile(objects: Objects, file: StoredFile, now: Date, until: string | null = null) {
  const left = until === null ? Number.POSITIVE_INFINITY : (Date.parse(until) - now.getTime()) / 1000;
  const seconds = Math.max(1, Math.floor(Math.min(limits.objectUrlSeconds, left)));
  return {
    ...sealedFileInfo(file),
    url: await objects.signGet(objectKey(file.objectId), seconds),
    urlExpiresUtc: new Date(now.getTime() + seconds * 1000).toISOString(),
  };
}

/** Returns what an owner or recipient decrypts without the content. */
export function sealedFileInfo({ sealedMetadata, sealedSize }: StoredFile) {
  return { sealedMetadataB64: toBase64(sealedMetadata), sealedSizeBytes: sealedSize };
}
