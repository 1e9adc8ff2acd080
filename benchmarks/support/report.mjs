/**
 * Prints the rows of a benchmark as a table; with `--json`, as one JSON document.
 *
 * @param rows - objects with the same fields; numbers are shown with two decimals.
 */
export function report(benchmark, rows, { title, notes = [] }) {
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ benchmark, rows }));
    return;
  }
  const names = Object.keys(rows[0]);
  const lines = [names, ...rows.map((row) => names.map((name) => shown(row[name])))];
  const widths = names.map((_, at) => Math.max(...lines.map((line) => line[at].length)));
  console.log(`\n${title}\n`);
  for (const line of lines) {
    console.log(
      line
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))
        .join('  '),
    );
  }
  for (const note of notes) console.log(`\n${note}`);
}

function shown(value) {
  if (value === undefined || value === null) return '–';
  if (typeof value !== 'number') return String(value);
  return Number.isInteger(value) && value >= 100 ? String(value) : value.toFixed(2);
}
