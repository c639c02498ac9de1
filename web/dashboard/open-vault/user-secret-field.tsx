import { useWords } from '../language.tsx';
import { PasswordField } from '../ui/field.tsx';
import { dictionary } from './words.ts';

type UserSecretFieldProps = { readonly value: string; readonly change: (value: string) => void };

/** Asks for the current user secret. Autocomplete is off, because browsers would sync a stored secret elsewhere. */
export function UserSecretField(props: UserSecretFieldProps) {
  const words = useWords(dictionary);
  return (
    <PasswordField
      label={words.userSecret}
      hint={words.userSecretHint}
      autocomplete="off"
      required
      {...props}
    />
  );
}
