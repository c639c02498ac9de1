import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { StrongroomClient } from '../../client/index.ts';
import { clientOf, useSession } from './session.ts';

export function useClient(): StrongroomClient {
  const { credential } = useSession();
  return useMemo(() => clientOf({ credential }), [credential]);
}

export type Loaded<T> = {
  /** The latest result. It stays while `reload` fetches a new one. */
  readonly data: T | undefined;
  readonly error: unknown;
  readonly reload: () => void;
};

/** Loads on mount, whenever one of `inputs` changes, and on `reload`. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, inputs: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data?: T; error?: unknown }>({});
  const [count, setCount] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    load(abort.signal).then(
      (data) => !abort.signal.aborted && setState({ data }),
      (error) =>
        !abort.signal.aborted && setState(({ data }) => ({ ...(data !== undefined && { data }), error })),
    );
    return () => abort.abort();
  }, [...inputs, count]);
  const reload = useCallback(() => setCount((before) => before + 1), []);
  return { data: state.data, error: state.error, reload };
}

export type Action<A extends readonly unknown[]> = {
  readonly run: (...args: A) => Promise<void>;
  readonly busy: boolean;
  readonly error: unknown;
  readonly clear: () => void;
};

/** Wraps something that a user does: ignores a second click while it runs, and keeps its error until the next try. */
export function useAction<A extends readonly unknown[]>(act: (...args: A) => Promise<void>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (...args: A) => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await act(...args);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, error, clear: () => setError(undefined) };
}

export type Page<T> = { readonly items: readonly T[]; readonly next: string | undefined };

const unaborted = new AbortController().signal;

/** Like `useLoad`, for a paged list: loads the first page, and each further page by `more`. */
export function usePages<T>(
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  inputs: readonly unknown[],
) {
  const first = useLoad((signal) => load(undefined, signal), inputs);
  const [later, setLater] = useState<Page<T> & { readonly after: Page<T> | undefined }>();
  // Later pages belong to the first page that they were loaded after, and are dropped when it is reloaded.
  const added = later?.after === first.data ? later : undefined;
  const next = (added ?? first.data)?.next;
  const more = useAction(async () => {
    const page = await load(next, unaborted);
    setLater({ after: first.data, items: [...(added?.items ?? []), ...page.items], next: page.next });
  });
  const items = first.data && [...first.data.items, ...(added?.items ?? [])];
  return { loaded: { ...first, data: items }, more: next === undefined ? undefined : more };
}

/** Reloads while the result is pending. It stops after an error, so that the user decides whether to retry. */
export function usePolling(isPending: boolean, { data, reload }: Loaded<unknown>, everyMs: number): void {
  useEffect(() => {
    if (!isPending) return;
    const timer = setTimeout(reload, everyMs);
    return () => clearTimeout(timer);
  }, [isPending, data, reload]);
}
