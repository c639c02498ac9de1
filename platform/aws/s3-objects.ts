import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import {
  bareEtag,
  checkList,
  checkObjectKey,
  checkPartNumber,
  checkPartOrder,
  checkRange,
  decodeListCursor,
  encodeListCursor,
} from '../object-rules.ts';
import {
  type ByteRange,
  InvalidPart,
  ObjectNotFound,
  type Objects,
  type StoredObject,
  type UploadedPart,
} from '../objects.ts';
import { requireEnv, timeouts } from './environment.ts';
import { withRetry } from './retry.ts';

/** `Objects` on one S3 bucket. The settings of the bucket encrypt, version and expire objects. */
export class S3Objects implements Objects {
  readonly #client: S3Client;
  readonly #bucket: string;

  /**
   * @param client with `requestChecksumCalculation: 'WHEN_REQUIRED'`. By default, the SDK signs the checksum of an
   *   empty body into the URL of a part, and S3 then rejects every part that has bytes.
   */
  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(key: string, body: Uint8Array, { ifAbsent = false } = {}): Promise<boolean> {
    const command = () =>
      new PutObjectCommand({ ...this.#at(key), Body: body, ...(ifAbsent && { IfNoneMatch: '*' }) });
    try {
      // 409: another conditional write of this key was under way; a retry tells which one won.
      await withRetry(hasStatus(409), () => this.#client.send(command()));
      return true;
    } catch (error) {
      if (ifAbsent && hasStatus(412)(error)) return false;
      throw error;
    }
  }

  async get(key: string, range?: ByteRange): Promise<StoredObject | undefined> {
    const at = this.#at(key);
    if (range) checkRange(range);
    const Range = range && `bytes=${range.start}-${range.end ?? ''}`;
    try {
      const found = await this.#client.send(new GetObjectCommand({ ...at, Range }));
      const body = (await found.Body?.transformToByteArray()) ?? new Uint8Array();
      const sizeBytes = found.ContentRange ? Number(found.ContentRange.split('/')[1]) : body.length;
      return { body, sizeBytes, etag: bareEtag(found.ETag ?? '') };
    } catch (error) {
      if (hasStatus(404)(error)) return undefined;
      if (range && hasStatus(416)(error)) return this.#emptyRange(key);
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#at(key)));
  }

  async list(query: { readonly prefix: string; readonly limit: number; readonly cursor?: string }) {
    checkList(query);
    const { prefix, limit, cursor } = query;
    const { Contents = [], IsTruncated } = await this.#client.send(
      new ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: prefix,
        MaxKeys: limit,
        StartAfter: cursor === undefined ? undefined : decodeListCursor(cursor, prefix),
      }),
    );
    const objects = Contents.map(({ Key = '', Size = 0, LastModified = new Date(0) }) => ({
      key: Key,
      sizeBytes: Size,
      modifiedAt: LastModified,
    }));
    const last = objects.at(-1);
    return IsTruncated && last ? { objects, cursor: encodeListCursor(last.key) } : { objects };
  }

  async createUpload(key: string): Promise<{ readonly uploadId: string }> {
    const { UploadId } = await this.#client.send(new CreateMultipartUploadCommand(this.#at(key)));
    if (!UploadId) throw new Error('the response of S3 lacks the upload ID');
    return { uploadId: UploadId };
  }

  async signPart(key: string, uploadId: string, partNumber: number, seconds: number): Promise<string> {
    checkPartNumber(partNumber);
    const command = new UploadPartCommand({ ...this.#at(key), UploadId: uploadId, PartNumber: partNumber });
    return getSignedUrl(this.#client, command, { expiresIn: seconds });
  }

  async listParts(key: string, uploadId: string): Promise<readonly UploadedPart[]> {
    const parts: UploadedPart[] = [];
    let marker: string | undefined;
    do {
      const command = new ListPartsCommand({
        ...this.#at(key),
        UploadId: uploadId,
        PartNumberMarker: marker,
      });
      const page = await mapUploadErrors(this.#client.send(command));
      for (const { PartNumber = 0, ETag = '', Size = 0 } of page.Parts ?? []) {
        parts.push({ partNumber: PartNumber, etag: bareEtag(ETag), sizeBytes: Size });
      }
      marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (marker !== undefined);
    return parts;
  }

  async completeUpload(
    key: string,
    uploadId: string,
    parts: readonly { readonly partNumber: number; readonly etag: string }[],
  ): Promise<void> {
    checkPartOrder(parts);
    const Parts = parts.map(({ partNumber, etag }) => ({
      PartNumber: partNumber,
      ETag: `"${bareEtag(etag)}"`,
    }));
    const command = new CompleteMultipartUploadCommand({
      ...this.#at(key),
      UploadId: uploadId,
      MultipartUpload: { Parts },
    });
    await mapUploadErrors(this.#client.send(command));
  }

  async abortUpload(key: string, uploadId: string): Promise<void> {
    await mapUploadErrors(
      this.#client.send(new AbortMultipartUploadCommand({ ...this.#at(key), UploadId: uploadId })),
    );
  }

  async signGet(key: string, seconds: number): Promise<string> {
    return getSignedUrl(this.#client, new GetObjectCommand(this.#at(key)), { expiresIn: seconds });
  }

  async ping(): Promise<void> {
    await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: 'ping', MaxKeys: 1 }));
  }

  /** Returns the result for a range that starts past the end of the object. */
  async #emptyRange(key: string): Promise<StoredObject | undefined> {
    try {
      const { ContentLength = 0, ETag = '' } = await this.#client.send(new HeadObjectCommand(this.#at(key)));
      return { body: new Uint8Array(), sizeBytes: ContentLength, etag: bareEtag(ETag) };
    } catch (error) {
      if (hasStatus(404)(error)) return undefined;
      throw error;
    }
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    checkObjectKey(key);
    return { Bucket: this.#bucket, Key: key };
  }
}

function hasStatus(status: number): (error: unknown) => boolean {
  return (error) => error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

const invalidParts = new Set(['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall']);

/** @throws ObjectNotFound, InvalidPart */
async function mapUploadErrors<T>(response: Promise<T>): Promise<T> {
  try {
    return await response;
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    if (error.name === 'NoSuchUpload')
      throw new ObjectNotFound('the upload does not exist', { cause: error });
    if (invalidParts.has(error.name)) throw new InvalidPart('S3 rejected a part', { cause: error });
    throw error;
  }
}

/** Returns the objects in the bucket that the environment of a function on AWS names (`STRONGROOM_BUCKET`). */
export function s3Objects(env: NodeJS.ProcessEnv): S3Objects {
  const client = new S3Client({ requestHandler: timeouts, requestChecksumCalculation: 'WHEN_REQUIRED' });
  return new S3Objects(client, requireEnv(env, 'STRONGROOM_BUCKET'));
}
