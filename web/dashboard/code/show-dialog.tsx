import { useState } from 'preact/hooks';
import type { ZkCode } from '../../../client/zk.ts';
import { useAction, useClient } from '../api.ts';
import { ScrollableText } from '../executions/result.tsx';
import { useWords } from '../language.tsx';
import { Dialog, FormDialog } from '../ui/dialog.tsx';
import { MasterPassword } from './master-password.tsx';
import { dictionary } from './words.ts';

type Props = { readonly program: ZkCode; readonly close: () => void };

/** Decrypts a program in the browser, which forgets code and password when the dialog closes. */
export function ShowDialog({ program: { name }, close }: Props) {
  const words = useWords(dictionary);
  const client = useClient();
  const [masterPassword, setPassword] = useState('');
  const [code, setCode] = useState<string>();
  const action = useAction(async () => {
    const { primitives, openZkCode } = await import('./cryptography.ts');
    setCode((await openZkCode(client, primitives, name, masterPassword)).code);
    setPassword('');
  });
  if (code === undefined) {
    return (
      <FormDialog title={name} close={close} submit={words.show} action={action}>
        <p>{words.showLead}</p>
        <MasterPassword value={masterPassword} change={setPassword} />
      </FormDialog>
    );
  }
  return (
    <Dialog title={name} wide close={close}>
      <ScrollableText title={words.code} text={code} />
      <p class="actions">
        <button type="button" class="primary" onClick={close}>
          {words.close}
        </button>
      </p>
    </Dialog>
  );
}
