import { useState } from 'preact/hooks';
import { useAction } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { Choice, Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadedList } from '../ui/states.tsx';
import { useToast } from '../ui/toast.tsx';
import { FingerprintOf, type Person, usePeople } from './people.tsx';
import { useOpenVault } from './provider.tsx';
import type { Share, Shareable } from './shareable.ts';
import { dictionary } from './words.ts';

const dayMs = 24 * 60 * 60_000;
const durations = { never: undefined, day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const;
const names = ['never', 'day', 'week', 'month'] as const;

type FormProps = {
  readonly shareable: Shareable;
  /** Existing shares, whose recipients are not offered again. */
  readonly shares: readonly Share[];
  readonly close: () => void;
};

export function ShareForm({ shares, close, ...props }: FormProps) {
  const words = useWords(dictionary);
  const people = usePeople();
  const hasShare = (id: string) => shares.some(({ recipientUserId }) => recipientUserId === id);
  const others = people.data?.filter(({ id }) => !hasShare(id));
  return (
    <LoadedList
      loaded={{ ...people, data: others }}
      empty={<NoRecipient text={shares.length > 0 ? words.allShared : words.noPeople} close={close} />}
    >
      {(recipients) => <NewShareForm people={recipients} close={close} {...props} />}
    </LoadedList>
  );
}

function NoRecipient({ text, close }: { readonly text: string; readonly close: () => void }) {
  const words = useWords(dictionary);
  return (
    <>
      <p class="note">{text}</p>
      <p class="actions">
        <button type="button" onClick={close}>
          {words.close}
        </button>
      </p>
    </>
  );
}

type NewShareFormProps = Omit<FormProps, 'shares'> & { readonly people: readonly Person[] };

function NewShareForm({ shareable, people, close }: NewShareFormProps) {
  const words = useWords(dictionary);
  const toast = useToast();
  const { shown } = useOpenVault();
  const [chosen, setChosen] = useState('');
  const [alias, setAlias] = useState('');
  const [duration, setDuration] = useState<(typeof names)[number]>('never');
  const person = people.find(({ id }) => id === chosen);
  const action = useAction(async () => {
    if (!person) throw new Error(words.choose);
    const { id, name, fingerprint } = person;
    shown.set(id, fingerprint);
    const ms = durations[duration];
    await shareable.share({
      recipientUserId: id,
      ...(alias && { alias }),
      ...(ms !== undefined && { expires: new Date(Date.now() + ms) }),
    });
    toast(fill(words.shared, { name }));
    close();
  });
  return (
    <Form
      action={action}
      submit={words.share}
      buttons={
        <button type="button" onClick={close}>
          {words.close}
        </button>
      }
    >
      <Choice
        label={words.person}
        value={chosen}
        change={setChosen}
        options={[['', words.choose], ...people.map(({ id, name }) => [id, name] as const)]}
      />
      {person && <FingerprintOf {...person} />}
      {shareable.hasAlias && (
        <Field
          label={words.alias}
          hint={words.aliasHint}
          maxLength={200}
          autocomplete="off"
          value={alias}
          change={setAlias}
        />
      )}
      <Choice
        label={words.expires}
        value={duration}
        change={setDuration}
        options={names.map((each) => [each, words[each]])}
      />
    </Form>
  );
}
