import { useState } from 'preact/hooks';
import { useClient, usePages } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { useSession } from '../session.ts';
import { Heading } from '../ui/heading.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';
import { LoadedView, More } from '../ui/states.tsx';
import { type Keyed, type OrgUser, ReplaceKeyDialog } from './replace-key-dialog.tsx';
import { Terms } from './terms.tsx';
import { UserDialog } from './user-dialog.tsx';
import { UserTable } from './user-table.tsx';
import { dictionary } from './words.ts';

type Open = { readonly kind: 'create' } | { readonly kind: 'replace'; readonly user: OrgUser };

export default function Administration() {
  const words = useWords(dictionary);
  const client = useClient();
  const { user } = useSession();
  const params = { orgId: user.orgId };
  const [open, setOpen] = useState<Open>();
  const [keyed, setKeyed] = useState<Keyed>();
  const { loaded, more } = usePages<OrgUser>(
    async (cursor, signal) => {
      const { body, headers } = await client.call('admin.listUsers', { params, query: { cursor }, signal });
      return { items: body, next: headers.get('x-next-cursor') ?? undefined };
    },
    [client],
  );
  const close = () => setOpen(undefined);
  const done = (made: Keyed) => {
    close();
    setKeyed(made);
    loaded.reload();
  };
  return (
    <>
      <Heading title={words.title} lead={words.lead}>
        <button type="button" class="primary" onClick={() => setOpen({ kind: 'create' })}>
          {words.create}
        </button>
      </Heading>
      {keyed && (
        <div class="card">
          <ShownOnce
            label={fill(words.keyOf, { name: keyed.name })}
            value={keyed.apiKey}
            note={words.keyLead}
          />
        </div>
      )}
      <LoadedView loaded={loaded}>
        {(users) => (
          <UserTable users={users} own={user.id} replace={(user) => setOpen({ kind: 'replace', user })} />
        )}
      </LoadedView>
      <More label={words.more} action={more} />
      <Terms />
      {open?.kind === 'create' && <UserDialog close={close} done={done} />}
      {open?.kind === 'replace' && <ReplaceKeyDialog user={open.user} close={close} done={done} />}
    </>
  );
}
