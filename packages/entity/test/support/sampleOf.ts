import { seededRandom } from '../../src/testing/seededRandom.js';

/** Which part of every sampled matrix runs: another one each day, or `MATRIX_TURN`. */
const turn = Number(process.env.MATRIX_TURN ?? Math.floor(Date.now() / 86_400_000));

/**
 * The rows of a matrix that a run of the suite tests: one part in so many, another one each day.
 * `npm run test:matrices` tests all of them.
 */
export function sampleOf<T>(rows: readonly T[], parts: number): readonly T[] {
  if (process.env.MATRIX === 'whole') return rows;
  // Each part has something of everything, however the rows are ordered.
  const random = seededRandom(1);
  const shuffled = rows
    .map((row, at) => ({ at, row, order: random() }))
    .sort((a, b) => a.order - b.order)
    .filter((_, at) => at % parts === turn % parts);
  return shuffled.sort((a, b) => a.at - b.at).map(({ row }) => row);
}
