import { type Dictionary, useWords } from '../language.tsx';
import { useToast } from './toast.tsx';

const dictionary: Dictionary<'copy' | 'copied'> = {
  en: { copy: 'Copy', copied: 'Copied.' },
  es: { copy: 'Copiar', copied: 'Copiado.' },
};

/** Browsers have none for pages that came unencrypted from another machine. */
const hasClipboard = navigator.clipboard !== undefined;

type CopyButtonProps = {
  /** What the text is, for who does not see where the button stands. */
  readonly of: string;
  readonly text: string;
};

export function CopyButton({ of, text }: CopyButtonProps) {
  const words = useWords(dictionary);
  const say = useToast();
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    say(words.copied);
  };
  if (!hasClipboard) return null;
  return (
    <button type="button" aria-label={`${words.copy}: ${of}`} onClick={copy}>
      {words.copy}
    </button>
  );
}
