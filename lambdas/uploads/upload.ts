import { limits } from '../../contract/limits.ts';
import { equalBytes } from '../../crypto/encoding/bytes.ts';
import { Tampered } from '../../crypto/errors.ts';
import { fileHeaderBytes, layoutOfSealed } from '../../crypto/vault/file-format.ts';
import { type FilePart, type PartPlan, planParts } from '../../crypto/vault/file-parts.ts';
import { hasHeader } from '../../crypto/vault/suites.ts';
import { InvalidPart, ObjectNotFound, type Objects, type UploadedPart } from '../../platform/objects.ts';
import { ApiError, type ErrorDetail, invalid } from '../pipeline/api-error.ts';
import { toBase64 } from '../pipeline/base64.ts';
import type { StoredKeys } from '../stores/keys.ts';
import type { StoredUpload, UploadEntry } from '../stores/uploads.ts';
import { findObject, objectKey } from '../stores/vault-objects.ts';
import { parseOrInvalid, requireWrapped } from '../vault/sealed-input.ts';

type AnnouncedFile = {
  readonly wrappedCekB64: Uint8Array;
  readonly fileHeaderB64: Uint8Array;
  readonly sealedSizeBytes: number;
};

/**
 * Checks the announcement of a file that is to be uploaded. Only its owner can tell whether it can be decrypted.
 *
 * @returns plaintext size in bytes
 * @throws ApiError INVALID_REQUEST
 */
export function checkAnnounced(
  { wrappedCekB64, fileHeaderB64, sealedSizeBytes }: AnnouncedFile,
  keys: StoredKeys,
) {
  requireWrapped('wrappedCekB64', wrappedCekB64, keys, 'the caller');
  if (!hasHeader(fileHeaderB64) || fileHeaderB64.length !== fileHeaderBytes) {
    throw invalid('fileHeaderB64', 'is not the header of a sealed file');
  }
  const { size } = parseOrInvalid('sealedSizeBytes', 'is not the size of a sealed file', () =>
    layoutOfSealed(sealedSizeBytes),
  );
  if (size > limits.fileBytes)
    throw invalid('sealedSizeBytes', `exceeds the maximum of ${limits.fileBytes} bytes`);
  return size;
}

const lengthOf = ({ sealedStart, sealedEnd }: FilePart) => sealedEnd - sealedStart;

type UploadPlan = Pick<PartPlan, 'parts'> & {
  /** Plaintext size in bytes. */
  readonly size: number;
  /** Returns the size of a sealed part. */
  bytes(partNumber: number): number;
};

/** Returns how the sealed file is divided into parts. @throws Tampered */
export function partsOf({ sealedSize }: StoredUpload): UploadPlan {
  const { size } = layoutOfSealed(sealedSize);
  const { parts, part } = planParts(size);
  return { size, parts, bytes: (partNumber) => lengthOf(part(partNumber)) };
}

/** Returns an upload as its owner sees it. @throws Tampered */
export function uploadInfo({ fileId, upload }: UploadEntry) {
  const { parts, bytes } = partsOf(upload);
  return {
    id: fileId,
    sealedSizeBytes: upload.sealedSize,
    plan: {
      parts,
      firstPartBytes: bytes(1),
      partBytes: bytes(Math.min(2, parts)),
      lastPartBytes: bytes(parts),
    },
    createdUtc: upload.createdAt,
    expiresUtc: upload.expiresAt,
  };
}

/** Returns an upload with what a client needs to resume it. @throws Tampered */
export function resumableUpload(entry: UploadEntry) {
  const { sealedMetadata, wrappedCek, fileHeader } = entry.upload;
  return {
    ...uploadInfo(entry),
    sealedMetadataB64: toBase64(sealedMetadata),
    wrappedCekB64: toBase64(wrappedCek),
    fileHeaderB64: toBase64(fileHeader),
  };
}

/** Returns the uploaded parts; `undefined` if they have been assembled or aborted. */
export async function uploadedParts(
  objects: Objects,
  { objectId, uploadId }: StoredUpload,
): Promise<readonly UploadedPart[] | undefined> {
  try {
    return await objects.listParts(objectKey(objectId), uploadId);
  } catch (error) {
    if (error instanceof ObjectNotFound) return undefined;
    throw error;
  }
}

/**
 * Assembles the parts into one object, unless that has been done, and checks that it is the announced one.
 *
 * @throws ApiError UPLOAD_INCOMPLETE
 * @throws Tampered if it is another object, or is missing along with its parts
 */
export async function assemble(objects: Objects, upload: StoredUpload): Promise<void> {
  const { objectId, uploadId, sealedSize, fileHeader } = upload;
  const parts = await uploadedParts(objects, upload);
  if (parts) {
    requireParts(upload, parts);
    try {
      await objects.completeUpload(objectKey(objectId), uploadId, parts);
    } catch (error) {
      // A part was uploaded again between the two calls, or another request completed the upload.
      if (error instanceof InvalidPart) throw new ApiError('UPLOAD_INCOMPLETE', { cause: error });
      if (!(error instanceof ObjectNotFound)) throw error;
    }
  }
  const start = await findObject(objects, objectId, { start: 0, end: fileHeaderBytes - 1 });
  const announced = start?.sizeBytes === sealedSize && equalBytes(start.body, fileHeader);
  if (!announced) throw new Tampered();
}

/** How many incorrect parts an error lists. */
const namedParts = 20;

function requireParts(upload: StoredUpload, uploaded: readonly UploadedPart[]): void {
  const { parts, bytes } = partsOf(upload);
  const sizes = new Map(uploaded.map(({ partNumber, sizeBytes }) => [partNumber, sizeBytes]));
  const details: ErrorDetail[] = [];
  for (let partNumber = 1; partNumber <= parts && details.length < namedParts; partNumber++) {
    const [size, planned] = [sizes.get(partNumber), bytes(partNumber)];
    if (size === planned) continue;
    const message = size === undefined ? 'is missing' : `has ${size} bytes, not ${planned}`;
    details.push({ path: `parts.${partNumber}`, message });
  }
  if (details.length > 0) throw new ApiError('UPLOAD_INCOMPLETE', { details });
}
