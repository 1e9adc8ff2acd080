import { SelfService } from '@latchkey/accounts/self-service';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

let test: TestAccounts;
beforeAll(async () => {
  test = await createTestAccounts();
});
afterAll(() => test.drop());

/** Somebody with a request that was let through. */
async function somebody(username: string) {
  const request = requestWith();
  const login = { username, password: PASSWORD, request };
  const { account } = await test.accounts.createAccountAndLogin(login);
  return { accountId: account.accountId, request };
}

/** An input whose property is one thing at the first reading, and another later. */
function changing<T extends object>(input: T, name: string, later: unknown): T {
  const first = (input as Record<string, unknown>)[name];
  let reads = 0;
  return Object.defineProperty({ ...input }, name, {
    enumerable: true,
    get: () => (reads++ === 0 ? first : later),
  });
}

describe('input whose getters change their mind', () => {
  it('acts for the account that was checked: an id beside it has no effect', async () => {
    const ada = await somebody('ada');
    const eve = await somebody('eve');
    const input = changing(
      { accountId: eve.accountId, newPassword: 'another password' },
      'accountId',
      ada.accountId,
    );
    await test.accounts.setPassword(input);
    const login = { username: 'ada', password: PASSWORD, request: requestWith() };
    expect(await codeOf(test.accounts.userByPasswordLogin(login))).toBe('none');
  });

  it.each([
    ['lifecycle.deactivate', (input: never) => test.accounts.lifecycle.deactivate(input)],
    [
      'sessions.revokeAllSessions',
      (input: never) => test.accounts.sessions.revokeAllSessions(input),
    ],
    ['contacts.list', (input: never) => test.accounts.contacts.list(input)],
    [
      'selfService.signOut',
      (input: never) => new SelfService(test.accounts as never).signOut(input),
    ],
  ])('is read once by %s', async (name, call) => {
    const { request } = await somebody(name.split('.')[1]?.toLowerCase() ?? '');
    let reads = 0;
    const input = Object.defineProperty({}, 'request', {
      enumerable: true,
      get: () => {
        reads++;
        return request;
      },
    });
    await call(input as never);
    expect(reads).toBe(1);
  });

  it('is refused where a getter throws, with what it threw as the cause', async () => {
    const thrown = new Error('of the caller');
    const input = Object.defineProperty({ password: PASSWORD }, 'username', {
      enumerable: true,
      get: () => {
        throw thrown;
      },
    });
    const error = await errorOf(test.accounts.createAccount(input));
    expect(error).toMatchObject({ code: 'InvalidInput', details: { reason: 'notReadable' } });
    expect(error.cause).toBe(thrown);
  });
});

describe('request.user', () => {
  it('is a copy: what is written into it is no fact of the session (CVE-2025-61928)', async () => {
    const { request } = await somebody('mallory');
    const other = await somebody('victim');
    const { user } = request;
    if (!user) throw new Error('nobody is signed in');
    user.permissions.push('admin');
    Object.assign(user, { accountId: other.accountId });
    const { sessions, contacts, profile } = test.accounts;
    expect(() => sessions.requirePermission(request, 'admin')).toThrow(
      expect.objectContaining({ code: 'PermissionDenied' }),
    );
    expect(sessions.verifiedSessionOf(request).account.accountId).not.toBe(other.accountId);
    await profile.update({ request, profile: { of: 'mallory' } });
    expect(await test.accounts.findUser({ username: 'victim' })).not.toHaveProperty('profile');
    expect(await contacts.list({ request })).toEqual([]);
  });
});
