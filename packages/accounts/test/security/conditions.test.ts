import { injectFaults } from '@latchkey/entity/testing';
import { createOwners, type Owners } from '../contacts/owners.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { createTestAccounts, PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';
import { createTwoFactorAccounts } from '../twoFactor/support/twoFactorAccounts.js';
import { selfService } from '../support/selfService.js';

const MINUTE = 60_000;

describe('conditions that hold what happens at the same moment apart', () => {
  it('the confirmation of a factor at a login is refused where the tokens were revoked meanwhile', async () => {
    const test = await createTwoFactorAccounts({ isRequired: () => true });
    const { accounts, client } = test;
    const person = await test.signUp();
    const { accountId } = person;
    await accounts.contacts.addEmail({ accountId, email: 'other@example.org' });
    const challenge = await test.challengeOf(person);
    const { secret } = await accounts.twoFactor.enrol({ challenge, request: requestWith() });
    // Nothing but the tokens is revoked by this: the sessions go on.
    const fault = injectFaults(client).on('Query', {
      name: 'interleave',
      run: async () => {
        fault.remove();
        test.clock.advance(1);
        const other = test.another();
        await other.contacts.remove({ accountId, kind: 'email', value: 'other@example.org' });
      },
    });
    const confirmed = accounts.twoFactor.confirm({
      challenge,
      code: test.app(secret),
      request: requestWith(),
    });
    expect(await errorOf(confirmed)).toMatchObject({
      code: 'TokenVerificationFailed',
      details: { path: 'challenge' },
    });
    expect(fault.attempts).toBe(1);
    await test.drop();
  });

  describe('whoever acts for somebody else', () => {
    let test: Owners;
    beforeEach(async () => {
      test = await createOwners();
    });
    afterEach(() => test.drop());

    it.each([
      ['impersonatedBy', { impersonatedBy: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }],
      ['impersonatorSessionId', { impersonatorSessionId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }],
    ] as const)('is let in only as whom the session says: %s', async (_name, fields) => {
      const owner = await test.signUp();
      const { authToken } = await test.impersonated(owner);
      const again = (): Promise<string> =>
        codeOf(test.another().handleRequest(requestWith(authToken)));
      expect(await again()).toBe('none');
      const { accountId } = owner;
      const { items } = await test.accounts.SessionEntity.findMany({ filter: { accountId } });
      const acting = items.filter(({ impersonatedBy }) => impersonatedBy !== undefined);
      for (const { ulid } of acting) {
        await test.accounts.SessionEntity.updateOne({
          filter: { accountId, ulid },
          update: { $set: fields },
        });
      }
      expect([acting.length, await again()]).toEqual([1, 'InvalidSession']);
    });

    it('is let in no longer once their own account is deactivated, by whatever means', async () => {
      const owner = await test.signUp();
      const { authToken } = await test.impersonated(owner);
      const agent = await test.accounts.findUser({ username: 'agent' });
      // By itself, without the end of the sessions that `deactivate` writes along.
      await test.accounts.AccountEntity.updateOne({
        filter: { accountId: agent?.accountId ?? '' },
        update: { $set: { deactivated: true } },
      });
      const request = requestWith(authToken);
      expect(await codeOf(test.another().handleRequest(request))).toBe('InvalidSession');
    });
  });

  it('a request beside a logout is not let in by noting that it was seen', async () => {
    const test = await createOwners({
      sessions: { getTokenSecret: () => SECRET, idleTimeout: '10m' },
    });
    const { authToken } = await test.signUp();
    test.clock.advance(5 * MINUTE);
    const fault = injectFaults(test.client).on('BatchGetItem', {
      name: 'interleave',
      run: async () => {
        fault.remove();
        await test.another().logout({ authToken, request: requestWith() });
      },
    });
    expect(await codeOf(test.accounts.handleRequest(requestWith(authToken)))).toBe(
      'InvalidSession',
    );
    expect(fault.attempts).toBe(1);
    await test.drop();
  });

  it('an attempt after a wait counts from nothing where a success has forgotten the others', async () => {
    const test = await createTestAccounts({
      throttling: { password: { budget: 3 }, address: false },
    });
    const { accounts, client, clock } = test;
    const { accountId } = await accounts.createAccount({ username: 'ada', password: PASSWORD });
    const login = (password: string): Promise<string> =>
      codeOf(accounts.userByPasswordLogin({ username: 'ada', password, request: requestWith() }));
    for (let at = 0; at < 4; at++) await login('not the password');
    clock.advance(MINUTE);
    let isForgotten = false;
    client.middlewareStack.add(
      (next, context) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          // Between the refusal, which shows the count, and the write that follows the wait.
          if (context.commandName === 'UpdateItemCommand' && !isForgotten) {
            isForgotten = true;
            const newPassword = 'a long walk in the hills';
            await test.another().setPassword({ accountId, newPassword });
          }
          throw error;
        }
      },
      { step: 'finalizeRequest', priority: 'low', name: 'successBetween' },
    );
    await login('not the password');
    // One attempt of three: had the old count come back, the owner would have to wait.
    const codes = [await login('still not'), await login('a long walk in the hills')];
    expect([isForgotten, ...codes]).toEqual([true, 'LoginFailed', 'none']);
    await test.drop();
  });

  it('ASVS 7.5.1: a username and an address are changed by updateUser only after a recent login', async () => {
    const test = await createOwners();
    const { authToken } = await test.signUp();
    test.clock.advance(10 * MINUTE);
    const request = await test.accounts.handleRequest(requestWith(authToken));
    for (const change of [{ username: 'eve' }, { email: 'eve@example.org' }, { email: null }]) {
      expect(await codeOf(selfService(test.accounts).updateUser({ request, ...change }))).toBe(
        'RecentLoginRequired',
      );
    }
    const passwords = { currentPassword: PASSWORD, newPassword: 'a long walk in the hills' };
    const changed = await selfService(test.accounts).updateUser({
      request,
      username: 'ada',
      ...passwords,
    });
    expect(changed).toMatchObject({ username: 'ada' });
    await test.drop();
  });
});
