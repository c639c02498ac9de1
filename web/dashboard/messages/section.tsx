import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import { useAction, useClient, useLoad } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { Area, Choice, Field, PasswordField } from '../ui/field.tsx';
import { Empty, LoadedView, Problem } from '../ui/states.tsx';
import { useToast } from '../ui/toast.tsx';
import { dictionary } from './words.ts';

type Message = ResponseFor<'messages.list'>['body']['data'][number];

const hourMs = 60 * 60_000;
const lifetimes = { hour: hourMs, day: 24 * hourMs, week: 7 * 24 * hourMs, never: undefined } as const;
const accesses = { once: 1, ten: 10, unlimited: undefined } as const;
const limit = 100;

export default function Messages() {
  const words = useWords(dictionary);
  const client = useClient();
  const loaded = useLoad(
    async (signal) => (await client.call('messages.list', { query: { limit }, signal })).body.data,
    [client],
  );
  return (
    <>
      <div class="heading">
        <div>
          <h1>{words.title}</h1>
          <p class="lead">{words.lead}</p>
        </div>
      </div>
      <Write done={loaded.reload} />
      <h2>{words.own}</h2>
      <LoadedView loaded={loaded}>
        {(messages) =>
          messages.length === 0 ? (
            <Empty title={words.none} />
          ) : (
            <Table messages={messages} done={loaded.reload} />
          )
        }
      </LoadedView>
    </>
  );
}

function Write({ done }: { readonly done: () => void }) {
  const words = useWords(dictionary);
  const client = useClient();
  const [content, setContent] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [lifetime, setLifetime] = useState<keyof typeof lifetimes>('day');
  const [access, setAccess] = useState<keyof typeof accesses>('once');
  const [link, setLink] = useState<string>();
  const action = useAction(async () => {
    // The cryptography comes when it is needed, and not before.
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
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        action.run();
      }}
    >
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
      {action.error !== undefined && <Problem error={action.error} />}
      <p class="actions">
        <button type="submit" class="primary" aria-disabled={action.busy}>
          {words.create}
        </button>
      </p>
      {link && <Link url={link} />}
    </form>
  );
}

function Link({ url }: { readonly url: string }) {
  const words = useWords(dictionary);
  const say = useToast();
  return (
    <div class="field" role="status">
      <label for="message-link">{words.made}</label>
      <div class="with-button">
        <input id="message-link" readOnly value={url} onFocus={(event) => event.currentTarget.select()} />
        <button
          type="button"
          onClick={async () => {
            await navigator.clipboard.writeText(url);
            say(words.copied);
          }}
        >
          {words.copy}
        </button>
      </div>
      <p class="note">{words.madeLead}</p>
    </div>
  );
}

function Table({ messages, done }: { readonly messages: readonly Message[]; readonly done: () => void }) {
  const words = useWords(dictionary);
  const { moment, number } = useFormats();
  const client = useClient();
  const say = useToast();
  const action = useAction(async (messageId: string) => {
    await client.call('messages.delete', { params: { id: messageId } });
    say(words.removed);
    done();
  });
  return (
    <>
      {action.error !== undefined && <Problem error={action.error} />}
      <table class="stacked">
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.created}</th>
            <th scope="col">{words.until}</th>
            <th scope="col">{words.left}</th>
            <th scope="col">
              <span class="unseen">{words.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {messages.map(({ messageId, name, createdAt, expiresAt, remaining }) => (
            <tr key={messageId}>
              <th scope="row">{name || <span class="note">{words.unnamed}</span>}</th>
              <td data-label={words.created}>{moment(createdAt)}</td>
              <td data-label={words.until}>{expiresAt ? moment(expiresAt) : words.never}</td>
              <td data-label={words.left}>{remaining === null ? words.unlimited : number(remaining)}</td>
              <td class="row-actions">
                <button
                  type="button"
                  aria-label={`${words.remove}: ${name || words.unnamed}, ${moment(createdAt)}`}
                  onClick={() => action.run(messageId)}
                >
                  {words.remove}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
