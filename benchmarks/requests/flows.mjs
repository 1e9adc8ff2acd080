import { importSource } from '../support/importSource.mjs';

const { findAccount } = await importSource('accounts', 'console/findAccount.ts');
const { findFlows } = await importSource('accounts', 'accounts/flowsOf.ts');

let people = 0;
const newcomer = () => {
  const username = `newcomer${String(++people)}`;
  return { username, email: `${username}@example.com`, password: 'a long walk in the hills' };
};
const budget = (requests, trips) => ({ requests, trips });
/** Every account of a crowd has a name that begins so. */
const PREFIX = 'person';
const hasFiftyAccounts = ({ accounts }) => accounts > 50;

async function listFifty(accounts, by) {
  const { items } = await accounts.listAccounts({ by, prefix: PREFIX, first: 50 });
  if (items.length === 0) throw new Error(`No account is listed by ${by}.`);
}

/**
 * Every flow with its budget of requests and of round trips, and how to carry it out once. `isFull`: whether
 * its page has as much to read as any, so that its read units are comparable.
 */
export const FLOWS = [
  {
    name: 'sign-up',
    budget: budget(1, 1),
    run: ({ accounts }) => accounts.createAccount(newcomer()),
  },
  {
    name: 'sign-up, signed in at once',
    budget: budget(1, 1),
    run: ({ accounts }, { request }) =>
      accounts.createAccountAndLogin({ ...newcomer(), request: request() }),
  },
  {
    name: 'password login',
    budget: budget(5, 3),
    run: ({ accounts }, { name, password, request }) =>
      accounts.userByPasswordLogin({ username: name, password, request: request() }),
  },
  {
    name: 'password login on a known device',
    budget: budget(5, 3),
    prepare: async ({ accounts }, { name, password, request }) =>
      (await accounts.userByPasswordLogin({ username: name, password, request: request() }))
        .deviceToken,
    run: ({ accounts }, { name, password, request }, deviceToken) =>
      accounts.userByPasswordLogin({ username: name, password, request: request(), deviceToken }),
  },
  {
    name: 'verify a request',
    budget: budget(1, 1),
    run: ({ accounts }, { request }) => accounts.handleRequest(request()),
  },
  {
    name: 'rotate',
    budget: budget(2, 2),
    run: ({ accounts }, { authToken, request }) =>
      accounts.refreshTokens({ authToken, request: request() }),
  },
  {
    name: 'logout',
    budget: budget(1, 1),
    run: ({ accounts }, { authToken, request }) =>
      accounts.logout({ authToken, request: request() }),
  },
  {
    name: 'revoke all sessions',
    budget: budget(1, 1),
    run: ({ accounts }, { account: { accountId } }) =>
      accounts.sessions.revokeAllSessions({ accountId }),
  },
  {
    name: 'deactivate',
    budget: budget(1, 1),
    run: ({ accounts }, { account: { accountId } }) => accounts.lifecycle.deactivate({ accountId }),
  },
  {
    name: 'list sessions, page of 25',
    isFull: ({ sessions }) => sessions >= 100,
    budget: budget(1, 1),
    run: ({ accounts }, { account }) => accounts.sessions.listSessions({ account }),
  },
  {
    name: 'list accounts by username, page of 50',
    isFull: hasFiftyAccounts,
    budget: budget(1, 1),
    run: ({ accounts }) => listFifty(accounts, 'username'),
  },
  {
    name: 'list accounts by e-mail address, page of 50',
    isFull: hasFiftyAccounts,
    budget: budget(2, 2),
    run: ({ accounts }) => listFifty(accounts, 'email'),
  },
  {
    name: 'find an account in the console, with 50 sessions',
    isFull: ({ sessions }) => sessions >= 100,
    budget: budget(3, 3),
    run: ({ accounts }, { name }) => findAccount(findFlows(accounts).core, name),
  },
  {
    name: 'issue a one-time token',
    budget: budget(1, 1),
    run: ({ accounts }, { account: { accountId } }) =>
      accounts.addResetPasswordToken({ accountId }),
  },
  {
    name: 'consume: password reset',
    budget: budget(3, 3),
    prepare: ({ accounts }, { account: { accountId } }) =>
      accounts.addResetPasswordToken({ accountId }),
    run: ({ accounts }, _person, { token }) =>
      accounts.passwords.reset({ token, newPassword: 'another long walk' }),
  },
  {
    name: 'consume: e-mail verification',
    budget: budget(3, 3),
    prepare: async ({ accounts }, { account: { accountId }, request }) => {
      const email = newcomer().email;
      const own = request();
      await accounts.handleRequest(own);
      await accounts.contacts.addEmail({ accountId, email });
      return { ...(await accounts.addEmailVerificationToken({ accountId, email })), own };
    },
    run: ({ accounts }, _person, { token, own }) =>
      accounts.verifyEmailWithToken({ token, request: own }),
  },
  {
    name: 'consume: magic link',
    budget: budget(3, 3),
    prepare: async ({ accounts, messages }, { email }) => {
      await accounts.magicLinks.request({ email });
      await accounts.settled();
      return messages.at(-1);
    },
    run: ({ accounts }, { request }, { token }) =>
      accounts.magicLinks.login({ token, request: request() }),
  },
];
