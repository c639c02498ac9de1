import { useRef, useState } from 'preact/hooks';
import type { DownloadOptions, VaultFile } from '../../../client/vault/download.ts';
import { useAction } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { useOpenVault, useVaultAccess } from '../open-vault/provider.tsx';
import { chooseDestination, memoryBytes } from './save-file.ts';
import { dictionary } from './words.ts';

export type Wanted = {
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly open: (options: DownloadOptions) => Promise<VaultFile>;
};

export type Progress = { readonly fileName: string; readonly done: number; readonly total: number };

/** Downloads and decrypts one file at a time. */
export function useDownload() {
  const words = useWords(dictionary);
  const { bytes } = useFormats();
  const { signal: locked } = useOpenVault();
  const { touch } = useVaultAccess();
  const [progress, setProgress] = useState<Progress>();
  const abort = useRef<AbortController>(undefined);
  const action = useAction(async ({ fileName, sizeBytes: total, open }: Wanted) => {
    const cancel = new AbortController();
    abort.current = cancel;
    try {
      const destination = await chooseDestination(fileName);
      if (!destination.accepts(total)) throw new Error(fill(words.tooLarge, { size: bytes(memoryBytes) }));
      setProgress({ fileName, done: 0, total });
      const file = await open({ signal: AbortSignal.any([cancel.signal, locked]) });
      await destination.save(file, (count) => {
        touch();
        setProgress((before) => before && { ...before, done: before.done + count });
      });
    } catch (error) {
      // The user canceled.
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    } finally {
      setProgress(undefined);
    }
  });
  return { run: action.run, error: action.error, progress, cancel: () => abort.current?.abort() };
}
