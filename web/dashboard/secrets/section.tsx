import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import { useAction, useClient, useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Field, PasswordField } from '../ui/field.tsx';
import { Empty, LoadedView } from '../ui/states.tsx';
import { useToast } from '../ui/toast.tsx';
import { dictionary } from './words.ts';

type Secret = ResponseFor<'secrets.list'>['body'][number];

/** As many as a user may have come in one page. */
const limit = 100;

type Open = { readonly kind: 'save' | 'remove'; readonly secret?: Secret };

export default function Secrets() {
  const words = useWords(dictionary);
  const client = useClient();
  const [open, setOpen] = useState<Open>();
  const loaded = useLoad(
    async (signal) => (await client.call('secrets.list', { query: { limit }, signal })).body,
    [client],
  );
  const done = () => {
    setOpen(undefined);
    loaded.reload();
  };
  return (
    <>
      <div class="heading">
        <div>
          <h1>{words.title}</h1>
          <p class="lead">{words.lead}</p>
        </div>
        <button type="button" class="primary" onClick={() => setOpen({ kind: 'save' })}>
          {words.add}
        </button>
      </div>
      <LoadedView loaded={loaded}>
        {(secrets) =>
          secrets.length === 0 ? (
            <Empty title={words.none}>
              <p>{words.noneLead}</p>
            </Empty>
          ) : (
            <SecretTable secrets={secrets} open={setOpen} />
          )
        }
      </LoadedView>
      {open?.kind === 'save' && (
        <SaveDialog secret={open.secret} close={() => setOpen(undefined)} done={done} />
      )}
      {open?.kind === 'remove' && open.secret && (
        <RemoveDialog secret={open.secret} close={() => setOpen(undefined)} done={done} />
      )}
    </>
  );
}

type TableProps = { readonly secrets: readonly Secret[]; readonly open: (what: Open) => void };

function SecretTable({ secrets, open }: TableProps) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  return (
    <table class="stacked">
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col">{words.updated}</th>
          <th scope="col">{words.used}</th>
          <th scope="col">
            <span class="unseen">{words.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {secrets.map((secret) => (
          <tr key={secret.name}>
            <th scope="row">
              <code>{secret.name}</code>
              {secret.description && <p class="note">{secret.description}</p>}
            </th>
            <td data-label={words.updated}>{moment(secret.updatedAt)}</td>
            <td data-label={words.used}>{secret.lastUsedAt ? moment(secret.lastUsedAt) : words.never}</td>
            <td class="row-actions">
              <button
                type="button"
                aria-label={`${words.replace}: ${secret.name}`}
                onClick={() => open({ kind: 'save', secret })}
              >
                {words.replace}
              </button>
              <button
                type="button"
                aria-label={`${words.remove}: ${secret.name}`}
                onClick={() => open({ kind: 'remove', secret })}
              >
                {words.remove}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type DialogProps = { readonly close: () => void; readonly done: () => void };

function SaveDialog({ secret, close, done }: DialogProps & { readonly secret: Secret | undefined }) {
  const words = useWords(dictionary);
  const client = useClient();
  const say = useToast();
  const [name, setName] = useState(secret?.name ?? '');
  const [value, setValue] = useState('');
  const [description, setDescription] = useState(secret?.description ?? '');
  const action = useAction(async () => {
    await client.call('secrets.put', { params: { name }, body: { value, description } });
    say(fill(words.saved, { name }));
    done();
  });
  const title = secret ? fill(words.replaceTitle, { name }) : words.add;
  return (
    <FormDialog title={title} close={close} submit={words.save} action={action}>
      {secret ? (
        <p>{words.replaceLead}</p>
      ) : (
        <Field
          label={words.name}
          hint={words.nameHint}
          required
          pattern="[A-Za-z_][A-Za-z0-9_]*"
          maxLength={128}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={name}
          change={setName}
        />
      )}
      <PasswordField label={words.value} autocomplete="off" required value={value} change={setValue} />
      <Field
        label={words.description}
        hint={words.descriptionHint}
        maxLength={1024}
        autocomplete="off"
        value={description}
        change={setDescription}
      />
    </FormDialog>
  );
}

function RemoveDialog({ secret: { name }, close, done }: DialogProps & { readonly secret: Secret }) {
  const words = useWords(dictionary);
  const client = useClient();
  const say = useToast();
  const action = useAction(async () => {
    await client.call('secrets.delete', { params: { name } });
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
