import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import { useClient, usePages } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { Heading } from '../ui/heading.tsx';
import { ShownOnceCard } from '../ui/shown-once.tsx';
import { Empty, LoadedList, More } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { useToast } from '../ui/toast.tsx';
import { CreateDialog, type NewToken } from './create-dialog.tsx';
import { dictionary } from './words.ts';

type Token = ResponseFor<'tokens.list'>['body']['data'][number];

type Open = { readonly kind: 'create' } | { readonly kind: 'revoke'; readonly token: Token };

export default function Tokens() {
  const words = useWords(dictionary);
  const client = useClient();
  const [open, setOpen] = useState<Open>();
  const [newToken, setNewToken] = useState<NewToken>();
  const { loaded, more } = usePages<Token>(
    async (cursor, signal) => {
      const { body } = await client.call('tokens.list', { query: { cursor }, signal });
      return { items: body.data, next: body.nextCursor };
    },
    [client],
  );
  const close = () => setOpen(undefined);
  const done = (created?: NewToken) => {
    close();
    setNewToken(created);
    loaded.reload();
  };
  return (
    <>
      <Heading title={words.title} lead={words.lead}>
        <button type="button" class="primary" onClick={() => setOpen({ kind: 'create' })}>
          {words.create}
        </button>
      </Heading>
      {newToken && (
        <ShownOnceCard
          label={fill(words.created, { name: newToken.name })}
          value={newToken.token}
          note={words.createdNote}
        />
      )}
      <LoadedList loaded={loaded} empty={<Empty title={words.none} lead={words.noneLead} />}>
        {(tokens) => <TokenTable tokens={tokens} revoke={(token) => setOpen({ kind: 'revoke', token })} />}
      </LoadedList>
      <More label={words.more} action={more} />
      {open?.kind === 'create' && <CreateDialog close={close} done={done} />}
      {open?.kind === 'revoke' && <RevokeDialog token={open.token} close={close} done={done} />}
    </>
  );
}

type TableProps = { readonly tokens: readonly Token[]; readonly revoke: (token: Token) => void };

function TokenTable({ tokens, revoke }: TableProps) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  return (
    <Table
      rows={tokens}
      keyOf={({ tokenId }) => tokenId}
      columns={[
        {
          label: words.name,
          cell: ({ name, createdAt }) => (
            <>
              {name}
              <p class="note">{fill(words.createdAt, { time: moment(createdAt) })}</p>
            </>
          ),
        },
        {
          label: words.scopes,
          cell: ({ scopes }) => scopes.map((scope) => <div key={scope}>{words[scope]}</div>),
        },
        { label: words.expires, cell: ({ expiresAt }) => <Expiry expiresAt={expiresAt} /> },
        {
          label: words.used,
          cell: ({ lastUsedAt }) => (lastUsedAt ? moment(lastUsedAt) : words.never),
        },
      ]}
      actions={(token) => <RowButton label={words.revoke} of={token.name} press={() => revoke(token)} />}
    />
  );
}

function Expiry({ expiresAt }: Pick<Token, 'expiresAt'>) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  if (expiresAt === null) return words.never;
  const isExpired = Date.parse(expiresAt) <= Date.now();
  return isExpired ? <span class="badge bad">{words.expired}</span> : moment(expiresAt);
}

type RevokeProps = { readonly token: Token; readonly close: () => void; readonly done: () => void };

function RevokeDialog({ token: { tokenId, name }, close, done }: RevokeProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const toast = useToast();
  const act = async () => {
    await client.call('tokens.delete', { params: { id: tokenId } });
    toast(fill(words.revoked, { name }));
    done();
  };
  return (
    <ConfirmDialog
      title={fill(words.revokeTitle, { name })}
      lead={words.revokeLead}
      submit={words.revoke}
      close={close}
      act={act}
    />
  );
}
