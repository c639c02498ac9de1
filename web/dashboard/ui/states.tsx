import type { ComponentChildren } from 'preact';
import type { Action, Loaded } from '../api.ts';
import { useErrorText } from '../error-text.ts';
import { type Dictionary, useWords } from '../language.tsx';

const dictionary: Dictionary<'loading' | 'retry'> = {
  en: { loading: 'Loading…', retry: 'Try again' },
  es: { loading: 'Cargando…', retry: 'Intentar de nuevo' },
};

export function Loading() {
  return (
    <p class="loading" role="status">
      {useWords(dictionary).loading}
    </p>
  );
}

/** An error message, with a button to try again if `retry` is given. */
export function Problem({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const words = useWords(dictionary);
  const textOf = useErrorText();
  return (
    <div class="problem" role="alert">
      <p>{textOf(error)}</p>
      {retry && (
        <button type="button" onClick={retry}>
          {words.retry}
        </button>
      )}
    </div>
  );
}

export function Empty({ title, lead }: { readonly title: string; readonly lead?: string }) {
  return (
    <div class="empty">
      <p class="title">{title}</p>
      {lead && <p>{lead}</p>}
    </div>
  );
}

type LoadedViewProps<T> = {
  readonly loaded: Loaded<T>;
  readonly children: (data: T) => ComponentChildren;
};

/** Shows the loaded data, a loading text, or the error. */
export function LoadedView<T>({ loaded: { data, error, reload }, children }: LoadedViewProps<T>) {
  return (
    <>
      {error !== undefined && <Problem error={error} retry={reload} />}
      {data !== undefined ? children(data) : error === undefined && <Loading />}
    </>
  );
}

type LoadedListProps<T> = LoadedViewProps<readonly T[]> & { readonly empty: ComponentChildren };

/** Like `LoadedView`, for a list. Shows `empty` in place of an empty list. */
export function LoadedList<T>({ loaded, empty, children }: LoadedListProps<T>) {
  return <LoadedView loaded={loaded}>{(items) => (items.length === 0 ? empty : children(items))}</LoadedView>;
}

type MoreProps = { readonly label: string; readonly action: Action<[]> | undefined };

/** A button that loads the next page of a list, if there is one. */
export function More({ label, action }: MoreProps) {
  if (!action) return null;
  return (
    <>
      {action.error !== undefined && <Problem error={action.error} />}
      <p class="actions">
        <button type="button" aria-disabled={action.busy} onClick={() => action.run()}>
          {label}
        </button>
      </p>
    </>
  );
}
