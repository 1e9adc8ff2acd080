import type { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountDocument } from '../../src/requests/SessionRequest.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

const ROUNDS = 8;
const READERS_PER_INSTANCE = 3;

describe('a logout that races with requests', () => {
  let test: TestAccounts;
  let ada: AccountDocument;
  let instances: readonly Accounts[];

  beforeAll(async () => {
    test = await createTestAccounts();
    ada = await test.accounts.createAccount({ username: 'ada', password: PASSWORD });
    instances = [test.accounts, test.another(), test.another()];
  });
  afterAll(() => test.drop());

  it('ASVS 7.4.1: lets no request in on any instance that began after it resolved', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { authToken } = await test.accounts.sessions.begin(ada, requestWith());
      let hasEnded = false;
      let isOver = false;
      const history: { beganAfterLogout: boolean; code: string }[] = [];
      const read = async (instance: Accounts): Promise<void> => {
        while (!isOver) {
          const beganAfterLogout = hasEnded;
          const code = await codeOf(instance.handleRequest(requestWith(authToken)));
          history.push({ beganAfterLogout, code });
        }
      };
      const readers = instances.flatMap((instance) =>
        Array.from({ length: READERS_PER_INSTANCE }, () => read(instance)),
      );
      await instances[round % instances.length]?.logout({
        authToken,
        request: requestWith(authToken),
      });
      hasEnded = true;
      await Promise.all(
        instances.map(async (instance) => {
          const code = await codeOf(instance.handleRequest(requestWith(authToken)));
          history.push({ beganAfterLogout: true, code });
        }),
      );
      isOver = true;
      await Promise.all(readers);
      const late = history.filter(({ beganAfterLogout }) => beganAfterLogout);
      expect(new Set(late.map(({ code }) => code))).toEqual(new Set(['InvalidSession']));
      expect(new Set(history.map(({ code }) => code)).size).toBeLessThanOrEqual(2);
    }
  });

  it('ends a session once for 16 logouts at once, and all of them succeed', async () => {
    const { authToken } = await test.accounts.sessions.begin(ada, requestWith());
    const ended = await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        (instances[at % instances.length] ?? test.accounts).logout({
          authToken,
          request: requestWith(authToken),
        }),
      ),
    );
    expect(ended).toEqual(Array.from({ length: 16 }, () => true));
  });

  it('ASVS 7.4.1: voids a session that begins while all are revoked', async () => {
    const { accountId } = ada;
    await test.accounts.AccountEntity.updateOne({
      filter: { accountId },
      update: { $set: { sessionGeneration: '1' } },
    });
    // The login has read the account before the revocation, and writes its session after it.
    const { authToken } = await test.accounts.sessions.begin(ada, requestWith());
    expect(await codeOf(test.accounts.handleRequest(requestWith(authToken)))).toBe(
      'InvalidSession',
    );
  });
});
