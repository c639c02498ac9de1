import { useState } from 'preact/hooks';
import { isUserSecretLength } from '../../../contract/user-secret.ts';
import { useWords } from '../language.tsx';
import { PasswordField } from '../ui/field.tsx';
import { dictionary } from './words.ts';

/** Holds a new user secret, which is entered twice because it cannot be recovered. */
export function useNewSecret() {
  const words = useWords(dictionary);
  const [secret, change] = useState('');
  const [repeated, changeRepeated] = useState('');
  return {
    secret,
    change,
    repeated,
    changeRepeated,
    /** Returns the secret. Throws an error in the user's language if it is too short or the entries differ. */
    read(): string {
      if (!isUserSecretLength(secret)) throw new Error(words.secretLength);
      if (secret !== repeated) throw new Error(words.mismatch);
      return secret;
    },
  };
}

export function NewSecretFields({ secret }: { readonly secret: ReturnType<typeof useNewSecret> }) {
  const words = useWords(dictionary);
  return (
    <>
      <PasswordField
        label={words.newSecret}
        hint={words.newSecretHint}
        autocomplete="off"
        required
        value={secret.secret}
        change={secret.change}
      />
      <PasswordField
        label={words.repeat}
        autocomplete="off"
        required
        value={secret.repeated}
        change={secret.changeRepeated}
      />
    </>
  );
}
