import { useState } from 'preact/hooks';
import { useAction } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { Choice, Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadedList } from '../ui/states.tsx';
import { useToast } from '../ui/toast.tsx';
import { FingerprintOf, type Person, usePeople } from './people.tsx';
import { useOpenVault } from './provider.tsx';
import type { Grant, Shareable } from './sharing-dialog.tsx';
import { dictionary } from './words.ts';

const dayMs = 24 * 60 * 60_000;
const durations = { never: undefined, day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const;
const names = ['never', 'day', 'week', 'month'] as const;

type FormProps = {
  readonly shareable: Shareable;
  readonly taken: readonly Grant[];
  readonly close: () => void;
};

export function ShareForm({ taken, close, ...props }: FormProps) {
  const words = useWords(dictionary);
  const people = usePeople();
  const has = (id: string) => taken.some(({ recipientUserId }) => recipientUserId === id);
  const others = people.data?.filter(({ id }) => !has(id));
  return (
    <LoadedList
      loaded={{ ...people, data: others }}
      empty={<NobodyLeft text={taken.length > 0 ? undefined : words.nobody} close={close} />}
    >
      {(list) => <Terms people={list} close={close} {...props} />}
    </LoadedList>
  );
}

function NobodyLeft({ text, close }: { readonly text: string | undefined; readonly close: () => void }) {
  const words = useWords(dictionary);
  return (
    <>
      <p class="note">{text ?? words.everybody}</p>
      <p class="actions">
        <button type="button" onClick={close}>
          {words.close}
        </button>
      </p>
    </>
  );
}

type TermsProps = Omit<FormProps, 'taken'> & { readonly people: readonly Person[] };

function Terms({ shareable, people, close }: TermsProps) {
  const words = useWords(dictionary);
  const say = useToast();
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
    say(fill(words.shared, { name }));
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
