import { useState } from 'preact/hooks';
import { useAction } from '../api.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { PasswordField } from '../ui/field.tsx';
import { NewSecretFields, useNewSecret } from './new-secret.tsx';

type RekeyDialogProps = {
  readonly title: string;
  readonly lead: string;
  readonly currentLabel: string;
  readonly submit: string;
  /** Replaces `submit` while the keys are being encrypted again. */
  readonly busy: string;
  readonly close: () => void;
  readonly rekey: (currentSecret: string, newSecret: string) => Promise<void>;
};

/** Asks for the secret that the keys are encrypted with and for a new one. */
export function RekeyDialog({ title, lead, currentLabel, submit, busy, close, rekey }: RekeyDialogProps) {
  const [current, setCurrent] = useState('');
  const newSecret = useNewSecret();
  const action = useAction(() => rekey(current, newSecret.read()));
  return (
    <FormDialog title={title} close={close} submit={action.busy ? busy : submit} action={action}>
      <p>{lead}</p>
      <PasswordField label={currentLabel} autocomplete="off" required value={current} change={setCurrent} />
      <NewSecretFields secret={newSecret} />
    </FormDialog>
  );
}
