import { useFormats, useWords } from '../language.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import type { OrgUser } from './rotate-key-dialog.tsx';
import { dictionary } from './words.ts';

type TableProps = {
  readonly users: readonly OrgUser[];
  /** The signed-in user, who rotates their own key under Account, where the session continues with the new key. */
  readonly ownId: string;
  readonly rotate: (user: OrgUser) => void;
};

export function UserTable({ users, ownId, rotate }: TableProps) {
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
              {name} {id === ownId && <span class="badge">{words.you}</span>}
            </>
          ),
        },
        { label: words.email, cell: ({ email }) => email ?? words.noEmail },
        { label: words.role, cell: ({ role }) => words[role] },
        { label: words.since, cell: ({ createdUtc }) => moment(createdUtc) },
      ]}
      actions={(user) =>
        user.id !== ownId && <RowButton label={words.rotate} of={user.name} press={() => rotate(user)} />
      }
    />
  );
}
