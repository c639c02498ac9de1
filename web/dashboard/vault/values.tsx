import { useState } from 'preact/hooks';
import { allOf, entriesOf } from '../../../client/paging.ts';
import { shareVaultValue } from '../../../client/vault/shares.ts';
import { getVaultValue } from '../../../client/vault/values.ts';
import { useClient, usePages } from '../api.ts';
import { useWords } from '../language.tsx';
import { type OpenVault, useOpenVault } from '../open-vault/provider.tsx';
import type { Shareable } from '../open-vault/shareable.ts';
import { SharingDialog } from '../open-vault/sharing-dialog.tsx';
import { RemoveDialog } from '../ui/remove-dialog.tsx';
import { Empty, LoadedList, More } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { SaveDialog } from './save-dialog.tsx';
import { ValueDialog } from './value-dialog.tsx';
import { dictionary } from './words.ts';

type Open = { readonly kind: 'save' | 'show' | 'share' | 'remove'; readonly name: string };

/** The values of the open vault, by name. */
export function Values() {
  const words = useWords(dictionary);
  const client = useClient();
  const openVault = useOpenVault();
  const [open, setOpen] = useState<Open>();
  const { loaded, more } = usePages<string>(
    async (cursor, signal) => {
      const { body, headers } = await client.call('kv.list', { query: { cursor }, signal });
      return { items: body, next: headers.get('x-next-cursor') ?? undefined };
    },
    [client],
  );
  const close = () => setOpen(undefined);
  const done = () => {
    close();
    loaded.reload();
  };
  return (
    <>
      <div class="heading">
        <h2>{words.values}</h2>
        <button type="button" class="primary" onClick={() => setOpen({ kind: 'save', name: '' })}>
          {words.add}
        </button>
      </div>
      <LoadedList loaded={loaded} empty={<Empty title={words.none} lead={words.noneLead} />}>
        {(names) => <ValueTable names={names} open={setOpen} />}
      </LoadedList>
      <More label={words.more} action={more} />
      {open?.kind === 'save' && <SaveDialog name={open.name} close={close} done={done} />}
      {open?.kind === 'show' && (
        <ValueDialog name={open.name} load={() => getVaultValue(openVault.vault, open.name)} close={close} />
      )}
      {open?.kind === 'share' && (
        <SharingDialog shareable={shareableOf(openVault, open.name)} close={close} />
      )}
      {open?.kind === 'remove' && (
        <RemoveDialog
          words={words}
          name={open.name}
          remove={(key) => client.call('kv.delete', { params: { key } })}
          close={close}
          done={done}
        />
      )}
    </>
  );
}

type TableProps = { readonly names: readonly string[]; readonly open: (what: Open) => void };

function ValueTable({ names, open }: TableProps) {
  const words = useWords(dictionary);
  return (
    <Table
      rows={names}
      keyOf={(name) => name}
      columns={[{ label: words.name, cell: (name) => <code>{name}</code> }]}
      actions={(name) =>
        (['show', 'save', 'share', 'remove'] as const).map((kind) => (
          <RowButton key={kind} label={words[kind]} of={name} press={() => open({ kind, name })} />
        ))
      }
    />
  );
}

function shareableOf({ vault }: OpenVault, key: string): Shareable {
  const { client } = vault;
  return {
    name: key,
    hasAlias: true,
    list: (signal) =>
      allOf(entriesOf((query) => client.call('kvShares.list', { params: { key }, signal, query }))),
    share: (terms) => shareVaultValue(vault, key, terms),
    revoke: (recipientUserId) => client.call('kvShares.revoke', { params: { key, recipientUserId } }),
  };
}
