import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { historyText } from './calls.js';
import { LabClient } from './LabClient.js';
import { runHistory, type Lane } from './runHistory.js';

/** Histories with each of these seeds; the last one is another for each commit. */
const SEEDS = [1, 2, Number(process.env.MATRIX_TURN ?? 3) % 2 ** 31];
const HISTORIES = 10;
/** Histories that were violations once, by seed and number. */
const FOUND = [
  [31, 206],
  [31, 561],
  [2026, 103],
  [2026, 1835],
  [271126, 872],
  [112627, 8975],
  [112627, 9508],
  [20261127, 753],
] as const;
const REPETITIONS = 3;
const CLIENTS = 6;

describe('random concurrent histories with faults', () => {
  const client = localClient();
  const clients = Array.from({ length: CLIENTS }, () => new LabClient());
  let test: TestTable;
  let lane: Lane;
  beforeAll(async () => {
    test = await createTestTable([], { client });
    const endpoint = process.env.DYNAMODB_ENDPOINT ?? '';
    lane = { client, clients, endpoint, tableName: test.table.name };
  });
  afterAll(async () => {
    await test.drop();
    for (const each of clients) each.close();
  });

  const prove = async (seed: number, at: number): Promise<void> => {
    const { result, problems, violation, history } = await runHistory(lane, seed * 1000 + at);
    if (result === 'linearizable' && problems.length === 0) return;
    const again = `npm run lab -- --seed ${String(seed)} --only ${String(at)}`;
    throw new Error([result, ...problems, again, historyText(violation ?? history)].join('\n'));
  };

  it.each(SEEDS)('are what one process alone could have done, with seed %i', async (seed) => {
    for (let at = 0; at < HISTORIES; at++) await prove(seed, at);
  });

  it.each(FOUND)('are no longer what was found with seed %i, number %i', async (seed, at) => {
    for (let left = REPETITIONS; left > 0; left--) await prove(seed, at);
  });
});
