import { seededRandom } from '../../src/testing/seededRandom.js';

/** Which part of every table runs; all of it where nothing is said. `npm test` takes it from the commit. */
const { MATRIX_TURN } = process.env;

/**
 * The rows of a table that a run tests: in `npm test` one part in so many, another one for each commit;
 * in `npm run test:unit` all of them.
 *
 * @param atLeast - rows that run in any case (default: 1).
 */
export function sampleOf<T>(rows: readonly T[], parts: number, atLeast = 1): readonly T[] {
  if (MATRIX_TURN === undefined) return rows;
  const count = Math.min(rows.length, Math.max(atLeast, Math.ceil(rows.length / parts)));
  const from = (Number(MATRIX_TURN) % parts) * count;
  // Each part has something of everything, however the rows are ordered.
  const random = seededRandom(1);
  const shuffled = rows.map((row, at) => ({ row, at, order: random() }));
  shuffled.sort((a, b) => a.order - b.order);
  const chosen = Array.from({ length: count }, (_, at) => shuffled[(from + at) % rows.length]);
  return chosen
    .flatMap((each) => each ?? [])
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row);
}
