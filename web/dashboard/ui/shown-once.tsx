import { useId } from 'preact/hooks';
import { CopyButton } from './copy-button.tsx';

export type ShownOnceProps = { readonly label: string; readonly value: string; readonly note: string };

/** A value that is never shown again, with a button to copy it. */
export function ShownOnce({ label, value, note }: ShownOnceProps) {
  const id = useId();
  return (
    <div class="field" role="status">
      <label for={id}>{label}</label>
      <div class="with-button">
        <input id={id} readOnly value={value} onFocus={(event) => event.currentTarget.select()} />
        <CopyButton of={label} text={value} />
      </div>
      <p class="note">{note}</p>
    </div>
  );
}

export function ShownOnceCard(props: ShownOnceProps) {
  return (
    <div class="card">
      <ShownOnce {...props} />
    </div>
  );
}
