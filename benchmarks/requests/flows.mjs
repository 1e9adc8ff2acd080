import { importSource } from '../support/importSource.mjs';

const { findAccount } = await importSource('accounts', 'console/findAccount.ts');
const { findFlows } = await importSource('accounts', 'accounts/flowsOf.ts');
const { FLOW_COSTS } = await importSource('accounts', 'costs/flowCosts.ts');

let people = 0;
const newcomer = () => {
  const username = `newcomer${String(++people)}`;
  return { username, email: `${username}@example.com`, password: 'a long walk in the hills' };
};
/** A request of someone who is not logged in. */
const stranger = () => ({ requestIp: '192.0.2.7', userAgent: 'bench', onCallDestroySession: null });
/** Every account of a crowd has a name that begins so. */
const PREFIX = 'person';
const hasFiftyAccounts = ({ accounts }) => accounts > 50;

async function listFifty(accounts, by) {
  const { items } = await accounts.listAccounts({ by, prefix: PREFIX, first: 50 });
  if (items.length === 0) throw new Error(`No account is listed by ${by}.`);
}

/**
 * How to carry each flow out once. `isFull`: whether its page has as much to read as any, so that its read units
 * are comparable. `lists`: it needs the option `listing`.
 */
const RUNS = [
  {
    name: 'sign-up',
    run: ({ accounts }) => accounts.createAccount(newcomer()),
  },
  {
    name: 'sign-up, signed in at once',
    run: ({ accounts }, { request }) =>
      accounts.createAccountAndLogin({ ...newcomer(), request: request() }),
  },
  {
    name: 'sign-up by a form',
    run: async ({ accounts }) => {
      const { email, password } = newcomer();
      await accounts.requestAccount({ email, password, request: stranger() });
      await accounts.settled();
    },
  },
  {
    name: 'verify the address of a sign-up',
    prepare: async ({ accounts, messages }) => {
      const { email, password } = newcomer();
      const { handle } = await accounts.requestAccount({ email, password, request: stranger() });
      await accounts.settled();
      return { token: messages.at(-1).token, handle };
    },
    run: ({ accounts }, _person, { token, handle }) =>
      accounts.verifyEmailWithToken({ token, handle }),
  },
  {
    name: 'password login',
    run: ({ accounts }, { name, password, request }) =>
      accounts.userByPasswordLogin({ username: name, password, request: request() }),
  },
  {
    name: 'password login on a known device',
    prepare: async ({ accounts }, { name, password, request }) =>
      (await accounts.userByPasswordLogin({ username: name, password, request: request() }))
        .deviceToken,
    run: ({ accounts }, { name, password, request }, deviceToken) =>
      accounts.userByPasswordLogin({ username: name, password, request: request(), deviceToken }),
  },
  {
    name: 'password login that fails',
    run: async ({ accounts }, { name, request }) => {
      const given = { username: name, password: 'another long walk', request: request() };
      const outcome = await accounts.userByPasswordLogin(given).catch(({ code }) => code);
      if (outcome !== 'LoginFailed') throw new Error(`The login ended with ${outcome}.`);
    },
  },
  {
    name: 'verify a request',
    run: ({ accounts }, { request }) => accounts.handleRequest(request()),
  },
  {
    name: 'rotate',
    run: ({ accounts }, { authToken, request }) =>
      accounts.refreshTokens({ authToken, request: request() }),
  },
  {
    name: 'logout',
    run: ({ accounts }, { authToken, request }) =>
      accounts.logout({ authToken, request: request() }),
  },
  {
    name: 'revoke all sessions',
    run: ({ accounts }, { account: { accountId } }) =>
      accounts.sessions.revokeAllSessions({ accountId }),
  },
  {
    name: 'deactivate',
    run: ({ accounts }, { account: { accountId } }) => accounts.lifecycle.deactivate({ accountId }),
  },
  {
    name: 'list sessions, page of 25',
    isFull: ({ sessions }) => sessions >= 100,
    run: ({ accounts }, { account }) => accounts.sessions.listSessions({ account }),
  },
  {
    name: 'list accounts by username, page of 50',
    isFull: hasFiftyAccounts,
    lists: true,
    run: ({ accounts }) => listFifty(accounts, 'username'),
  },
  {
    name: 'list accounts by e-mail address, page of 50',
    isFull: hasFiftyAccounts,
    lists: true,
    run: ({ accounts }) => listFifty(accounts, 'email'),
  },
  {
    name: 'find an account in the console, with 50 sessions',
    isFull: ({ sessions }) => sessions >= 100,
    run: ({ accounts }, { name }) => findAccount(findFlows(accounts).core, name),
  },
  {
    name: 'issue a one-time token',
    run: ({ accounts }, { account: { accountId } }) =>
      accounts.addResetPasswordToken({ accountId }),
  },
  {
    name: 'consume: password reset',
    prepare: ({ accounts }, { account: { accountId } }) =>
      accounts.addResetPasswordToken({ accountId }),
    run: ({ accounts }, _person, { token }) =>
      accounts.passwords.reset({ token, newPassword: 'another long walk' }),
  },
  {
    name: 'consume: e-mail verification',
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
    prepare: async ({ accounts, messages }, { email }) => {
      await accounts.magicLinks.request({ email });
      await accounts.settled();
      return messages.at(-1);
    },
    run: ({ accounts }, { request }, { token }) =>
      accounts.magicLinks.login({ token, request: request() }),
  },
];

/** Every flow, with what it is to cost. */
export const FLOWS = RUNS.map((flow) => ({ ...flow, budget: FLOW_COSTS[flow.name] }));

const unmeasured = Object.keys(FLOW_COSTS).filter((name) => !RUNS.some((run) => run.name === name));
if (unmeasured.length > 0) throw new Error(`Nothing measures ${unmeasured.join(', ')}.`);
