import { useEffect, useState } from 'preact/hooks';
import { StrongroomError } from '../../../client/index.ts';
import { resumeUpload, uploadFile } from '../../../client/vault/upload.ts';
import type { OpenVault } from '../open-vault/provider.tsx';

export type Transfer = {
  readonly number: number;
  readonly file: File;
  /** Bytes of the content that are stored. */
  readonly done: number;
  /** Of the file that it becomes, once the server knows of it: then it can be resumed. */
  readonly fileId?: string;
  /** Why it stopped. */
  readonly error?: unknown;
};

type Entry = { transfer: Transfer; abort: AbortController };

/** Uploads one after the other, for as long as the vault is open, whichever section is shown. */
export class UploadQueue {
  readonly #open: OpenVault;
  readonly #listeners = new Set<() => void>();
  readonly #entries = new Map<number, Entry>();
  #last: Promise<void> = Promise.resolve();
  #count = 0;
  /** Called with each step, so that the vault stays open meanwhile. */
  onUse: () => void = () => undefined;
  onStored: (file: File) => void = () => undefined;

  constructor(open: OpenVault) {
    this.#open = open;
  }

  get transfers(): readonly Transfer[] {
    return [...this.#entries.values()].map(({ transfer }) => transfer);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param fileId of an upload that is gone on with */
  add(file: File, fileId?: string): void {
    const transfer = { number: ++this.#count, file, done: 0, ...(fileId && { fileId }) };
    this.#entries.set(transfer.number, { transfer, abort: new AbortController() });
    this.#begin(transfer.number);
  }

  resume({ number }: Transfer): void {
    const entry = this.#entries.get(number);
    if (!entry) return;
    const { error: _, ...transfer } = entry.transfer;
    entry.transfer = transfer;
    this.#begin(number);
  }

  /** Ends it for good: what is stored of it is removed. */
  async cancel({ number }: Transfer): Promise<void> {
    const entry = this.#entries.get(number);
    if (!entry) return;
    this.#entries.delete(number);
    entry.abort.abort();
    this.#tell();
    const { fileId } = entry.transfer;
    if (fileId) await giveUp(this.#open, fileId);
  }

  #begin(number: number): void {
    this.#tell();
    this.#last = this.#last.then(() => this.#run(number));
  }

  async #run(number: number): Promise<void> {
    const entry = this.#entries.get(number);
    if (!entry) return;
    const { file, fileId } = entry.transfer;
    const { vault, signal: locked } = this.#open;
    const change = (what: Partial<Transfer>) => {
      entry.transfer = { ...entry.transfer, ...what };
      this.onUse();
      this.#tell();
    };
    const options = {
      signal: AbortSignal.any([entry.abort.signal, locked]),
      onProgress: (done: number) => change({ done }),
      onBegun: (begun: string) => change({ fileId: begun }),
    };
    try {
      if (fileId) await resumeUpload(vault, fileId, file, options);
      else await uploadFile(vault, file, options);
      this.#entries.delete(number);
      this.onStored(file);
    } catch (error) {
      entry.transfer = { ...entry.transfer, error };
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** It may be a file by now, or be gone: then there is nothing to remove. */
export async function giveUp({ vault }: OpenVault, id: string): Promise<void> {
  try {
    await vault.client.call('uploads.abort', { params: { id } });
  } catch (error) {
    if (!(error instanceof StrongroomError && error.code === 'NOT_FOUND')) throw error;
  }
}

const queues = new WeakMap<OpenVault, UploadQueue>();

/** The queue of the vault that is open; whoever shows it is drawn anew with each step. */
export function useUploadQueue(open: OpenVault): UploadQueue {
  const queue = queues.get(open) ?? new UploadQueue(open);
  queues.set(open, queue);
  const [, setCount] = useState(0);
  useEffect(() => queue.subscribe(() => setCount((before) => before + 1)), [queue]);
  return queue;
}
