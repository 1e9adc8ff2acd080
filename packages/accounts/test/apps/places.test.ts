import { AccountPlaces } from '@latchkey/schema';
import { setTimeout as sleep } from 'node:timers/promises';
import { injectFaults } from '@latchkey/entity/testing';
import { Accounts, type AccountsOptions } from '../../src/accounts/Accounts.js';
import type { AppPlan } from '../../src/quota/AppPlan.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { failFrom, placesIn, type Places } from './support.js';
import { selfService } from '../support/selfService.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('maxAccounts', () => {
  let test: TestAccounts;
  let count = 0;
  const passwords = { hasher: new QuickHasher() };
  const delivery = { send: () => undefined };
  const open = async (plan: Partial<AppPlan>, options: Partial<AccountsOptions> = {}) => {
    test = await createTestAccounts({ plan, passwords, delivery, ...options });
    return test.accounts;
  };
  /** The same table with another plan. */
  const withPlan = (plan: Partial<AppPlan>): Accounts =>
    new Accounts({ table: test.table, plan, passwords, sessions, delivery });
  const sessions = { getTokenSecret: () => SECRET };
  const nameOf = (): { username: string; email: string; password: string } => {
    const username = `user${String(++count)}`;
    return { username, email: `${username}@example.com`, password: PASSWORD };
  };
  const stored = (): Promise<Places> => placesIn(test.client, test.table.name);
  const tally = async (calls: readonly Promise<unknown>[]): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const code of await Promise.all(calls.map(codeOf))) counts[code] = (counts[code] ?? 0) + 1;
    return counts;
  };

  afterEach(() => test.drop());

  it('ASVS 2.3.3, 15.4.2: 100 sign-ups at once for 10 places make 10 accounts; after deletions it is exact again', async () => {
    const accounts = await open({ maxAccounts: 10 });
    const instances = [accounts, test.another(), test.another(), test.another()];
    const signUps = (howMany: number): Promise<Record<string, number>> =>
      tally(
        Array.from({ length: howMany }, async (_, at) => {
          const of = instances[at % instances.length] ?? accounts;
          const form = nameOf();
          const { email, password } = form;
          if (at % 4 === 0) return of.requestAccount({ email, password });
          if (at % 4 === 1) return of.createAccount(form);
          if (at % 4 === 2) return of.createAccountAndLogin({ ...form, request: requestWith() });
          return selfService(of).signUp({ ...form, request: requestWith() });
        }),
      );
    expect(await signUps(100)).toEqual({ none: 10, TrialExceededLimit: 90 });
    expect(await stored()).toEqual({ accounts: 10, held: 10, taken: 10, problems: [] });
    expect(await accounts.quota.getUsage()).toEqual({ taken: 10, maxAccounts: 10 });

    const { items } = await accounts.AccountEntity.scan({ limit: 4 });
    await Promise.all(items.map(({ accountId }) => accounts.lifecycle.delete({ accountId })));
    expect(await stored()).toEqual({ accounts: 6, held: 6, taken: 6, problems: [] });
    expect(await signUps(20)).toEqual({ none: 4, TrialExceededLimit: 16 });
    expect(await stored()).toEqual({ accounts: 10, held: 10, taken: 10, problems: [] });
  });

  it('ASVS 15.4.2: 50 sign-ups for 5 places end as exactly where they conflict', async () => {
    const accounts = await open({ maxAccounts: 5 });
    let isBusy = false;
    const fault = injectFaults(test.client).choose(({ operation }) => {
      if (operation !== 'TransactWriteItems') return undefined;
      if (isBusy) return { name: 'transactionConflict', items: [0] };
      isBusy = true;
      const run = async (): Promise<void> => {
        await sleep(4);
        isBusy = false;
      };
      return { name: 'interleave', run };
    });
    const signUps = Array.from({ length: 50 }, () =>
      selfService(accounts).signUp({ ...nameOf(), request: requestWith() }),
    );
    expect(await tally(signUps).finally(() => fault.remove())).toEqual({
      none: 5,
      TrialExceededLimit: 45,
    });
    expect(fault.attempts).toBeGreaterThan(100);
    expect(await stored()).toEqual({ accounts: 5, held: 5, taken: 5, problems: [] });
  });

  it('costs a sign-up no request, and says how many there may be', async () => {
    const accounts = await open({ maxAccounts: 1 });
    const cost = await test.log.costOf(() => accounts.createAccount(nameOf()));
    expect(cost.commands).toEqual(['TransactWriteItems']);
    const error = await errorOf(accounts.createAccount(nameOf()));
    expect(error.toJSON()).toMatchObject({
      code: 'TrialExceededLimit',
      status: 402,
      details: { maxAccounts: 1 },
    });
  });

  it('ASVS 6.3.8: takes no place for what is refused, and a full application tells nothing else', async () => {
    const accounts = await open({ maxAccounts: 2 });
    const events: (string | undefined)[] = [];
    accounts.on('CreateUserError', ({ reason }) => events.push(reason));
    const ada = nameOf();
    await accounts.createAccount(ada);
    expect(await codeOf(accounts.createAccount(ada))).toBe('UsernameAlreadyExists');
    const { email, password } = ada;
    expect(await codeOf(accounts.createAccount({ email, password }))).toBe('EmailAlreadyExists');
    expect(await codeOf(accounts.requestAccount({ email, password }))).toBe('none');
    expect((await stored()).taken).toBe(1);
    await accounts.createAccount(nameOf());
    for (const input of [ada, { email, password }, nameOf()]) {
      expect(await codeOf(accounts.createAccount(input))).toBe('TrialExceededLimit');
    }
    expect(await codeOf(accounts.requestAccount({ email, password }))).toBe('TrialExceededLimit');
    expect(await stored()).toEqual({ accounts: 2, held: 2, taken: 2, problems: [] });
    expect(events).toEqual([
      'UsernameAlreadyExists',
      'EmailAlreadyExists',
      // Of `requestAccount`, whose caller is told nothing.
      'EmailAlreadyExists',
      ...Array.from({ length: 4 }, () => 'TrialExceededLimit'),
    ]);
  });

  it('ASVS 2.3.3: counts once where an answer is lost, or other sign-ups are in the way', async () => {
    const accounts = await open({ maxAccounts: 5 });
    const lost = injectFaults(test.client).on('TransactWriteItems', 'answerLost', { times: 2 });
    const { accountId } = await accounts.createAccount(nameOf());
    lost.remove();
    expect(lost.attempts).toBe(3);
    expect(await stored()).toMatchObject({ accounts: 1, held: 1, taken: 1 });
    const conflicts = injectFaults(test.client).on(
      'TransactWriteItems',
      { name: 'transactionCanceled', reasons: ['TransactionConflict', 'None', 'None'] },
      { times: 3 },
    );
    await accounts.createAccount(nameOf());
    conflicts.remove();
    expect(conflicts.attempts).toBe(4);
    expect(await stored()).toMatchObject({ accounts: 2, held: 2, taken: 2 });
    const lostAgain = injectFaults(test.client).on('TransactWriteItems', 'answerLost');
    await accounts.lifecycle.delete({ accountId });
    lostAgain.remove();
    expect(await stored()).toEqual({ accounts: 1, held: 1, taken: 1, problems: [] });
  });

  it.each(['before', 'after'] as const)(
    'a deletion gives its place back once, though it ended %s any of its requests, and was made again',
    async (when) => {
      const accounts = await open({ maxAccounts: 3 });
      await accounts.createAccount(nameOf());
      const { accountId: whole } = await accounts.createAccount(nameOf());
      const { commands } = await test.log.costOf(() =>
        accounts.lifecycle.delete({ accountId: whole }),
      );
      expect(commands.length).toBeGreaterThan(4);
      for (let at = 1; at <= commands.length; at++) {
        const { accountId } = await accounts.createAccount(nameOf());
        const fault = failFrom(test.client, at, when);
        expect(await codeOf(accounts.lifecycle.delete({ accountId }))).toBe('ServiceUnavailable');
        fault.remove();
        const { held, taken, problems } = await stored();
        expect([taken, problems]).toEqual([held, []]);
        await accounts.lifecycle.delete({ accountId });
        await accounts.lifecycle.delete({ accountId });
        expect(await stored()).toEqual({ accounts: 1, held: 1, taken: 1, problems: [] });
      }
    },
  );

  it('ASVS 15.4.2: 16 deletions of one account at once give back one place', async () => {
    const accounts = await open({ maxAccounts: 9 });
    for (let round = 0; round < 5; round++) {
      const { accountId } = await accounts.createAccount(nameOf());
      await accounts.createAccount(nameOf());
      const instances = Array.from({ length: 4 }, () => test.another());
      await Promise.allSettled(
        Array.from({ length: 16 }, (_, at) =>
          (instances[at % 4] ?? accounts).lifecycle.delete({ accountId }),
        ),
      );
      await accounts.lifecycle.delete({ accountId });
      const left = round + 1;
      expect(await stored()).toEqual({ accounts: left, held: left, taken: left, problems: [] });
    }
  });

  it('what is being deleted has no place, and cannot be reactivated', async () => {
    const accounts = await open({ maxAccounts: 1 });
    const { accountId } = await accounts.createAccount(nameOf());
    const fault = failFrom(test.client, 4, 'before');
    await codeOf(accounts.lifecycle.delete({ accountId }));
    fault.remove();
    expect(await stored()).toMatchObject({ accounts: 1, held: 0, taken: 0 });
    expect(await codeOf(accounts.lifecycle.reactivate({ accountId }))).toBe('UserNotFound');
    expect(await codeOf(accounts.lifecycle.deactivate({ accountId }))).toBe('UserNotFound');
    await accounts.createAccount(nameOf());
    expect((await accounts.quota.backfill()).assigned).toBe(0);
    await accounts.lifecycle.delete({ accountId });
    expect(await stored()).toEqual({ accounts: 1, held: 1, taken: 1, problems: [] });
  });

  it('deactivation keeps the place', async () => {
    const accounts = await open({ maxAccounts: 1 });
    const { accountId } = await accounts.createAccount(nameOf());
    await accounts.lifecycle.deactivate({ accountId });
    expect(await codeOf(accounts.createAccount(nameOf()))).toBe('TrialExceededLimit');
    await accounts.lifecycle.reactivate({ accountId });
    expect(await stored()).toMatchObject({ held: 1, taken: 1 });
  });

  it('the limit can be raised, lowered and taken away; a deletion still gives its place back', async () => {
    const accounts = await open({ maxAccounts: 2 });
    const [ada, eve] = [
      await accounts.createAccount(nameOf()),
      await accounts.createAccount(nameOf()),
    ];
    expect(await codeOf(accounts.createAccount(nameOf()))).toBe('TrialExceededLimit');
    await withPlan({ maxAccounts: 3 }).createAccount(nameOf());
    const lowered = withPlan({ maxAccounts: 1 });
    expect(await codeOf(lowered.createAccount(nameOf()))).toBe('TrialExceededLimit');
    await withPlan({}).lifecycle.delete({ accountId: ada.accountId });
    const free = await withPlan({}).createAccount(nameOf());
    expect(free).not.toHaveProperty('hasPlace');
    expect(await stored()).toMatchObject({ accounts: 3, held: 2, taken: 2 });
    // It has never taken one, …
    const { commands } = await test.log.costOf(() =>
      lowered.lifecycle.delete({ accountId: free.accountId }),
    );
    // … so that there is nothing to give back between the mark and the documents.
    expect(commands.slice(0, 3)).toEqual(['Query', 'UpdateItem', 'GetItem']);
    await lowered.lifecycle.delete({ accountId: eve.accountId });
    expect(await stored()).toEqual({ accounts: 1, held: 1, taken: 1, problems: [] });
  });

  it('no deletion fails for want of a counter', async () => {
    const accounts = await open({ maxAccounts: 2 });
    const { accountId } = await accounts.createAccount(nameOf());
    await test.table.entity(AccountPlaces).deleteOne({ filter: { counter: 'accounts' } });
    expect(await accounts.lifecycle.delete({ accountId })).toEqual({ deletedCount: 4 });
    expect(await stored()).toMatchObject({ accounts: 0, taken: undefined });
  });

  it('a sign-up cannot set the quota field', async () => {
    const accounts = await open({});
    const input = { ...nameOf(), hasPlace: true };
    expect(await codeOf(accounts.createAccount(input))).toBe('InvalidInput');
    expect(await codeOf(accounts.lifecycle.delete({ accountId: UNKNOWN }))).toBe('none');
    expect(await accounts.quota.getUsage()).toEqual({ taken: 0, maxAccounts: undefined });
  });

  describe('assignPlaces', () => {
    it('counts the accounts that were there before the limit, and can be made again', async () => {
      const before = await open({});
      for (let at = 0; at < 5; at++) await before.createAccount(nameOf());
      const accounts = withPlan({ maxAccounts: 6 });
      await accounts.createAccount(nameOf());
      expect((await stored()).taken).toBe(1);
      const first = await accounts.quota.backfill();
      expect(first).toEqual({ assigned: 5, taken: 6, maxAccounts: 6 });
      expect(await accounts.quota.backfill()).toEqual({ assigned: 0, taken: 6, maxAccounts: 6 });
      expect(await codeOf(accounts.createAccount(nameOf()))).toBe('TrialExceededLimit');
      expect(await stored()).toEqual({ accounts: 6, held: 6, taken: 6, problems: [] });
    });

    it.each(['before', 'after'] as const)(
      'assignPlaces can be repeated after it ended %s any of its requests',
      async (when) => {
        const before = await open({});
        for (let at = 0; at < 3; at++) await before.createAccount(nameOf());
        const accounts = withPlan({ maxAccounts: 2 });
        // A scan, and a transaction for each.
        for (let at = 1; at <= 3; at++) {
          const fault = failFrom(test.client, at, when);
          expect(await codeOf(accounts.quota.backfill())).toBe('ServiceUnavailable');
          fault.remove();
          const { held, taken = 0 } = await stored();
          expect(taken).toBe(held);
        }
        // More than there are: nobody loses the account.
        expect((await accounts.quota.backfill()).taken).toBe(3);
        expect(await stored()).toEqual({ accounts: 3, held: 3, taken: 3, problems: [] });
      },
    );

    it('is exact while people sign up and leave, on several servers at once', async () => {
      const before = await open({});
      const old = await Promise.all(
        Array.from({ length: 12 }, () => before.createAccount(nameOf())),
      );
      const accounts = withPlan({ maxAccounts: 100 });
      await Promise.all([
        accounts.quota.backfill(),
        withPlan({ maxAccounts: 100 }).quota.backfill(),
        ...old.slice(0, 6).map(({ accountId }) => accounts.lifecycle.delete({ accountId })),
        ...Array.from({ length: 6 }, () => accounts.createAccount(nameOf())),
      ]);
      expect(await stored()).toEqual({ accounts: 12, held: 12, taken: 12, problems: [] });
    });

    it('gives none to what is deleted between its reading and its writing', async () => {
      const before = await open({});
      const { accountId } = await before.createAccount(nameOf());
      const accounts = withPlan({ maxAccounts: 3 });
      const meanwhile = injectFaults(test.client).on('Scan', {
        name: 'interleave',
        run: () =>
          before.AccountEntity.updateOne({
            filter: { accountId },
            update: { $set: { deactivated: true, deleting: true } },
          }),
      });
      expect((await accounts.quota.backfill()).assigned).toBe(0);
      meanwhile.remove();
      expect(meanwhile.attempts).toBe(1);
      await accounts.lifecycle.delete({ accountId });
      expect((await stored()).taken ?? 0).toBe(0);
    });
  });
});
