import { useState } from 'preact/hooks';
import {
  newTemporarySecret,
  openHandedShare,
  openTrusteeShare,
  restoreOwner,
} from '../../../client/recovery.ts';
import { Tampered } from '../../../crypto/errors.ts';
import { useAction, useClient } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { loadCrypto } from '../open-vault/load-crypto.ts';
import { UserSecretField } from '../open-vault/user-secret-field.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Area, PasswordField } from '../ui/field.tsx';
import type { Owner } from './types.ts';
import { dictionary } from './words.ts';

type DialogProps = {
  readonly owner: Owner;
  readonly close: () => void;
  /** Called with the secret that the owner must be told. */
  readonly done: (temporarySecret: string) => void;
};

/** Combines the user's share with those of other trustees and restores the owner's keys. */
export function RestoreDialog({ owner, close, done }: DialogProps) {
  const words = useWords(dictionary);
  const { ownerUserId, ownerName, xorApplied, xorSaltHint } = owner;
  const client = useClient();
  const [sealedShares, setSealedShares] = useState('');
  const [phrase, setPhrase] = useState('');
  const [secret, setSecret] = useState('');
  const restore = async () => {
    const crypto = await loadCrypto();
    const shares = [await openTrusteeShare(client, crypto, secret, ownerUserId)];
    for (const sealed of sealedShares.split(/\s+/).filter(Boolean))
      shares.push(await openHandedShare(client, crypto, secret, sealed));
    const temporarySecret = newTemporarySecret();
    await restoreOwner(client, crypto, { shares, ...(phrase && { phrase }), temporarySecret });
    return temporarySecret;
  };
  const action = useAction(async () => {
    try {
      done(await restore());
    } catch (error) {
      throw error instanceof Tampered ? new Error(words.cannotCombine) : error;
    }
  });
  return (
    <FormDialog
      title={fill(words.restoreTitle, { name: ownerName })}
      close={close}
      submit={action.busy ? words.working : words.restoreIt}
      action={action}
    >
      <p>{words.restoreLead}</p>
      <Area
        label={words.shares}
        hint={words.sharesHint}
        required
        rows={4}
        code
        value={sealedShares}
        change={setSealedShares}
      />
      {xorApplied && (
        <PasswordField
          label={fill(words.phraseOf, { name: ownerName })}
          hint={fill(words.hintIs, { hint: xorSaltHint ?? '' })}
          autocomplete="off"
          required
          value={phrase}
          change={setPhrase}
        />
      )}
      <UserSecretField value={secret} change={setSecret} />
    </FormDialog>
  );
}
