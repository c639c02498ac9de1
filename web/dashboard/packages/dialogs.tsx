import { useState } from 'preact/hooks';
import { StrongroomError } from '../../../client/index.ts';
import { useAction, useClient } from '../api.ts';
import { useWords } from '../language.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Area, Field } from '../ui/field.tsx';
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

/** Edits the whole list as text, to change versions or paste a list. */
export function ListDialog({
  packages,
  close,
  done,
}: DialogProps & { readonly packages: readonly { readonly requested: string }[] }) {
  const words = useWords(dictionary);
  const client = useClient();
  const [text, setText] = useState(() => packages.map(({ requested }) => `${requested}\n`).join(''));
  const action = useAction(async () => {
    const lines = text.split('\n').map((line) => line.trim());
    const packages = lines.filter((line) => line !== '');
    await client.call('packages.replace', { body: { packages } }).catch((error: unknown) => {
      throw error instanceof StrongroomError ? namingPackages(error, packages) : error;
    });
    done();
  });
  return (
    <FormDialog title={words.edit} close={close} submit={words.saveList} action={action}>
      <Area label={words.list} hint={words.listHint} code value={text} change={setText} />
    </FormDialog>
  );
}

/** Replaces a package's index, by which the API names it, with the line that the user wrote. */
function namingPackages(error: StrongroomError, packages: readonly string[]): StrongroomError {
  const details = error.details.map(({ path, message }) => {
    const place = /^packages\.(\d+)$/.exec(path)?.[1];
    return { path: packages[Number(place)] ?? path, message };
  });
  return new StrongroomError(error.message, { ...error, details });
}
