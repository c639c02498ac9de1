import { useId } from 'preact/hooks';
import { type Dictionary, useWords } from '../language.tsx';
import { useToast } from './toast.tsx';

const dictionary: Dictionary<'copy' | 'copied'> = {
  en: { copy: 'Copy', copied: 'Copied.' },
  es: { copy: 'Copiar', copied: 'Copiado.' },
};

/** Browsers have none for pages that came unencrypted from another machine. */
const hasClipboard = navigator.clipboard !== undefined;

type ShownOnceProps = { readonly label: string; readonly value: string; readonly note: string };

/** What this page has and nobody will show again. */
export function ShownOnce({ label, value, note }: ShownOnceProps) {
  const words = useWords(dictionary);
  const say = useToast();
  const id = useId();
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    say(words.copied);
  };
  return (
    <div class="field" role="status">
      <label for={id}>{label}</label>
      <div class="with-button">
        <input id={id} readOnly value={value} onFocus={(event) => event.currentTarget.select()} />
        {hasClipboard && (
          <button type="button" aria-label={`${words.copy}: ${label}`} onClick={copy}>
            {words.copy}
          </button>
        )}
      </div>
      <p class="note">{note}</p>
    </div>
  );
}
