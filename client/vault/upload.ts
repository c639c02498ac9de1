import { pause } from '../../contract/backoff.ts';
import { toBase64 } from '../../crypto/encoding/base64.ts';
import { concat, wipe } from '../../crypto/encoding/bytes.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { Tampered } from '../../crypto/errors.ts';
import type { FileCipher } from '../../crypto/vault/file-format.ts';
import { type FilePart, type PartPlan, planParts } from '../../crypto/vault/file-parts.ts';
import { sealPart } from '../../crypto/vault/file-stream.ts';
import { StrongroomError } from '../error.ts';
import { bytesOf } from './own-keys.ts';
import type { Vault } from './vault.ts';

export type UploadOptions = {
  /** Name of the file. Default: the name of a `File`. */
  readonly fileName?: string;
  /** Media type. Default: the type of the blob, or `application/octet-stream`. */
  readonly contentType?: string;
  /** Called with the number of bytes stored so far and in total. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called with the id of the file as soon as the upload can be resumed with it. */
  readonly onBegun?: (fileId: string) => void;
  /** Parts that are uploaded concurrently. Each takes 8 MiB of memory, or a ten-thousandth of the file. */
  readonly partsAtOnce?: number;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
};

/** Attempts per part, each with a new URL. */
const tries = 5;
const pauseMs = 500;
/** Number of URLs that one request asks for. */
const signedAtOnce = 20;

/**
 * Encrypts a file on the client and uploads it to the object store in parts. Neither content nor name reaches the server in
 * plaintext. In a browser a `File` is a blob; on Node, `openAsBlob` of `node:fs` returns one for a path.
 *
 * @returns the id of the file
 * @throws StrongroomError PLAN_LIMIT_REACHED, STORAGE_NOT_CONFIGURED, NETWORK …
 */
export async function uploadFile(vault: Vault, content: Blob, options: UploadOptions = {}): Promise<string> {
  const { client, crypto } = vault;
  const id = uuidv7();
  const context = vault.fileContext(id);
  const metadata = {
    fileName: options.fileName ?? (content instanceof File ? content.name : 'file'),
    contentType: options.contentType || content.type || 'application/octet-stream',
    sizeBytes: content.size,
  };
  const { envelope, cek } = crypto.sealFileMetadata(context, metadata);
  try {
    const cipher = crypto.newFileCipher(cek, context);
    const plan = planParts(content.size);
    await client.call('uploads.create', {
      ...(options.signal && { signal: options.signal }),
      body: {
        id,
        wrappedCekB64: toBase64(vault.wrap(context, cek)),
        sealedMetadataB64: toBase64(envelope),
        fileHeaderB64: toBase64(cipher.header),
        sealedSizeBytes: plan.part(plan.parts).sealedEnd,
      },
    });
    options.onBegun?.(id);
    await putParts({ vault, id, content, cipher, plan, options, there: new Set() });
  } finally {
    wipe(cek);
  }
  return id;
}

/**
 * Resumes an interrupted upload, on this machine or another: it needs only the id of the file and the user secret. The
 * content must be the same, because different bytes would become part of the file.
 *
 * @throws RangeError if the content has another size
 * @throws StrongroomError NOT_FOUND if the upload does not exist, was aborted or has expired
 */
export async function resumeUpload(
  vault: Vault,
  id: string,
  content: Blob,
  options: UploadOptions = {},
): Promise<void> {
  const { client, crypto } = vault;
  const { signal } = options;
  const { body: upload } = await client.call('uploads.get', { params: { id }, ...(signal && { signal }) });
  const context = vault.fileContext(id);
  const cek = vault.unwrap(context, bytesOf(upload.wrappedCekB64));
  try {
    const { sizeBytes } = crypto.openFileMetadata(cek, context, bytesOf(upload.sealedMetadataB64));
    if (sizeBytes !== content.size) throw new RangeError('the content does not have the size of the upload');
    const plan = planParts(sizeBytes);
    if (plan.part(plan.parts).sealedEnd !== upload.sealedSizeBytes) throw new Tampered();
    const cipher = crypto.fileCipher(cek, context, bytesOf(upload.fileHeaderB64));
    const whole = upload.uploaded.filter(
      ({ partNumber, sizeBytes }) => sealedBytes(plan.part(partNumber)) === sizeBytes,
    );
    const there = new Set(whole.map(({ partNumber }) => partNumber));
    await putParts({ vault, id, content, cipher, plan, options, there, assembled: upload.assembled });
  } finally {
    wipe(cek);
  }
}

type Upload = {
  readonly vault: Vault;
  readonly id: string;
  readonly content: Blob;
  readonly cipher: FileCipher;
  readonly plan: PartPlan;
  readonly options: UploadOptions;
  /** Numbers of the stored parts. */
  readonly there: ReadonlySet<number>;
  readonly assembled?: boolean;
};

/** Uploads the missing parts and completes the upload. */
async function putParts(upload: Upload): Promise<void> {
  const { vault, id, content, plan, options, there, assembled } = upload;
  const { onProgress, signal, partsAtOnce = 3 } = options;
  const all = Array.from({ length: plan.parts }, (_, index) => index + 1);
  const missing = assembled ? [] : all.filter((number) => !there.has(number));
  let done = content.size;
  for (const number of missing) done -= contentBytes(plan.part(number));
  onProgress?.(done, content.size);
  for (let at = 0; at < missing.length; at += signedAtOnce) {
    const batch = missing.slice(at, at + signedAtOnce);
    const urls = await signParts(upload, batch);
    const worker = async () => {
      for (let number = batch.shift(); number !== undefined; number = batch.shift()) {
        signal?.throwIfAborted();
        await putPart(upload, number, urls.get(number));
        done += contentBytes(plan.part(number));
        onProgress?.(done, content.size);
      }
    };
    await Promise.all(Array.from({ length: partsAtOnce }, worker));
  }
  await vault.client.call('uploads.complete', { params: { id }, ...(signal && { signal }) });
}

async function signParts({ vault, id, options: { signal } }: Upload, partNumbers: readonly number[]) {
  const { body } = await vault.client.call('uploads.signParts', {
    params: { id },
    body: { partNumbers: [...partNumbers] },
    ...(signal && { signal }),
  });
  return new Map(body.parts.map(({ partNumber, url }) => [partNumber, url]));
}

async function putPart(upload: Upload, number: number, signed: string | undefined): Promise<void> {
  const { content, cipher, plan, options } = upload;
  const { signal, fetch = globalThis.fetch } = options;
  const part = plan.part(number);
  const sealed = await collect(sealPart(cipher, part, content.slice(part.start, part.end).stream()));
  let url = signed;
  for (let attempt = 1; ; attempt++) {
    url ??= (await signParts(upload, [number])).get(number);
    const init = { method: 'PUT', body: sealed as Uint8Array<ArrayBuffer>, ...(signal && { signal }) };
    const answer = await fetch(url as string, init).catch((cause: unknown) => ({
      ok: false,
      status: 0,
      cause,
    }));
    if (answer.ok) return;
    signal?.throwIfAborted();
    if (attempt === tries) {
      const message = `Part ${number} of the file could not be uploaded.`;
      throw new StrongroomError(message, {
        code: 'NETWORK',
        ...('cause' in answer && { cause: answer.cause }),
      });
    }
    url = undefined;
    await pause(pauseMs * 2 ** (attempt - 1), signal);
  }
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return concat(...all);
}

const contentBytes = ({ start, end }: FilePart) => end - start;
const sealedBytes = ({ sealedStart, sealedEnd }: FilePart) => sealedEnd - sealedStart;
