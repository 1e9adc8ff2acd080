import type { ComponentChildren, VNode } from 'preact';

export interface Column {
  readonly title: string;
  readonly isNumeric?: boolean;
}

export interface Row {
  readonly key: string;
  /** One for each column; the first names the row. */
  readonly cells: readonly ComponentChildren[];
}

export interface DataTableProps {
  /** Accessible name. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** A table; on a phone, each of its rows is a block in which every value has its column's title. */
export function DataTable({ caption, columns, rows }: DataTableProps): VNode {
  return (
    <table class="data" role="table">
      <caption class="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ title, isNumeric }) => (
            <th key={title} scope="col" role="columnheader" class={isNumeric ? 'numeric' : ''}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ key, cells }) => (
          <tr key={key} role="row">
            {cells.map((cell, at) => {
              const { title = '', isNumeric } = columns[at] ?? {};
              const name = isNumeric ? 'numeric' : '';
              return at === 0 ? (
                <th key={title} scope="row" role="rowheader" class={name}>
                  {cell}
                </th>
              ) : (
                <td key={title} role="cell" class={name} data-title={title}>
                  {cell}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
