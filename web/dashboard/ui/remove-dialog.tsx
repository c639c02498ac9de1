import { fill } from '../language.tsx';
import { ConfirmDialog } from './dialog.tsx';
import { useToast } from './toast.tsx';

type RemoveDialogProps = {
  /** Of the section; `{name}` in them is what is removed. */
  readonly words: { readonly [Word in 'removeTitle' | 'removeLead' | 'remove' | 'removed']: string };
  readonly name: string;
  readonly remove: (name: string) => Promise<unknown>;
  readonly close: () => void;
  readonly done: () => void;
};

/** Asks before something is deleted, deletes it, and says so. */
export function RemoveDialog({ words, name, remove, close, done }: RemoveDialogProps) {
  const say = useToast();
  const act = async () => {
    await remove(name);
    say(fill(words.removed, { name }));
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
