import { injectFaults, seededRandom } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { codeOf } from '../support/errorOf.js';
import { createTestAccounts, PASSWORD, requestWith } from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';

const BUDGET = 10;
const CALLERS = 200;
/** The part of the writes that never arrive, whose answers are all lost, and the first of which is. */
const UNSENT = 0.1;
const UNANSWERED = 0.2;
const ANSWERED_LATE = 0.3;

it('GHSA-44jh-23m7-hpcf, ASVS 6.3.1, CVE-2026-35597: of 200 wrong passwords at once, 30% of the writes faulty, the budget is looked at, and no count is taken back', async () => {
  const hasher = new QuickHasher();
  const test = await createTestAccounts({ passwords: { hasher }, throttling: { address: false } });
  const { accounts, client } = test;
  const login = (password: string): Promise<string> =>
    codeOf(accounts.userByPasswordLogin({ username: 'ada', password, request: requestWith() }));
  try {
    await accounts.createAccount({ username: 'ada', password: PASSWORD });
    const random = seededRandom(7);
    const fates = new Map<number, number>();
    const faults = injectFaults(client);
    faults.choose(({ operation, request, attempt }) => {
      if (operation !== 'UpdateItem') return undefined;
      const fate = fates.get(request) ?? random();
      fates.set(request, fate);
      if (fate < UNSENT) return 'timeout';
      return fate < UNANSWERED || (fate < ANSWERED_LATE && attempt === 1)
        ? 'answerLost'
        : undefined;
    });
    hasher.verified = [];
    const outcomes = await Promise.all(Array.from({ length: CALLERS }, () => login('not the one')));
    faults.remove();

    const count = (code: string): number => outcomes.filter((each) => each === code).length;
    const [failed, locked, unknown] = [
      count('LoginFailed'),
      count('AccountLocked'),
      count('ServiceUnavailable'),
    ];
    expect(fates.size).toBeGreaterThanOrEqual(CALLERS);
    expect(unknown).toBeGreaterThan(BUDGET);
    expect(failed + locked + unknown).toBe(CALLERS);
    expect(hasher.verified).toHaveLength(failed);
    // Whoever got no answer may have been counted, and has not been looked at.
    expect(failed).toBeLessThanOrEqual(BUDGET);
    expect(failed + unknown).toBeGreaterThanOrEqual(BUDGET);
    expect(locked).toBeGreaterThan(0);
    const stored = (await tableItems(client, test.table.name)).filter(
      (item) => item._e?.S === 'AccountAttempts',
    );
    expect(stored.map((item) => item.attempts?.N)).toEqual([String(BUDGET)]);
    expect(await login(PASSWORD)).toBe('AccountLocked');
  } finally {
    await test.drop();
  }
});
