import type { VaultFile } from '../../../client/vault/download.ts';
import { saveBytes } from '../ui/save-bytes.ts';

/** What a browser holds in memory that cannot write to the disk piece by piece. */
export const memoryBytes = 512 * 1024 * 1024;

/** No library of types declares it yet; Chromium has it. */
type Picker = (options: { readonly suggestedName: string }) => Promise<{
  createWritable(): Promise<{
    write(piece: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }>;
}>;

const picker = (globalThis as { readonly showSaveFilePicker?: Picker }).showSaveFilePicker;

/** Where a file is going to: a place on the disk, or the browser's downloads by way of its memory. */
export type Destination = {
  readonly takes: (sizeBytes: number) => boolean;
  readonly save: (file: VaultFile, onPiece: (bytes: number) => void) => Promise<void>;
};

/** Asked for at once, while the browser knows that its user wants it. @throws DOMException AbortError */
export async function chooseDestination(name: string): Promise<Destination> {
  const handle = await picker?.({ suggestedName: name });
  if (!handle) return { takes: (sizeBytes) => sizeBytes <= memoryBytes, save: toDownloads };
  return {
    takes: () => true,
    async save(file, onPiece) {
      const writable = await handle.createWritable();
      try {
        for await (const piece of file.read()) {
          await writable.write(piece);
          onPiece(piece.length);
        }
        await writable.close();
      } catch (error) {
        // Nothing is left where the file was to be, rather than a part of it.
        await writable.abort();
        throw error;
      }
    },
  };
}

/** The browser is given the whole or nothing. */
async function toDownloads(file: VaultFile, onPiece: (bytes: number) => void): Promise<void> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read()) {
    pieces.push(piece);
    onPiece(piece.length);
  }
  saveBytes(file.fileName, pieces);
}
