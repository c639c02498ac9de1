import { useState } from 'preact/hooks';
import { useClient, usePages } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { useSession } from '../session.ts';
import { Heading } from '../ui/heading.tsx';
import { ShownOnceCard } from '../ui/shown-once.tsx';
import { LoadedView, More } from '../ui/states.tsx';
import { type NewKey, type OrgUser, RotateKeyDialog } from './rotate-key-dialog.tsx';
import { Terms } from './terms.tsx';
import { UserDialog } from './user-dialog.tsx';
import { UserTable } from './user-table.tsx';
import { dictionary } from './words.ts';

type Open = { readonly kind: 'create' } | { readonly kind: 'rotate'; readonly user: OrgUser };

export default function Administration() {
  const words = useWords(dictionary);
  const client = useClient();
  const { user } = useSession();
  const params = { orgId: user.orgId };
  const [open, setOpen] = useState<Open>();
  const [newKey, setNewKey] = useState<NewKey>();
  const { loaded, more } = usePages<OrgUser>(
    async (cursor, signal) => {
      const { body, headers } = await client.call('admin.listUsers', { params, query: { cursor }, signal });
      return { items: body, next: headers.get('x-next-cursor') ?? undefined };
    },
    [client],
  );
  const close = () => setOpen(undefined);
  const done = (key: NewKey) => {
    close();
    setNewKey(key);
    loaded.reload();
  };
  return (
    <>
      <Heading title={words.title} lead={words.lead}>
        <button type="button" class="primary" onClick={() => setOpen({ kind: 'create' })}>
          {words.create}
        </button>
      </Heading>
      {newKey && (
        <ShownOnceCard
          label={fill(words.keyOf, { name: newKey.name })}
          value={newKey.apiKey}
          note={words.keyNote}
        />
      )}
      <LoadedView loaded={loaded}>
        {(users) => (
          <UserTable users={users} ownId={user.id} rotate={(user) => setOpen({ kind: 'rotate', user })} />
        )}
      </LoadedView>
      <More label={words.more} action={more} />
      <Terms />
      {open?.kind === 'create' && <UserDialog close={close} done={done} />}
      {open?.kind === 'rotate' && <RotateKeyDialog user={open.user} close={close} done={done} />}
    </>
  );
}
