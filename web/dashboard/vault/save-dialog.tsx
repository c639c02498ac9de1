import { useState } from 'preact/hooks';
import { allOf, entriesOf } from '../../../client/paging.ts';
import { putVaultValue } from '../../../client/vault/values.ts';
import type { Vault } from '../../../client/vault/vault.ts';
import { useAction, useLoad } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { FingerprintOf, usePeople } from '../open-vault/people.tsx';
import { useOpenVault } from '../open-vault/provider.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Area, Field } from '../ui/field.tsx';
import { useToast } from '../ui/toast.tsx';
import { dictionary } from './words.ts';

type DialogProps = {
  /** The value to replace, or an empty string for a new one. */
  readonly name: string;
  readonly close: () => void;
  readonly done: () => void;
};

export function SaveDialog({ name: existing, close, done }: DialogProps) {
  const words = useWords(dictionary);
  const toast = useToast();
  const { vault, shown } = useOpenVault();
  const [name, setName] = useState(existing);
  const [value, setValue] = useState('');
  const recipients = useRecipients(vault, existing);
  const action = useAction(async () => {
    for (const { id, fingerprint } of recipients) shown.set(id, fingerprint);
    await putVaultValue(vault, name, new TextEncoder().encode(value), { ifAbsent: !existing });
    toast(fill(words.saved, { name }));
    done();
  });
  return (
    <FormDialog
      title={existing ? fill(words.replaceTitle, { name }) : words.add}
      close={close}
      submit={words.saveIt}
      action={action}
    >
      {!existing && (
        <Field
          label={words.name}
          hint={words.nameHint}
          required
          maxLength={512}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={name}
          change={setName}
        />
      )}
      <Area
        label={words.value}
        hint={words.valueHint}
        required
        rows={4}
        code
        value={value}
        change={setValue}
      />
      {recipients.length > 0 && (
        <>
          <p>{words.alsoFor}</p>
          {recipients.map((person) => (
            <FingerprintOf key={person.id} {...person} />
          ))}
        </>
      )}
    </FormDialog>
  );
}

/** Returns the people whom the value is shared with. The dialog shows their fingerprints before the new value is wrapped to their keys. */
function useRecipients(vault: Vault, key: string) {
  const people = usePeople();
  const shares = useLoad(
    async (signal) =>
      key
        ? allOf(entriesOf((query) => vault.client.call('kvShares.list', { params: { key }, signal, query })))
        : [],
    [key],
  );
  const ids = shares.data?.map(({ recipientUserId }) => recipientUserId) ?? [];
  return people.data?.filter(({ id }) => ids.includes(id)) ?? [];
}
