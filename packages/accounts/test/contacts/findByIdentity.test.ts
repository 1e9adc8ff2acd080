import { codeOf, errorOf } from '../support/errorOf.js';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';

const PROVIDER = 'example';

describe('findByIdentity', () => {
  let test: TestAccounts;
  let accountId: string;
  const find = (value: string, provider = PROVIDER) =>
    test.accounts.contacts.findByIdentity({ provider, value });

  beforeEach(async () => {
    test = await createTestAccounts();
    ({ accountId } = await test.accounts.createAccount({ username: 'ada', password: PASSWORD }));
    await test.accounts.contacts.addOAuth({ accountId, provider: PROVIDER, value: 'sub-1' });
  });
  afterEach(() => test.drop());

  it('finds the account by provider and subject, in two requests, and shows no more than findUser', async () => {
    const ada = await test.accounts.findUser({ username: 'ada' });
    const cost = await test.log.costOf(async () => {
      expect(await find('sub-1')).toEqual(ada);
    });
    expect(cost.commands).toEqual(['GetItem', 'Query']);
  });

  it.each([
    ['another subject', 'sub-2', PROVIDER],
    ['another provider', 'sub-1', 'other'],
    ['another case of letters', 'SUB-1', PROVIDER],
  ])('ASVS 6.8.1: finds nobody by %s', async (_name, value, provider) => {
    expect(await find(value, provider)).toBeNull();
  });

  it('finds nobody by an identity that somebody only claims, until it is verified', async () => {
    const eve = await test.accounts.createAccount({
      username: 'eve',
      password: PASSWORD,
      extraContacts: [{ kind: 'oauth', provider: PROVIDER, value: 'sub-9' }],
    });
    expect(await find('sub-9')).toBeNull();
    const { accountId: evesId } = eve;
    await test.accounts.contacts.addOAuth({
      accountId: evesId,
      provider: PROVIDER,
      value: 'sub-9',
    });
    expect((await find('sub-9'))?.accountId).toBe(evesId);
  });

  it('finds nobody by what was removed, and a deactivated account as such', async () => {
    await test.accounts.lifecycle.deactivate({ accountId });
    expect(await find('sub-1')).toMatchObject({ deactivated: true });
    await test.accounts.lifecycle.reactivate({ accountId });
    const reference = { kind: 'oauth', provider: PROVIDER, value: 'sub-1' } as const;
    expect(await codeOf(test.accounts.contacts.remove({ accountId, ...reference }))).toBe('none');
    expect(await find('sub-1')).toBeNull();
  });

  it.each([
    [{ provider: '', value: 'sub-1' }, 'provider'],
    [{ provider: PROVIDER, value: 7 }, 'value'],
    [{ provider: PROVIDER }, 'value'],
    [null, ''],
  ])('refuses %j with the path %j', async (input, path) => {
    const found = test.accounts.contacts.findByIdentity(input as never);
    expect(await errorOf(found)).toMatchObject({ code: 'InvalidInput', details: { path } });
  });
});
