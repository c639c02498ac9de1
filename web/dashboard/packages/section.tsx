import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import { useClient, useLoad, usePolling } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { Heading } from '../ui/heading.tsx';
import { RemoveDialog } from '../ui/remove-dialog.tsx';
import { Empty, LoadedList } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { AddDialog, ListDialog } from './dialogs.tsx';
import { dictionary } from './words.ts';

type Package = ResponseFor<'packages.list'>['body'][number];

/** More than a list can hold, so that one page holds all. */
const limit = 100;
const pollMs = 1_500;
const badges = { pending: 'busy', ready: 'good', failed: 'bad' } as const;

type Open = { readonly kind: 'add' | 'list' } | { readonly kind: 'remove'; readonly name: string };

export default function Packages() {
  const words = useWords(dictionary);
  const client = useClient();
  const [open, setOpen] = useState<Open>();
  const loaded = useLoad(
    async (signal) => (await client.call('packages.list', { query: { limit }, signal })).body,
    [client],
  );
  const packages = loaded.data ?? [];
  usePolling(statusOf(packages) === 'pending', loaded, pollMs);
  const close = () => setOpen(undefined);
  const dialog = {
    close,
    done: () => {
      close();
      loaded.reload();
    },
  };
  return (
    <>
      <Heading title={words.title} lead={words.lead}>
        <button type="button" class="primary" onClick={() => setOpen({ kind: 'add' })}>
          {words.add}
        </button>
        <button type="button" onClick={() => setOpen({ kind: 'list' })}>
          {words.edit}
        </button>
      </Heading>
      <LoadedList loaded={loaded} empty={<Empty title={words.none} lead={words.noneLead} />}>
        {(packages) => (
          <>
            <p role="status">{words[`${statusOf(packages)}All`]}</p>
            <PackageTable packages={packages} remove={(name) => setOpen({ kind: 'remove', name })} />
          </>
        )}
      </LoadedList>
      {open?.kind === 'add' && <AddDialog {...dialog} />}
      {open?.kind === 'list' && <ListDialog packages={packages} {...dialog} />}
      {open?.kind === 'remove' && (
        <RemoveDialog
          words={words}
          name={open.name}
          remove={(name) => client.call('packages.remove', { params: { name } })}
          {...dialog}
        />
      )}
    </>
  );
}

/** Returns the status of the whole list, which is installed completely or not at all. */
function statusOf(packages: readonly Package[]): Package['status'] {
  const statuses = packages.map(({ status }) => status);
  return (['pending', 'failed'] as const).find((status) => statuses.includes(status)) ?? 'ready';
}

type TableProps = { readonly packages: readonly Package[]; readonly remove: (name: string) => void };

function PackageTable({ packages, remove }: TableProps) {
  const words = useWords(dictionary);
  const { bytes } = useFormats();
  return (
    <Table
      rows={packages}
      keyOf={({ name }) => name}
      columns={[
        { label: words.package, cell: ({ requested }) => <code>{requested}</code> },
        {
          label: words.status,
          cell: ({ status, error }) => (
            <>
              <span class={`badge ${badges[status]}`}>{words[status]}</span>
              {error && (
                <p class="note" lang="en">
                  {error}
                </p>
              )}
            </>
          ),
        },
        { label: words.version, cell: ({ version }) => version ?? words.noVersion },
        { label: words.size, cell: ({ sizeBytes }) => (sizeBytes === null ? '–' : bytes(sizeBytes)) },
      ]}
      actions={({ name }) => <RowButton label={words.remove} of={name} press={() => remove(name)} />}
    />
  );
}
