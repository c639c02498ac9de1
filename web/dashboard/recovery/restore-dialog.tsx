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
import type { Owner } from './owners.tsx';
import { dictionary } from './words.ts';

type DialogProps = {
  readonly owner: Owner;
  readonly close: () => void;
  /** With what the owner is to be told. */
  readonly done: (temporarySecret: string) => void;
};

/** A trustee joins their part with those of others, and brings the owner's keys back. */
export function RestoreDialog({ owner, close, done }: DialogProps) {
  const words = useWords(dictionary);
  const { ownerUserId, ownerName, xorApplied, xorSaltHint } = owner;
  const client = useClient();
  const [parts, setParts] = useState('');
  const [phrase, setPhrase] = useState('');
  const [secret, setSecret] = useState('');
  const restore = async () => {
    const crypto = await loadCrypto();
    const shares = [await openTrusteeShare(client, crypto, secret, ownerUserId)];
    for (const part of parts.split(/\s+/).filter(Boolean))
      shares.push(await openHandedShare(client, crypto, secret, part));
    const temporarySecret = newTemporarySecret();
    await restoreOwner(client, crypto, { shares, ...(phrase && { phrase }), temporarySecret });
    return temporarySecret;
  };
  const action = useAction(async () => {
    try {
      done(await restore());
    } catch (error) {
      throw error instanceof Tampered ? new Error(words.doNotJoin) : error;
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
        label={words.parts}
        hint={words.partsHint}
        required
        rows={4}
        code
        value={parts}
        change={setParts}
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
