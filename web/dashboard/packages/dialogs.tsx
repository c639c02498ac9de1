import { useState } from 'preact/hooks';
import { useAction, useClient } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Area, Field } from '../ui/field.tsx';
import { useToast } from '../ui/toast.tsx';
import type { Package } from './section.tsx';
import { dictionary } from './words.ts';

type DialogProps = { readonly close: () => void; readonly done: () => void };

export function AddDialog({ close, done }: DialogProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const [requirement, setRequirement] = useState('');
  const action = useAction(async () => {
    await client.call('packages.add', { body: { package: requirement.trim() } });
    done();
  });
  return (
    <FormDialog title={words.add} close={close} submit={words.addIt} action={action}>
      <Field
        label={words.package}
        hint={words.packageHint}
        required
        maxLength={256}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        value={requirement}
        change={setRequirement}
      />
    </FormDialog>
  );
}

/** The whole list as text: to go to other versions, or to bring a list along. */
export function ListDialog({
  packages,
  close,
  done,
}: DialogProps & { readonly packages: readonly Package[] }) {
  const words = useWords(dictionary);
  const client = useClient();
  const [text, setText] = useState(() => packages.map(({ requested }) => `${requested}\n`).join(''));
  const action = useAction(async () => {
    const requirements = text.split('\n').map((line) => line.trim());
    await client.call('packages.set', { body: { packages: requirements.filter((line) => line !== '') } });
    done();
  });
  return (
    <FormDialog title={words.edit} close={close} submit={words.replaceIt} action={action}>
      <Area label={words.list} hint={words.listHint} code value={text} change={setText} />
    </FormDialog>
  );
}

export function RemoveDialog({ name, close, done }: DialogProps & { readonly name: string }) {
  const words = useWords(dictionary);
  const client = useClient();
  const say = useToast();
  const action = useAction(async () => {
    await client.call('packages.remove', { params: { name } });
    say(fill(words.removed, { name }));
    done();
  });
  return (
    <FormDialog
      title={fill(words.removeTitle, { name })}
      close={close}
      submit={words.remove}
      action={action}
      danger
    >
      <p>{words.removeLead}</p>
    </FormDialog>
  );
}
