import { useAction, useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { LoadedList, Problem } from '../ui/states.tsx';
import { RowButton } from '../ui/table.tsx';
import { ShareForm } from './share-form.tsx';
import type { Share, Shareable } from './shareable.ts';
import { dictionary } from './words.ts';

type DialogProps = { readonly shareable: Shareable; readonly close: () => void };

/** Lists the shares of a value or file, and creates a new one. */
export function SharingDialog({ shareable, close }: DialogProps) {
  const words = useWords(dictionary);
  const shares = useLoad(shareable.list, [shareable.name]);
  const revocation = useAction(async (recipientUserId: string) => {
    await shareable.revoke(recipientUserId);
    shares.reload();
  });
  return (
    <Dialog title={fill(words.sharing, { name: shareable.name })} close={close}>
      <h3>{words.sharedWith}</h3>
      {revocation.error !== undefined && <Problem error={revocation.error} />}
      <LoadedList loaded={shares} empty={<p class="note">{words.notShared}</p>}>
        {(list) => (
          <ul class="rows">
            {list.map((share) => (
              <ShareRow key={share.shareId} share={share} revoke={revocation.run} />
            ))}
          </ul>
        )}
      </LoadedList>
      <h3>{words.shareWith}</h3>
      <ShareForm shareable={shareable} shares={shares.data ?? []} close={close} />
    </Dialog>
  );
}

type RowProps = { readonly share: Share; readonly revoke: (recipientUserId: string) => void };

function ShareRow({ share, revoke }: RowProps) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  const { recipientUserId, recipientName, expiresUtc, lastAccessUtc } = share;
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
