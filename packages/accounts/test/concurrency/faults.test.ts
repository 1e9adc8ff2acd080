import { injectFaults } from '@latchkey/entity/testing';
import type { AccountDocument } from '../../src/requests/SessionRequest.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

/** More often than the SDK and the library try. */
const ALWAYS = 1000;

describe('AWS at its worst', () => {
  let test: TestAccounts;
  let ada: AccountDocument;
  const signUp = (username: string): Promise<AccountDocument> =>
    test.accounts.createAccount({
      username,
      email: `${username}@example.com`,
      password: PASSWORD,
    });

  beforeAll(async () => {
    test = await createTestAccounts();
    ada = await signUp('ada');
  });
  afterAll(() => test.drop());

  describe('during sign-up', () => {
    it.each([
      [
        'a conflict on the account',
        { name: 'transactionCanceled', reasons: ['TransactionConflict', 'None', 'None'] },
        2,
      ],
      [
        'a conflict on the username',
        { name: 'transactionCanceled', reasons: ['None', 'TransactionConflict', 'None'] },
        1,
      ],
      [
        'throttling of one item',
        { name: 'transactionCanceled', reasons: ['ThrottlingError', 'None', 'None'] },
        1,
      ],
      ['the same transaction under way', 'transactionInProgress', 1],
      ['throttling', 'throttling', 2],
      ['a connection that breaks', 'timeout', 2],
    ] as const)('%s is not "taken": the owner succeeds', async (name, fault, times) => {
      const username = name.replaceAll(' ', '-');
      const injected = injectFaults(test.client).on('TransactWriteItems', fault, { times });
      const account = await signUp(username).finally(() => injected.remove());
      expect(injected.attempts).toBe(times + 1);
      expect(await test.accounts.findUser({ username })).toEqual(account);
    });

    it('a lost answer is not "taken": the owner succeeds, once', async () => {
      const before = (await contentsOf(test.client, test.table.name)).counts;
      const injected = injectFaults(test.client).on('TransactWriteItems', 'answerLost', {
        times: 2,
      });
      const account = await signUp('lost-answer').finally(() => injected.remove());
      expect(injected.attempts).toBe(3);
      expect(await test.accounts.findUser({ username: 'lost-answer@example.com' })).toEqual(
        account,
      );
      const { counts, problems } = await contentsOf(test.client, test.table.name);
      expect(problems).toEqual([]);
      expect(counts).toEqual({
        Account: (before.Account ?? 0) + 1,
        AccountToken: (before.AccountToken ?? 0) + 1,
        AccessType: (before.AccessType ?? 0) + 1,
        unique: (before.unique ?? 0) + 2,
      });
    });

    it('conflict after conflict is "unavailable", never "taken", and leaves nothing', async () => {
      const before = await contentsOf(test.client, test.table.name);
      const conflict = { name: 'transactionConflict', items: [0] } as const;
      const injected = injectFaults(test.client).on('TransactWriteItems', conflict, {
        times: ALWAYS,
      });
      const error = await errorOf(signUp('conflict')).finally(() => injected.remove());
      expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
      expect(await contentsOf(test.client, test.table.name)).toEqual(before);
    });

    it.each([
      ['before anything is written', 'timeout', 'none'],
      ['after everything is written', 'answerLost', 'UsernameAlreadyExists'],
    ] as const)(
      'an outage %s is "unavailable", and leaves all or nothing',
      async (_name, fault, afterwards) => {
        const username = `outage-${fault.toLowerCase()}`;
        const injected = injectFaults(test.client).on('TransactWriteItems', fault, {
          times: ALWAYS,
        });
        const error = await errorOf(signUp(username)).finally(() => injected.remove());
        expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
        expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
        expect(await codeOf(signUp(username))).toBe(afterwards);
      },
    );

    it('a refusal among conflicts is still the refusal', async () => {
      const injected = injectFaults(test.client).on('TransactWriteItems', {
        name: 'transactionCanceled',
        reasons: ['TransactionConflict', 'None', 'None', 'None', 'None'],
      });
      const code = await codeOf(signUp('ada')).finally(() => injected.remove());
      expect(code).toBe('UsernameAlreadyExists');
    });
  });

  describe('during login and logout', () => {
    const login = async (): Promise<string> => {
      const { authToken } = await test.accounts.userByPasswordLogin({
        username: 'ada',
        password: PASSWORD,
        request: requestWith(),
      });
      return authToken;
    };

    it('a lost answer to the new session is no failed login, and makes one session', async () => {
      const count = async (): Promise<number> => {
        const { items } = await test.accounts.SessionEntity.findMany({
          filter: { accountId: ada.accountId },
        });
        return items.length;
      };
      const before = await count();
      const injected = injectFaults(test.client).on('TransactWriteItems', 'answerLost', {
        times: 2,
      });
      const authToken = await login().finally(() => injected.remove());
      expect(injected.attempts).toBe(3);
      expect(await count()).toBe(before + 1);
      expect((await test.accounts.handleRequest(requestWith(authToken))).user).toEqual(ada);
    });

    it('a lost answer to a logout is a logout', async () => {
      const authToken = await login();
      const injected = injectFaults(test.client).on('UpdateItem', 'answerLost');
      const request = requestWith(authToken);
      expect(
        await test.accounts.logout({ authToken, request }).finally(() => injected.remove()),
      ).toBe(true);
      expect(injected.attempts).toBe(2);
      expect(request.sessionDestroyed).toBe(true);
      expect(await codeOf(test.accounts.handleRequest(requestWith(authToken)))).toBe(
        'InvalidSession',
      );
    });

    it('ASVS 16.5.2: a logout that cannot be written says so, and does not pretend', async () => {
      const authToken = await login();
      const injected = injectFaults(test.client).on('UpdateItem', 'timeout', { times: ALWAYS });
      const request = requestWith(authToken);
      request.onCallDestroySession = jest.fn();
      const error = await errorOf(test.accounts.logout({ authToken, request })).finally(() =>
        injected.remove(),
      );
      expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
      expect(request.onCallDestroySession).not.toHaveBeenCalled();
      expect(request).toMatchObject({ authToken });
      expect(request).not.toHaveProperty('sessionDestroyed');
      expect((await test.accounts.handleRequest(requestWith(authToken))).user).toEqual(ada);
    });

    it.each(['GetItem', 'Query', 'UpdateItem', 'TransactWriteItems'])(
      'a login without answer to %s is "unavailable", not "wrong password"',
      async (command) => {
        const injected = injectFaults(test.client).on(command, 'timeout', { times: ALWAYS });
        const error = await errorOf(login()).finally(() => injected.remove());
        expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
      },
    );
  });

  it('keys that DynamoDB leaves unprocessed are asked for again, not taken for no session', async () => {
    const { authToken } = await test.accounts.sessions.begin(ada, requestWith());
    let attempts = 0;
    test.client.middlewareStack.add(
      (next, context) => async (args) => {
        const isHit = context.commandName === 'BatchGetItemCommand' && attempts++ === 0;
        const answer = await next(args);
        if (!isHit) return answer;
        const { RequestItems } = args.input as { RequestItems: object };
        return {
          ...answer,
          output: { ...answer.output, Responses: {}, UnprocessedKeys: RequestItems },
        };
      },
      { step: 'finalizeRequest', priority: 'low', name: 'unprocessed' },
    );
    const request = await test.accounts
      .handleRequest(requestWith(authToken))
      .finally(() => test.client.middlewareStack.remove('unprocessed'));
    expect(attempts).toBe(2);
    expect(request.user).toEqual(ada);
  });
});
