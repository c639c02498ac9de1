import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import { useAction, useClient, usePages } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { Area, Choice, Field, PasswordField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';
import { Empty, LoadedList, More, Problem } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { useToast } from '../ui/toast.tsx';
import { QrCode } from './qr-code.tsx';
import { dictionary } from './words.ts';

type Message = ResponseFor<'messages.list'>['body']['data'][number];

const hourMs = 60 * 60_000;
const lifetimes = { hour: hourMs, day: 24 * hourMs, week: 7 * 24 * hourMs, never: undefined } as const;
const accesses = { once: 1, ten: 10, unlimited: undefined } as const;

export default function Messages() {
  const words = useWords(dictionary);
  const client = useClient();
  const { loaded, more } = usePages<Message>(
    async (cursor, signal) => {
      const { body } = await client.call('messages.list', { query: { cursor }, signal });
      return { items: body.data, next: body.nextCursor };
    },
    [client],
  );
  return (
    <>
      <Heading title={words.title} lead={words.lead} />
      <MessageForm done={loaded.reload} />
      <h2>{words.own}</h2>
      <LoadedList loaded={loaded} empty={<Empty title={words.none} />}>
        {(messages) => <MessageTable messages={messages} done={loaded.reload} />}
      </LoadedList>
      <More label={words.more} action={more} />
    </>
  );
}

function MessageForm({ done }: { readonly done: () => void }) {
  const words = useWords(dictionary);
  const client = useClient();
  const [content, setContent] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [lifetime, setLifetime] = useState<keyof typeof lifetimes>('day');
  const [access, setAccess] = useState<keyof typeof accesses>('once');
  const [link, setLink] = useState<string>();
  const action = useAction(async () => {
    // Loads the cryptography when it is first needed.
    const [{ createMessage }, { primitives }] = await Promise.all([
      import('../../../client/messages.ts'),
      import('../../recipient/primitives.ts'),
    ]);
    const ms = lifetimes[lifetime];
    const { url } = await createMessage(client, primitives, {
      content,
      password: password || undefined,
      name: name || undefined,
      expiresAt: ms === undefined ? undefined : new Date(Date.now() + ms),
      maxAccess: accesses[access],
    });
    setLink(url);
    setContent('');
    setPassword('');
    done();
  });
  return (
    <div class="card">
      <Form action={action} submit={words.create}>
        <Area label={words.text} required rows={4} value={content} change={setContent} />
        <div class="columns">
          <Choice
            label={words.expires}
            value={lifetime}
            change={setLifetime}
            options={(['hour', 'day', 'week', 'never'] as const).map((each) => [each, words[each]])}
          />
          <Choice
            label={words.accesses}
            value={access}
            change={setAccess}
            options={(['once', 'ten', 'unlimited'] as const).map((each) => [each, words[each]])}
          />
        </div>
        <Field
          label={words.name}
          hint={words.nameHint}
          maxLength={200}
          autocomplete="off"
          value={name}
          change={setName}
        />
        <PasswordField
          label={words.password}
          hint={words.passwordHint}
          autocomplete="new-password"
          value={password}
          change={setPassword}
        />
      </Form>
      {link && (
        <>
          <ShownOnce label={words.created} value={link} note={words.createdNote} />
          <QrCode text={link} label={words.qr} />
        </>
      )}
    </div>
  );
}

type TableProps = { readonly messages: readonly Message[]; readonly done: () => void };

function MessageTable({ messages, done }: TableProps) {
  const words = useWords(dictionary);
  const { moment, number } = useFormats();
  const client = useClient();
  const toast = useToast();
  const action = useAction(async (messageId: string) => {
    await client.call('messages.delete', { params: { id: messageId } });
    toast(words.removed);
    done();
  });
  return (
    <>
      {action.error !== undefined && <Problem error={action.error} />}
      <Table
        rows={messages}
        keyOf={({ messageId }) => messageId}
        columns={[
          { label: words.name, cell: ({ name }) => name || <span class="note">{words.unnamed}</span> },
          { label: words.createdAt, cell: ({ createdAt }) => moment(createdAt) },
          { label: words.expires, cell: ({ expiresAt }) => (expiresAt ? moment(expiresAt) : words.never) },
          {
            label: words.left,
            cell: ({ remaining }) => (remaining === null ? words.unlimited : number(remaining)),
          },
        ]}
        actions={({ messageId, name, createdAt }) => (
          <RowButton
            label={words.remove}
            of={`${name || words.unnamed}, ${moment(createdAt)}`}
            press={() => action.run(messageId)}
          />
        )}
      />
    </>
  );
}
