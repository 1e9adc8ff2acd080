import type { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountDocument, SessionRequest } from '../../src/requests/SessionRequest.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Mailbox } from '../oneTimeTokens/Mailbox.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { letsIn, someone, verified } from './support.js';
import { selfService } from '../support/selfService.js';

const mailbox = new Mailbox();
let test: TestAccounts;
let accounts: Accounts;
let joined = 0;
beforeAll(async () => {
  const passwords = { hasher: new QuickHasher() };
  test = await createTestAccounts({ delivery: mailbox, passwords });
  ({ accounts } = test);
});
afterAll(() => test.drop());

/** Refuses a flow as bad input, with nothing written and no session on the request. */
async function expectRefused(flow: () => Promise<unknown>): Promise<void> {
  const before = await tableItems(test.client, test.table.name);
  const error = await errorOf(flow());
  expect(error).toMatchObject({
    code: 'InvalidInput',
    status: 400,
    details: { path: 'request', reason: 'notWritable' },
  });
  expect(await tableItems(test.client, test.table.name)).toEqual(before);
}

/** A request that says already what is only found out here. */
const withAll = (): SessionRequest =>
  ({ ...requestWith(), authToken: undefined, user: undefined, sessionDestroyed: false }) as never;
const heirOf = (request: SessionRequest): SessionRequest => Object.create(request) as never;

class WithGetter {
  readonly requestIp = '203.0.113.7';
  readonly userAgent = 'latchkey-tests/1';
  readonly onCallDestroySession = null;
  get user(): never {
    throw new Error('nobody reads it');
  }
}

const KINDS: readonly [string, () => SessionRequest][] = [
  ['frozen', () => Object.freeze(requestWith())],
  ['sealed', () => Object.seal(requestWith())],
  ['not extensible', () => Object.preventExtensions(requestWith())],
  [
    'read only in one property',
    () => Object.defineProperty(requestWith(), 'authToken', { value: undefined, writable: false }),
  ],
  ['sealed with all that is set on it', () => Object.seal(withAll())],
  ['not extensible, and inherits all', () => Object.preventExtensions(heirOf(withAll()))],
  ['an object whose class gives the user', () => new WithGetter()],
  [
    'an object that has frozen ancestors',
    () => Object.create(Object.freeze({ ...requestWith(), user: undefined })) as SessionRequest,
  ],
];

describe.each(KINDS)('ASVS 2.2.1, 2.3.3: a request that is %s begins no session', (_name, make) => {
  it('a login refuses a request on which no session can be set', async () => {
    const { account } = await someone(accounts);
    const { username = '', accountId } = account;
    const input = { username, password: PASSWORD };
    await expectRefused(() => accounts.userByPasswordLogin({ ...input, request: make() }));
    await expectRefused(() => selfService(accounts).signIn({ ...input, request: make() }));
    await expectRefused(() => accounts.pushCustomSession({ username, request: make() }));
    await expectRefused(() => accounts.sessions.begin(account, make()));
    const { edges } = await accounts.sessions.listSessions({ accountId });
    expect(edges).toHaveLength(1);
  });

  it('a login by link refuses such a request, and the link stays valid', async () => {
    const { account } = await someone(accounts);
    const email = `${String(account.username)}@example.com`;
    const { accountId } = account;
    await accounts.contacts.addEmail({ accountId, email });
    await accounts.verifyEmail({ accountId, email });
    await mailbox.take();
    await accounts.magicLinks.request({ email });
    const token = await mailbox.token('MagicLink');
    await expectRefused(() => accounts.magicLinks.login({ token, request: make() }));
    expect(await codeOf(accounts.magicLinks.login({ token, request: requestWith() }))).toBe('none');
  });

  it('by a sign-up, which makes no account', async () => {
    const username = `joined${String(++joined)}`;
    const input = { username, password: PASSWORD };
    await expectRefused(() => accounts.createAccountAndLogin({ ...input, request: make() }));
    await expectRefused(() => selfService(accounts).signUp({ ...input, request: make() }));
    expect(await accounts.findUser({ username })).toBeNull();
  });
});

describe('a request that is frozen', () => {
  it('neither resumes nor ends a session by its token', async () => {
    const { authToken, account } = await someone(accounts);
    const request = Object.freeze({ ...requestWith(authToken), user: account });
    await expectRefused(() => accounts.handleRequest(request));
    await expectRefused(() => accounts.refreshTokens({ authToken, request }));
    await expectRefused(() => accounts.logout({ authToken, request }));
    await expectRefused(() => selfService(accounts).signOut({ request }));
    expect(await letsIn(accounts, authToken)).toBe(true);
  });

  it('once it was let through, can be asked whose it is, and do nothing', async () => {
    const { authToken, account } = await someone(accounts);
    const request = Object.freeze(await verified(accounts, authToken));
    expect(() => {
      accounts.sessions.requireRecentLogin(request, '10m');
    }).not.toThrow();
    const permission = `admin_profile:${account.accountId}`;
    expect(accounts.sessions.requirePermission(request, permission)).toEqual(account);
    const newPassword = 'a long walk in the hills';
    const input = { request, currentPassword: PASSWORD, newPassword };
    await expectRefused(() => accounts.passwords.change(input));
    await expectRefused(() => accounts.reauthenticate({ request, password: PASSWORD }));
    await expectRefused(() => accounts.sessions.revokeAllSessions({ request }));
    await expectRefused(() => accounts.sessions.revokeOtherSessions({ request }));
    await expectRefused(() => accounts.lifecycle.deactivate({ request }));
    await expectRefused(() => accounts.lifecycle.delete({ request }));
    await expectRefused(() => accounts.logout({ authToken, request }));
    expect(await letsIn(accounts, authToken)).toBe(true);
  });

  it('is the one of a class only where that keeps what is put on it', async () => {
    class Kept {
      readonly requestIp = '203.0.113.7';
      readonly userAgent = 'latchkey-tests/1';
      readonly onCallDestroySession = null;
      #users: AccountDocument[] = [];
      get user(): AccountDocument {
        const [user] = this.#users;
        if (!user) throw new Error('nobody reads it before it is set');
        return user;
      }
      set user(user: AccountDocument) {
        this.#users = [user];
      }
    }
    const { account } = await someone(accounts);
    const request: SessionRequest = new Kept();
    const { authToken } = await accounts.sessions.begin(account, request);
    expect(request.user).toEqual(account);
    expect(await letsIn(accounts, authToken)).toBe(true);
  });
});
