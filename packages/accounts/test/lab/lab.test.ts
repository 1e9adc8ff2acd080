import { randomInt } from 'node:crypto';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { historyText } from './calls.js';
import { LabClient } from './LabClient.js';
import { runHistory, type Lane } from './runHistory.js';

/** Seeds of histories that each run has, and one that is new in every run. */
const SEEDS = [1, 2, 3, randomInt(2 ** 31)];
const HISTORIES = 10;
const CLIENTS = 6;

describe('random concurrent histories with faults', () => {
  const client = localClient();
  const clients = Array.from({ length: CLIENTS }, () => new LabClient());
  let test: TestTable;
  beforeAll(async () => {
    test = await createTestTable([], { client });
  });
  afterAll(async () => {
    await test.drop();
    for (const each of clients) each.close();
  });

  it.each(SEEDS)('are what one process alone could have done, with seed %i', async (seed) => {
    const lane: Lane = {
      client,
      clients,
      endpoint: process.env.DYNAMODB_ENDPOINT ?? '',
      tableName: test.table.name,
    };
    for (let at = 0; at < HISTORIES; at++) {
      const { result, problems, violation, history } = await runHistory(lane, seed * 1000 + at);
      const text = historyText(violation ?? history);
      const where = `npm run lab -- --seed ${String(seed)} --only ${String(at)}`;
      if (result !== 'linearizable' || problems.length > 0) {
        throw new Error([result, ...problems, where, text].join('\n'));
      }
    }
  });
});
