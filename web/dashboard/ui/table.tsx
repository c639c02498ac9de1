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
  /** The first column identifies the row. */
  readonly columns: readonly [Column<Row>, ...Column<Row>[]];
  /** The row's buttons. */
  readonly actions?: (row: Row) => ComponentChildren;
};

/** A table whose rows become separate lists in a narrow window. */
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
  /** What the button acts on, for screen readers. */
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
