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

/** One download at a time, decrypted here. */
export function useDownload() {
  const words = useWords(dictionary);
  const { bytes } = useFormats();
  const { signal: locked } = useOpenVault();
  const { touch } = useVaultAccess();
  const [progress, setProgress] = useState<Progress>();
  const abort = useRef<AbortController>(undefined);
  const action = useAction(async ({ fileName, sizeBytes: total, open }: Wanted) => {
    const stop = new AbortController();
    abort.current = stop;
    try {
      const destination = await chooseDestination(fileName);
      if (!destination.takes(total)) throw new Error(fill(words.tooLarge, { size: bytes(memoryBytes) }));
      setProgress({ fileName, done: 0, total });
      const file = await open({ signal: AbortSignal.any([stop.signal, locked]) });
      await destination.save(file, (more) => {
        touch();
        setProgress((before) => before && { ...before, done: before.done + more });
      });
    } catch (error) {
      // Its user wanted it no longer.
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    } finally {
      setProgress(undefined);
    }
  });
  return { run: action.run, error: action.error, progress, cancel: () => abort.current?.abort() };
}
