import { AccessType, Account, AccountToken, Session } from '@latchkey/schema';
import { Table } from '@latchkey/entity';
import { injectFaults } from '@latchkey/entity/testing';
import type { Message } from '../../src/delivery/Delivery.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { claimsOf } from '../support/forgeToken.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import {
  createTwoFactorAccounts,
  MINUTE,
  STEP,
  type TwoFactorAccounts,
} from '../twoFactor/support/twoFactorAccounts.js';
import { selfService } from '../support/selfService.js';
import { QuickHasher } from '../support/QuickHasher.js';

const YEAR = 365 * 24 * 60 * 60 * 1000;

describe('what no flow alone shows', () => {
  let test: TestAccounts;
  let accounts: Accounts;
  const messages: Message[] = [];
  let count = 0;
  const signUp = async () => {
    const username = `user${String(++count)}`;
    const email = `${username}@example.com`;
    const account = await accounts.createAccount({ username, email, password: PASSWORD });
    await accounts.verifyEmail({ accountId: account.accountId, email });
    return { ...account, username, email };
  };
  const login = (username: string, password = PASSWORD) =>
    accounts.userByPasswordLogin({ username, password, request: requestWith() });

  beforeAll(async () => {
    test = await createTestAccounts({ delivery: { send: (message) => messages.push(message) } });
    accounts = test.accounts;
  });
  afterAll(() => test.drop());

  it('ASVS 6.3.2: there is no default account', async () => {
    const fresh = await createTestAccounts({ throttling: { address: false } });
    const tryIn = (username: string, password: string) =>
      codeOf(fresh.accounts.userByPasswordLogin({ username, password, request: requestWith() }));
    for (const name of ['admin', 'administrator', 'root', 'sa', 'user', 'test', 'latchkey']) {
      for (const password of [name, 'password', 'changeme', '']) {
        expect([name, await tryIn(name, password)]).toEqual([name, 'LoginFailed']);
      }
      expect(await fresh.accounts.findUser({ username: name })).toBeNull();
    }
    await fresh.accounts.handleRequest(requestWith());
    const { counts } = await contentsOf(fresh.client, fresh.table.name);
    // Attempts are counted also for names that nobody has.
    expect(Object.keys(counts)).toEqual(['AccountAttempts']);
    const { accountId } = await fresh.accounts.createAccount({
      username: 'ada',
      password: PASSWORD,
    });
    const items = await tableItems(fresh.client, fresh.table.name);
    const owners = items.filter(({ _e }) => _e?.S === 'Account').map((item) => item.accountId?.S);
    expect(owners).toEqual([accountId]);
    expect(await tryIn('admin', 'admin')).not.toBe('none');
    await fresh.drop();
  });

  it('ASVS 6.4.2: nothing is kept that could hold a hint or a secret question', () => {
    for (const { schema } of [Account, AccessType, AccountToken, Session]) {
      expect(Object.keys(schema.shape).join()).not.toMatch(/hint|question|answer/i);
    }
  });

  it('ASVS 6.2.10: a password does not grow old', async () => {
    const { username } = await signUp();
    test.clock.advance(5 * YEAR);
    expect(await codeOf(login(username))).toBe('none');
  });

  it('ASVS 6.5.4, 11.5.1: no secret comes from Math.random, nor is it a UUID', async () => {
    const random = jest.spyOn(Math, 'random').mockImplementation(() => {
      throw new Error('not for secrets');
    });
    try {
      const { username, accountId } = await signUp();
      const { authToken } = await login(username);
      const { token } = await accounts.addResetPasswordToken({ accountId });
      for (const secret of [token, claimsOf(authToken).jti]) {
        expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(16);
        expect(secret).not.toMatch(/^[0-9a-f]{8}-/);
      }
    } finally {
      random.mockRestore();
    }
  });

  it('ASVS 6.5.8: the server’s clock decides, not what a caller says', async () => {
    const { username, accountId } = await signUp();
    const { authToken } = await login(username);
    const late = new Date(test.clock.now().getTime() + YEAR);
    const request = { ...requestWith(authToken), now: late, time: late, expiresAt: late };
    test.clock.advance(8 * 24 * 60 * 60 * 1000);
    expect(await codeOf(accounts.handleRequest(request))).not.toBe('none');
    const { token } = await accounts.addResetPasswordToken({ accountId });
    test.clock.advance(2 * 60 * 60 * 1000);
    const reset = { token, newPassword: 'another long walk', now: new Date(0) };
    expect(await codeOf(selfService(accounts).resetPassword(reset))).toBe('ResetTokenNotValid');
  });

  it('ASVS 6.8.1: one subject at two providers is two identities', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const identity = { value: 'subject-7' };
    await accounts.contacts.addOAuth({ accountId: ada.accountId, provider: 'a', ...identity });
    await accounts.contacts.addOAuth({ accountId: eve.accountId, provider: 'b', ...identity });
    const again = accounts.contacts.addOAuth({
      accountId: eve.accountId,
      provider: 'a',
      ...identity,
    });
    expect(await codeOf(again)).toBe('IdentityAlreadyExists');
  });

  it('ASVS 7.2.1, 7.2.2, 7.2.3: a token is checked at the back end each time, and its session’s row holds no more than a digest', async () => {
    const { username, accountId } = await signUp();
    const { authToken, sessionDocument } = await login(username);
    const { jti } = claimsOf(authToken);
    expect(Buffer.from(jti, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(await tableItems(test.client, test.table.name))).not.toContain(jti);
    await accounts.SessionEntity.deleteOne({
      filter: { accountId, ulid: sessionDocument.ulid },
    });
    expect(await codeOf(accounts.handleRequest(requestWith(authToken)))).toBe('InvalidSession');
  });

  it('ASVS 6.3.4, 7.4.2: an account that is deactivated is so by every way in', async () => {
    const { username, email, accountId } = await signUp();
    const { authToken } = await login(username);
    await accounts.magicLinks.request({ email });
    await accounts.settled();
    const { token = '' } = messages.at(-1) ?? {};
    await accounts.lifecycle.deactivate({ accountId });
    const request = requestWith();
    const outcomes = [
      await codeOf(login(username)),
      await codeOf(login(email)),
      await codeOf(login(accountId)),
      await codeOf(selfService(accounts).signIn({ username, password: PASSWORD, request })),
      await codeOf(accounts.magicLinks.login({ token, request })),
      await codeOf(accounts.pushCustomSession({ username, request })),
    ];
    expect(outcomes).toEqual(Array.from(outcomes, () => 'AccountDeactivated'));
    expect(await codeOf(accounts.handleRequest(requestWith(authToken)))).toBe('InvalidSession');
    const refresh = accounts.refreshTokens({ authToken, request: requestWith() });
    expect(await codeOf(refresh)).toBe('InvalidSession');
  });

  it('ASVS 6.1.3, 6.3.4, 2.1.3: guesses at a password use up a budget, by whatever way they come; what proves its owner otherwise stays open (docs/decisions/0007)', async () => {
    const own = await createTestAccounts({
      delivery: { send: (message) => messages.push(message) },
      throttling: { password: { budget: 4 }, address: false },
    });
    const of = own.accounts;
    const email = 'ada@example.com';
    const { accountId } = await of.createAccount({ username: 'ada', email, password: PASSWORD });
    await of.verifyEmail({ accountId, email });
    const request = requestWith();
    await of.userByPasswordLogin({ username: 'ada', password: PASSWORD, request });
    const by = (username: string) => (password: string) =>
      codeOf(of.userByPasswordLogin({ username, password, request: requestWith() }));
    const newPassword = 'another long walk';
    type Way = (password: string) => Promise<string>;
    const logins: readonly Way[] = [
      by('ada'),
      by(email),
      by(accountId),
      (password) =>
        codeOf(selfService(of).signIn({ username: 'ada', password, request: requestWith() })),
    ];
    const proofs: readonly Way[] = [
      (password) => codeOf(of.reauthenticate({ request, password })),
      (password) =>
        codeOf(of.passwords.change({ request, currentPassword: password, newPassword })),
      (password) =>
        codeOf(selfService(of).updateUser({ request, currentPassword: password, newPassword })),
      (password) => codeOf(of.reauthenticate({ request, password })),
    ];
    const codesOf = async (ways: readonly Way[], password: string): Promise<string[]> => {
      const codes: string[] = [];
      for (const way of ways) codes.push(await way(password));
      return codes;
    };
    const MISMATCH = /^(LoginFailed|UsernameOrPasswordMismatch|CurrentPasswordIncorrect)$/;
    const WAIT = /^(AccountLocked|TooManyRequests)$/;
    for (const ways of [logins, proofs]) {
      const guesses = await codesOf(ways, 'a guess at it');
      expect(guesses.filter((code) => !MISMATCH.test(code))).toEqual([]);
      // All of them together have used it up, and so it is for each, and for the right one.
      const late = await codesOf(ways, PASSWORD);
      expect(late.filter((code) => !WAIT.test(code))).toEqual([]);
    }
    expect(await codeOf(of.handleRequest(requestWith(request.authToken)))).toBe('none');
    await of.magicLinks.request({ email });
    await of.settled();
    const { token = '' } = messages.at(-1) ?? {};
    const link = of.magicLinks.login({ token, request: requestWith() });
    expect(await codeOf(link)).toBe('none');
    // That is no proof of the password.
    expect(await by('ada')(PASSWORD)).toBe('AccountLocked');
    const reset = await of.addResetPasswordToken({ accountId });
    await selfService(of).resetPassword({ token: reset.token, newPassword });
    expect(await by('ada')(newPassword)).toBe('none');
    await own.drop();
  });

  it('ASVS 6.3.4, 6.4.3, kratos#4317: who has a second factor is asked for it by every way in, in whatever they have just proven otherwise', async () => {
    const two = await createTwoFactorAccounts();
    const person = await two.signUpWithTotp();
    const { username, email, accountId } = person;
    const linkOf = async () => {
      await two.accounts.magicLinks.request({ email });
      await two.accounts.settled();
      return two.messages.findLast(({ kind }) => kind === 'MagicLink')?.token ?? '';
    };
    const password = PASSWORD;
    const request = requestWith();
    const ways = [
      () => two.accounts.userByPasswordLogin({ username, password, request }),
      () => two.accounts.userByPasswordLogin({ username: email, password, request }),
      () => two.accounts.userByPasswordLogin({ username: accountId, password, request }),
      () => selfService(two.accounts).signIn({ username, password, request }),
      async () => two.accounts.magicLinks.login({ token: await linkOf(), request }),
    ];
    const sessions = () => two.accounts.SessionEntity.count({ filter: { accountId } });
    const before = await sessions();
    for (const way of ways) {
      const error = await errorOf(way());
      expect(error.code).toBe('TwoFactorRequired');
      const challenge = error.challenge ?? '';
      const link = await linkOf();
      const second = (factor: { code?: string; recoveryCode?: string }) =>
        codeOf(two.accounts.twoFactor.loginWithTwoFactor({ challenge, ...factor, request }));
      // Another proof of what the first factor has proven already is no second one.
      for (const same of [link, link.slice(0, 6), password, challenge]) {
        expect(['InvalidInput', 'TokenVerificationFailed']).toContain(await second({ code: same }));
        expect(['InvalidInput', 'TokenVerificationFailed']).toContain(
          await second({ recoveryCode: same }),
        );
      }
      expect(await codeOf(two.accounts.magicLinks.login({ token: challenge, request }))).toBe(
        'TokenVerificationFailed',
      );
    }
    expect(await sessions()).toBe(before);
    expect(request).toEqual(requestWith());
    await two.drop();
  });

  it('ASVS 6.4.1: an initial secret is random, short-lived, and good for nothing once it has set a password', async () => {
    const { accountId, username } = await signUp();
    const first = await accounts.addResetPasswordToken({ accountId });
    const second = await accounts.addResetPasswordToken({ accountId });
    expect(Buffer.from(first.token, 'base64url')).toHaveLength(32);
    expect(first.token).not.toBe(second.token);
    // It is no password itself, not even for a while.
    expect(await codeOf(login(username, first.token))).toBe('LoginFailed');
    await selfService(accounts).resetPassword({
      token: first.token,
      newPassword: 'another long walk',
    });
    for (const token of [first.token, second.token]) {
      const again = selfService(accounts).resetPassword({
        token,
        newPassword: 'a third long walk',
      });
      expect(await codeOf(again)).toBe('ResetTokenNotValid');
    }
    const late = await accounts.addResetPasswordToken({ accountId });
    test.clock.advance(60 * 60 * 1000);
    const reset = selfService(accounts).resetPassword({
      token: late.token,
      newPassword: 'a third long walk',
    });
    expect(await codeOf(reset)).toBe('ResetTokenNotValid');
  });

  it('ASVS 6.3.8, CVE-2026-26185: a reset looks at nothing that a visitor says beside the name: known and unknown cost and answer alike', async () => {
    const { email } = await signUp();
    const costs: unknown[] = [];
    for (const username of [email, 'nobody@example.com']) {
      for (const url of [undefined, 'https://evil.example', 'javascript:alert(1)', '\u0000']) {
        const input = { username, resetUrl: url, redirectTo: url, request: requestWith() };
        const { commands } = await test.log.costOf(async () => {
          expect(await codeOf(accounts.passwords.requestReset(input))).toBe('none');
          await accounts.settled();
        });
        costs.push(commands);
      }
    }
    expect(costs).toEqual(Array.from(costs, () => costs[0]));
    const sent = messages.filter(({ kind }) => kind === 'PasswordReset');
    expect(sent.length).toBeGreaterThan(0);
    expect(JSON.stringify(sent)).not.toMatch(/evil|javascript:/);
  });

  it('CVE-2022-25896: a session that was planted before the login is not used after it', async () => {
    const [victim, attacker] = [await signUp(), await signUp()];
    const { authToken: planted } = await login(attacker.username);
    const request = requestWith(planted);
    await accounts.handleRequest(request);
    const { username } = victim;
    await accounts.userByPasswordLogin({ username, password: PASSWORD, request });
    expect(request.authToken).not.toBe(planted);
    expect(request.user?.accountId).toBe(victim.accountId);
    expect(await codeOf(accounts.handleRequest(requestWith(planted)))).toBe('InvalidSession');
  });

  it('ASVS 8.4.1: a second tenant knows nothing of the first: names, tokens, sessions, ids', async () => {
    const { username, email, accountId } = await signUp();
    const { authToken, sessionDocument } = await login(username);
    const { token } = await accounts.addResetPasswordToken({ accountId });
    const other = new Accounts({
      table: test.table.namespace('tenant-b'),
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
    });
    expect(await other.findUser({ username })).toBeNull();
    expect(await other.findUser({ username: email })).toBeNull();
    expect(await other.findUser({ username: accountId })).toBeNull();
    const attempts = [
      other.userByPasswordLogin({ username, password: PASSWORD, request: requestWith() }),
      other.handleRequest(requestWith(authToken)),
      selfService(other).resetPassword({ token, newPassword: 'another long walk' }),
      other.setPassword({ accountId, newPassword: 'another long walk' }),
      other.sessions.revokeAllSessions({ accountId }),
    ];
    expect(await Promise.all(attempts.map(codeOf))).toEqual([
      'LoginFailed',
      'InvalidSession',
      'ResetTokenNotValid',
      'UserNotFound',
      'UserNotFound',
    ]);
    const sessionId = sessionDocument.ulid;
    expect(await other.sessions.revokeSession({ accountId, sessionId })).toBe(false);
    expect(await codeOf(accounts.handleRequest(requestWith(authToken)))).toBe('none');
    const same = await other.createAccount({ username, email, password: PASSWORD });
    expect(same.accountId).not.toBe(accountId);
  });

  it('ASVS 8.2.3, 15.3.3, 2.2.2: what a caller must not set is not set: fields of others, ids, flags', async () => {
    const { accountId } = await signUp();
    const profile = { name: 'Ada', permissions: ['root'], deactivated: true, accountId: 'x' };
    await accounts.profile.update({ accountId, profile });
    const after = await accounts.findUser({ username: accountId });
    expect(after).toMatchObject({
      accountId,
      deactivated: false,
      permissions: [`admin_profile:${accountId}`],
    });
  });

  it('ASVS 1.1.1, 2.2.3: a name is put into its one form before it is judged', async () => {
    const { username } = await signUp();
    const fullWidth = username.replace(/[a-z0-9]/g, (letter) =>
      String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0),
    );
    expect(await codeOf(accounts.createAccount({ username: fullWidth, password: PASSWORD }))).toBe(
      'UsernameAlreadyExists',
    );
    expect((await accounts.findUser({ username: fullWidth }))?.username).toBe(username);
  });

  describe('ASVS 2.3.1, 2.3.2: a step comes after the one before it, and not without it:', () => {
    let two: TwoFactorAccounts;
    beforeAll(async () => {
      two = await createTwoFactorAccounts(
        {},
        { requireActivation: true, throttling: { address: false, code: { budget: 100 } } },
      );
    });
    afterAll(() => two.drop());

    /** What is done too early, what has to come before it, and with which code it is refused. */
    type Sequence = readonly [
      refusal: string,
      prepare: () => Promise<{
        readonly step: () => Promise<unknown>;
        readonly before: () => Promise<unknown>;
      }>,
    ];
    const lastToken = (kind: Message['kind']): string =>
      two.messages.findLast((message) => message.kind === kind)?.token ?? '';
    const requestOf = async () => {
      const person = await two.signUp();
      return { ...person, request: await two.requestOf(person) };
    };
    const newcomer = { password: PASSWORD };
    let newcomers = 0;

    const SEQUENCES: Readonly<Record<string, Sequence>> = {
      'a session after the address is confirmed': [
        'AccountNotActivated',
        async () => {
          const email = `newcomer${String(++newcomers)}@example.com`;
          const username = `newcomer${String(newcomers)}`;
          await two.accounts.createAccount({ ...newcomer, username, email });
          const token = lastToken('EmailVerification');
          return {
            step: () =>
              two.accounts.userByPasswordLogin({ ...newcomer, username, request: requestWith() }),
            before: () => two.accounts.verifyEmailWithToken({ token, password: PASSWORD }),
          };
        },
      ],
      'a request that is let through after its session': [
        'InvalidSession',
        async () => {
          const { username } = await two.signUp();
          const request = requestWith();
          return {
            step: () =>
              two.accounts.contacts.addEmail({ request, email: `${username}.new@example.com` }),
            before: () =>
              two.accounts.userByPasswordLogin({ username, password: PASSWORD, request }),
          };
        },
      ],
      'a session after the second factor': [
        'TokenVerificationFailed',
        async () => {
          const person = await two.signUpWithTotp();
          const challenge = await two.challengeOf(person);
          // The first step has led to this, which must not pass for the session.
          const request = requestWith(challenge);
          return {
            step: () => two.accounts.handleRequest(request),
            before: () =>
              two.accounts.twoFactor.loginWithTwoFactor({
                challenge,
                code: two.app(person.secret),
                request,
              }),
          };
        },
      ],
      'a second factor’s confirmation after its enrolment': [
        'TokenVerificationFailed',
        async () => {
          const { request } = await requestOf();
          let secret = 'A'.repeat(32);
          return {
            step: () => two.accounts.twoFactor.confirm({ request, code: two.app(secret) }),
            before: async () => {
              ({ secret } = await two.accounts.twoFactor.enrol({ request }));
            },
          };
        },
      ],
      'new recovery codes after the factor that they belong to': [
        'TokenVerificationFailed',
        async () => {
          const { request } = await requestOf();
          const { secret } = await two.accounts.twoFactor.enrol({ request });
          return {
            step: () =>
              two.accounts.twoFactor.regenerateRecoveryCodes({ request, code: two.app(secret) }),
            before: async () => {
              await two.accounts.twoFactor.confirm({ request, code: two.app(secret) });
              two.clock.advance(STEP);
            },
          };
        },
      ],
      'a number’s verification after a code to that number': [
        'TokenVerificationFailed',
        async () => {
          const { request } = await requestOf();
          const [own, other] = ['+4930123456', '+4930654321'];
          await two.accounts.contacts.addPhone({ request, phone: other });
          return {
            // With the code that went to the other one, until there is one for this.
            step: () =>
              two.accounts.contacts.verifyPhone({
                request,
                phone: own,
                code: lastToken('PhoneVerification'),
              }),
            before: () => two.accounts.contacts.addPhone({ request, phone: own }),
          };
        },
      ],
      'a login by an address after its verification': [
        'LoginFailed',
        async () => {
          const { request, username } = await requestOf();
          const email = `second.${username}@example.com`;
          await two.accounts.contacts.addEmail({ request, email });
          const token = lastToken('EmailVerification');
          return {
            step: () =>
              two.accounts.userByPasswordLogin({
                username: email,
                password: PASSWORD,
                request: requestWith(),
              }),
            before: () => two.accounts.verifyEmailWithToken({ token, password: PASSWORD }),
          };
        },
      ],
      'a change of the username after a proof that is recent': [
        'RecentLoginRequired',
        async () => {
          const { request, username } = await requestOf();
          two.clock.advance(10 * MINUTE);
          return {
            step: () =>
              two.accounts.profile.changeUsername({ request, username: `${username}.new` }),
            before: () => two.accounts.reauthenticate({ request, password: PASSWORD }),
          };
        },
      ],
      'acting for others after the permission': [
        'PermissionDenied',
        async () => {
          const { request, accountId } = await requestOf();
          const other = await two.signUp();
          return {
            step: () => two.accounts.impersonate({ request, accountId: other.accountId }),
            before: async () => {
              const update = { $set: { permissions: ['impersonate'] } };
              await two.accounts.AccountEntity.updateOne({ filter: { accountId }, update });
              await two.accounts.handleRequest(request);
            },
          };
        },
      ],
    };

    it.each(Object.entries(SEQUENCES))('%s', async (_name, [refusal, prepare]) => {
      const { step, before } = await prepare();
      expect(await codeOf(step())).toBe(refusal);
      // The very same step: nothing but the order was wrong.
      await before();
      expect(await codeOf(step())).toBe('none');
    });
  });

  it('ASVS 16.3.4, 16.5.3, 16.5.4: every failure of the database fails closed, and emits an event', async () => {
    const { username } = await signUp();
    const { authToken } = await login(username);
    const events: AccountEvent[] = [];
    const stop = accounts.on('*', (event) => events.push(event));
    for (const command of ['BatchGetItem', 'GetItem', 'Query', 'TransactWriteItems']) {
      const fault = injectFaults(test.client).on(command, 'timeout', { times: 1000 });
      const code =
        command === 'BatchGetItem'
          ? await codeOf(accounts.handleRequest(requestWith(authToken)))
          : await codeOf(login(username));
      fault.remove();
      expect([command, code]).toEqual([command, 'ServiceUnavailable']);
    }
    stop();
    expect(events.map(({ reason }) => reason)).toEqual(Array(4).fill('ServiceUnavailable'));
    expect(events.every(({ name }) => name.endsWith('Error'))).toBe(true);
  });

  it('the clock goes back: no session and no token comes to life again', async () => {
    const { username, accountId } = await signUp();
    const { authToken } = await login(username);
    const { token } = await accounts.addResetPasswordToken({ accountId });
    await accounts.logout({ authToken, request: requestWith() });
    await selfService(accounts).resetPassword({ token, newPassword: 'another long walk' });
    test.clock.advance(-5 * 60 * 1000);
    expect(await codeOf(accounts.handleRequest(requestWith(authToken)))).toBe('InvalidSession');
    const again = selfService(accounts).resetPassword({ token, newPassword: 'a third long walk' });
    expect(await codeOf(again)).toBe('ResetTokenNotValid');
    test.clock.advance(5 * 60 * 1000);
  });

  it('two Accounts in one process share nothing but the table', async () => {
    const table = new Table({ name: test.table.name, client: test.client });
    const other = new Accounts({ table, sessions: { getTokenSecret: () => `another ${SECRET}` } });
    const { username } = await signUp();
    const { authToken } = await login(username);
    expect(await codeOf(other.handleRequest(requestWith(authToken)))).toBe(
      'TokenVerificationFailed',
    );
  });
});
