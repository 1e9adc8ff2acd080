import { injectFaults } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import { AccountError } from '../../src/errors/AccountError.js';
import type { SecondFactorInput } from '../../src/twoFactor/parseSecondFactor.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, SECRET, type FullAccounts } from '../support/testAccounts.js';
import {
  createTwoFactorAccounts,
  keyOf,
  MINUTE,
  STEP,
  type ProtectedPerson,
  type TwoFactorAccounts,
} from './support/twoFactorAccounts.js';
import { selfService } from '../support/selfService.js';
import { phoneNumbers } from '../../src/contacts/phoneNumbers/index.js';
import { totp } from '../../src/twoFactor/totp.js';

const times = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index));

describe('a login with a second factor', () => {
  let test: TwoFactorAccounts;
  let accounts: FullAccounts;
  const secondStep = (
    challenge: string,
    factor: SecondFactorInput,
    request = requestWith(),
  ): ReturnType<FullAccounts['twoFactor']['loginWithTwoFactor']> =>
    accounts.twoFactor.loginWithTwoFactor({ challenge, ...factor, request });
  /** How a second step was refused: the code, and the path that it names. */
  const refusal = async (step: Promise<unknown>): Promise<string> => {
    const { code, details } = await errorOf(step);
    return 'path' in details ? `${code} ${details.path}` : code;
  };
  const tally = async (steps: Promise<unknown>[]): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    for (const code of await Promise.all(steps.map(codeOf))) found[code] = (found[code] ?? 0) + 1;
    return found;
  };
  const sessionsOf = async ({ accountId }: ProtectedPerson): Promise<number> =>
    (await accounts.SessionEntity.findMany({ filter: { accountId } })).items.length;
  const names = (): string[] => test.events.map(({ name }) => name);
  /** Tries wrong passwords. */
  const fail = async ({ username }: ProtectedPerson, attempts: number): Promise<void> => {
    for (const password of times(attempts, (index) => `wrong password ${String(index)}`)) {
      const request = requestWith();
      const login = accounts.userByPasswordLogin({ username, password, request });
      expect(await codeOf(login)).toBe('LoginFailed');
    }
  };
  /** A code that is not the app's, now or in the steps around. */
  const wrongCode = ({ secret }: ProtectedPerson): string => {
    const shown = times(7, (index) => test.app(secret, index - 3));
    const candidates = times(8, (index) => String(index).repeat(6));
    return candidates.find((code) => !shown.includes(code)) ?? '';
  };

  beforeAll(async () => {
    test = await createTwoFactorAccounts({}, { throttling: { address: false } });
    accounts = test.accounts;
  });
  afterAll(() => test.drop());

  describe('in two steps', () => {
    it('gives a challenge for the password, and the session for the code: 4 requests', async () => {
      const person = await test.signUpWithTotp();
      const before = await sessionsOf(person);
      const first = await errorOf(test.login(person));
      expect(first.toJSON()).toEqual({
        code: 'TwoFactorRequired',
        status: 401,
        message: 'A second factor is required.',
        details: { methods: ['totp', 'recoveryCode'] },
      });
      expect(await sessionsOf(person)).toBe(before);

      const request = requestWith();
      const { commands } = await test.log.costOf(() =>
        secondStep(first.challenge ?? '', { code: test.app(person.secret) }, request),
      );
      expect(commands).toEqual(['GetItem', 'Query', 'UpdateItem', 'TransactWriteItems']);
      expect(await sessionsOf(person)).toBe(before + 1);
      const handled = await accounts.handleRequest(requestWith(request.authToken));
      expect(handled.user?.accountId).toBe(person.accountId);
    });

    it('takes the code with spaces, as apps show it', async () => {
      const person = await test.signUpWithTotp();
      const challenge = await test.challengeOf(person);
      const code = test.app(person.secret).replace(/^.../, '$& ');
      expect(await codeOf(secondStep(challenge, { code: ` ${code}` }))).toBe('none');
    });

    it('keeps what the first step asked for: to be remembered', async () => {
      const person = await test.signUpWithTotp();
      const { username } = person;
      const ends: number[] = [];
      for (const rememberMe of [true, false]) {
        const first = { username, password: PASSWORD, request: requestWith(), rememberMe };
        const { challenge = '' } = await errorOf(accounts.userByPasswordLogin(first));
        const { sessionDocument } = await secondStep(challenge, { code: test.app(person.secret) });
        ends.push(sessionDocument.expiresAt.getTime() - test.clock.now().getTime());
        test.clock.advance(STEP);
      }
      expect(ends.map((ms) => ms / (24 * 60 * MINUTE))).toEqual([30, 7]);
    });

    it('ASVS 16.3.1: tells how each step ended, and by which factor', async () => {
      const person = await test.signUpWithTotp();
      test.events.length = 0;
      const challenge = await test.challengeOf(person);
      await codeOf(secondStep(challenge, { code: wrongCode(person) }));
      await secondStep(challenge, { recoveryCode: person.recoveryCodes[0] ?? '' });
      const { accountId } = person;
      expect(test.events).toMatchObject([
        { name: 'LoginError', method: 'password', reason: 'TwoFactorRequired', accountId },
        { name: 'LoginError', method: 'totp', reason: 'TokenVerificationFailed', accountId },
        { name: 'LoginSuccess', method: 'recoveryCode', accountId, sessionId: expect.any(String) },
      ]);
    });

    it('asks ValidateLogin once, at the first step', async () => {
      const person = await test.signUpWithTotp();
      let asked = 0;
      const remove = accounts.on('ValidateLogin', () => asked++);
      const challenge = await test.challengeOf(person);
      await secondStep(challenge, { code: test.app(person.secret) });
      remove();
      expect(asked).toBe(1);
    });

    it('ASVS 6.3.5: tells of a success after failures', async () => {
      const person = await test.signUpWithTotp();
      const challenge = await test.challengeOf(person);
      for (const _ of times(3, () => 0)) {
        await codeOf(secondStep(challenge, { code: wrongCode(person) }));
      }
      test.events.length = 0;
      await secondStep(challenge, { code: test.app(person.secret) });
      expect(names()).toEqual(['LoginAfterFailures', 'LoginSuccess']);
      expect(test.events[0]).toMatchObject({
        accountId: person.accountId,
        sessionId: test.events[1]?.sessionId,
      });
    });

    it('ASVS 6.3.5: tells so of passwords that were wrong as well, and not before the second step', async () => {
      const person = await test.signUpWithTotp();
      await fail(person, 3);
      test.events.length = 0;
      const challenge = await test.challengeOf(person);
      expect(names()).toEqual(['LoginError']);
      await secondStep(challenge, { code: test.app(person.secret) });
      expect(names()).toEqual(['LoginError', 'LoginAfterFailures', 'LoginSuccess']);
      test.clock.advance(STEP);
      // Once: the success has begun the count again.
      test.events.length = 0;
      await secondStep(await test.challengeOf(person), { code: test.app(person.secret) });
      expect(names()).toEqual(['LoginError', 'LoginSuccess']);
    });

    it('ASVS 6.3.5: tells so of the failures of both steps together', async () => {
      const person = await test.signUpWithTotp();
      await fail(person, 2);
      const challenge = await test.challengeOf(person);
      await codeOf(secondStep(challenge, { code: wrongCode(person) }));
      test.events.length = 0;
      await secondStep(challenge, { code: test.app(person.secret) });
      expect(names()).toEqual(['LoginAfterFailures', 'LoginSuccess']);
    });

    it('ASVS 6.3.5: does not tell so of a right code with which nobody is logged in', async () => {
      const person = await test.signUpWithTotp();
      const { accountId } = person;
      const challenge = await test.challengeOf(person);
      for (const _ of times(3, () => 0)) {
        await codeOf(secondStep(challenge, { code: wrongCode(person) }));
      }
      test.events.length = 0;
      // The attempt has been counted, the session is not written yet.
      const meanwhile = injectFaults(test.client).on('UpdateItem', {
        name: 'interleave',
        run: () => test.another().setPassword({ accountId, newPassword: 'another long walk' }),
      });
      const step = secondStep(challenge, { code: test.app(person.secret) });
      expect(await refusal(step).finally(() => meanwhile.remove())).toBe(
        'TokenVerificationFailed challenge',
      );
      expect(names()).toEqual(['LoginError']);
    });

    it('does not tell so of fewer than three, nor of those of the day before', async () => {
      const person = await test.signUpWithTotp();
      for (const [count, days] of [
        [2, 0],
        [4, 1],
      ] as const) {
        const before = await test.challengeOf(person);
        await tally(times(count, () => secondStep(before, { code: wrongCode(person) })));
        test.clock.advance(days * 24 * 60 * MINUTE);
        // Not by the password, which is counted while its count is read.
        await accounts.magicLinks.request({ email: person.email });
        await accounts.settled();
        const link = { token: test.messages.at(-1)?.token ?? '', request: requestWith() };
        const { challenge = '' } = await errorOf(accounts.magicLinks.login(link));
        test.events.length = 0;
        await secondStep(challenge, { code: test.app(person.secret) });
        expect(names()).toEqual(['LoginSuccess']);
        test.clock.advance(STEP);
      }
    });
  });

  describe('a challenge', () => {
    it('ASVS 6.5.1: survives a wrong code, and is used up by a right one', async () => {
      const person = await test.signUpWithTotp();
      const challenge = await test.challengeOf(person);
      expect(await refusal(secondStep(challenge, { code: wrongCode(person) }))).toBe(
        'TokenVerificationFailed code',
      );
      expect(await codeOf(secondStep(challenge, { code: test.app(person.secret) }))).toBe('none');
      test.clock.advance(STEP);
      expect(await refusal(secondStep(challenge, { code: test.app(person.secret) }))).toBe(
        'TokenVerificationFailed challenge',
      );
    });

    it.each([
      ['is good until 5 minutes', 5 * MINUTE - 9, 'none'],
      ['has expired at 5 minutes, though its row is there', 5 * MINUTE, 'TokenVerificationFailed'],
    ])('ASVS 6.5.5: %s', async (_name, after, expected) => {
      const person = await test.signUpWithTotp();
      const challenge = await test.challengeOf(person);
      test.clock.advance(after);
      expect(await codeOf(secondStep(challenge, { code: test.app(person.secret) }))).toBe(expected);
    });

    it('is good though it was given on a server whose clock is behind the one that voided others', async () => {
      const person = await test.signUpWithTotp();
      const { accountId } = person;
      await accounts.setPassword({ accountId, newPassword: PASSWORD });
      test.clock.advance(-5000);
      const challenge = await test.challengeOf(person, test.another());
      test.clock.advance(5000);
      expect(await codeOf(secondStep(challenge, { code: test.app(person.secret) }))).toBe('none');
    });

    it('ASVS 6.6.2, 8.2.2: takes no code of another account', async () => {
      const [ada, eve] = [await test.signUpWithTotp(), await test.signUpWithTotp()];
      const challenge = await test.challengeOf(ada);
      for (const factor of [
        { code: test.app(eve.secret) },
        { recoveryCode: eve.recoveryCodes[0] ?? '' },
      ]) {
        expect(await codeOf(secondStep(challenge, factor))).toBe('TokenVerificationFailed');
      }
      // Eve's are not used up by that.
      const own = await test.challengeOf(eve);
      expect(await codeOf(secondStep(own, { recoveryCode: eve.recoveryCodes[0] ?? '' }))).toBe(
        'none',
      );
    });

    it('of 5 parallel callers with different factors, one gets the session', async () => {
      const person = await test.signUpWithTotp();
      const challenge = await test.challengeOf(person);
      const before = await sessionsOf(person);
      const { recoveryCodes } = person;
      const outcome = await tally([
        secondStep(challenge, { code: test.app(person.secret) }),
        ...recoveryCodes.slice(0, 4).map((recoveryCode) => secondStep(challenge, { recoveryCode })),
      ]);
      expect(outcome.none).toBe(1);
      expect(await sessionsOf(person)).toBe(before + 1);
      // Who came too late has lost no recovery code.
      const { recoveryCodesLeft } = await accounts.twoFactor.status({ request: person.request });
      expect(recoveryCodesLeft).toBeGreaterThanOrEqual(9);
    });

    it.each([
      [
        'all sessions are ended',
        (accountId: string) => accounts.sessions.revokeAllSessions({ accountId }),
      ],
      [
        'the password is set',
        (accountId: string) =>
          accounts.setPassword({ accountId, newPassword: 'another long walk' }),
      ],
      ['the factor is reset', (accountId: string) => accounts.twoFactor.reset({ accountId })],
      [
        'the mailbox is removed by whose link it may have been got',
        async (accountId: string) => {
          const [{ ulid: contactId } = { ulid: '' }] = await accounts.contacts.list({ accountId });
          await accounts.contacts.remove({ accountId, contactId });
        },
      ],
    ])('is void when %s', async (_name, end) => {
      const person = await test.signUpWithTotp();
      const challenge = await test.challengeOf(person);
      await end(person.accountId);
      expect(await refusal(secondStep(challenge, { code: test.app(person.secret) }))).toBe(
        'TokenVerificationFailed challenge',
      );
    });

    it('does not get past a deactivation', async () => {
      const person = await test.signUpWithTotp();
      const challenge = await test.challengeOf(person);
      const { accountId } = person;
      await accounts.lifecycle.deactivate({ accountId });
      const code = test.app(person.secret);
      expect(await codeOf(secondStep(challenge, { code }))).toBe('AccountDeactivated');
      await accounts.lifecycle.reactivate({ accountId });
      expect(await refusal(secondStep(challenge, { code }))).toBe(
        'TokenVerificationFailed challenge',
      );
    });

    it('ASVS 9.2.2: is no other kind of token, and no other kind is one', async () => {
      const person = await test.signUpWithTotp();
      const { accountId, email } = person;
      const challenge = await test.challengeOf(person);
      const newPassword = 'another long walk';
      const taken = selfService(accounts).resetPassword({ token: challenge, newPassword });
      expect(await codeOf(taken)).toBe('ResetTokenNotValid');
      expect(await codeOf(accounts.verifyEmailWithToken({ token: challenge }))).toBe(
        'TokenVerificationFailed',
      );
      expect(
        await codeOf(
          accounts.twoFactor.confirm({
            challenge,
            code: test.app(person.secret),
            request: requestWith(),
          }),
        ),
      ).toBe('TokenVerificationFailed');
      const reset = await accounts.addResetPasswordToken({ accountId });
      const verify = await accounts.addEmailVerificationToken({ accountId, email });
      for (const { token } of [reset, verify]) {
        expect(await refusal(secondStep(token, { code: test.app(person.secret) }))).toBe(
          'TokenVerificationFailed challenge',
        );
      }
    });

    it('GHSA-xg6x-h9c9-2m83: never passes for a session token, nor one for a challenge', async () => {
      const person = await test.signUpWithTotp();
      const challenge = await test.challengeOf(person);
      const request = requestWith(challenge);
      expect(await codeOf(accounts.handleRequest(request))).toBe('TokenVerificationFailed');
      expect(request.user).toBeUndefined();
      expect(
        await codeOf(accounts.refreshTokens({ authToken: challenge, request: requestWith() })),
      ).toBe('TokenVerificationFailed');
      const { authToken = '' } = person.request;
      expect(await refusal(secondStep(authToken, { code: test.app(person.secret) }))).toBe(
        'TokenVerificationFailed challenge',
      );
      // The first step has put no session on its own request, either (ASVS 2.3.1).
      const first = requestWith();
      const { username } = person;
      await errorOf(accounts.userByPasswordLogin({ username, password: PASSWORD, request: first }));
      expect(first).toEqual(requestWith());
      expect(await codeOf(accounts.twoFactor.status({ request: first }))).toBe('InvalidSession');
    });
  });

  describe('a code', () => {
    it.each([
      [-2, 'TokenVerificationFailed'],
      [-1, 'none'],
      [0, 'none'],
      [1, 'none'],
      [2, 'TokenVerificationFailed'],
    ])('ASVS 6.5.5, RFC 6238 §5.2: of %i half minutes away: %s', async (steps, expected) => {
      const person = await test.signUpWithTotp();
      test.clock.advance(5 * STEP);
      const challenge = await test.challengeOf(person);
      const code = test.app(person.secret, steps);
      expect(await codeOf(secondStep(challenge, { code }))).toBe(expected);
    });

    it('ASVS 6.5.1, RFC 6238 §5.2: is good once, within its time as well', async () => {
      const person = await test.signUpWithTotp();
      const code = test.app(person.secret);
      await secondStep(await test.challengeOf(person), { code });
      expect(await refusal(secondStep(await test.challengeOf(person), { code }))).toBe(
        'TokenVerificationFailed code',
      );
    });

    it('ASVS 2.3.1: of a step before the last one is refused, though nobody has used it', async () => {
      const person = await test.signUpWithTotp();
      test.clock.advance(5 * STEP);
      await secondStep(await test.challengeOf(person), { code: test.app(person.secret, 1) });
      for (const steps of [-1, 0, 1]) {
        const challenge = await test.challengeOf(person);
        const code = test.app(person.secret, steps);
        expect(await refusal(secondStep(challenge, { code }))).toBe('TokenVerificationFailed code');
      }
    });

    it('ASVS 6.5.1: that has enabled the factor does not log in, too', async () => {
      const person = await test.signUp();
      const request = await test.requestOf(person);
      const { secret } = await accounts.twoFactor.enrol({ request });
      const code = test.app(secret);
      await accounts.twoFactor.confirm({ request, code });
      expect(await refusal(secondStep(await test.challengeOf(person), { code }))).toBe(
        'TokenVerificationFailed code',
      );
    });

    it.each([
      [{ code: '' }, 'InvalidInput code'],
      [{ code: '12345' }, 'InvalidInput code'],
      [{ code: '1234567' }, 'InvalidInput code'],
      [{ code: '12345a' }, 'InvalidInput code'],
      [{ code: '١٢٣٤٥٦' }, 'InvalidInput code'],
      [{ code: ' '.repeat(1_000_000) }, 'InvalidInput code'],
      [{ code: 123456 }, 'InvalidInput code'],
      [{ code: ['1', '2', '3', '4', '5', '6'] }, 'InvalidInput code'],
      [{ code: { $ne: '' } }, 'InvalidInput code'],
      [{}, 'InvalidInput code'],
      [{ code: '123456', recoveryCode: '0000-0000-0000-0000' }, 'InvalidInput recoveryCode'],
      [{ recoveryCode: 'no code' }, 'InvalidInput recoveryCode'],
      [{ recoveryCode: null }, 'InvalidInput recoveryCode'],
      [{ recoveryCode: '0'.repeat(1_000_000) }, 'InvalidInput recoveryCode'],
    ])('in a wrong form is refused before it is counted: %#', async (factor, expected) => {
      const person = await test.signUpWithTotp();
      const challenge = await test.challengeOf(person);
      const { commands } = await test.log.costOf(async () => {
        expect(await refusal(secondStep(challenge, factor as SecondFactorInput))).toBe(expected);
      });
      expect(commands).toEqual([]);
    });

    it.each([
      [undefined, 'InvalidInput challenge'],
      [null, 'InvalidInput challenge'],
      [{ $gt: '' }, 'InvalidInput challenge'],
      ['', 'TokenVerificationFailed challenge'],
      ['a', 'TokenVerificationFailed challenge'],
      ['\ud800'.repeat(43), 'TokenVerificationFailed challenge'],
      ['A'.repeat(1_000_000), 'TokenVerificationFailed challenge'],
    ])('with a challenge in a wrong form is refused: %#', async (challenge, expected) => {
      expect(await refusal(secondStep(challenge as string, { code: '123456' }))).toBe(expected);
    });
  });

  describe('a recovery code', () => {
    it('ASVS 6.5.1, 15.1.3, NIST 3.1.2, CVE-2026-31875, keycloak#26106: logs in once, however it is written, at the cost of one hash', async () => {
      const person = await test.signUpWithTotp();
      const written = (person.recoveryCodes[3] ?? '').toLowerCase().replaceAll('-', ' ');
      const challenge = await test.challengeOf(person);
      test.hasher.verified = [];
      await secondStep(challenge, { recoveryCode: written });
      expect(test.hasher.verified).toHaveLength(1);
      expect(await accounts.twoFactor.status({ request: person.request })).toEqual({
        enabled: true,
        recoveryCodesLeft: 9,
      });
      const again = await test.challengeOf(person);
      test.hasher.verified = [];
      expect(await refusal(secondStep(again, { recoveryCode: written }))).toBe(
        'TokenVerificationFailed recoveryCode',
      );
      // No less work than for one that is not used: its time tells nothing.
      expect(test.hasher.verified).toEqual([test.hasher.dummyHash]);
    });

    it('is good in its own place only: with another number it is refused', async () => {
      const person = await test.signUpWithTotp();
      const recoveryCode = `7${(person.recoveryCodes[3] ?? '').slice(1)}`;
      const challenge = await test.challengeOf(person);
      expect(await refusal(secondStep(challenge, { recoveryCode }))).toBe(
        'TokenVerificationFailed recoveryCode',
      );
    });

    it('all ten log in, and then none is left', async () => {
      const person = await test.signUpWithTotp();
      for (const recoveryCode of person.recoveryCodes) {
        const challenge = await test.challengeOf(person);
        expect(await codeOf(secondStep(challenge, { recoveryCode }))).toBe('none');
      }
      const { recoveryCodesLeft } = await accounts.twoFactor.status({ request: person.request });
      expect(recoveryCodesLeft).toBe(0);
    });
  });

  describe('attempts', () => {
    it('ASVS 6.6.3: are counted across challenges: a new one does not begin anew', async () => {
      const person = await test.signUpWithTotp();
      const outcome = { TokenVerificationFailed: 0, AccountLocked: 0 } as Record<string, number>;
      for (const _ of times(8, () => 0)) {
        const challenge = await test.challengeOf(person);
        const code = await codeOf(secondStep(challenge, { code: wrongCode(person) }));
        outcome[code] = (outcome[code] ?? 0) + 1;
      }
      expect(outcome).toEqual({ TokenVerificationFailed: 5, AccountLocked: 3 });
      const challenge = await test.challengeOf(person);
      const right = await errorOf(secondStep(challenge, { code: test.app(person.secret) }));
      const wrong = await errorOf(secondStep(challenge, { code: wrongCode(person) }));
      expect(right.toJSON()).toEqual(wrong.toJSON());
      expect(right.code).toBe('AccountLocked');
    });

    it('at codes do not hold up recovery codes, which have a count of their own', async () => {
      const person = await test.signUpWithTotp();
      const challenge = await test.challengeOf(person);
      await tally(times(6, () => secondStep(challenge, { code: wrongCode(person) })));
      expect(
        await codeOf(secondStep(challenge, { recoveryCode: person.recoveryCodes[0] ?? '' })),
      ).toBe('none');
      // And that has not given back the attempts at codes.
      const next = await test.challengeOf(person);
      expect(await codeOf(secondStep(next, { code: test.app(person.secret) }))).toBe(
        'AccountLocked',
      );
    });

    it('a right code resets the count of attempts', async () => {
      const person = await test.signUpWithTotp();
      for (const _ of times(2, () => 0)) {
        const challenge = await test.challengeOf(person);
        await tally(times(4, () => secondStep(challenge, { code: wrongCode(person) })));
        expect(await codeOf(secondStep(challenge, { code: test.app(person.secret) }))).toBe('none');
        test.clock.advance(STEP);
      }
    });

    it('ASVS 6.6.3, Keycloak list 2026-01, RFC 4226 §7.3: 300, 50 at once and with 4 challenges: the budget is looked at, no more', async () => {
      const person = await test.signUpWithTotp();
      const challenges: string[] = [];
      for (const _ of times(4, () => 0)) challenges.push(await test.challengeOf(person));
      const code = wrongCode(person);
      const outcome: Record<string, number> = {};
      await Promise.all(
        times(50, async () => {
          for (const index of times(6, (each) => each)) {
            const ended = await codeOf(secondStep(challenges[index % 4] ?? '', { code }));
            outcome[ended] = (outcome[ended] ?? 0) + 1;
          }
        }),
      );
      expect(outcome).toEqual({ TokenVerificationFailed: 5, AccountLocked: 295 });
    }, 120_000);

    it('a challenge that is no good costs nobody an attempt', async () => {
      const person = await test.signUpWithTotp();
      const old = await test.challengeOf(person);
      test.clock.advance(6 * MINUTE);
      await tally(times(8, () => secondStep(old, { code: wrongCode(person) })));
      const challenge = await test.challengeOf(person);
      expect(await codeOf(secondStep(challenge, { code: test.app(person.secret) }))).toBe('none');
    });
  });

  it('that the database stops half way begins no session, and uses nothing up', async () => {
    const person = await test.signUpWithTotp();
    const challenge = await test.challengeOf(person);
    const code = test.app(person.secret);
    const before = await sessionsOf(person);
    for (const command of ['Query', 'TransactWriteItems']) {
      const fault = injectFaults(test.client).on(command, 'timeout', { times: 1000 });
      expect(await codeOf(secondStep(challenge, { code }))).toBe('ServiceUnavailable');
      fault.remove();
    }
    expect(await sessionsOf(person)).toBe(before);
    expect(await codeOf(secondStep(challenge, { code }))).toBe('none');
  });
});

describe('one code, by 16 parallel callers with 16 challenges', () => {
  let test: TwoFactorAccounts;
  beforeAll(async () => {
    test = await createTwoFactorAccounts(
      {},
      { throttling: { address: false, code: { budget: 100 }, password: { budget: 100 } } },
    );
  });
  afterAll(() => test.drop());

  it.each([
    ['a code', ({ secret }: ProtectedPerson) => ({ code: test.app(secret) })],
    ['a recovery code', (p: ProtectedPerson) => ({ recoveryCode: p.recoveryCodes[5] ?? '' })],
  ])(
    'ASVS 6.5.1, CVE-2026-33624, CVE-2026-34224, keycloak#26106: %s gives one session',
    async (_name, factorOf) => {
      const person = await test.signUpWithTotp();
      const { accountId } = person;
      const challenges: string[] = [];
      for (const _ of times(16, () => 0)) challenges.push(await test.challengeOf(person));
      const { items: before } = await test.accounts.SessionEntity.findMany({
        filter: { accountId },
      });
      const factor = factorOf(person);
      const codes = await Promise.all(
        challenges.map((challenge) =>
          codeOf(
            test.accounts.twoFactor.loginWithTwoFactor({
              challenge,
              ...factor,
              request: requestWith(),
            }),
          ),
        ),
      );
      expect(codes.filter((code) => code === 'none')).toHaveLength(1);
      expect(codes.filter((code) => code === 'TokenVerificationFailed')).toHaveLength(15);
      const { items } = await test.accounts.SessionEntity.findMany({ filter: { accountId } });
      expect(items).toHaveLength(before.length + 1);
      expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
    },
  );
});

describe('the key that encrypts the secrets', () => {
  let test: TwoFactorAccounts;
  const withKeys = (encryptionKeys: { kid: string; key: Buffer }[]): FullAccounts =>
    new Accounts({
      table: test.table,
      sessions: { getTokenSecret: () => SECRET },
      passwords: { hasher: test.hasher },
      phones: phoneNumbers(),
      twoFactor: totp({ issuer: 'Latchkey', encryptionKeys }),
    });
  const storedSecret = async ({ accountId }: ProtectedPerson): Promise<string> => {
    const { items } = await test.accounts.TokenEntity.findMany({
      filter: { accountId, kind: 'twoFactorAuth', createdFor: 'totp' },
      secrets: true,
    });
    return items[0]?.value ?? '';
  };
  const logIn = async (
    accounts: FullAccounts,
    person: ProtectedPerson,
    factor: SecondFactorInput = { code: test.app(person.secret) },
  ): Promise<unknown> => {
    const challenge = await test.challengeOf(person, accounts);
    return accounts.twoFactor.loginWithTwoFactor({ challenge, ...factor, request: requestWith() });
  };

  beforeAll(async () => {
    test = await createTwoFactorAccounts();
  });
  afterAll(() => test.drop());

  it('ASVS 11.2.2: is replaced at a login by a code: the secret is encrypted again', async () => {
    const person = await test.signUpWithTotp();
    expect(await storedSecret(person)).toMatch(/^v1\.key-1\./);
    await logIn(withKeys([keyOf(2), keyOf(1)]), person);
    expect(await storedSecret(person)).toMatch(/^v1\.key-2\./);
    test.clock.advance(STEP);
    expect(await codeOf(logIn(withKeys([keyOf(2)]), person))).toBe('none');
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
  });

  it('ASVS 6.5.1: while it is replaced, a code is still good once', async () => {
    const person = await test.signUpWithTotp();
    const accounts = withKeys([keyOf(2), keyOf(1)]);
    const code = test.app(person.secret);
    const codes = await Promise.all(times(5, () => codeOf(logIn(accounts, person, { code }))));
    expect(codes.filter((each) => each === 'none')).toHaveLength(1);
    test.clock.advance(STEP);
    expect(await codeOf(logIn(accounts, person))).toBe('none');
  });

  it('ASVS 16.5.3: without the right one nobody gets in: a fault of the server, and no attempt', async () => {
    const person = await test.signUpWithTotp();
    for (const key of [keyOf(3), keyOf(3, 'key-1')]) {
      const accounts = withKeys([key]);
      for (const _ of times(7, () => 0)) {
        const error = await errorOf(logIn(accounts, person));
        expect(error.toJSON()).toMatchObject({
          code: 'InvalidConfiguration',
          status: 500,
          details: { path: 'twoFactor.encryptionKeys' },
        });
      }
    }
    expect(await codeOf(logIn(test.accounts, person))).toBe('none');
  });

  it('ASVS 11.3.3: what was copied from another account does not work', async () => {
    const [ada, eve] = [await test.signUpWithTotp(), await test.signUpWithTotp()];
    const value = await storedSecret(eve);
    const { accountId } = ada;
    await test.accounts.TokenEntity.deleteMany({
      filter: { accountId: eve.accountId, kind: 'twoFactorAuth' },
    });
    await test.accounts.TokenEntity.updateOne({
      filter: { accountId, kind: 'twoFactorAuth', createdFor: 'totp' },
      update: { $set: { value } },
    });
    expect(await codeOf(logIn(test.accounts, ada, { code: test.app(eve.secret) }))).toBe(
      'InvalidConfiguration',
    );
  });

  it('ASVS 11.3.2: a changed byte is a fault, not a wrong code', async () => {
    const person = await test.signUpWithTotp();
    const value = (await storedSecret(person)).replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'));
    const { accountId } = person;
    await test.accounts.TokenEntity.updateOne({
      filter: { accountId, kind: 'twoFactorAuth', createdFor: 'totp' },
      update: { $set: { value } },
    });
    expect(await codeOf(logIn(test.accounts, person))).toBe('InvalidConfiguration');
  });
});

describe('without the option', () => {
  it('ASVS 16.5.3: an account with a second factor is not let in, others are', async () => {
    const test = await createTwoFactorAccounts();
    const [ada, eve] = [await test.signUpWithTotp(), await test.signUp()];
    const plain = new Accounts({
      table: test.table,
      sessions: { getTokenSecret: () => SECRET },
      passwords: { hasher: test.hasher },
    });
    expect(await codeOf(test.login(eve, plain))).toBe('none');
    expect(plain.twoFactor).toBeUndefined();
    expect(await test.challengeOf(ada, plain)).toHaveLength(43);
    const items = await tableItems(test.client, test.table.name);
    expect(items.some((item) => item.createdFor?.S === 'totp')).toBe(true);
    expect(AccountError.is(await errorOf(test.login(ada, plain)))).toBe(true);
    await test.drop();
  });
});
