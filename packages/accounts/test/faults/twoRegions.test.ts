import { createTestReplicas, TestClock, type TestReplicas } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';

describe('two Regions that both write, which is not supported', () => {
  const clock = new TestClock();
  let regions: TestReplicas;
  let home: Accounts;
  let other: Accounts;

  beforeAll(async () => {
    regions = await createTestReplicas([], { clock: clock.now });
    const [first, second] = regions.replicas.map(
      ({ table }) =>
        new Accounts({
          table,
          sessions: { getTokenSecret: () => SECRET },
          passwords: { hasher: new QuickHasher() },
        }),
    );
    if (!first || !second) throw new Error('There are not two Regions.');
    [home, other] = [first, second];
  });
  afterAll(() => regions.drop());

  const login = (accounts: Accounts, username: string): Promise<{ authToken: string }> =>
    accounts.userByPasswordLogin({ username, password: PASSWORD, request: requestWith() });

  it('an account of one Region is in the other after replication', async () => {
    await home.createAccount({ username: 'lin', password: PASSWORD });
    await expect(login(other, 'lin')).rejects.toMatchObject({ code: 'LoginFailed' });
    await regions.replicate();
    await expect(login(other, 'lin')).resolves.toHaveProperty('authToken');
    await regions.replicate();
    const [here = [], there = []] = await Promise.all(
      regions.replicas.map(({ client, table }) => tableItems(client, table.name)),
    );
    expect(here).toEqual(there);
  });

  it('a logout in one Region does not end the session in the other before replication', async () => {
    await home.createAccount({ username: 'mia', password: PASSWORD });
    const { authToken } = await login(home, 'mia');
    await regions.replicate();
    await home.logout({ authToken, request: requestWith() });
    const request = requestWith(authToken);
    await other.handleRequest(request);
    expect(request.user).toMatchObject({ username: 'mia' });
    expect(await regions.replicate()).toMatchObject({ conflicts: 0 });
    await expect(other.handleRequest(requestWith(authToken))).rejects.toMatchObject({
      code: 'InvalidSession',
    });
  });

  it('both Regions give one username away, and only the last account has it after replication', async () => {
    const first = await home.createAccount({ username: 'ada', password: PASSWORD });
    const second = await other.createAccount({ username: 'ada', password: PASSWORD });
    // The unique item of the username is the one that both have written.
    expect(await regions.replicate()).toMatchObject({ conflicts: 1 });
    for (const accounts of [home, other]) {
      const found = await accounts.findUser({ username: 'ada' });
      expect(found?.accountId).toBe(second.accountId);
      const loser = await accounts.findUser({ username: first.accountId });
      expect(loser?.username).toBe('ada');
    }
  });

  it('a one-time token is used once in each Region', async () => {
    const { accountId } = await home.createAccount({ username: 'kim', password: PASSWORD });
    const { token } = await home.tokens.issue({ accountId, purpose: 'newsletter' });
    await regions.replicate();
    for (const accounts of [home, other]) {
      await expect(
        accounts.tokens.consume({ token, purpose: 'newsletter' }),
      ).resolves.toBeDefined();
    }
  });
});
