import { Table } from '@latchkey/entity';
import * as z from 'zod';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { Accounts, type AccountsOptions } from '../../src/accounts/Accounts.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { createOwners, type Owners } from '../contacts/owners.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { createTestAccounts, PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { selfService } from '../support/selfService.js';

const HOUR = 60 * 60 * 1000;
const hasher = new QuickHasher();

describe('identifiers, as people type them', () => {
  let test: Owners;
  let request: SessionRequest;
  beforeAll(async () => {
    test = await createOwners({
      passwords: { hasher },
      throttling: { messages: false, code: { budget: 100 } },
    });
  });
  beforeEach(async () => {
    ({ request } = await test.signUp());
  });
  afterAll(() => test.drop());

  let count = 0;
  const SPELLINGS: readonly (readonly [string, (email: string) => string])[] = [
    ['with a space after it', (email) => `${email} `],
    ['with white space around it', (email) => `\t ${email}\u00a0 `],
    ['in capitals', (email) => email.toUpperCase()],
  ];
  /** Every call that takes an e-mail address. */
  const CALLS: Readonly<Record<string, (email: string, own: string) => Promise<unknown>>> = {
    createAccount: (email) => test.accounts.createAccount({ email, password: PASSWORD }),
    'createAccount, extraContacts': (value) =>
      test.accounts.createAccount({
        username: `extra${String(++count)}`,
        password: PASSWORD,
        extraContacts: [{ kind: 'email', value }],
      }),
    requestAccount: (email) => test.accounts.requestAccount({ email, password: PASSWORD }),
    signUp: (email) =>
      selfService(test.accounts).signUp({ email, password: PASSWORD, request: requestWith() }),
    'contacts.addEmail': (email) => test.accounts.contacts.addEmail({ request, email }),
    'contacts.replaceEmail': (newEmail, own) =>
      test.accounts.contacts.replaceEmail({ request, email: own, newEmail }),
    updateUser: (email) => selfService(test.accounts).updateUser({ request, email }),
    resendActivation: (email) => selfService(test.accounts).resendActivation({ email }),
    forgotPassword: (email) => selfService(test.accounts).forgotPassword({ email }),
    requestPasswordReset: (email) => test.accounts.passwords.requestReset({ email }),
    requestMagicLink: (email) => test.accounts.magicLinks.request({ email }),
    findUser: (username) => test.accounts.findUser({ username }),
  };
  /** And those that take one that is there. */
  const OWN_CALLS: Readonly<
    Record<string, (email: string, accountId: string) => Promise<unknown>>
  > = {
    verifyEmail: (email, accountId) => test.accounts.verifyEmail({ accountId, email }),
    addEmailVerificationToken: (email, accountId) =>
      test.accounts.addEmailVerificationToken({ accountId, email }),
    signIn: (email) =>
      selfService(test.accounts).signIn({ email, password: PASSWORD, request: requestWith() }),
    userByPasswordLogin: (username) =>
      test.accounts.userByPasswordLogin({ username, password: PASSWORD, request: requestWith() }),
    'contacts.replaceEmail': (email, accountId) =>
      test.accounts.contacts.replaceEmail({ accountId, email, newEmail: `new.${email.trim()}` }),
  };

  describe.each(SPELLINGS)('%s', (_name, spell) => {
    it.each(sampleOf(Object.keys(CALLS), 3))(
      '%s accepts an identifier in this spelling',
      async (call) => {
        const email = `person${String(++count)}@example.org`;
        const own = (await test.accounts.contacts.list({ request }))[0]?.data.value ?? '';
        expect(await codeOf(CALLS[call]?.(spell(email), own) ?? Promise.reject(new Error()))).toBe(
          'none',
        );
        await test.accounts.settled();
      },
    );

    it.each(Object.keys(OWN_CALLS))(
      '%s finds an account by an identifier in this spelling',
      async (call) => {
        const { accountId, email } = await test.signUp();
        const called = OWN_CALLS[call]?.(spell(email), accountId);
        expect(await codeOf(called ?? Promise.reject(new Error()))).toBe('none');
      },
    );
  });

  it('are usernames with white space around them, which does not count', async () => {
    const created = await test.accounts.createAccount({ username: ' Jane ', password: PASSWORD });
    expect(created.username).toBe('jane');
    const signedUp = await selfService(test.accounts).signUp({
      username: 'Joan\t',
      password: PASSWORD,
      request: requestWith(),
    });
    expect(signedUp.username).toBe('joan');
    expect(
      await selfService(test.accounts).updateUser({ request, username: ' june' }),
    ).toMatchObject({
      username: 'june',
    });
    expect(
      await test.accounts.profile.changeUsername({ request, username: 'jean ' }),
    ).toMatchObject({
      username: 'jean',
    });
  });

  it.each([
    ['+49 151 23456789', {}],
    ['+49-151-23456789', {}],
    ['+49 (151) 2345.6789', {}],
    ['0151 23456789', { country: 'DE' }],
  ])('are phone numbers in the form %s at a login', async (phone, country) => {
    const own = await createOwners({ passwords: { hasher } });
    const { accountId } = await own.signUp();
    const { token = '' } = await own.accounts.contacts.addPhone({
      accountId,
      phone: '+4915123456789',
    });
    await own.accounts.contacts.verifyPhone({ accountId, phone: '+4915123456789', code: token });
    const shown = { password: PASSWORD, request: requestWith() };
    expect(await codeOf(selfService(own.accounts).signIn({ ...shown, phone, ...country }))).toBe(
      'none',
    );
    const byName = { password: PASSWORD, request: requestWith(), username: phone, ...country };
    expect(await codeOf(own.accounts.userByPasswordLogin(byName))).toBe('none');
    await own.drop();
  });
});

describe('a sign-up by a form', () => {
  const ACCOUNT_FIELDS = { plan: z.string().optional(), role: z.string().optional() };

  it('is counted by network like a login, before anything is hashed', async () => {
    const test = await createTestAccounts({
      passwords: { hasher },
      throttling: { address: { budget: 3 } },
    });
    const codes: string[] = [];
    for (let at = 0; at < 5; at++) {
      const form = { username: `many${String(at)}`, password: PASSWORD };
      codes.push(
        await codeOf(selfService(test.accounts).signUp({ ...form, request: requestWith() })),
      );
    }
    expect(codes).toEqual(['none', 'none', 'none', 'TooManyRequests', 'TooManyRequests']);
    await test.drop();
  });

  it('holds no field of the application’s, unless that is the visitor’s', async () => {
    const test = await createTestAccounts({ passwords: { hasher } });
    const accounts = new Accounts({
      // Another view of it: a table has one definition of the account.
      table: new Table({ name: test.table.name, client: test.client }).namespace('own'),
      sessions: { getTokenSecret: () => SECRET },
      passwords: { hasher },
      accountFields: ACCOUNT_FIELDS,
      visitorFields: ['plan'],
      delivery: { send: () => undefined },
    });
    const shown: unknown[] = [];
    accounts.on('ValidateCreateUser', ({ input }) => shown.push(input));
    const form = { username: 'eve', password: PASSWORD, plan: 'free', role: 'admin' };
    expect(
      await errorOf(selfService(accounts).signUp({ ...form, request: requestWith() })),
    ).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'role', reason: 'notForVisitors' },
    });
    const asked = { email: 'eve@example.org', password: PASSWORD, role: 'admin' };
    expect(await codeOf(accounts.requestAccount(asked))).toBe('InvalidInput');
    expect(await accounts.findUser({ username: 'eve' })).toBeNull();
    const { role: _role, ...theirs } = form;
    const fields = { role: 'member' };
    await selfService(accounts).signUp({ ...theirs, fields, request: requestWith() });
    expect(await accounts.findUser({ username: 'eve' })).toMatchObject({
      plan: 'free',
      role: 'member',
    });
    expect(shown).toMatchObject([{ fields: { plan: 'free', role: 'member' } }]);
    await test.drop();
  });

  it.each(['$2b$10$', '$2y$12$'])('takes no hash for a password: %s…', async (prefix) => {
    const test = await createTestAccounts({ passwords: { hasher } });
    const password = `${prefix}${'N9qo8uLOickgx2ZMRZoMye'.padEnd(53, 'x')}`;
    for (const made of [
      test.accounts.createAccount({ username: 'ada', password }),
      selfService(test.accounts).signUp({ username: 'ada', password, request: requestWith() }),
    ]) {
      expect(await errorOf(made)).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'password', reason: 'passwordHash' },
      });
    }
    const { accountId } = await test.accounts.createAccount({
      username: 'ada',
      password: '$2b$ is how they begin',
    });
    const set = test.accounts.setPassword({ accountId, newPassword: password });
    expect(await codeOf(set)).toBe('InvalidInput');
    await test.drop();
  });

  it('asks of its session no more than the application’s options give', async () => {
    const test = await createTestAccounts({
      passwords: { hasher },
      sessions: {
        getTokenSecret: () => SECRET,
        tokenDuration: '15m',
        rememberMeDuration: '2h',
        idleTimeout: '5m',
      },
    });
    const now = test.clock.now().getTime();
    const wishes = [
      [{ sessionLength: 8760 }, HOUR / 4],
      [{ sessionLength: 8760, rememberMe: 'local' }, 2 * HOUR],
      [{ expiredTime: new Date(now + 400 * HOUR) }, HOUR / 4],
      [{ expiredTime: new Date(now + 400 * HOUR), rememberMe: 'local' }, 2 * HOUR],
      [{ sessionLength: 0.1 }, HOUR / 10],
    ] as const;
    for (const [at, [wish, lastsMs]] of wishes.entries()) {
      const form = { username: `wish${String(at)}`, password: PASSWORD };
      const request = requestWith();
      const user = await selfService(test.accounts).signUp({ ...form, ...wish, request });
      expect(user.expiresAt?.getTime()).toBe(now + lastsMs);
      const again = await selfService(test.accounts).signIn({
        ...form,
        ...wish,
        request: requestWith(),
      });
      expect(again.expiresAt?.getTime()).toBe(now + lastsMs);
    }
    const { authToken } = await selfService(test.accounts).signIn({
      username: 'wish1',
      password: PASSWORD,
      rememberMe: 'local',
      sessionLength: 8760,
      request: requestWith(),
    });
    test.clock.advance(5 * 60_000);
    expect(await codeOf(test.accounts.handleRequest(requestWith(authToken)))).toBe(
      'InvalidSession',
    );
    await test.drop();
  });
});

describe('what a request says of its client', () => {
  it.each([
    ['198.51.100.2:50001', '198.51.100.2'],
    ['[2001:db8:1::1]:50001', '2001:db8:1::1'],
    ['[2001:db8:1::1]', '2001:db8:1::1'],
    [' 2001:db8:9::1', '2001:db8:9::1'],
    ['10.0.0.1, 198.51.100.5', '198.51.100.5'],
    [`${'192.0.2.1, '.repeat(200)}198.51.100.6:443`, '198.51.100.6'],
    ['', ''],
  ])('is the address in %j', async (requestIp, ip) => {
    const test = await createTestAccounts({ passwords: { hasher } });
    await test.accounts.createAccount({ username: 'ada', password: PASSWORD });
    const request = { ...requestWith(), requestIp };
    const login = { username: 'ada', password: PASSWORD, request };
    const { sessionDocument } = await test.accounts.userByPasswordLogin(login);
    expect(sessionDocument.connectionInfo.ip).toBe(ip);
    await test.drop();
  });

  it.each(['somewhere', '198.51.100.2, nonsense', '1', '198.51.100.256'])(
    'is refused if it is not an address: %j',
    async (requestIp) => {
      const test = await createTestAccounts({ passwords: { hasher } });
      const request = { ...requestWith(), requestIp };
      const login = test.accounts.userByPasswordLogin({ username: 'a', password: 'b', request });
      expect(await errorOf(login)).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'request.requestIp', reason: 'notAnAddress' },
      });
      await test.drop();
    },
  );

  it.each([null, undefined])('a login succeeds with the User-Agent %j', async (userAgent) => {
    const test = await createTestAccounts({ passwords: { hasher } });
    await test.accounts.createAccount({ username: 'ada', password: PASSWORD });
    const request = { ...requestWith(), userAgent };
    const login = { username: 'ada', password: PASSWORD, request };
    const { authToken } = await test.accounts.userByPasswordLogin(login);
    expect((await test.accounts.handleRequest({ ...request, authToken })).user).toBeDefined();
    await test.drop();
  });
});

describe('options', () => {
  it('that there are not are refused by name', async () => {
    const test = await createTestAccounts();
    const options = {
      table: test.table,
      sessions: { getTokenSecret: () => SECRET },
      transporter: {},
    } as AccountsOptions;
    expect(() => new Accounts(options)).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: expect.objectContaining({ path: 'transporter' }) as unknown,
      }) as Error,
    );
    await test.drop();
  });

  it('cannot be set later: the secret’s property throws', async () => {
    const test = await createTestAccounts();
    const { sessions } = test.accounts;
    expect(() => {
      (sessions as { getTokenSecret: unknown }).getTokenSecret = () => SECRET;
    }).toThrow(TypeError);
    // Objects stay extensible, for spies.
    expect(Object.isExtensible(sessions)).toBe(true);
    await test.drop();
  });
});
