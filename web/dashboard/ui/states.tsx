import type { ComponentChildren } from 'preact';
import { type Loaded, useErrorText } from '../api.ts';
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

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p class="title">{title}</p>
      {children}
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
