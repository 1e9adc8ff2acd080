import { expectTypeOf } from 'expect-type';
import { createTestTable } from '@latchkey/entity/testing';
import * as z from 'zod';
import { Accounts } from '../../src/accounts/Accounts.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';

const FIELDS = {
  plan: z.enum(['free', 'paid']).default('free'),
  company: z.string().max(20).optional(),
};

describe('fields of an application’s own', () => {
  let drop: () => Promise<void>;
  let accounts: Accounts<typeof FIELDS>;

  beforeAll(async () => {
    const test = await createTestTable();
    drop = () => test.drop();
    accounts = new Accounts({
      table: test.table,
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
      accountFields: FIELDS,
    });
  });
  afterAll(() => drop());

  it('are given at sign-up, typed, and come back with every account', async () => {
    const created = await accounts.createAccount({
      username: 'ada',
      password: PASSWORD,
      company: 'Analytical Engines',
    });
    expectTypeOf(created.plan).toEqualTypeOf<'free' | 'paid'>();
    expect(created).toMatchObject({ plan: 'free', company: 'Analytical Engines' });
    expect(await accounts.findUser({ username: 'ada' })).toEqual(created);

    const request = requestWith();
    const login = await accounts.userByPasswordLogin({
      username: 'ada',
      password: PASSWORD,
      request,
    });
    expectTypeOf(login.account.company).toEqualTypeOf<string | undefined>();
    expect(login.account).toMatchObject({ plan: 'free' });
    const { user } = await accounts.handleRequest(requestWith(login.authToken));
    expect(user?.plan).toBe('free');
  });

  it('are changed through AccountEntity, typed', async () => {
    const { accountId } = await accounts.createAccount({ username: 'grace', password: PASSWORD });
    await accounts.AccountEntity.updateOne({
      filter: { accountId },
      update: { $set: { plan: 'paid' } },
    });
    expect(await accounts.findUser({ username: 'grace' })).toMatchObject({ plan: 'paid' });
  });

  it('are held to their schema before anything is written', async () => {
    const input = { username: 'eve', password: PASSWORD, company: 'x'.repeat(21) };
    expect((await errorOf(accounts.createAccount(input))).toJSON()).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'company' },
    });
    expect(await accounts.findUser({ username: 'eve' })).toBeNull();
  });

  it('ASVS 15.3.3: let no other field in', async () => {
    for (const extra of [{ permissions: ['root'] }, { deactivated: true }, { planet: 'Mars' }]) {
      const input = { username: 'mallory', password: PASSWORD, ...extra };
      expect(await codeOf(accounts.createAccount(input))).toBe('InvalidInput');
    }
  });

  it('cannot take the place of one that each account has', async () => {
    const test = await createTestTable();
    const make = (): unknown =>
      new Accounts({
        table: test.table,
        passwords: { hasher: new QuickHasher() },
        sessions: { getTokenSecret: () => SECRET },
        accountFields: { permissions: z.string() },
      });
    expect(make).toThrow(expect.objectContaining({ code: 'InvalidConfiguration' }));
    await test.drop();
  });
});
