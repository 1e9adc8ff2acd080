import type { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { createTestAccounts, requestWith, type TestAccounts } from '../support/testAccounts.js';
import { logIn, signUp } from './people.js';

const DAY = 24 * 60 * 60 * 1000;

describe('tokens for an application’s own purposes', () => {
  let test: TestAccounts;
  let accounts: Accounts;
  let events: AccountEvent[] = [];

  beforeAll(async () => {
    test = await createTestAccounts();
    accounts = test.accounts;
    accounts.on('*', (event) => events.push(event));
  });
  beforeEach(() => {
    events = [];
  });
  afterAll(() => test.drop());

  it('give back what they were issued with: one request to issue, three to use', async () => {
    const person = await signUp(accounts);
    const { accountId } = person;
    const meta = { team: 'blue', seats: 3, nested: { list: [1, 2] } };
    let token = '';
    events = [];
    const issue = await test.log.costOf(async () => {
      ({ token } = await accounts.tokens.issue({ accountId, purpose: 'join', meta }));
    });
    expect(issue.commands).toEqual(['TransactWriteItems']);
    const use = await test.log.costOf(async () => {
      const consumed = await accounts.tokens.consume({ token, purpose: 'join' });
      expect(consumed).toEqual({
        accountId,
        account: await accounts.findUser({ username: accountId }),
        meta,
      });
    });
    // The last one is this test's own.
    expect(use.commands).toEqual(['GetItem', 'Query', 'TransactWriteItems', 'GetItem']);
    expect(events.map(({ name, accountId: id }) => [name, id])).toEqual([
      ['IssueTokenSuccess', accountId],
      ['ConsumeTokenSuccess', accountId],
    ]);
    expect(JSON.stringify(events)).not.toContain(token);
  });

  it('ASVS 9.2.2: are good for their own purpose only, and kept when it is another', async () => {
    const { accountId } = await signUp(accounts);
    const { token } = await accounts.tokens.issue({ accountId, purpose: 'join' });
    for (const purpose of ['leave', 'Join', 'join ', 'join#', accountId]) {
      const other = accounts.tokens.consume({ token, purpose });
      expect(await codeOf(other)).toBe('TokenVerificationFailed');
    }
    expect((await accounts.tokens.consume({ token, purpose: 'join' })).meta).toBeUndefined();
  });

  it('say of themselves how long they last', async () => {
    const { accountId } = await signUp(accounts);
    const issue = async () =>
      (await accounts.tokens.issue({ accountId, purpose: 'join', lifetime: '30d' })).token;
    const [early, late] = [await issue(), await issue()];
    test.clock.advance(30 * DAY - 1);
    expect(await codeOf(accounts.tokens.consume({ token: early, purpose: 'join' }))).toBe('none');
    test.clock.advance(1);
    expect(await codeOf(accounts.tokens.consume({ token: late, purpose: 'join' }))).toBe(
      'TokenVerificationFailed',
    );
  });

  it('can be issued on their owner’s request, and on no other', async () => {
    const person = await signUp(accounts);
    const request = await logIn(accounts, person);
    const { token } = await accounts.tokens.issue({ request, purpose: 'join' });
    const { accountId } = await accounts.tokens.consume({ token, purpose: 'join' });
    expect(accountId).toBe(person.accountId);
    const stranger = { ...requestWith(), user: person };
    expect(await codeOf(accounts.tokens.issue({ request: stranger, purpose: 'join' }))).toBe(
      'InvalidSession',
    );
  });

  it('are not used up by an account that is deactivated', async () => {
    const { accountId } = await signUp(accounts);
    const { token } = await accounts.tokens.issue({ accountId, purpose: 'join' });
    await accounts.lifecycle.deactivate({ accountId });
    expect(await codeOf(accounts.tokens.consume({ token, purpose: 'join' }))).toBe(
      'AccountDeactivated',
    );
    await accounts.lifecycle.reactivate({ accountId });
    expect(await codeOf(accounts.tokens.consume({ token, purpose: 'join' }))).toBe('none');
  });

  it.each([
    ['an account that there is not', { accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }, 'UserNotFound'],
    ['no account', { accountId: undefined }, 'accountId'],
    ['a request beside', { request: requestWith() }, 'accountId'],
    ['no purpose', { purpose: undefined }, 'purpose'],
    ['a purpose that is too short', { purpose: 'x' }, 'purpose'],
    ['a purpose that is too long', { purpose: 'x'.repeat(301) }, 'purpose'],
    ['half a character as purpose', { purpose: 'ab\ud800' }, 'purpose'],
    ['meta that is a list', { meta: ['a'] }, 'meta'],
    ['meta that is text', { meta: 'text' }, 'meta'],
    ['meta that is too large', { meta: { text: 'x'.repeat(10 * 1024) } }, 'meta'],
    ['a lifetime that is none', { lifetime: '3600' }, 'lifetime'],
    ['a lifetime of years', { lifetime: '500d' }, 'lifetime'],
    ['a token that is too short', { token: 'abc' }, 'token'],
    ['a token that is too long', { token: 'x'.repeat(1001) }, 'token'],
  ])('are not issued for %s', async (_what, change, fault) => {
    const { accountId } = await signUp(accounts);
    const input = { accountId, purpose: 'join', ...change } as never;
    const error = await errorOf(accounts.tokens.issue(input));
    if (error.code === 'InvalidInput') expect(error.details.path).toBe(fault);
    else expect(error.code).toBe(fault);
    const { items } = await accounts.TokenEntity.findMany({
      filter: { accountId, kind: 'custom' },
    });
    expect(items).toEqual([]);
  });

  it.each([
    ['no purpose', { purpose: undefined }],
    ['a purpose that is no text', { purpose: { $ne: '' } }],
    ['a token that is no text', { token: { $ne: '' } }],
    ['a request that is none', { request: 'here' }],
  ])('are not used with %s', async (_what, change) => {
    const input = { token: 'never issued', purpose: 'join', ...change } as never;
    const { commands } = await test.log.costOf(() => accounts.tokens.consume(input));
    expect(commands).toEqual([]);
    expect(await codeOf(accounts.tokens.consume(input))).toBe('InvalidInput');
  });
});
