import { useEffect, useState } from 'preact/hooks';
import { StrongroomError } from '../../../client/index.ts';
import { resumeUpload, uploadFile } from '../../../client/vault/upload.ts';
import type { OpenVault } from '../open-vault/provider.tsx';

export type Transfer = {
  readonly number: number;
  readonly file: File;
  /** Bytes uploaded so far. */
  readonly done: number;
  /** The file's id, once the server has registered the upload. From then on it can be resumed. */
  readonly fileId?: string;
  /** Why it stopped. */
  readonly error?: unknown;
};

type Entry = { transfer: Transfer; abort: AbortController };

/** Uploads files one after another while the vault is open, whichever section is shown. */
export class UploadQueue {
  readonly #open: OpenVault;
  readonly #listeners = new Set<() => void>();
  readonly #entries = new Map<number, Entry>();
  #last: Promise<void> = Promise.resolve();
  #count = 0;
  /** Called with each step, so that the vault does not lock during an upload. */
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

  /** @param fileId the upload to resume */
  add(file: File, fileId?: string): void {
    const transfer = { number: ++this.#count, file, done: 0, ...(fileId && { fileId }) };
    this.#entries.set(transfer.number, { transfer, abort: new AbortController() });
    this.#start(transfer.number);
  }

  resume({ number }: Transfer): void {
    const entry = this.#entries.get(number);
    if (!entry) return;
    const { error: _, ...transfer } = entry.transfer;
    entry.transfer = transfer;
    this.#start(number);
  }

  /** Cancels an upload and deletes what has been uploaded. */
  async cancel({ number }: Transfer): Promise<void> {
    const entry = this.#entries.get(number);
    if (!entry) return;
    this.#entries.delete(number);
    entry.abort.abort();
    this.#notify();
    const { fileId } = entry.transfer;
    if (fileId) await abortUpload(this.#open, fileId);
  }

  #start(number: number): void {
    this.#notify();
    this.#last = this.#last.then(() => this.#run(number));
  }

  async #run(number: number): Promise<void> {
    const entry = this.#entries.get(number);
    if (!entry) return;
    const { file, fileId } = entry.transfer;
    const { vault, signal: locked } = this.#open;
    const change = (changes: Partial<Transfer>) => {
      entry.transfer = { ...entry.transfer, ...changes };
      this.onUse();
      this.#notify();
    };
    const options = {
      signal: AbortSignal.any([entry.abort.signal, locked]),
      onProgress: (done: number) => change({ done }),
      onBegun: (id: string) => change({ fileId: id }),
    };
    try {
      if (fileId) await resumeUpload(vault, fileId, file, options);
      else await uploadFile(vault, file, options);
      this.#entries.delete(number);
      this.onStored(file);
    } catch (error) {
      entry.transfer = { ...entry.transfer, error };
    }
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Aborts an upload. One that has been completed or deleted meanwhile is ignored. */
export async function abortUpload({ vault }: OpenVault, id: string): Promise<void> {
  try {
    await vault.client.call('uploads.abort', { params: { id } });
  } catch (error) {
    if (!(error instanceof StrongroomError && error.code === 'NOT_FOUND')) throw error;
  }
}

const queues = new WeakMap<OpenVault, UploadQueue>();

/** Returns the open vault's queue, and renders the component again with each step. */
export function useUploadQueue(open: OpenVault): UploadQueue {
  const queue = queues.get(open) ?? new UploadQueue(open);
  queues.set(open, queue);
  const [, setCount] = useState(0);
  useEffect(() => queue.subscribe(() => setCount((before) => before + 1)), [queue]);
  return queue;
}
