import { useFormats, useWords } from '../language.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import type { OrgUser } from './replace-key-dialog.tsx';
import { dictionary } from './words.ts';

type TableProps = {
  readonly users: readonly OrgUser[];
  /** The one who is signed in; their key is replaced in their account, so that this session goes on. */
  readonly own: string;
  readonly replace: (user: OrgUser) => void;
};

export function UserTable({ users, own, replace }: TableProps) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  return (
    <Table
      rows={users}
      keyOf={({ id }) => id}
      columns={[
        {
          label: words.name,
          cell: ({ id, name }) => (
            <>
              {name} {id === own && <span class="badge">{words.you}</span>}
            </>
          ),
        },
        { label: words.email, cell: ({ email }) => email ?? words.noEmail },
        { label: words.role, cell: ({ role }) => words[role] },
        { label: words.since, cell: ({ createdUtc }) => moment(createdUtc) },
      ]}
      actions={(user) =>
        user.id !== own && <RowButton label={words.replaceKey} of={user.name} press={() => replace(user)} />
      }
    />
  );
}
