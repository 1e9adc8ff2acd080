import { injectFaults } from '@latchkey/entity/testing';
import type { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountDocument, SessionRequest } from '../../src/requests/SessionRequest.js';
import { letsIn, signUp, watch } from '../sessions/support.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

const ALWAYS = 1000;
const METHODS = ['deactivate', 'delete'] as const;

let test: TestAccounts;
let accounts: Accounts;
beforeAll(async () => {
  test = await createTestAccounts();
  ({ accounts } = test);
});
afterAll(() => test.drop());

async function loggedIn(): Promise<{
  readonly account: AccountDocument;
  readonly accountId: string;
  readonly request: SessionRequest;
}> {
  const account = await signUp(accounts);
  const request = requestWith();
  await accounts.userByPasswordLogin({
    username: account.accountId,
    password: PASSWORD,
    request,
  });
  return { account, accountId: account.accountId, request };
}

const newPassword = 'a long walk in the hills';
const ENDINGS: readonly [string, (accountId: string) => Promise<unknown>][] = [
  ['a new password', (accountId) => test.another().setPassword({ accountId, newPassword })],
  ['a revocation', (accountId) => test.another().sessions.revokeAllSessions({ accountId })],
  [
    'a time of deactivation',
    async (accountId) => {
      await test.another().lifecycle.deactivate({ accountId });
      await test.another().lifecycle.reactivate({ accountId });
    },
  ],
];

describe.each(METHODS)('%s by a request that was let through before', (method) => {
  it.each(ENDINGS)('ASVS 7.4.1, 7.4.3: %s is refused after it', async (_name, end) => {
    const { accountId, request } = await loggedIn();
    await end(accountId);
    const seen = watch(accounts);
    const cost = await test.log.costOf(async () => {
      expect(await codeOf(accounts.lifecycle[method]({ request }))).toBe('InvalidSession');
    });
    const writes = cost.commands.filter((command) => !/^(?:Get|BatchGet|Query)/.test(command));
    expect(writes).toEqual(['TransactWriteItems']);
    expect(seen.events).toMatchObject([{ accountId, reason: 'InvalidSession' }]);
    expect(await accounts.findUser({ username: accountId })).toMatchObject({ deactivated: false });
  });

  it('its owner changed the password with is done', async () => {
    const { accountId, request } = await loggedIn();
    await accounts.passwords.change({ request, currentPassword: PASSWORD, newPassword });
    expect(await codeOf(accounts.lifecycle[method]({ request }))).toBe('none');
    const account = await accounts.findUser({ username: accountId });
    expect(account?.deactivated).toBe(method === 'deactivate' ? true : undefined);
  });

  it('is done where the answer to the write is lost', async () => {
    const { accountId, request } = await loggedIn();
    const lost = injectFaults(test.client).on('TransactWriteItems', 'answerLost');
    const code = await codeOf(accounts.lifecycle[method]({ request })).finally(() => {
      lost.remove();
    });
    expect(lost.attempts).toBeGreaterThan(1);
    expect(code).toBe('none');
    const account = await accounts.findUser({ username: accountId });
    expect(account?.deactivated).toBe(method === 'deactivate' ? true : undefined);
  });
});

it('an interrupted deletion continues with the request that began it', async () => {
  const { accountId, request } = await loggedIn();
  // The first write, by which the deletion begins, is a transaction with the session's check.
  const fault = injectFaults(test.client).on('GetItem', 'timeout', { times: ALWAYS });
  const code = await codeOf(accounts.lifecycle.delete({ request })).finally(() => {
    fault.remove();
  });
  expect([code, fault.attempts > 0]).toEqual(['ServiceUnavailable', true]);
  expect(await accounts.findUser({ username: accountId })).toMatchObject({ deactivated: true });
  expect(await codeOf(accounts.lifecycle.delete({ request }))).toBe('none');
  expect(await accounts.findUser({ username: accountId })).toBeNull();
});

it('an abandoned deletion is finished by a sweep, and its names are free', async () => {
  const { accountId, request } = await loggedIn();
  const username = (await accounts.findUser({ username: accountId }))?.username ?? '';
  const fault = injectFaults(test.client).on('GetItem', 'timeout', { times: ALWAYS });
  const code = await codeOf(accounts.lifecycle.delete({ request })).finally(() => {
    fault.remove();
  });
  expect([code, username !== '']).toEqual(['ServiceUnavailable', true]);
  const other = test.another();
  expect(await other.lifecycle.finishDeletions()).toEqual({ deletedAccounts: 1 });
  expect(await other.lifecycle.finishDeletions()).toEqual({ deletedAccounts: 0 });
  expect(await other.findUser({ username })).toBeNull();
  await other.createAccount({ username, password: PASSWORD });
});

it('GHSA-2vg6-77g8-24mp, GHSA-m2w5-7xhv-w6fh: refreshes beside deleteAccount leave no session that verifies, nor any at all', async () => {
  const other = test.another();
  for (let round = 0; round < 8; round++) {
    const { accountId, request } = await loggedIn();
    const { authToken = '' } = request;
    const refreshes = Array.from({ length: 16 }, (_, at) =>
      (at % 2 ? other : accounts).refreshTokens({ authToken, request: requestWith() }).then(
        (refreshed) => refreshed.authToken,
        () => undefined,
      ),
    );
    await accounts.lifecycle.delete({ accountId });
    const tokens = [authToken, ...(await Promise.all(refreshes))];
    for (const token of tokens) {
      if (token !== undefined) expect(await letsIn(other, token)).toBe(false);
    }
    const { items } = await accounts.SessionEntity.findMany({ filter: { accountId } });
    expect(items).toEqual([]);
  }
});
