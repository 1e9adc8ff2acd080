// `npm run bench:entity`: the work of a client per operation, beside other libraries. The network
// is stubbed, so that what is measured is CPU time between a call and its answer.
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { openContenders } = await import('./entity/contenders.mjs');
const { OPERATIONS } = await import('./entity/operations.mjs');
const { measure } = await import('./support/rounds.mjs');
const { report } = await import('./support/report.mjs');

const ROUNDS = 41;
const SLICE_MS = 20;
const BASE = 'lib-dynamodb';

// Before anything is measured, each proves that it does the same work.
const contenders = await openContenders();

const rows = contenders.map(({ name }) => ({ library: name }));
for (const { name, run } of OPERATIONS) {
  const tasks = contenders.map((contender) => ({
    name: contender.name,
    run: () => run(contender),
  }));
  const ratios = await measure(tasks, { base: BASE, rounds: ROUNDS, sliceMs: SLICE_MS });
  for (const [at, row] of rows.entries()) row[name] = ratios[contenders[at].name];
}

report('entity', rows, {
  title: `CPU time per operation ÷ ${BASE}, network stubbed; medians of ${ROUNDS} interleaved rounds`,
});
