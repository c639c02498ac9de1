import { chunkBytes, chunkOffset, layoutOf, sealedChunkBytes } from './file-format.ts';

/** S3's bounds of a multi-part upload; the smallest does not hold for the last part. */
const leastPartBytes = 8 * 1024 * 1024;
const mostParts = 10_000;

/** One part of a multi-part upload: whole chunks, and in the first part the header before them. */
export type FilePart = {
  /** From 1. */
  readonly number: number;
  readonly firstChunk: number;
  readonly chunks: number;
  /** Whether the file ends with it. */
  readonly last: boolean;
  /** In the plaintext, in bytes. */
  readonly start: number;
  readonly end: number;
  /** In the sealed file, in bytes. */
  readonly sealedStart: number;
  readonly sealedEnd: number;
};

export type PartPlan = { readonly parts: number; part(number: number): FilePart };

/**
 * Cuts a file of `size` bytes so that each part but the last has 8 MiB or more and there are at most 10,000. It
 * depends on the size alone, so a client that crashed finds the same parts again.
 *
 * @throws RangeError for a size that is none
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
        throw new RangeError(`no part: ${number}`);
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
