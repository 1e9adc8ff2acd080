/** @in-turns 3: each test starts processes. */

import { contentsOf } from '../support/contents.js';
import { inTwoProcesses, type Outcome } from '../support/inTwoProcesses.js';
import { createTestAccounts, type TestAccounts } from '../support/testAccounts.js';

const CALLS = 200;
const password = 'correct horse';

function tally(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code = 'created' } of outcomes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

describe('200 sign-ups at once from two processes', () => {
  let test: TestAccounts;
  beforeEach(async () => {
    test = await createTestAccounts();
  });
  afterEach(() => test.drop());

  it('ASVS 2.3.3, 15.4.2: give one username to one of them, and leave nothing of the others', async () => {
    const inputs = Array.from({ length: CALLS }, (_, at) => ({
      username: at % 3 === 0 ? 'ADA' : 'ada',
      email: `ada${at}@example.com`,
      password,
    }));
    const outcomes = await inTwoProcesses(test.table.name, inputs);
    expect(tally(outcomes)).toEqual({ created: 1, UsernameAlreadyExists: CALLS - 1 });
    expect(await contentsOf(test.client, test.table.name)).toEqual({
      counts: { Account: 1, AccountToken: 1, AccessType: 1, unique: 2 },
      problems: [],
    });
  });

  it('ASVS 2.2.1, 15.4.2: give one e-mail address in 8 spellings to one of them', async () => {
    const composed = 'zo\u00eb@caf\u00e9.example.com';
    const decomposed = composed.normalize('NFD');
    const spellings = [
      composed,
      decomposed,
      composed.toUpperCase(),
      decomposed.toUpperCase(),
      composed.replace('zo', 'Zo'),
      decomposed.replace('zo', 'zO'),
      composed.replace('example.com', 'EXAMPLE.Com'),
      'zo\u00eb@cafe\u0301.example.com',
    ];
    expect(new Set(spellings).size).toBe(8);
    const inputs = Array.from({ length: CALLS }, (_, at) => ({
      username: `zoe${at}`,
      // Each process meets every spelling.
      email: spellings[Math.floor(at / 2) % spellings.length],
      password,
    }));
    const outcomes = await inTwoProcesses(test.table.name, inputs);
    expect(tally(outcomes)).toEqual({ created: 1, EmailAlreadyExists: CALLS - 1 });
    expect(await contentsOf(test.client, test.table.name)).toEqual({
      counts: { Account: 1, AccountToken: 1, AccessType: 1, unique: 2 },
      problems: [],
    });
  });
});
