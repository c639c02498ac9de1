import { useState } from 'preact/hooks';
import { useAction, useClient } from '../api.ts';
import { useWords } from '../language.tsx';
import { useSession } from '../session.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { Checkbox, Field } from '../ui/field.tsx';
import type { NewKey } from './rotate-key-dialog.tsx';
import { dictionary } from './words.ts';

type UserProps = { readonly close: () => void; readonly done: (key: NewKey) => void };

export function UserDialog({ close, done }: UserProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const { user } = useSession();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [isAdmin, setAdmin] = useState(false);
  const action = useAction(async () => {
    const { body } = await client.call('admin.createUser', {
      params: { orgId: user.orgId },
      body: { name, isAdmin, ...(email && { email }) },
    });
    done(body);
  });
  return (
    <FormDialog title={words.create} close={close} submit={words.createIt} action={action}>
      <Field label={words.name} required maxLength={200} autocomplete="off" value={name} change={setName} />
      <Field
        label={words.email}
        hint={words.emailHint}
        type="email"
        maxLength={254}
        autocomplete="off"
        value={email}
        change={setEmail}
      />
      <Checkbox label={words.isAdmin} checked={isAdmin} change={setAdmin} />
    </FormDialog>
  );
}
