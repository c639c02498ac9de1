import { chunkBytes, chunkOffset, layoutOf, sealedChunkBytes } from './file-format.ts';

/** Limits of S3's multipart upload; the minimum does not apply to the last part. */
const leastPartBytes = 8 * 1024 * 1024;
const mostParts = 10_000;

/** One part of a multipart upload: whole chunks, preceded by the header in the first part. */
export type FilePart = {
  /** Starts at 1. */
  readonly number: number;
  readonly firstChunk: number;
  readonly chunks: number;
  /** Whether this is the last part. */
  readonly last: boolean;
  /** Byte offset in the plaintext. */
  readonly start: number;
  readonly end: number;
  /** Byte offset in the sealed file. */
  readonly sealedStart: number;
  readonly sealedEnd: number;
};

export type PartPlan = { readonly parts: number; part(number: number): FilePart };

/**
 * Splits a file of `size` bytes so that each part except the last has 8 MiB or more, and there are at most 10,000 parts.
 * The plan depends only on the size, so a client can compute the same parts after a crash.
 *
 * @throws RangeError if the size is invalid
 */
export function planParts(size: number): PartPlan {
  const { chunks, sealedSize } = layoutOf(size);
  const least = Math.ceil(leastPartBytes / sealedChunkBytes);
  const chunksInPart = Math.max(least, Math.ceil(chunks / mostParts));
  const parts = Math.ceil(chunks / chunksInPart);
  return {
    parts,
    part(number) {
      if (!Number.isInteger(number) || number < 1 || number > parts)
        throw new RangeError(`there is no part ${number}`);
      const firstChunk = (number - 1) * chunksInPart;
      const afterLast = Math.min(firstChunk + chunksInPart, chunks);
      return {
        number,
        firstChunk,
        chunks: afterLast - firstChunk,
        last: number === parts,
        start: firstChunk * chunkBytes,
        end: Math.min(afterLast * chunkBytes, size),
        sealedStart: number === 1 ? 0 : chunkOffset(firstChunk),
        sealedEnd: Math.min(chunkOffset(afterLast), sealedSize),
      };
    },
  };
}
