import type { ComponentChildren } from 'preact';
import { fill, useFormats, useWords } from '../language.tsx';
import { Problem } from '../ui/states.tsx';
import { dictionary } from './words.ts';

type RowProps = {
  readonly name: string;
  readonly done: number;
  readonly total: number;
  /** Why the transfer stopped. */
  readonly error?: unknown;
  /** Buttons. */
  readonly children: ComponentChildren;
};

export function ProgressRow({ name, done, total, error, children }: RowProps) {
  const words = useWords(dictionary);
  const { bytes } = useFormats();
  return (
    <li>
      <div class="progress">
        {name}
        <progress aria-label={name} value={done} max={Math.max(1, total)} />
        <p class="note">{fill(words.progress, { done: bytes(done), total: bytes(total) })}</p>
        {error !== undefined && <Problem error={error} />}
      </div>
      <span class="row-actions">{children}</span>
    </li>
  );
}
