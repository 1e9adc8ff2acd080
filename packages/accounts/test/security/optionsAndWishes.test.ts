import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import type { AccountsOptions } from '../../src/accounts/Accounts.js';
import { AccountError } from '../../src/errors/AccountError.js';
import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { codeOf } from '../support/errorOf.js';
import { selfService } from '../support/selfService.js';
import { PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';

const MINUTE = 60_000;
const TOKEN_DURATION = 10 * MINUTE;
const REMEMBER_ME_DURATION = 15 * MINUTE;
const IDLE_TIMEOUT = 5 * MINUTE;
const MAX_SESSIONS = 2;

/** Wishes that a client may have for its session, and whether it asks to be remembered. */
const WISHES: Readonly<Record<string, { readonly isRemembered: boolean; readonly form: object }>> =
  {
    nothing: { isRemembered: false, form: {} },
    'to be remembered': { isRemembered: true, form: { rememberMe: 'local' } },
    'the longest session there is': { isRemembered: false, form: { sessionLength: 8760 } },
    'the longest one, and to be remembered': {
      isRemembered: true,
      form: { sessionLength: 8760, rememberMe: 'local' },
    },
    'a session until next year': {
      isRemembered: false,
      form: { expiredTime: new Date(Date.UTC(2037, 10, 1)) },
    },
    'one until next year, and to be remembered': {
      isRemembered: true,
      form: { expiredTime: new Date(Date.UTC(2037, 10, 1)), rememberMe: 'local' },
    },
  };

/** Ways to a session on which a client has a say; each gives its token. */
const WAYS: Readonly<
  Record<string, (test: Owners, owner: Owner, wish: (typeof WISHES)[string]) => Promise<string>>
> = {
  'Accounts.userByPasswordLogin': async ({ accounts }, { username }, { isRemembered }) => {
    const login = { username, password: PASSWORD, rememberMe: isRemembered };
    return (await accounts.userByPasswordLogin({ ...login, request: requestWith() })).authToken;
  },
  'Accounts.createAccountAndLogin': async ({ accounts }, { username }, { isRemembered }) => {
    const account = { username: `${username}b`, password: PASSWORD, rememberMe: isRemembered };
    return (await accounts.createAccountAndLogin({ ...account, request: requestWith() })).authToken;
  },
  'Accounts.pushCustomSession': async ({ accounts }, { username }, { isRemembered }) => {
    const login = { username, rememberMe: isRemembered, request: requestWith() };
    return (await accounts.pushCustomSession(login)).authToken;
  },
  'MagicLinks.login': async (test, { email }, { isRemembered }) => {
    const { magicLinks } = test.accounts;
    await magicLinks.request({ email });
    await test.accounts.settled();
    const login = { token: test.lastToken(email), rememberMe: isRemembered };
    return (await magicLinks.login({ ...login, request: requestWith() })).authToken;
  },
  'SelfService.signIn': async ({ accounts }, { username }, { form }) => {
    const signIn = { username, password: PASSWORD, ...form, request: requestWith() };
    return (await selfService(accounts).signIn(signIn)).authToken;
  },
  'SelfService.signUp': async ({ accounts }, { username }, { form }) => {
    const signUp = { username: `${username}c`, password: PASSWORD, ...form };
    const { authToken = '' } = await selfService(accounts).signUp({
      ...signUp,
      request: requestWith(),
    });
    return authToken;
  },
};

const OPTIONS: Partial<Omit<AccountsOptions, 'table'>> = {
  passwords: { hasher: new QuickHasher() },
  throttling: { address: false, messages: false },
  sessions: {
    getTokenSecret: () => SECRET,
    tokenDuration: TOKEN_DURATION,
    rememberMeDuration: REMEMBER_ME_DURATION,
    idleTimeout: IDLE_TIMEOUT,
    maxSessions: MAX_SESSIONS,
  },
};

const cases = Object.keys(WAYS).flatMap((way) =>
  Object.keys(WISHES).map((wish) => ({ way, wish })),
);

describe('whatever a client wishes, the application’s options are the bound', () => {
  let test: Owners;
  beforeAll(async () => {
    test = await createOwners(OPTIONS);
  });
  afterAll(() => test.drop());

  const begin = async ({ way, wish }: (typeof cases)[number], owner: Owner): Promise<string> => {
    const asked = WISHES[wish];
    const log = WAYS[way];
    if (!asked || !log) throw new Error('There is no such case.');
    return log(test, owner, asked);
  };
  const isIn = async (authToken: string): Promise<boolean> => {
    const code = await codeOf(test.another().handleRequest(requestWith(authToken)));
    if (code !== 'none' && code !== 'InvalidSession' && code !== 'TokenVerificationFailed') {
      throw new Error(code);
    }
    return code === 'none';
  };

  it.each(sampleOf(cases, 4))('of how long: $way, wishing $wish', async (each) => {
    const authToken = await begin(each, await test.signUp());
    const { isRemembered = false } = WISHES[each.wish] ?? {};
    const maxMs = isRemembered ? REMEMBER_ME_DURATION : TOKEN_DURATION;
    // In use all the time, so that only its end ends it.
    for (let passed = 0; passed < maxMs - MINUTE; passed += 4 * MINUTE) {
      expect(await isIn(authToken)).toBe(true);
      test.clock.advance(Math.min(4 * MINUTE, maxMs - MINUTE - passed));
    }
    expect(await isIn(authToken)).toBe(true);
    test.clock.advance(MINUTE);
    expect(await isIn(authToken)).toBe(false);
  });

  it.each(sampleOf(cases, 4))('of how long idle: $way, wishing $wish', async (each) => {
    const authToken = await begin(each, await test.signUp());
    test.clock.advance(IDLE_TIMEOUT);
    // Only the application itself, by `rememberMe` of its own calls, exempts a session.
    const isExempt = WISHES[each.wish]?.isRemembered === true && !each.way.startsWith('Self');
    expect(await isIn(authToken)).toBe(isExempt);
  });

  it.each(Object.keys(WAYS))('a session begun by %s counts towards maxSessions', async (way) => {
    const own = await begin({ way, wish: 'to be remembered' }, await test.signUp());
    const account = (await test.accounts.handleRequest(requestWith(own))).user;
    if (!account) throw new AccountError('InvalidSession', {});
    for (let more = 0; more < MAX_SESSIONS; more++) {
      test.clock.advance(1);
      await test.accounts.pushCustomSession({
        username: account.accountId,
        request: requestWith(),
      });
    }
    expect(await isIn(own)).toBe(false);
  });
});
