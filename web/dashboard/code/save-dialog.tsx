import { useState } from 'preact/hooks';
import type { ZkCode } from '../../../client/zk.ts';
import { limits } from '../../../contract/limits.ts';
import { useAction, useClient } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Area, Field } from '../ui/field.tsx';
import { useToast } from '../ui/toast.tsx';
import { NewMasterPassword } from './master-password.tsx';
import { dictionary } from './words.ts';

type Props = {
  /** The program to replace, or undefined for a new one. */
  readonly program: ZkCode | undefined;
  readonly close: () => void;
  readonly done: () => void;
};

/** Encrypts a program. Only the ciphertext leaves the browser. */
export function SaveDialog({ program, close, done }: Props) {
  const words = useWords(dictionary);
  const client = useClient();
  const toast = useToast();
  const { bytes } = useFormats();
  const [name, setName] = useState(program?.name ?? '');
  const [code, setCode] = useState('');
  const [description, setDescription] = useState(program?.description ?? '');
  const [masterPassword, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const action = useAction(async () => {
    if (masterPassword !== again) throw new Error(words.mismatch);
    if (new Blob([code]).size > limits.codeBytes)
      throw new Error(fill(words.tooLarge, { size: bytes(limits.codeBytes) }));
    const { primitives, putZkCode } = await import('./cryptography.ts');
    await putZkCode(client, primitives, { name, code, masterPassword, description });
    toast(fill(words.saved, { name }));
    done();
  });
  const title = program ? fill(words.replaceTitle, { name }) : words.add;
  return (
    <FormDialog title={title} wide close={close} submit={words.save} action={action}>
      {!program && (
        <Field
          label={words.name}
          hint={words.nameHint}
          required
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
          maxLength={limits.zkCodeNameCharacters}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={name}
          change={setName}
        />
      )}
      <Area label={words.code} hint={words.codeHint} code required rows={8} value={code} change={setCode} />
      <Field
        label={words.description}
        hint={words.descriptionHint}
        maxLength={limits.zkCodeDescriptionCharacters}
        autocomplete="off"
        value={description}
        change={setDescription}
      />
      <NewMasterPassword
        value={masterPassword}
        change={setPassword}
        again={{ value: again, change: setAgain }}
      />
    </FormDialog>
  );
}
