import type { Message } from '../../src/delivery/Delivery.js';
import { accountListing } from '../../src/listing/index.js';
import type { AccountDocument } from '../../src/requests/SessionRequest.js';
import type { Cost } from '../support/RequestLog.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';

/** What a request asks for, without whom it asks about. */
const shapeOf = ({ requests }: Cost): unknown =>
  requests.map(({ command, input }) => ({
    command,
    fields: Object.keys(input).sort(),
    consistent: input.ConsistentRead,
    condition: input.KeyConditionExpression,
  }));

/** The commands of a login by password, in alphabetical order. */
const LOGIN = ['GetItem', 'Query', 'TransactWriteItems', 'UpdateItem', 'UpdateItem'];

describe('the DynamoDB requests of each flow (DESIGN §9)', () => {
  let test: TestAccounts;
  let ada: AccountDocument;
  let authToken: string;
  const login = (username: string, password = PASSWORD): Promise<{ authToken: string }> =>
    test.accounts.userByPasswordLogin({ username, password, request: requestWith() });

  beforeAll(async () => {
    test = await createTestAccounts();
    ada = await test.accounts.createAccount({
      username: 'ada',
      email: 'ada@example.com',
      password: PASSWORD,
    });
    await test.accounts.verifyEmail({ accountId: ada.accountId, email: 'ada@example.com' });
    ({ authToken } = await login('ada'));
  });
  afterAll(() => test.drop());

  it.each([
    ['a username', { username: 'b1' }],
    ['an e-mail address', { email: 'b2@example.com' }],
    ['both', { username: 'b3', email: 'b3@example.com', profile: { name: 'B' } }],
  ])('sign-up with %s is 1 request', async (_name, identifiers) => {
    const { commands } = await test.log.costOf(() =>
      test.accounts.createAccount({ ...identifiers, password: PASSWORD }),
    );
    expect(commands).toEqual(['TransactWriteItems']);
  });

  it('a refused sign-up is 1 request', async () => {
    const { commands } = await test.log.costOf(() =>
      test.accounts.createAccount({ username: 'ada', password: PASSWORD }),
    );
    expect(commands).toEqual(['TransactWriteItems']);
  });

  describe.each([1, 10, 200])('with %i sessions on the account', (count) => {
    beforeAll(async () => {
      const { items } = await test.accounts.SessionEntity.findMany({
        filter: { accountId: ada.accountId },
      });
      for (let more = count - items.length; more > 0; more--) {
        await test.accounts.sessions.begin(ada, requestWith());
      }
    });

    it('verifying a request is 1 request, strongly consistent, and writes nothing', async () => {
      const { requests } = await test.log.costOf(() =>
        test.accounts.handleRequest(requestWith(authToken)),
      );
      expect(requests.map(({ command }) => command)).toEqual(['BatchGetItem']);
      // DynamoDB Local has no stale reads, so what is asked for has to be looked at (ASVS 7.4.1).
      expect(requests[0]?.input.RequestItems).toEqual({
        [test.table.name]: expect.objectContaining({ ConsistentRead: true }),
      });
    });

    it.each(['ada', 'ada@example.com'])(
      'login as %s is 5 requests in 3 trips, the attempt counted',
      async (username) => {
        const { commands, trips, requests } = await test.log.costOf(() => login(username));
        expect([...commands].sort()).toEqual(LOGIN);
        expect(commands.at(-1)).toBe('TransactWriteItems');
        expect(trips).toBe(3);
        const reads = requests.filter(({ command }) => /^(GetItem|Query)$/.test(command));
        for (const { input } of reads) expect(input.ConsistentRead).toBe(true);
      },
    );

    it('login by account id is 4 requests in 3 trips', async () => {
      const { commands, trips } = await test.log.costOf(() => login(ada.accountId));
      expect([...commands].sort()).toEqual(LOGIN.filter((command) => command !== 'GetItem'));
      expect(trips).toBe(3);
    });

    it('login on a known device is 5 requests in 3 trips, too', async () => {
      const request = requestWith();
      const given = { username: 'ada', password: PASSWORD, request };
      const { deviceToken } = await test.accounts.userByPasswordLogin(given);
      const { commands, trips } = await test.log.costOf(() =>
        test.accounts.userByPasswordLogin({ ...given, request: requestWith(), deviceToken }),
      );
      expect([...commands].sort()).toEqual(LOGIN);
      expect(trips).toBe(3);
    });

    it('a login that fails is 4 requests in 2 trips', async () => {
      const { commands, trips } = await test.log.costOf(() => login('ada', 'wrong password'));
      expect([...commands].sort()).toEqual(['GetItem', 'Query', 'UpdateItem', 'UpdateItem']);
      expect(trips).toBe(2);
      await login('ada');
    });

    it('logout is 1 request', async () => {
      const session = await test.accounts.sessions.begin(ada, requestWith());
      const { commands } = await test.log.costOf(() =>
        test.accounts.logout({ authToken: session.authToken, request: requestWith() }),
      );
      expect(commands).toEqual(['UpdateItem']);
    });

    it('a rotation is 2 requests', async () => {
      const { authToken: old } = await test.accounts.sessions.begin(ada, requestWith());
      const { commands } = await test.log.costOf(() =>
        test.accounts.refreshTokens({ authToken: old, request: requestWith() }),
      );
      expect(commands).toEqual(['BatchGetItem', 'UpdateItem']);
    });

    it('a page of 25 sessions is 1 request', async () => {
      const { commands } = await test.log.costOf(() =>
        test.accounts.sessions.listSessions({ account: ada }),
      );
      expect(commands).toEqual(['Query']);
    });

    it('the login Query reads no session', async () => {
      const { requests } = await test.log.costOf(() => login('ada', 'wrong password'));
      const query = requests.find(({ command }) => command === 'Query');
      const values = JSON.stringify(query?.input.ExpressionAttributeValues);
      expect(values).toContain('accounttoken$');
      expect(values).not.toContain('session');
    });
  });

  it.each([
    ['username', 'ada', 'nobody'],
    ['e-mail address', 'ada@example.com', 'nobody@example.com'],
  ])(
    'ASVS 6.3.8: an unknown %s costs exactly the requests of a known one',
    async (_name, known, unknown) => {
      const wrong = await test.log.costOf(() => login(known, 'wrong password'));
      const nobody = await test.log.costOf(() => login(unknown, 'wrong password'));
      expect(shapeOf(nobody)).toEqual(shapeOf(wrong));
      expect(nobody.trips).toBe(wrong.trips);
    },
  );

  it('ASVS 6.3.8: an unknown account id costs exactly the requests of a known one', async () => {
    const wrong = await test.log.costOf(() => login(ada.accountId, 'wrong password'));
    const nobody = await test.log.costOf(() =>
      login('01ARZ3NDEKTSV4RRFFQ69G5FAV', 'wrong password'),
    );
    expect(shapeOf(nobody)).toEqual(shapeOf(wrong));
  });

  it('revoking all sessions, and deactivation, are 1 request', async () => {
    const { accountId } = await test.accounts.createAccount({
      username: 'gone',
      password: PASSWORD,
    });
    for (const flow of [
      () => test.accounts.sessions.revokeAllSessions({ accountId }),
      () => test.accounts.lifecycle.deactivate({ accountId }),
    ]) {
      const { commands } = await test.log.costOf(flow);
      expect(commands).toEqual(['UpdateItem']);
      // Within a second of the last revocation, another one learns of its mark first.
      test.clock.advance(1001);
    }
  });

  it('issuing a one-time token is 1 request, consuming one at most 3 in 3 trips', async () => {
    const { accountId } = ada;
    const email = 'ada@example.com';
    const tokens: string[] = [];
    for (const issue of [
      () => test.accounts.addResetPasswordToken({ accountId }),
      () => test.accounts.addEmailVerificationToken({ accountId, email }),
      () => test.accounts.tokens.issue({ accountId, purpose: 'newsletter' }),
    ]) {
      const { commands } = await test.log.costOf(async () => tokens.push((await issue()).token));
      expect(commands).toEqual(['TransactWriteItems']);
    }
    const [reset = '', verification = '', newsletter = ''] = tokens;
    for (const consume of [
      () => test.accounts.tokens.consume({ token: newsletter, purpose: 'newsletter' }),
      () => test.accounts.verifyEmailWithToken({ token: verification }),
      () => selfService(test.accounts).resetPassword({ token: reset, newPassword: PASSWORD }),
    ]) {
      const { commands, trips } = await test.log.costOf(consume);
      expect(commands.at(-1)).toBe('TransactWriteItems');
      expect(commands).toHaveLength(3);
      expect(trips).toBeLessThanOrEqual(3);
    }
  });

  it('findUser is 2 strongly consistent reads, and 1 by account id', async () => {
    const byName = await test.log.costOf(() => test.accounts.findUser({ username: 'ada' }));
    expect(byName.commands).toEqual(['GetItem', 'GetItem']);
    const byId = await test.log.costOf(() => test.accounts.findUser({ username: ada.accountId }));
    expect(byId.commands).toEqual(['GetItem']);
    for (const { input } of [...byName.requests, ...byId.requests]) {
      expect(input.ConsistentRead).toBe(true);
    }
  });

  it('a page of accounts by username is 1 request, and by e-mail address 2', async () => {
    const listed = await createTestAccounts({ listing: accountListing() });
    for (let at = 0; at < 51; at++) {
      const username = `user${String(at)}`;
      const email = `${username}@example.com`;
      await listed.accounts.createAccount({ username, email, password: PASSWORD });
    }
    for (const [by, expected] of [
      ['username', ['Query']],
      ['email', ['Query', 'BatchGetItem']],
    ] as const) {
      const { commands } = await listed.log.costOf(async () => {
        const { items } = await listed.accounts.listAccounts({ by, prefix: 'USER', first: 50 });
        expect(items).toHaveLength(50);
      });
      expect(commands).toEqual(expected);
    }
    await listed.drop();
  });

  it('a request without token, and one with a token that is none, cost nothing', async () => {
    for (const token of [undefined, '', 'no token']) {
      const { commands } = await test.log.costOf(() =>
        test.accounts.handleRequest(requestWith(token)),
      );
      expect(commands).toEqual([]);
    }
  });

  it('a code by SMS is 4 requests to ask for and 6 to log in with; to prove oneself again with 8', async () => {
    const messages: Message[] = [];
    const other = await createTestAccounts({
      delivery: { send: (message) => messages.push(message) },
    });
    const { accountId } = await other.accounts.createAccount({
      username: 'grace',
      password: PASSWORD,
    });
    const phone = '+4930123456';
    await other.accounts.contacts.addPhone({ accountId, phone });
    const sent = messages.at(-1)?.token ?? '';
    await other.accounts.contacts.verifyPhone({ accountId, phone, code: sent });
    const ask = async (): Promise<{ challenge: string; code: string; asked: number }> => {
      let challenge = '';
      const { commands } = await other.log.costOf(async () => {
        ({ challenge } = await other.accounts.phoneCodes.request({ phone }));
      });
      await other.accounts.settled();
      return { challenge, code: messages.at(-1)?.code ?? '', asked: commands.length };
    };
    const request = requestWith();
    const { asked, ...first } = await ask();
    const login = await other.log.costOf(() =>
      other.accounts.phoneCodes.login({ ...first, request }),
    );
    expect([asked, login.commands.length]).toEqual([4, 6]);
    const { asked: _, ...second } = await ask();
    const again = await other.log.costOf(() =>
      other.accounts.reauthenticate({ ...second, request }),
    );
    expect(again.commands).toEqual([
      'BatchGetItem',
      'UpdateItem',
      'UpdateItem',
      'UpdateItem',
      'GetItem',
      'Query',
      'TransactWriteItems',
      'TransactWriteItems',
    ]);
    await other.drop();
  });
});
