import { useWords } from '../language.tsx';
import { PasswordField } from '../ui/field.tsx';
import { dictionary } from './words.ts';

type UserSecretFieldProps = { readonly value: string; readonly change: (value: string) => void };

/** For the secret that the user has. No browser keeps it: it would be sent to wherever passwords are synced. */
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
