import { type Dictionary, useWords } from '../language.tsx';
import { useToast } from './toast.tsx';

const dictionary: Dictionary<'copy' | 'copied'> = {
  en: { copy: 'Copy', copied: 'Copied' },
  es: { copy: 'Copiar', copied: 'Copiado' },
};

/** Browsers offer no clipboard to pages that another machine served over plain HTTP. */
const hasClipboard = navigator.clipboard !== undefined;

type CopyButtonProps = {
  /** What the button copies, for screen readers. */
  readonly of: string;
  readonly text: string;
};

export function CopyButton({ of, text }: CopyButtonProps) {
  const words = useWords(dictionary);
  const toast = useToast();
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    toast(words.copied);
  };
  if (!hasClipboard) return null;
  return (
    <button type="button" aria-label={`${words.copy}: ${of}`} onClick={copy}>
      {words.copy}
    </button>
  );
}
