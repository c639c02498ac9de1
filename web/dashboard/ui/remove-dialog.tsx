import { fill } from '../language.tsx';
import { ConfirmDialog } from './dialog.tsx';
import { useToast } from './toast.tsx';

type RemoveDialogProps = {
  /** The section's texts. `{name}` in them is replaced with `name`. */
  readonly words: { readonly [Word in 'removeTitle' | 'removeLead' | 'remove' | 'removed']: string };
  readonly name: string;
  readonly remove: (name: string) => Promise<unknown>;
  readonly close: () => void;
  readonly done: () => void;
};

/** Asks for confirmation, deletes something and shows a toast. */
export function RemoveDialog({ words, name, remove, close, done }: RemoveDialogProps) {
  const toast = useToast();
  const act = async () => {
    await remove(name);
    toast(fill(words.removed, { name }));
    done();
  };
  return (
    <ConfirmDialog
      title={fill(words.removeTitle, { name })}
      lead={words.removeLead}
      submit={words.remove}
      close={close}
      act={act}
    />
  );
}
