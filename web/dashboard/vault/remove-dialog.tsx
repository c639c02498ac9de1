import { useClient } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { useToast } from '../ui/toast.tsx';
import { dictionary } from './words.ts';

type DialogProps = { readonly name: string; readonly close: () => void; readonly done: () => void };

export function RemoveDialog({ name, close, done }: DialogProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const say = useToast();
  const act = async () => {
    await client.call('kv.delete', { params: { key: name } });
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
