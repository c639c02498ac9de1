import type { VaultFile } from '../../../client/vault/download.ts';
import { saveBytes } from '../ui/save-bytes.ts';

/** The largest file that fits into memory, for browsers that cannot write to disk in pieces. */
export const memoryBytes = 512 * 1024 * 1024;

/** Chromium's file picker. TypeScript's DOM types do not declare it yet. */
type Picker = (options: { readonly suggestedName: string }) => Promise<{
  createWritable(): Promise<{
    write(piece: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }>;
}>;

const picker = (globalThis as { readonly showSaveFilePicker?: Picker }).showSaveFilePicker;

/** Where a file is saved: on disk, piece by piece, or in the browser's downloads, through memory. */
export type Destination = {
  readonly accepts: (sizeBytes: number) => boolean;
  readonly save: (file: VaultFile, onPiece: (bytes: number) => void) => Promise<void>;
};

/**
 * Asks where to save a file. Call it directly in a click handler: browsers open the picker only there.
 *
 * @throws DOMException AbortError if the user cancels
 */
export async function chooseDestination(name: string): Promise<Destination> {
  const handle = await picker?.({ suggestedName: name });
  if (!handle) return { accepts: (sizeBytes) => sizeBytes <= memoryBytes, save: toDownloads };
  return {
    accepts: () => true,
    async save(file, onPiece) {
      const writable = await handle.createWritable();
      try {
        for await (const piece of file.read()) {
          await writable.write(piece);
          onPiece(piece.length);
        }
        await writable.close();
      } catch (error) {
        // Leave no file rather than a truncated one.
        await writable.abort();
        throw error;
      }
    },
  };
}

/** Hands the file to the browser's downloads once it is complete. */
async function toDownloads(file: VaultFile, onPiece: (bytes: number) => void): Promise<void> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read()) {
    pieces.push(piece);
    onPiece(piece.length);
  }
  saveBytes(file.fileName, pieces);
}
