import { pause } from '../../contract/backoff.ts';
import { Tampered } from '../../crypto/errors.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import type { FileMetadata } from '../../crypto/vault/file-metadata.ts';
import { type ByteRange, FileReader, toReadableStream } from '../../crypto/vault/file-stream.ts';
import { StrongroomError } from '../error.ts';
import { bytesOf } from './own-keys.ts';
import { openTerms } from './shares.ts';
import type { Vault } from './vault.ts';

export type DownloadOptions = { readonly signal?: AbortSignal; readonly fetch?: typeof fetch };

/** What the server returns about a file with each URL. */
type Sealed = {
  readonly wrappedCekB64: string;
  readonly sealedMetadataB64: string;
  readonly sealedSizeBytes: number;
  readonly url: string;
  readonly urlExpiresUtc: string;
};

/** Maximum size of one request. An interrupted request continues where it stopped. */
const windowBytes = 16 * 1024 * 1024;
const tries = 5;
const pauseMs = 500;
/** A URL is replaced this long before it expires. */
const marginMs = 10_000;

/** A file of the vault. The client decrypts and verifies it. */
export class VaultFile implements FileMetadata {
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly #reader: FileReader;
  readonly #signal: AbortSignal | undefined;

  constructor(metadata: FileMetadata, reader: FileReader, signal: AbortSignal | undefined) {
    this.fileName = metadata.fileName;
    this.contentType = metadata.contentType;
    this.sizeBytes = metadata.sizeBytes;
    this.#reader = reader;
    this.#signal = signal;
  }

  /**
   * Yields the content, or a range of it. It first verifies that the file is not truncated, and yields only verified
   * bytes.
   *
   * @throws RangeError if the range is not within the file @throws Tampered
   * @throws StrongroomError NETWORK if the object store cannot be reached
   */
  async *read(
    { start, end }: ByteRange = { start: 0, end: this.sizeBytes },
  ): AsyncGenerator<Uint8Array, void, void> {
    let at = start;
    let failures = 0;
    do {
      const window = { start: at, end: Math.min(end, at + windowBytes) };
      try {
        for await (const piece of this.#reader.read(window)) {
          at += piece.length;
          failures = 0;
          yield piece;
        }
      } catch (error) {
        this.#signal?.throwIfAborted();
        failures += 1;
        if (!(error instanceof StrongroomError) || error.code !== 'NETWORK' || failures === tries)
          throw error;
        await pause(pauseMs * 2 ** (failures - 1), this.#signal);
      }
    } while (at < end);
  }

  /** Returns the content as a stream, for a `Response`, or for Node's `Readable.fromWeb`. */
  stream(range?: ByteRange): ReadableStream<Uint8Array> {
    return toReadableStream(this.read(range));
  }
}

/** Opens one of the caller's files. @throws Tampered @throws StrongroomError NOT_FOUND */
export async function openVaultFile(
  vault: Vault,
  id: string,
  options: DownloadOptions = {},
): Promise<VaultFile> {
  const request = { params: { id }, ...(options.signal && { signal: options.signal }) };
  const ask = async () => (await vault.client.call('files.download', request)).body;
  return fileOf(vault, vault.fileContext(id), await ask(), ask, options);
}

export type SharedVaultFile = {
  readonly ownerUserId: string;
  readonly ownerName: string;
  readonly file: VaultFile;
};

/** Opens a shared file. @throws Tampered @throws KeyMismatch @throws StrongroomError NOT_FOUND */
export async function openSharedVaultFile(
  vault: Vault,
  shareId: string,
  options: DownloadOptions = {},
): Promise<SharedVaultFile> {
  const request = { params: { shareId }, ...(options.signal && { signal: options.signal }) };
  const ask = async () => (await vault.client.call('fileShares.download', request)).body;
  const sealed = await ask();
  const { fileId, ownerUserId, ownerName, wrappedCekB64, sealedTermsB64 } = sealed;
  const context = vault.fileContext(fileId, ownerUserId);
  openTerms(vault, context, shareId, wrappedCekB64, sealedTermsB64, sealed);
  return { ownerUserId, ownerName, file: await fileOf(vault, context, sealed, ask, options) };
}

async function fileOf(
  vault: Vault,
  context: RecordContext,
  first: Sealed,
  ask: () => Promise<Sealed>,
  { signal, fetch = globalThis.fetch }: DownloadOptions,
): Promise<VaultFile> {
  const cek = vault.unwrap(context, bytesOf(first.wrappedCekB64));
  const metadata = vault.crypto.openFileMetadata(cek, context, bytesOf(first.sealedMetadataB64));
  let current = first;
  const read = async (start: number, end: number): Promise<ReadableStream<Uint8Array>> => {
    if (Date.parse(current.urlExpiresUtc) - Date.now() < marginMs) current = await ask();
    return ranged(await request(current.url, start, end), end - start);
  };
  const request = async (url: string, start: number, end: number) => {
    const init = { headers: { Range: `bytes=${start}-${end - 1}` }, ...(signal && { signal }) };
    const answer = await fetch(url, init).catch((cause: unknown) => lost(cause));
    if (answer.status !== 206 || !answer.body) throw lost(undefined, answer.status);
    return answer.body;
  };
  const sealedFile = { sealedSize: first.sealedSizeBytes, read };
  const reader = new FileReader((header) => vault.crypto.fileCipher(cek, context, header), sealedFile);
  if (reader.layout.size !== metadata.sizeBytes) throw new Tampered();
  return new VaultFile(metadata, reader, signal);
}

/** Turns an interrupted body into a network error, so that it does not count as tampering. */
function ranged(body: ReadableStream<Uint8Array>, length: number): ReadableStream<Uint8Array> {
  const pieces = async function* () {
    let left = length;
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read().catch((cause: unknown) => lost(cause));
        if (done) break;
        left -= value.length;
        yield value;
      }
      if (left > 0) lost(undefined);
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  };
  return toReadableStream(pieces());
}

function lost(cause: unknown, status?: number): never {
  throw new StrongroomError('The object store did not return the file.', {
    code: 'NETWORK',
    status,
    cause,
  });
}
