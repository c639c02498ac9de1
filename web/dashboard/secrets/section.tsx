import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import { useAction, useClient, useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Field, PasswordField } from '../ui/field.tsx';
import { Heading } from '../ui/heading.tsx';
import { RemoveDialog } from '../ui/remove-dialog.tsx';
import { Empty, LoadedList } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { useToast } from '../ui/toast.tsx';
import { dictionary } from './words.ts';

type Secret = ResponseFor<'secrets.list'>['body'][number];

/** A user's maximum, so that one page holds all. */
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
      <Heading title={words.title} lead={words.lead}>
        <button type="button" class="primary" onClick={() => setOpen({ kind: 'save' })}>
          {words.add}
        </button>
      </Heading>
      <LoadedList loaded={loaded} empty={<Empty title={words.none} lead={words.noneLead} />}>
        {(secrets) => <SecretTable secrets={secrets} open={setOpen} />}
      </LoadedList>
      {open?.kind === 'save' && (
        <SaveDialog secret={open.secret} close={() => setOpen(undefined)} done={done} />
      )}
      {open?.kind === 'remove' && open.secret && (
        <RemoveDialog
          words={words}
          name={open.secret.name}
          remove={(name) => client.call('secrets.delete', { params: { name } })}
          close={() => setOpen(undefined)}
          done={done}
        />
      )}
    </>
  );
}

type TableProps = { readonly secrets: readonly Secret[]; readonly open: (what: Open) => void };

function SecretTable({ secrets, open }: TableProps) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  return (
    <Table
      rows={secrets}
      keyOf={({ name }) => name}
      columns={[
        {
          label: words.name,
          cell: ({ name, description }) => (
            <>
              <code>{name}</code>
              {description && <p class="note">{description}</p>}
            </>
          ),
        },
        { label: words.updated, cell: ({ updatedAt }) => moment(updatedAt) },
        {
          label: words.used,
          cell: ({ lastUsedAt }) => (lastUsedAt ? moment(lastUsedAt) : words.never),
        },
      ]}
      actions={(secret) => (
        <>
          <RowButton label={words.replace} of={secret.name} press={() => open({ kind: 'save', secret })} />
          <RowButton label={words.remove} of={secret.name} press={() => open({ kind: 'remove', secret })} />
        </>
      )}
    />
  );
}

type DialogProps = { readonly close: () => void; readonly done: () => void };

function SaveDialog({ secret, close, done }: DialogProps & { readonly secret: Secret | undefined }) {
  const words = useWords(dictionary);
  const client = useClient();
  const toast = useToast();
  const [name, setName] = useState(secret?.name ?? '');
  const [value, setValue] = useState('');
  const [description, setDescription] = useState(secret?.description ?? '');
  const action = useAction(async () => {
    await client.call('secrets.put', { params: { name }, body: { value, description } });
    toast(fill(words.saved, { name }));
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
