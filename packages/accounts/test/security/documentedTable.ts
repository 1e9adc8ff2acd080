import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The names of the columns and rows of a table in docs/security.md, by the comment before it. */
export function documentedTable(title: string): {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
} {
  const file = path.join(__dirname, '../../../../docs/security.md');
  const [, after = ''] = readFileSync(file, 'utf8').split(`<!-- ways × remedies: ${title} -->`);
  const [table = ''] = after.trimStart().split('\n\n');
  const [head = [], , ...rows] = table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return { columns: head.slice(1), rows: rows.map(([name = '']) => name) };
}
