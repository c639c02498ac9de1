import type { ComponentChildren } from 'preact';
import { type Dictionary, useWords } from '../language.tsx';

const dictionary: Dictionary<'actions'> = { en: { actions: 'Actions' }, es: { actions: 'Acciones' } };

type Column<Row> = {
  readonly label: string;
  readonly cell: (row: Row) => ComponentChildren;
};

type TableProps<Row> = {
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** The first one says what the row is of. */
  readonly columns: readonly [Column<Row>, ...Column<Row>[]];
  /** Buttons for what can be done with a row. */
  readonly actions?: (row: Row) => ComponentChildren;
};

/** In a narrow window each row is shown as a list of its own. */
export function Table<Row>({ rows, keyOf, columns, actions }: TableProps<Row>) {
  const words = useWords(dictionary);
  const [first, ...others] = columns;
  return (
    <table class="stacked">
      <thead>
        <tr>
          {columns.map(({ label }) => (
            <th key={label} scope="col">
              {label}
            </th>
          ))}
          {actions && (
            <th scope="col">
              <span class="unseen">{words.actions}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            <th scope="row">{first.cell(row)}</th>
            {others.map(({ label, cell }) => (
              <td key={label} data-label={label}>
                {cell(row)}
              </td>
            ))}
            {actions && <td class="row-actions">{actions(row)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type RowButtonProps = {
  readonly label: string;
  /** What the row is of, for who does not see where the button stands. */
  readonly of: string;
  readonly press: () => void;
};

export function RowButton({ label, of, press }: RowButtonProps) {
  return (
    <button type="button" aria-label={`${label}: ${of}`} onClick={press}>
      {label}
    </button>
  );
}
