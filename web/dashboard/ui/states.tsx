import type { ComponentChildren } from 'preact';
import type { Action, Loaded } from '../api.ts';
import { useErrorText } from '../error-text.ts';
import { type Dictionary, useWords } from '../language.tsx';

const dictionary: Dictionary<'loading' | 'again'> = {
  en: { loading: 'Loading …', again: 'Try again' },
  es: { loading: 'Cargando …', again: 'Intentar de nuevo' },
};

export function Loading() {
  return (
    <p class="loading" role="status">
      {useWords(dictionary).loading}
    </p>
  );
}

/** What failed, and a way to try it again. */
export function Problem({ error, again }: { readonly error: unknown; readonly again?: () => void }) {
  const words = useWords(dictionary);
  const textOf = useErrorText();
  return (
    <div class="problem" role="alert">
      <p>{textOf(error)}</p>
      {again && (
        <button type="button" onClick={again}>
          {words.again}
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

/** Shows what was loaded, or that it is not there yet, or why it is not. */
export function LoadedView<T>({ loaded: { data, error, reload }, children }: LoadedViewProps<T>) {
  return (
    <>
      {error !== undefined && <Problem error={error} again={reload} />}
      {data !== undefined ? children(data) : error === undefined && <Loading />}
    </>
  );
}

type LoadedListProps<T> = LoadedViewProps<readonly T[]> & { readonly empty: ComponentChildren };

/** The same for a list, and what stands in its place while there is nothing in it. */
export function LoadedList<T>({ loaded, empty, children }: LoadedListProps<T>) {
  return <LoadedView loaded={loaded}>{(items) => (items.length === 0 ? empty : children(items))}</LoadedView>;
}

type MoreProps = { readonly label: string; readonly action: Action<[]> | undefined };

/** Fetches the next page of a list, where there is one. */
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
