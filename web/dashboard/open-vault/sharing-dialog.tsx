import type { ResponseFor } from '../../../client/index.ts';
import type { NewShare } from '../../../client/vault/shares.ts';
import { useAction, useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { LoadedList, Problem } from '../ui/states.tsx';
import { RowButton } from '../ui/table.tsx';
import { ShareForm } from './share-form.tsx';
import { dictionary } from './words.ts';

export type Grant = ResponseFor<'kvShares.list'>['body'][number];

/** A value or a file, as far as it is shared. */
export type Shareable = {
  readonly name: string;
  readonly list: (signal: AbortSignal) => Promise<readonly Grant[]>;
  readonly share: (terms: NewShare & { readonly alias?: string }) => Promise<unknown>;
  readonly revoke: (recipientUserId: string) => Promise<unknown>;
  /** Recipients may be given another name of it. */
  readonly hasAlias?: boolean;
};

type DialogProps = { readonly shareable: Shareable; readonly close: () => void };

/** With whom it is shared, and with whom it is to be. */
export function SharingDialog({ shareable, close }: DialogProps) {
  const words = useWords(dictionary);
  const grants = useLoad(shareable.list, [shareable.name]);
  const revocation = useAction(async (recipientUserId: string) => {
    await shareable.revoke(recipientUserId);
    grants.reload();
  });
  return (
    <Dialog title={fill(words.sharing, { name: shareable.name })} close={close}>
      <h3>{words.sharedWith}</h3>
      {revocation.error !== undefined && <Problem error={revocation.error} />}
      <LoadedList loaded={grants} empty={<p class="note">{words.sharedWithNobody}</p>}>
        {(list) => (
          <ul class="rows">
            {list.map((grant) => (
              <GrantRow key={grant.shareId} grant={grant} revoke={revocation.run} />
            ))}
          </ul>
        )}
      </LoadedList>
      <h3>{words.shareWith}</h3>
      <ShareForm shareable={shareable} taken={grants.data ?? []} close={close} />
    </Dialog>
  );
}

type RowProps = { readonly grant: Grant; readonly revoke: (recipientUserId: string) => void };

function GrantRow({ grant, revoke }: RowProps) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  const { recipientUserId, recipientName, expiresUtc, lastAccessUtc } = grant;
  const notes = [
    expiresUtc && fill(words.until, { time: moment(expiresUtc) }),
    lastAccessUtc ? fill(words.lastRead, { time: moment(lastAccessUtc) }) : words.notRead,
  ];
  return (
    <li>
      <div>
        {recipientName}
        <p class="note">{notes.filter(Boolean).join(', ')}</p>
      </div>
      <RowButton label={words.revoke} of={recipientName} press={() => revoke(recipientUserId)} />
    </li>
  );
}
