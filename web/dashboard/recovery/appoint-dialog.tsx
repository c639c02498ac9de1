import { useState } from 'preact/hooks';
import { appointTrustees } from '../../../client/recovery.ts';
import { useAction, useClient } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { trustShown } from '../open-vault/known-keys.ts';
import { loadCrypto } from '../open-vault/load-crypto.ts';
import { ChangedKeysWarning, Fingerprint, type Person, usePeople } from '../open-vault/people.tsx';
import { UserSecretField } from '../open-vault/user-secret-field.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Checkbox, Choice, Field, FieldGroup, PasswordField } from '../ui/field.tsx';
import { LoadedView } from '../ui/states.tsx';
import { useToast } from '../ui/toast.tsx';
import type { Trustee } from './types.ts';
import { dictionary } from './words.ts';

/** A single trustee would have the keys alone. */
const minTrustees = 2;

type DialogProps = {
  readonly current: readonly Trustee[];
  readonly close: () => void;
  readonly done: () => void;
};

export function AppointDialog({ current, close, done }: DialogProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const toast = useToast();
  const people = usePeople();
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const [threshold, setThreshold] = useState(String(minTrustees));
  const [phrase, setPhrase] = useState('');
  const [hint, setHint] = useState('');
  const [secret, setSecret] = useState('');
  const needed = Math.min(Number(threshold), Math.max(minTrustees, chosen.length));
  const action = useAction(async () => {
    if (chosen.length < minTrustees) throw new Error(words.chooseTwo);
    const ids = chosen.map(({ id }) => id);
    const shown = new Map(chosen.map(({ id, fingerprint }) => [id, fingerprint]));
    await appointTrustees(client, await loadCrypto(), secret, {
      trusteeUserIds: ids,
      threshold: needed,
      trust: trustShown(shown),
      ...(phrase && { mask: { phrase, hint } }),
    });
    // The shares of trustees who were not selected do not combine with the new ones.
    for (const { trusteeUserId } of current) {
      if (!shown.has(trusteeUserId))
        await client.call('recovery.deleteTrustee', { params: { trusteeUserId } });
    }
    toast(words.appointed);
    done();
  });
  const toggle = (person: Person, isChosen: boolean) =>
    setChosen((previous) => [
      ...previous.filter(({ id }) => id !== person.id),
      ...(isChosen ? [person] : []),
    ]);
  return (
    <FormDialog
      title={words.appoint}
      close={close}
      submit={action.busy ? words.working : words.appointIt}
      action={action}
    >
      <p>{words.appointLead}</p>
      {current.length > 0 && <p class="warning">{words.reappoint}</p>}
      <LoadedView loaded={people}>
        {(list) => <People list={list} chosen={chosen} toggle={toggle} />}
      </LoadedView>
      <Choice
        label={words.threshold}
        value={String(needed)}
        change={setThreshold}
        options={thresholds(chosen.length).map((count) => [
          String(count),
          fill(words.of, { needed: String(count), all: String(Math.max(minTrustees, chosen.length)) }),
        ])}
      />
      <PasswordField
        label={words.phrase}
        hint={words.phraseHint}
        autocomplete="off"
        value={phrase}
        change={setPhrase}
      />
      {phrase && (
        <Field
          label={words.hint}
          hint={words.hintHint}
          required
          maxLength={200}
          autocomplete="off"
          value={hint}
          change={setHint}
        />
      )}
      <UserSecretField value={secret} change={setSecret} />
    </FormDialog>
  );
}

/** Returns every threshold that is possible with so many trustees. */
function thresholds(trustees: number): number[] {
  const length = Math.max(1, trustees - minTrustees + 1);
  return Array.from({ length }, (_, index) => index + minTrustees);
}

type PeopleProps = {
  readonly list: readonly Person[];
  readonly chosen: readonly Person[];
  readonly toggle: (person: Person, isChosen: boolean) => void;
};

function People({ list, chosen, toggle }: PeopleProps) {
  const words = useWords(dictionary);
  if (list.length < minTrustees) return <p class="warning">{words.tooFew}</p>;
  return (
    <FieldGroup label={words.trustees}>
      {list.map((person) => {
        const isChosen = chosen.some(({ id }) => id === person.id);
        return (
          <div key={person.id}>
            <Checkbox label={person.name} checked={isChosen} change={(checked) => toggle(person, checked)} />
            {isChosen && <Fingerprint digits={person.fingerprint} />}
            <ChangedKeysWarning of={person} />
          </div>
        );
      })}
      <p class="note">{words.compare}</p>
    </FieldGroup>
  );
}
