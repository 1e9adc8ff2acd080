import { injectFaults } from '@latchkey/entity/testing';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountErrorCode } from '../../src/errors/accountErrorCodes.js';
import {
  OneTimeTokens,
  tokenRefused,
  type FoundToken,
} from '../../src/oneTimeTokens/OneTimeTokens.js';
import type { OneTimeTokenKind, OneTimeTokenOptions } from '../../src/oneTimeTokens/tokenPolicy.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  requestWith,
  SECRET,
  type TestAccounts,
  PASSWORD,
} from '../support/testAccounts.js';
import { Mailbox } from './Mailbox.js';
import { addFactors, logIn, signUp, type Person } from './people.js';
import type { AccountsCore } from '../../src/flows/AccountsCore.js';
import { Actor } from '../../src/core/Actor.js';
import { Flow } from '../../src/core/changeAccount.js';
import type { TokenPurpose } from '../../src/oneTimeTokens/TokenPurpose.js';
import { readConnectionInfo } from '../../src/requests/SessionRequest.js';
import { selfService } from '../support/selfService.js';
import { QuickHasher } from '../support/QuickHasher.js';

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const ALWAYS = 1000;

/** One kind of token, from its issue to its use. */
interface Kind {
  readonly lifetimeMs: number;
  /** The answer to one that is no good, for whatever reason. */
  readonly refusal: AccountErrorCode;
  /** The answer to one that was used before, where that is another (story 22). */
  readonly again?: AccountErrorCode;
  readonly issue: (person: Person) => Promise<string>;
  readonly use: (token: string, accounts?: Accounts) => Promise<unknown>;
}

describe('one-time tokens of every kind', () => {
  let test: TestAccounts;
  const mailbox = new Mailbox();
  let passwords = 0;
  const kinds: Record<string, Kind> = {
    'e-mail verification': {
      lifetimeMs: 24 * HOUR,
      refusal: 'TokenVerificationFailed',
      again: 'EmailAlreadyVerified',
      issue: async (person) => (await test.accounts.addEmailVerificationToken(person)).token,
      use: (token, accounts = test.accounts) =>
        accounts.verifyEmailWithToken({ token, password: PASSWORD }),
    },
    'password reset, sent by the application': {
      lifetimeMs: HOUR,
      refusal: 'ResetTokenNotValid',
      issue: async (person) => (await test.accounts.addResetPasswordToken(person)).token,
      use: (token, accounts = test.accounts) =>
        selfService(accounts).resetPassword({
          token,
          newPassword: `walked ${String(++passwords)} miles`,
        }),
    },
    'password reset, asked for': {
      lifetimeMs: HOUR,
      refusal: 'ResetTokenNotValid',
      issue: async ({ email }) => {
        await test.accounts.passwords.requestReset({ email });
        return mailbox.token('PasswordReset');
      },
      use: (token, accounts = test.accounts) =>
        selfService(accounts).resetPassword({
          token,
          newPassword: `walked ${String(++passwords)} miles`,
        }),
    },
    'magic link': {
      lifetimeMs: 15 * MINUTE,
      refusal: 'TokenVerificationFailed',
      issue: async ({ email }) => {
        await test.accounts.magicLinks.request({ email });
        return mailbox.token('MagicLink');
      },
      use: (token, accounts = test.accounts) =>
        accounts.magicLinks.login({ token, request: requestWith() }),
    },
    custom: {
      lifetimeMs: HOUR,
      refusal: 'TokenVerificationFailed',
      issue: async ({ accountId }) =>
        (await test.accounts.tokens.issue({ accountId, purpose: 'invite' })).token,
      use: (token, accounts = test.accounts) =>
        accounts.tokens.consume({ token, purpose: 'invite' }),
    },
  };
  const names = Object.keys(kinds);
  const kindOf = (name: string): Kind => {
    const kind = kinds[name];
    if (!kind) throw new Error(`there is no ${name}`);
    return kind;
  };
  const tokensOf = async ({ accountId }: Person) =>
    (await test.accounts.TokenEntity.findMany({ filter: { accountId } })).items;
  /** Those that are stored as good, whatever the time. */
  const pendingOf = async (person: Person) =>
    (await tokensOf(person)).filter(({ kind, used }) => kind !== 'password' && used !== true);
  const mechanism = (options?: OneTimeTokenOptions): OneTimeTokens =>
    new OneTimeTokens(
      {
        table: test.table,
        accounts: test.accounts.AccountEntity,
        tokens: test.accounts.TokenEntity,
        unprovenClaimMs: WEEK_MS,
        connectionOf: readConnectionInfo,
        acceptsIssuedAt: () => true,
      },
      options,
    );
  /** Begins a flow of the application's for an account. */
  const begin = (accountId: string): Flow => {
    const { table, accounts } = test;
    const core = {
      table,
      accounts: accounts.AccountEntity,
      tokens: accounts.TokenEntity,
      acceptsIssuedAt: () => true,
    } as unknown as AccountsCore;
    return new Flow(core, Actor.of(core, { accountId }), {});
  };
  const issueBy = async (tokens: OneTimeTokens, purpose: TokenPurpose): Promise<string> =>
    (await tokens.issue(begin(purpose.accountId), purpose)).token;
  const useUp = ({ account, token }: FoundToken): Promise<void> =>
    begin(account.accountId).commit(account, (change) => {
      change.useToken(token, tokenRefused);
      return () => undefined;
    });

  beforeAll(async () => {
    test = await createTestAccounts({ delivery: mailbox });
  });
  beforeEach(() => mailbox.take());
  afterAll(() => test.drop());

  describe.each(sampleOf(names, 3))('%s', (name) => {
    const { issue, use, lifetimeMs, refusal, again = refusal } = kindOf(name);

    it('ASVS 6.5.1, 2.3.4, HackerOne #3692149: works for one of 16 concurrent calls, and never again', async () => {
      const token = await issue(await signUp(test.accounts));
      const processes = Array.from({ length: 4 }, () => test.another());
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, (_, at) => codeOf(use(token, processes[at % 4]))),
      );
      // Whether one that comes second is told that the address is confirmed depends on when it reads.
      const refused = outcomes.map((code) => (code === again ? refusal : code));
      expect(refused.sort()).toEqual([...Array.from({ length: 15 }, () => refusal), 'none']);
      expect(await codeOf(use(token))).toBe(again);
    });

    it('ASVS 6.5.5: is good until its lifetime is over by the clock, though its row is there', async () => {
      const [early, late] = [await signUp(test.accounts), await signUp(test.accounts)];
      const [first, second] = [await issue(early), await issue(late)];
      test.clock.advance(lifetimeMs - 1);
      expect(await codeOf(use(first))).toBe('none');
      test.clock.advance(1);
      expect(await codeOf(use(second))).toBe(refusal);
      expect((await pendingOf(late)).length).toBeGreaterThan(0);
    });

    it('contao#7510: is revoked by a password change, as are all others; factors stay', async () => {
      const person = await signUp(test.accounts);
      const { accountId } = person;
      await addFactors(test.accounts, accountId);
      const tokens = [await issue(person), await issue(person)];
      await test.accounts.setPassword({ accountId, newPassword: 'another long walk' });
      for (const token of tokens) {
        expect(await codeOf(use(token))).toBe(refusal);
      }
      const stored = await tokensOf(person);
      expect(
        stored
          .filter(({ kind, used }) => ['password', 'twoFactorAuth'].includes(kind) && used !== true)
          .map(({ createdFor }) => createdFor)
          .sort(),
      ).toEqual([accountId, 'recovery-code-1', 'totp', 'totp-pending']);
    });

    it('contao#7510: is revoked when its address is no longer the account’s', async () => {
      const { accounts } = test;
      const person = await signUp(accounts);
      const { accountId, email } = person;
      const other = `other.${email}`;
      await accounts.contacts.addEmail({ accountId, email: other });
      await accounts.verifyEmail({ accountId, email: other });
      await mailbox.take();
      const [removed, kept] = [await issue(person), await issue({ ...person, email: other })];
      await accounts.contacts.remove({ accountId, kind: 'email', value: email });
      // Whatever went elsewhere can be asked for again.
      for (const token of [removed, kept]) {
        expect(await codeOf(use(token))).toBe(refusal);
      }
      const again = await issue({ ...person, email: other });
      expect(await codeOf(use(again))).toBe('none');
    });

    it.each(['password', 'address'])(
      'contao#7510: is revoked when it was issued while the %s changed',
      async (what) => {
        const { accounts } = test;
        const person = await signUp(accounts);
        const { accountId, email } = person;
        const other = `other.${email}`;
        await accounts.contacts.addEmail({ accountId, email: other });
        await accounts.verifyEmail({ accountId, email: other });
        await mailbox.take();
        let token = '';
        // After the account was read, and before anything is written.
        const fault = injectFaults(test.client).on('Query', {
          name: 'interleave',
          run: async () => {
            token = await issue({ ...person, email: other });
            await mailbox.take();
          },
        });
        const newPassword = 'another long walk';
        await (
          what === 'password'
            ? accounts.setPassword({ accountId, newPassword })
            : accounts.contacts.remove({ accountId, kind: 'email', value: email })
        ).finally(() => fault.remove());
        expect(token).toHaveLength(43);
        expect(await codeOf(use(token))).toBe(refusal);
        // A recovery removes the address that was added last.
        const left = what === 'password' ? email : other;
        expect(await codeOf(use(await issue({ ...person, email: left })))).toBe('none');
      },
    );

    it.each(['password', 'address'])(
      'contao#7510, ASVS 15.4.2: is revoked when the %s changed after it was found',
      async (what) => {
        const { accounts } = test;
        const person = await signUp(accounts);
        const { accountId, email } = person;
        const other = `other.${email}`;
        await accounts.contacts.addEmail({ accountId, email: other });
        await accounts.verifyEmail({ accountId, email: other });
        await mailbox.take();
        const token = await issue({ ...person, email: other });
        const elsewhere = test.another();
        const fault = injectFaults(test.client).on('Query', {
          name: 'interleave',
          run: () =>
            what === 'password'
              ? elsewhere.setPassword({ accountId, newPassword: 'another long walk' })
              : elsewhere.contacts.remove({ accountId, kind: 'email', value: email }),
        });
        const outcome = await codeOf(use(token)).finally(() => fault.remove());
        expect(outcome).toBe(refusal);
      },
    );

    it('is void though the server that issued it was ahead of the one that voids it', async () => {
      const person = await signUp(test.accounts);
      test.clock.advance(5000);
      const token = await issue(person);
      test.clock.advance(-5000);
      await test
        .another()
        .setPassword({ accountId: person.accountId, newPassword: 'another long walk' });
      expect(await codeOf(use(token))).toBe(refusal);
    });

    it('stays void though a server that is behind makes others void later', async () => {
      const person = await signUp(test.accounts);
      const { accountId } = person;
      test.clock.advance(5000);
      const token = await issue(person);
      await test.accounts.setPassword({ accountId, newPassword: 'another long walk' });
      test.clock.advance(-5000);
      await test.another().setPassword({ accountId, newPassword: 'yet another long walk' });
      expect(await codeOf(use(token))).toBe(refusal);
    });

    it('is good though the server that issued it was behind the one that voided others', async () => {
      const person = await signUp(test.accounts);
      const { accountId } = person;
      test.clock.advance(5000);
      await test.another().setPassword({ accountId, newPassword: 'another long walk' });
      await mailbox.take();
      test.clock.advance(-5000);
      const token = await issue(person);
      test.clock.advance(5000);
      expect(await codeOf(use(token))).toBe('none');
    });

    it('ASVS 8.4.1: is not valid for another tenant', async () => {
      const token = await issue(await signUp(test.accounts));
      const tenant = new Accounts({
        table: test.table.namespace('tenant'),
        passwords: { hasher: new QuickHasher() },
        sessions: { getTokenSecret: () => SECRET },
      });
      expect(await codeOf(use(token, tenant))).toBe(refusal);
      expect(await codeOf(use(token))).toBe('none');
    });

    it('using a token takes three requests', async () => {
      const token = await issue(await signUp(test.accounts));
      const { commands } = await test.log.costOf(() => use(token));
      expect(commands).toHaveLength(3);
      expect(commands.slice(1)).toEqual(['Query', 'TransactWriteItems']);
    });

    it('is consumed once when the response is lost, and the caller succeeds', async () => {
      const token = await issue(await signUp(test.accounts));
      const fault = injectFaults(test.client).on('TransactWriteItems', 'answerLost', { times: 2 });
      const outcome = await codeOf(use(token)).finally(() => fault.remove());
      expect(fault.attempts).toBe(3);
      expect(outcome).toBe('none');
      expect(await codeOf(use(token))).toBe(again);
    });

    it('ASVS 16.5.3: is used once, or not at all, in an outage', async () => {
      const person = await signUp(test.accounts);
      const [kept, gone] = [await issue(person), await issue(await signUp(test.accounts))];
      for (const command of ['Query', 'TransactWriteItems']) {
        const before = injectFaults(test.client).on(command, 'timeout', { times: ALWAYS });
        expect(await codeOf(use(kept)).finally(() => before.remove())).toBe('ServiceUnavailable');
      }
      expect(await codeOf(use(kept))).toBe('none');
      const after = injectFaults(test.client).on('TransactWriteItems', 'answerLost', {
        times: ALWAYS,
      });
      expect(await codeOf(use(gone)).finally(() => after.remove())).toBe('ServiceUnavailable');
      expect(await codeOf(use(gone))).toBe(again);
    });

    it.each(names)('ASVS 9.2.2: is what this expects, if this is %s', async (consumer) => {
      const token = await issue(await signUp(test.accounts));
      const isReset = (each: string): boolean => each.startsWith('password reset');
      const fits = consumer === name || (isReset(consumer) && isReset(name));
      const { use: useElsewhere, refusal: refusalElsewhere } = kindOf(consumer);
      expect(await codeOf(useElsewhere(token))).toBe(fits ? 'none' : refusalElsewhere);
      // Trying it elsewhere has not used it up.
      expect(await codeOf(use(token))).toBe(fits ? again : 'none');
    });

    it('ASVS 11.5.1: is at rest as a digest', async () => {
      const token = await issue(await signUp(test.accounts));
      expect(token).toHaveLength(43);
      expect(JSON.stringify(await tableItems(test.client, test.table.name))).not.toContain(token);
    });
  });

  const all: OneTimeTokenKind[] = [
    'email_verification',
    'phone_verification',
    'password_recovery',
    'magick_link',
    'twoFactorAuth',
    'custom',
  ];
  describe.each(sampleOf(all, 3))('the mechanism, for the kind %s', (kind) => {
    let accountId: string;
    const issueTo = async (tokens: OneTimeTokens, createdFor = 'challenge'): Promise<string> =>
      issueBy(tokens, { accountId, kind, createdFor });

    beforeAll(async () => {
      ({ accountId } = await signUp(test.accounts));
    });

    it('only one of 16 concurrent callers can use a token', async () => {
      const tokens = mechanism();
      const token = await issueTo(tokens);
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, async () => codeOf(tokens.find(token, kind).then(useUp))),
      );
      expect(outcomes.filter((code) => code === 'none')).toHaveLength(1);
      expect(outcomes.filter((code) => code === 'TokenVerificationFailed')).toHaveLength(15);
    });

    it.each(all)('ASVS 9.2.2: is found as itself only, not as %s', async (asked) => {
      const tokens = mechanism();
      const found = codeOf(tokens.find(await issueTo(tokens), asked));
      expect(await found).toBe(asked === kind ? 'none' : 'TokenVerificationFailed');
    });

    it.each([
      ['all kinds', true, kind !== 'twoFactorAuth'],
      ['none', false, false],
      ['no option', undefined, false],
      ['this one', [kind], true],
      ['another', [kind === 'custom' ? 'magick_link' : 'custom'], false],
    ] as const)(
      'with onlyNewest for %s, an older one is as it should be',
      async (_name, onlyNewest, isVoid) => {
        if (kind === 'twoFactorAuth' && Array.isArray(onlyNewest)) return;
        const tokens = mechanism({ onlyNewest } as OneTimeTokenOptions);
        const issue = (createdFor: string): Promise<string> => issueTo(tokens, createdFor);
        const target = kind === 'twoFactorAuth' ? 'challenge' : 'here@example.com';
        const elsewhere = kind === 'twoFactorAuth' ? 'enrolment' : 'there@example.com';
        const [older, newer] = [await issue(target), await issue(target)];
        const unrelated = await issue(elsewhere);
        const codes = [older, newer, unrelated].map((token) => codeOf(tokens.find(token, kind)));
        expect(await Promise.all(codes)).toEqual([
          isVoid ? 'TokenVerificationFailed' : 'none',
          'none',
          'none',
        ]);
        // Not again when the newer one is used, either.
        await useUp(await tokens.find(newer, kind));
        expect(await codeOf(tokens.find(older, kind))).toBe(
          isVoid ? 'TokenVerificationFailed' : 'none',
        );
      },
    );
  });

  it('find nothing of what is no one-time token: passwords, factors, recovery codes', async () => {
    const { accountId } = await signUp(test.accounts);
    const tokens = mechanism();
    for (const createdFor of ['totp', 'totp-pending', 'recovery-code-1']) {
      const token = await issueBy(tokens, { accountId, kind: 'twoFactorAuth', createdFor });
      expect(await codeOf(tokens.find(token, 'twoFactorAuth'))).toBe('TokenVerificationFailed');
    }
  });

  it('are all revoked when the password changes', async () => {
    const person = await signUp(test.accounts);
    const { accountId } = person;
    const issued: string[] = [];
    for (let at = 0; at < 170; at++) {
      const { token } = await test.accounts.tokens.issue({ accountId, purpose: `invite ${at}` });
      issued.push(token);
    }
    await test.accounts.setPassword({ accountId, newPassword: 'another long walk' });
    for (const at of [0, 85, 169]) {
      const use = test.accounts.tokens.consume({
        token: issued[at] ?? '',
        purpose: `invite ${at}`,
      });
      expect(await codeOf(use)).toBe('TokenVerificationFailed');
    }
  });

  it('belong to one account and one kind, also where the caller has chosen them', async () => {
    const { accounts } = test;
    const [ada, eve] = [await signUp(accounts), await signUp(accounts)];
    const token = 'chosen-by-the-caller-of-this';
    await accounts.tokens.issue({ ...ada, purpose: 'invite', token });
    for (const again of [
      () => accounts.tokens.issue({ ...eve, purpose: 'invite', token }),
      () => accounts.addResetPasswordToken({ ...eve, token }),
      () => accounts.addResetPasswordToken({ ...ada, token }),
    ]) {
      expect(await errorOf(again())).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'token', reason: 'notUnique' },
      });
    }
    const used = await accounts.tokens.consume({ token, purpose: 'invite' });
    expect(used.accountId).toBe(ada.accountId);
  });

  it('with onlyNewest are the newest though another server’s clock is behind', async () => {
    const own = await createTestAccounts({ tokens: { onlyNewest: true } });
    const { accountId } = await signUp(own.accounts);
    const purpose = 'invite';
    const { token: older } = await own.accounts.tokens.issue({ accountId, purpose });
    own.clock.advance(-5000);
    // One server's ids never go back, whatever its clock does.
    const { token: newer } = await own.another().tokens.issue({ accountId, purpose });
    own.clock.advance(5000);
    expect(await codeOf(own.accounts.tokens.consume({ token: older, purpose }))).toBe(
      'TokenVerificationFailed',
    );
    expect(await codeOf(own.accounts.tokens.consume({ token: newer, purpose }))).toBe('none');
    await own.drop();
  });

  it('keep where they were asked for, and where they were used', async () => {
    const person = await signUp(test.accounts);
    const request = requestWith();
    const device = request.userAgent;
    const place = { ip: request.requestIp, device };
    const issued = [
      await test.accounts.addEmailVerificationToken({ ...person, request }),
      await test.accounts.addResetPasswordToken({ ...person, request }),
    ];
    for (const { tokenDocument } of issued) expect(tokenDocument.location).toEqual(place);
    const [verification, reset] = issued.map(({ token }) => token);
    await test.accounts.verifyEmailWithToken({ token: verification ?? '', request });
    const link = await kindOf('magic link').issue(person);
    await test.accounts.magicLinks.login({ token: link, request: requestWith() });
    const newPassword = 'another long walk';
    await selfService(test.accounts).resetPassword({ token: reset ?? '', newPassword, request });
    const own = await test.accounts.tokens.issue({
      request: await logIn(test.accounts, person, newPassword),
      purpose: 'invite',
    });
    expect(own.tokenDocument.location).toEqual(place);
    await test.accounts.tokens.consume({ token: own.token, purpose: 'invite', request });
    const tokens = (await tokensOf(person)).filter(({ kind }) => kind !== 'password');
    expect(tokens.flatMap(({ usageLocations = [] }) => usageLocations)).toEqual(
      Array.from({ length: 4 }, () => place),
    );
  });

  it('ASVS 6.6.3: of an application’s own that can be guessed are counted by address', async () => {
    const own = await createTestAccounts({ throttling: { address: { budget: 20 } } });
    const { accountId, email } = await signUp(own.accounts);
    await own.accounts.addEmailVerificationToken({ accountId, email, token: '123456' });
    const guesses = Array.from({ length: 40 }, (_, at) => {
      const token = String(200_000 + at);
      return codeOf(own.accounts.verifyEmailWithToken({ token, request: requestWith() }));
    });
    const outcomes = await Promise.all(guesses);
    expect(outcomes.filter((code) => code === 'TokenVerificationFailed')).toHaveLength(20);
    expect(outcomes.filter((code) => code === 'TooManyRequests')).toHaveLength(20);
    const right = { token: '123456', request: requestWith() };
    expect(await codeOf(own.accounts.verifyEmailWithToken(right))).toBe('TooManyRequests');
    // Uncounted, it is not looked at, right or wrong.
    for (const token of ['123456', '654321', 'x'.repeat(21)]) {
      for (const request of [undefined, { ...requestWith(), requestIp: '' }]) {
        const uncounted = own.accounts.verifyEmailWithToken({ token, ...(request && { request }) });
        expect(await errorOf(uncounted)).toMatchObject({
          code: 'InvalidInput',
          details: { path: 'request', reason: 'neededForShortToken' },
        });
      }
    }
    own.clock.advance(15 * MINUTE);
    expect(await codeOf(own.accounts.verifyEmailWithToken(right))).toBe('none');
    await own.drop();
  });

  it('ASVS 6.6.3: that can be guessed are not looked at where addresses are not counted', async () => {
    const own = await createTestAccounts({ throttling: { address: false } });
    const { accountId } = await signUp(own.accounts);
    for (const token of ['123456', 'x'.repeat(22)]) {
      await own.accounts.tokens.issue({ accountId, purpose: 'invite', token });
      const input = { token, purpose: 'invite', request: requestWith() };
      expect(await codeOf(own.accounts.tokens.consume(input))).toBe(
        token.length < 22 ? 'InvalidInput' : 'none',
      );
    }
    await own.drop();
  });

  it.each([
    ['something else', 'yes'],
    ['a kind that there is not', ['magicLink']],
    ['passwords', ['password']],
  ])('refuse %s for onlyNewest', (_name, onlyNewest) => {
    expect(() => mechanism({ onlyNewest } as never)).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: expect.objectContaining({ path: 'tokens.onlyNewest' }) as unknown,
      }) as Error,
    );
  });
});
