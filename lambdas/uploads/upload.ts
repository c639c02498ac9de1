import { limits } from '../../contract/limits.ts';
import { toBase64 } from '../../crypto/encoding/base64.ts';
import { equalBytes } from '../../crypto/encoding/bytes.ts';
import { Tampered } from '../../crypto/errors.ts';
import { fileHeaderBytes, layoutOfSealed } from '../../crypto/vault/file-format.ts';
import { type FilePart, type PartPlan, planParts } from '../../crypto/vault/file-parts.ts';
import { hasHeader } from '../../crypto/vault/suites.ts';
import { InvalidPart, ObjectNotFound, type Objects, type UploadedPart } from '../../platform/objects.ts';
import { ApiError, type ErrorDetail, invalid } from '../pipeline/api-error.ts';
import type { StoredKeys } from '../stores/keys.ts';
import type { StoredUpload, UploadEntry } from '../stores/uploads.ts';
import { findObject, objectKey } from '../stores/vault-objects.ts';
import { parseOrInvalid, requireWrapped } from '../vault/sealed-input.ts';

type Announced = {
  readonly wrappedCekB64: Uint8Array;
  readonly fileHeaderB64: Uint8Array;
  readonly sealedSizeBytes: number;
};

/**
 * What can be seen of a file that is still to come. Whether it opens, its owner alone will see.
 *
 * @returns the size of its content, in bytes
 * @throws ApiError INVALID_REQUEST
 */
export function checkAnnounced(
  { wrappedCekB64, fileHeaderB64, sealedSizeBytes }: Announced,
  keys: StoredKeys,
) {
  requireWrapped('wrappedCekB64', wrappedCekB64, keys, 'the caller');
  if (!hasHeader(fileHeaderB64) || fileHeaderB64.length !== fileHeaderBytes) {
    throw invalid('fileHeaderB64', 'is not the header of a sealed file');
  }
  const { size } = parseOrInvalid('sealedSizeBytes', 'is not the size of a sealed file', () =>
    layoutOfSealed(sealedSizeBytes),
  );
  if (size > limits.fileBytes) throw invalid('sealedSizeBytes', `is of more than ${limits.fileBytes} bytes`);
  return size;
}

const lengthOf = ({ sealedStart, sealedEnd }: FilePart) => sealedEnd - sealedStart;

type UploadPlan = Pick<PartPlan, 'parts'> & {
  /** Of the content, in bytes. */
  readonly size: number;
  /** How long a part is, sealed. */
  bytes(partNumber: number): number;
};

/** How the sealed file is cut. @throws Tampered */
export function partsOf({ sealedSize }: StoredUpload): UploadPlan {
  const { size } = layoutOfSealed(sealedSize);
  const { parts, part } = planParts(size);
  return { size, parts, bytes: (partNumber) => lengthOf(part(partNumber)) };
}

/** An upload as its owner sees it. @throws Tampered */
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

/** The same, with what a client goes on by. @throws Tampered */
export function openUpload(entry: UploadEntry) {
  const { sealedMetadata, wrappedCek, fileHeader } = entry.upload;
  return {
    ...uploadInfo(entry),
    sealedMetadataB64: toBase64(sealedMetadata),
    wrappedCekB64: toBase64(wrappedCek),
    fileHeaderB64: toBase64(fileHeader),
  };
}

/** The parts that are there; `undefined` where they are no parts any more. */
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
 * Makes one object of the parts, or finds that it was made before, and that it is the one that was announced.
 *
 * @throws ApiError UPLOAD_INCOMPLETE
 * @throws Tampered where the object is another one, or is gone with its parts
 */
export async function assemble(objects: Objects, upload: StoredUpload): Promise<void> {
  const { objectId, uploadId, sealedSize, fileHeader } = upload;
  const parts = await uploadedParts(objects, upload);
  if (parts) {
    requireParts(upload, parts);
    try {
      await objects.completeUpload(objectKey(objectId), uploadId, parts);
    } catch (error) {
      // Put anew between the two calls, or completed by another one.
      if (error instanceof InvalidPart) throw new ApiError('UPLOAD_INCOMPLETE', { cause: error });
      if (!(error instanceof ObjectNotFound)) throw error;
    }
  }
  const start = await findObject(objects, objectId, { start: 0, end: fileHeaderBytes - 1 });
  const announced = start?.sizeBytes === sealedSize && equalBytes(start.body, fileHeader);
  if (!announced) throw new Tampered();
}

/** So many of the parts that are at fault are named. */
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
