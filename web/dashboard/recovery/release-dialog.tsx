import { useState } from 'preact/hooks';
import { openTrusteeShare, sealShareFor } from '../../../client/recovery.ts';
import { publicKeysOf } from '../../../client/vault/own-keys.ts';
import { requireTrust } from '../../../client/vault/trust.ts';
import { useAction, useClient } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { trustShown } from '../open-vault/known-keys.ts';
import { loadCrypto } from '../open-vault/load-crypto.ts';
import { FingerprintOf, usePeople } from '../open-vault/people.tsx';
import { UserSecretField } from '../open-vault/user-secret-field.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Choice } from '../ui/field.tsx';
import type { Owner } from './types.ts';
import { dictionary } from './words.ts';

type DialogProps = {
  readonly owner: Owner;
  readonly close: () => void;
  /** Called with the share, sealed to the trustee of that name. */
  readonly done: (collectorName: string, sealedShare: string) => void;
};

/** Seals the user's share to the trustee who collects the shares. */
export function ReleaseDialog({ owner: { ownerUserId, ownerName }, close, done }: DialogProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const people = usePeople();
  const [chosen, setChosen] = useState('');
  const [secret, setSecret] = useState('');
  const others = people.data?.filter(({ id }) => id !== ownerUserId) ?? [];
  const collector = others.find(({ id }) => id === chosen);
  const action = useAction(async () => {
    if (!collector) throw new Error(words.chooseOne);
    const { id, name, fingerprint, profile } = collector;
    const crypto = await loadCrypto();
    await requireTrust(crypto, id, publicKeysOf(profile), trustShown(new Map([[id, fingerprint]])));
    const share = await openTrusteeShare(client, crypto, secret, ownerUserId);
    done(name, sealShareFor(crypto, share, profile));
  });
  return (
    <FormDialog
      title={fill(words.releaseTitle, { name: ownerName })}
      close={close}
      submit={action.busy ? words.working : words.releaseIt}
      action={action}
    >
      <p>{words.releaseLead}</p>
      <p class="warning">{fill(words.speakFirst, { name: ownerName })}</p>
      <Choice
        label={words.collector}
        value={chosen}
        change={setChosen}
        options={[['', words.chooseOne], ...others.map(({ id, name }) => [id, name] as const)]}
      />
      {collector && <FingerprintOf {...collector} />}
      <UserSecretField value={secret} change={setSecret} />
    </FormDialog>
  );
}
