import { injectFaults } from '@latchkey/entity/testing';
import type { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { CountingHasher } from '../support/CountingHasher.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { Mailbox } from './Mailbox.js';
import { addFactors, logIn, signUp, type Person } from './people.js';
import { selfService } from '../support/selfService.js';

const NEW_PASSWORD = 'another long walk';
const MINUTE = 60 * 1000;
/** Attempts on one password. */
const BUDGET = 4;
const ALWAYS = 1000;

describe('a new password', () => {
  let test: TestAccounts;
  let accounts: Accounts;
  const mailbox = new Mailbox();
  const hasher = new CountingHasher();
  let events: AccountEvent[] = [];
  const storedHash = async ({ accountId }: Person): Promise<string | undefined> => {
    const filter = { accountId, kind: 'password' } as const;
    const { items } = await accounts.TokenEntity.findMany({ filter, secrets: true });
    return items.at(-1)?.value;
  };
  const isLive = async (authToken: string): Promise<boolean> =>
    (await codeOf(test.another().handleRequest(requestWith(authToken)))) === 'none';
  const logsInWith = async (person: Person, password: string): Promise<string> =>
    codeOf(logIn(test.another(), person, password));

  beforeAll(async () => {
    test = await createTestAccounts({
      delivery: mailbox,
      passwords: { hasher },
      throttling: { address: false, password: { budget: BUDGET } },
    });
    accounts = test.accounts;
    accounts.on('*', (event) => events.push(event));
  });
  beforeEach(async () => {
    events = [];
    hasher.verified = [];
    await mailbox.take();
  });
  afterAll(() => test.drop());

  describe('by the one before', () => {
    it('ASVS 6.2.2, 7.2.4, 7.4.3: replaces it; the session of the request goes on, the others and what was sent out end', async () => {
      const person = await signUp(accounts);
      const request = await logIn(accounts, person);
      const others = [await logIn(accounts, person), await logIn(accounts, person)];
      const before = request.authToken;
      const reset = await accounts.addResetPasswordToken(person);
      const { authToken } = await accounts.passwords.change({
        request,
        currentPassword: PASSWORD,
        newPassword: NEW_PASSWORD,
      });
      expect(request.authToken).toBe(authToken);
      expect(await isLive(authToken)).toBe(true);
      for (const old of [before, ...others.map((each) => each.authToken)]) {
        expect(await isLive(old)).toBe(false);
      }
      const late = selfService(accounts).resetPassword({
        token: reset.token,
        newPassword: PASSWORD,
      });
      expect(await codeOf(late)).toBe('ResetTokenNotValid');
      expect(await logsInWith(person, PASSWORD)).toBe('LoginFailed');
      expect(await logsInWith(person, NEW_PASSWORD)).toBe('none');
      // The request goes on in the same breath.
      const again = { request, currentPassword: NEW_PASSWORD, newPassword: 'yet another walk' };
      expect(await codeOf(accounts.passwords.change(again))).toBe('none');
    });

    it.each([
      ['a wrong one', 'canary-wrong-password', 'LoginFailed'],
      ['none', undefined, 'InvalidInput'],
      ['no string', { length: 3 }, 'InvalidInput'],
      ['an empty one', '', 'LoginFailed'],
    ])('ASVS 6.2.3: is refused for %s, and changes nothing', async (_name, given, code) => {
      const person = await signUp(accounts);
      const request = await logIn(accounts, person);
      const hash = await storedHash(person);
      const change = { request, currentPassword: given as never, newPassword: NEW_PASSWORD };
      expect(await codeOf(accounts.passwords.change(change))).toBe(code);
      expect(await storedHash(person)).toBe(hash);
      expect(await isLive(request.authToken)).toBe(true);
      expect(await mailbox.take()).not.toContainEqual(
        expect.objectContaining({ kind: 'PasswordChanged' }),
      );
      expect(events.at(-1)).toMatchObject({ name: 'ChangePasswordError', reason: code });
    });

    it('ASVS 6.3.1: looks at no more guesses than the budget, however many come at once', async () => {
      const person = await signUp(accounts);
      const request = await logIn(accounts, person);
      hasher.verified = [];
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, (_, at) =>
          codeOf(
            accounts.passwords.change({
              request,
              currentPassword: `wrong guess ${String(at)}`,
              newPassword: NEW_PASSWORD,
            }),
          ),
        ),
      );
      expect(hasher.verified.length).toBeLessThanOrEqual(BUDGET);
      expect(outcomes.filter((code) => code === 'LoginFailed')).toHaveLength(
        hasher.verified.length,
      );
      expect(outcomes.filter((code) => code === 'AccountLocked')).toHaveLength(
        16 - hasher.verified.length,
      );
      // Whatever is done with the proof, it is one count (ASVS 6.1.3).
      expect(await codeOf(accounts.reauthenticate({ request, password: PASSWORD }))).toBe(
        'AccountLocked',
      );
    });

    it('changing the password with the right one resets the count of attempts', async () => {
      const person = await signUp(accounts);
      const request = await logIn(accounts, person);
      const wrong = { request, currentPassword: 'wrong', newPassword: NEW_PASSWORD };
      for (let at = 1; at < BUDGET; at++) await codeOf(accounts.passwords.change(wrong));
      await accounts.passwords.change({ ...wrong, currentPassword: PASSWORD });
      for (let at = 1; at < BUDGET; at++) {
        expect(await codeOf(accounts.passwords.change(wrong))).toBe('LoginFailed');
      }
      expect(await logsInWith(person, NEW_PASSWORD)).toBe('none');
    });

    it('costs no attempt where the new one is refused', async () => {
      const person = await signUp(accounts);
      const request = await logIn(accounts, person);
      const hash = await storedHash(person);
      const short = { request, currentPassword: PASSWORD, newPassword: 'short' };
      for (let at = 0; at <= BUDGET; at++) {
        expect(await codeOf(accounts.passwords.change(short))).toBe('PasswordTooShort');
      }
      expect(await storedHash(person)).toBe(hash);
      expect(await codeOf(accounts.passwords.change({ ...short, newPassword: NEW_PASSWORD }))).toBe(
        'none',
      );
    });

    it('ASVS 15.4.2: is for one of several who have the same one before', async () => {
      const person = await signUp(accounts);
      const requests = await Promise.all(
        Array.from({ length: BUDGET - 1 }, () => logIn(accounts, person)),
      );
      const outcomes = await Promise.all(
        requests.map((request, at) =>
          codeOf(
            accounts.passwords.change({
              request,
              currentPassword: PASSWORD,
              newPassword: `password number ${String(at)}`,
            }),
          ),
        ),
      );
      expect(outcomes.filter((code) => code === 'none')).toHaveLength(1);
      const winner = `password number ${String(outcomes.indexOf('none'))}`;
      expect(await logsInWith(person, winner)).toBe('none');
      for (const [at, { authToken = '' }] of requests.entries()) {
        expect(await isLive(authToken)).toBe(outcomes[at] === 'none');
      }
    });

    it.each([
      ['before', false],
      ['while', true],
    ])(
      'ASVS 7.4.1: is refused, and brings no session back, where all are ended %s it runs',
      async (_when, isLate) => {
        const person = await signUp(accounts);
        const { accountId } = person;
        const request = await logIn(accounts, person);
        const hash = await storedHash(person);
        const endAll = () => test.another().sessions.revokeAllSessions({ accountId });
        if (!isLate) await endAll();
        const fault = isLate
          ? injectFaults(test.client).on('Query', { name: 'interleave', run: endAll })
          : undefined;
        const change = { request, currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
        const outcome = await codeOf(accounts.passwords.change(change)).finally(() =>
          fault?.remove(),
        );
        expect(outcome).toBe('InvalidSession');
        expect(await storedHash(person)).toBe(hash);
        expect(await isLive(request.authToken)).toBe(false);
        expect(await codeOf(accounts.passwords.change(change))).toBe('InvalidSession');
      },
    );

    it.each(['logged out', 'revoked', 'expired', 'one of too many'])(
      'ASVS 7.4.1, 7.4.2: brings no session back that was %s while it ran',
      async (how) => {
        const own = await createTestAccounts({
          sessions: { getTokenSecret: () => SECRET, maxSessions: 1 },
        });
        const person = await signUp(own.accounts);
        const request = await logIn(own.accounts, person);
        const { authToken } = request;
        const elsewhere = own.another();
        const { session } = own.accounts.sessions.verifiedSessionOf(request);
        const end = async (): Promise<void> => {
          if (how === 'logged out') await elsewhere.logout({ authToken, request: requestWith() });
          if (how === 'expired') own.clock.advance(400 * 24 * 60 * MINUTE);
          if (how === 'one of too many') await logIn(elsewhere, person);
          if (how === 'revoked') {
            await elsewhere.SessionEntity.updateOne({
              filter: { accountId: person.accountId, ulid: session.ulid },
              update: { $set: { valid: false } },
            });
          }
        };
        const fault = injectFaults(own.client).on('Query', { name: 'interleave', run: end });
        const change = { request, currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
        const outcome = await codeOf(own.accounts.passwords.change(change)).finally(() =>
          fault.remove(),
        );
        expect(outcome).toBe('InvalidSession');
        expect(await codeOf(logIn(elsewhere, person, NEW_PASSWORD))).toBe('LoginFailed');
        await own.drop();
      },
    );

    it('ASVS 6.4.6: is refused to an impersonator', async () => {
      const [person, admin] = [await signUp(accounts), await signUp(accounts)];
      await accounts.AccountEntity.updateOne({
        filter: { accountId: admin.accountId },
        update: { $set: { permissions: ['impersonate'] } },
      });
      const { authToken } = await accounts.impersonate({
        request: await logIn(accounts, admin),
        accountId: person.accountId,
      });
      const request = await accounts.handleRequest(requestWith(authToken));
      const change = { request, currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      expect(await codeOf(accounts.passwords.change(change))).toBe('ImpersonatedSession');
    });

    it.each([
      ['a request that nobody has let through', () => requestWith()],
      ['one that says it is somebody’s', (person: Person) => ({ ...requestWith(), user: person })],
      ['no request', () => undefined],
    ])('CVE-2025-61928: is refused for %s', async (_name, make) => {
      const person = await signUp(accounts);
      const request = make(person) as never;
      const change = { request, currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      expect(['InvalidSession', 'InvalidInput']).toContain(
        await codeOf(accounts.passwords.change(change)),
      );
    });

    it('is refused to an account that has none, after the same work', async () => {
      const person = await signUp(accounts);
      const request = await logIn(accounts, person);
      const { accountId } = person;
      await accounts.TokenEntity.deleteMany({ filter: { accountId, kind: 'password' } });
      hasher.verified = [];
      const change = { request, currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      expect(await codeOf(accounts.passwords.change(change))).toBe('LoginFailed');
      expect(hasher.verified).toEqual([hasher.dummyHash]);
    });

    it('is not told as refused where it may have happened', async () => {
      const person = await signUp(accounts);
      const request = await logIn(accounts, person);
      const faults = injectFaults(test.client);
      // In between, another request of the session carries it over: what was decided is decided anew.
      const other = test.another();
      const again = await other.handleRequest(requestWith(request.authToken));
      faults.on('UpdateItem', {
        name: 'interleave',
        run: async () => {
          await other.sessions.revokeOtherSessions({ request: again });
          let transactions = 0;
          faults.choose(({ operation }) =>
            operation === 'TransactWriteItems' && ++transactions > 1 ? 'answerLost' : undefined,
          );
        },
      });
      const changed = accounts.passwords.change({
        request,
        currentPassword: PASSWORD,
        newPassword: NEW_PASSWORD,
      });
      const told = await codeOf(changed);
      faults.remove();
      expect(told).toBe('ServiceUnavailable');
      expect(await logsInWith(person, NEW_PASSWORD)).toBe('none');
    });

    it('keeps how long the session lasts', async () => {
      const person = await signUp(accounts);
      const request = await logIn(accounts, person);
      const { accountId } = person;
      const endsAt = async () =>
        (await accounts.SessionEntity.findMany({ filter: { accountId } })).items.map(
          ({ expiresAt }) => expiresAt,
        );
      test.clock.advance(MINUTE);
      await accounts.passwords.change({
        request,
        currentPassword: PASSWORD,
        newPassword: NEW_PASSWORD,
      });
      const [before, after] = await endsAt();
      expect(after).toEqual(before);
    });

    it('is all or nothing when answers are lost', async () => {
      const person = await signUp(accounts);
      const request = await logIn(accounts, person);
      const change = { request, currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      const hash = await storedHash(person);
      const before = injectFaults(test.client).on('TransactWriteItems', 'timeout', {
        times: ALWAYS,
      });
      expect(await codeOf(accounts.passwords.change(change)).finally(() => before.remove())).toBe(
        'ServiceUnavailable',
      );
      expect(await storedHash(person)).toBe(hash);
      expect(await isLive(request.authToken)).toBe(true);
      const lost = injectFaults(test.client).on('TransactWriteItems', 'answerLost');
      expect(await codeOf(accounts.passwords.change(change)).finally(() => lost.remove())).toBe(
        'none',
      );
      expect(await logsInWith(person, NEW_PASSWORD)).toBe('none');
    });
  });

  it.each([
    ['changed', 'ChangePassword'],
    ['set', 'SetPassword'],
    ['reset', 'ResetPassword'],
  ])(
    'ASVS 6.3.7: that was %s is told at every verified address, and no other',
    async (how, flow) => {
      const person = await signUp(accounts);
      const { accountId, email } = person;
      for (const [value, verified] of [
        ['second', true],
        ['third', false],
      ] as const) {
        await accounts.AccessTypeEntity.createOne({
          item: { accountId, verified, data: { kind: 'email', value: `${value}.${email}` } },
        });
      }
      // A recovery removes what is younger.
      test.clock.advance(7 * 24 * 60 * MINUTE);
      const request = await logIn(accounts, person);
      const { token } = await accounts.addResetPasswordToken({ accountId });
      await mailbox.take();
      const newPassword = NEW_PASSWORD;
      if (how === 'changed') {
        await accounts.passwords.change({ request, currentPassword: PASSWORD, newPassword });
      }
      if (how === 'set') await accounts.setPassword({ accountId, newPassword });
      if (how === 'reset') await selfService(accounts).resetPassword({ token, newPassword });
      const messages = await mailbox.take();
      expect(messages.map(({ kind, to }) => [kind, to.value])).toEqual([
        ['PasswordChanged', email],
        ['PasswordChanged', `second.${email}`],
      ]);
      expect(Object.keys(messages[0]?.account ?? {})).not.toEqual(
        expect.arrayContaining(['tokens']),
      );
      expect(JSON.stringify(messages)).not.toContain('hmac-sha384-bcrypt');
      expect(events.at(-1)).toMatchObject({ name: `${flow}Success`, accountId });
      expect(JSON.stringify(events)).not.toContain(email);
    },
  );

  it('can be set by the application for an account without one, and ends every session', async () => {
    const person = await signUp(accounts);
    const { accountId } = person;
    const { authToken } = await logIn(accounts, person);
    await accounts.TokenEntity.deleteMany({ filter: { accountId, kind: 'password' } });
    const cost = await test.log.costOf(() =>
      accounts.setPassword({ accountId, newPassword: NEW_PASSWORD }),
    );
    expect(cost.commands).toEqual(['Query', 'TransactWriteItems']);
    expect(await isLive(authToken)).toBe(false);
    expect(await logsInWith(person, NEW_PASSWORD)).toBe('none');
  });

  it('ASVS 6.4.3: by a reset leaves a second factor where it is', async () => {
    const person = await signUp(accounts);
    const { accountId } = person;
    await addFactors(accounts, accountId);
    const { token } = await accounts.addResetPasswordToken({ accountId });
    const sessions = async () =>
      (await accounts.SessionEntity.findMany({ filter: { accountId } })).items.length;
    const reset: Promise<unknown> = selfService(accounts).resetPassword({
      token,
      newPassword: NEW_PASSWORD,
    });
    // Whose it is, and no session.
    expect(await reset).toEqual({ accountId });
    expect(await sessions()).toBe(0);
    const error = await errorOf(logIn(accounts, person, NEW_PASSWORD));
    expect(error).toMatchObject({ code: 'TwoFactorRequired' });
    expect(await sessions()).toBe(0);
  });

  it('ASVS 6.3.1: by a reset gives a locked account back to its owner', async () => {
    const person = await signUp(accounts);
    for (let at = 0; at < BUDGET; at++) await codeOf(logIn(accounts, person, 'wrong guess'));
    expect(await logsInWith(person, PASSWORD)).toBe('AccountLocked');
    const { token } = await accounts.addResetPasswordToken(person);
    const { commands } = await test.log.costOf(() =>
      selfService(accounts).resetPassword({ token, newPassword: NEW_PASSWORD }),
    );
    expect(commands).toHaveLength(3);
    expect(await logsInWith(person, NEW_PASSWORD)).toBe('none');
  });

  it('ASVS 6.3.1: that the application sets gives a locked account back to its owner', async () => {
    const person = await signUp(accounts);
    for (let at = 0; at < BUDGET; at++) await codeOf(logIn(accounts, person, 'wrong guess'));
    expect(await logsInWith(person, PASSWORD)).toBe('AccountLocked');
    const { accountId } = person;
    await accounts.setPassword({ accountId, newPassword: NEW_PASSWORD });
    expect(await logsInWith(person, NEW_PASSWORD)).toBe('none');
  });

  it.each(['username', 'email'] as const)(
    'ASVS 6.2.11: is not made of its owner’s %s',
    async (word) => {
      const person = await signUp(accounts);
      const { accountId } = person;
      const username = `wanderer-by-${word}`;
      const email = `mountaineer-${username}@example.com`;
      await accounts.AccountEntity.updateOne({
        filter: { accountId },
        update: { $set: { username } },
      });
      await accounts.AccessTypeEntity.createOne({
        item: { accountId, verified: true, data: { kind: 'email', value: email } },
      });
      const newPassword = word === 'username' ? username : (email.split('@')[0] ?? '');
      const request = await logIn(accounts, { ...person, username });
      const { token } = await accounts.addResetPasswordToken({ accountId });
      const hash = await storedHash(person);
      const attempts = [
        () => accounts.setPassword({ accountId, newPassword }),
        () => selfService(accounts).resetPassword({ token, newPassword }),
        () => accounts.passwords.change({ request, currentPassword: PASSWORD, newPassword }),
      ];
      for (const attempt of attempts) expect(await codeOf(attempt())).toBe('PasswordNotAllowed');
      expect(await storedHash(person)).toBe(hash);
    },
  );
});
