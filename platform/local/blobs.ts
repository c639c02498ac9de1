import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectDamaged } from '../objects.ts';

export type Blob = { readonly name: string; readonly sizeBytes: number; readonly sha256: string };

/** A stream exceeded its size limit. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** Files of bytes under random names, mode 0600, each written once. The object index says what they contain. */
export class Blobs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /**
   * Resolves once content and name are on the disk. If the stream fails, nothing is kept.
   *
   * @throws TooLarge
   */
  async write(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    limit = Number.POSITIVE_INFINITY,
  ): Promise<Blob> {
    const name = randomUUID();
    const file = await open(join(this.#folder, name), 'wx', 0o600);
    try {
      const hash = createHash('sha256');
      let sizeBytes = 0;
      for await (const chunk of chunks) {
        sizeBytes += chunk.byteLength;
        if (sizeBytes > limit) throw new TooLarge(`over ${limit} bytes`);
        hash.update(chunk);
        await file.writeFile(chunk);
      }
      await file.sync();
      await file.close();
      await this.#syncFolder();
      return { name, sizeBytes, sha256: hash.digest('hex') };
    } catch (error) {
      await file.close();
      await this.remove(name);
      throw error;
    }
  }

  /** Yields exactly `length` bytes from `start` on. @throws ENOENT if the blob was removed */
  async *read(name: string, start: number, length: number): AsyncGenerator<Uint8Array> {
    const file = await open(join(this.#folder, name), 'r');
    try {
      let left = length;
      while (left > 0) {
        const buffer = Buffer.allocUnsafe(Math.min(left, 256 * 1024));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, start + length - left);
        if (bytesRead === 0) throw new ObjectDamaged(`the blob ${name} is truncated`);
        left -= bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true });
  }

  /** Removes blobs that were written just before a crash and never entered in the index. */
  sweep(isKnown: (name: string) => boolean): void {
    for (const name of readdirSync(this.#folder)) if (!isKnown(name)) rmSync(join(this.#folder, name));
  }

  async #syncFolder(): Promise<void> {
    // Windows cannot open directories; NTFS journals names itself.
    if (process.platform === 'win32') return;
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
