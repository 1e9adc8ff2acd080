import type { AccountDocument } from '../../src/sessions/SessionRequest.js';
import type { Cost } from '../support/RequestLog.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

/** What a request asks for, without whom it asks about. */
const shapeOf = ({ requests }: Cost): unknown =>
  requests.map(({ command, input }) => ({
    command,
    fields: Object.keys(input).sort(),
    consistent: input.ConsistentRead,
    condition: input.KeyConditionExpression,
  }));

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
      'login as %s is 3 requests in 3 trips',
      async (username) => {
        const { commands, trips, requests } = await test.log.costOf(() => login(username));
        expect(commands).toEqual(['GetItem', 'Query', 'PutItem']);
        expect(trips).toBeLessThanOrEqual(3);
        for (const { input } of requests.slice(0, 2)) expect(input.ConsistentRead).toBe(true);
      },
    );

    it('login by account id is 2 requests', async () => {
      const { commands } = await test.log.costOf(() => login(ada.accountId));
      expect(commands).toEqual(['Query', 'PutItem']);
    });

    it('a login that fails is 2 requests', async () => {
      const { commands } = await test.log.costOf(() => login('ada', 'wrong password'));
      expect(commands).toEqual(['GetItem', 'Query']);
    });

    it('logout is 1 request', async () => {
      const session = await test.accounts.sessions.begin(ada, requestWith());
      const { commands } = await test.log.costOf(() =>
        test.accounts.logout({ authToken: session.authToken, request: requestWith() }),
      );
      expect(commands).toEqual(['UpdateItem']);
    });

    it('the login Query reads no session', async () => {
      const { requests } = await test.log.costOf(() => login('ada', 'wrong password'));
      const values = JSON.stringify(requests[1]?.input.ExpressionAttributeValues);
      expect(values).toContain('accounttoken$');
      expect(values).not.toContain('session');
    });
  });

  it.each([
    ['username', 'ada', 'nobody'],
    ['e-mail address', 'ada@example.com', 'nobody@example.com'],
  ])(
    'an unknown %s costs exactly the requests of a known one (ASVS 6.3.8)',
    async (_name, known, unknown) => {
      const wrong = await test.log.costOf(() => login(known, 'wrong password'));
      const nobody = await test.log.costOf(() => login(unknown, 'wrong password'));
      expect(shapeOf(nobody)).toEqual(shapeOf(wrong));
      expect(nobody.trips).toBe(wrong.trips);
    },
  );

  it('an unknown account id costs exactly the requests of a known one (ASVS 6.3.8)', async () => {
    const wrong = await test.log.costOf(() => login(ada.accountId, 'wrong password'));
    const nobody = await test.log.costOf(() =>
      login('01ARZ3NDEKTSV4RRFFQ69G5FAV', 'wrong password'),
    );
    expect(shapeOf(nobody)).toEqual(shapeOf(wrong));
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

  it('a request without token, and one with a token that is none, cost nothing', async () => {
    for (const token of [undefined, '', 'no token']) {
      const { commands } = await test.log.costOf(() =>
        test.accounts.handleRequest(requestWith(token)),
      );
      expect(commands).toEqual([]);
    }
  });
});
