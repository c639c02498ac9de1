import { limits } from '../../../contract/limits.ts';
import { useWords } from '../language.tsx';
import { PasswordField } from '../ui/field.tsx';
import { dictionary } from './words.ts';

type Props = { readonly value: string; readonly change: (value: string) => void };

export function MasterPassword(field: Props) {
  const words = useWords(dictionary);
  return <PasswordField label={words.password} autocomplete="off" required {...field} />;
}

/** Asks for the password twice, because it cannot be recovered. */
export function NewMasterPassword({ again, ...field }: Props & { readonly again: Props }) {
  const words = useWords(dictionary);
  const { min, max } = limits.masterPasswordCharacters;
  const input = { autocomplete: 'new-password', required: true, minLength: min, maxLength: max };
  return (
    <>
      <PasswordField label={words.password} hint={words.passwordHint} {...input} {...field} />
      <PasswordField label={words.passwordAgain} {...input} {...again} />
    </>
  );
}
