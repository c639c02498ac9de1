import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import type { TokenScope } from '../../../contract/scopes.ts';
import { useAction, useClient } from '../api.ts';
import { useWords } from '../language.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Checkbox, Choice, Field, FieldGroup } from '../ui/field.tsx';
import { dictionary } from './words.ts';

export type NewToken = ResponseFor<'tokens.create'>['body']['data'];

const dayMs = 24 * 60 * 60_000;
const lifetimes = { month: 30 * dayMs, quarter: 90 * dayMs, year: 365 * dayMs, never: null } as const;
type Lifetime = keyof typeof lifetimes;

const allScopes = ['messages:read', 'messages:write'] as const satisfies readonly TokenScope[];

type CreateProps = { readonly close: () => void; readonly done: (token: NewToken) => void };

export function CreateDialog({ close, done }: CreateProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly TokenScope[]>(allScopes);
  const [lifetime, setLifetime] = useState<Lifetime>('quarter');
  const action = useAction(async () => {
    const ms = lifetimes[lifetime];
    const expiresAt = ms === null ? null : new Date(Date.now() + ms).toISOString();
    const { body } = await client.call('tokens.create', { body: { name, scopes: [...scopes], expiresAt } });
    done(body.data);
  });
  return (
    <FormDialog title={words.create} close={close} submit={words.createIt} action={action}>
      <Field
        label={words.name}
        hint={words.nameHint}
        required
        maxLength={100}
        autocomplete="off"
        value={name}
        change={setName}
      />
      <FieldGroup label={words.scopes}>
        {allScopes.map((scope) => (
          <Checkbox
            key={scope}
            label={words[scope]}
            checked={scopes.includes(scope)}
            change={(checked) =>
              setScopes(allScopes.filter((each) => (each === scope ? checked : scopes.includes(each))))
            }
          />
        ))}
      </FieldGroup>
      <Choice
        label={words.expires}
        value={lifetime}
        change={setLifetime}
        options={(['month', 'quarter', 'year', 'never'] as const).map((each) => [each, words[each]])}
      />
    </FormDialog>
  );
}
