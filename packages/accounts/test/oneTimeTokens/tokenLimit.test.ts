import type { AccountToken, InferInput } from '@latchkey/schema';
import { tokenPolicy, type MaxPendingTokens } from '../../src/oneTimeTokens/tokenPolicy.js';
import type { Duration } from '../../src/tokens/parseDuration.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

const HOUR = 60 * 60 * 1000;
const LIMIT = 3;
/** As large as it may be. */
const META = { text: 'x'.repeat(10 * 1024 - 20) };
const ISSUE = ['TransactWriteItems'];

describe('the tokens that wait in an account', () => {
  let test: TestAccounts;
  let accountId: string;
  let email: string;
  let people = 0;

  const signUp = async (): Promise<void> => {
    email = `user${String(++people)}@example.com`;
    ({ accountId } = await test.accounts.createAccount({ email, password: PASSWORD }));
    await test.accounts.verifyEmail({ accountId, email });
  };
  const issue = (lifetime: Duration = '1h', meta = {}) =>
    test.accounts.tokens.issue({ accountId, purpose: 'join', lifetime, meta });
  const rows = async (kind = 'custom'): Promise<number> => {
    const { items } = await test.accounts.TokenEntity.findMany({ filter: { accountId } });
    return items.filter((token) => token.kind === kind).length;
  };
  const login = () =>
    test.accounts.userByPasswordLogin({
      username: accountId,
      password: PASSWORD,
      request: requestWith(),
    });

  describe('up to a limit', () => {
    const maxPending = { custom: LIMIT, passwordRecovery: LIMIT, emailVerification: LIMIT };
    const ways = {
      'tokens.issue': () => issue(),
      addResetPasswordToken: () => test.accounts.addResetPasswordToken({ accountId }),
      addEmailVerificationToken: () =>
        test.accounts.addEmailVerificationToken({ accountId, email }),
    };

    beforeAll(async () => {
      test = await createTestAccounts({
        tokens: { maxPending, emailVerification: '1h' },
      });
    });
    afterAll(() => test.drop());
    beforeEach(signUp);

    it('are no more than the limit where many are issued at once into the last place', async () => {
      const { token } = await issue();
      for (let at = 1; at < LIMIT; at++) await issue();
      await test.accounts.tokens.consume({ token, purpose: 'join' });
      const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(issue())));
      expect(codes.filter((code) => code === 'none')).toHaveLength(1);
      expect(new Set(codes)).toEqual(new Set(['none', 'TooManyTokens']));
    });

    it('of the application are not used up by what strangers have the library send', async () => {
      const { accounts } = test;
      for (let at = 0; at < LIMIT; at++) await accounts.addResetPasswordToken({ accountId });
      for (let at = 0; at < LIMIT; at++) {
        await accounts.addEmailVerificationToken({ accountId, email });
      }
      // All of them have expired then.
      test.clock.advance(25 * HOUR);
      const written = {
        accountId,
        createdFor: email,
        expiresAt: new Date(test.clock.now().getTime() + HOUR),
      };
      for (const kind of ['password_recovery', 'email_verification'] as const) {
        for (let at = 0; at < LIMIT; at++) {
          const value = `${kind} ${String(at)} ${accountId}`;
          await accounts.TokenEntity.createOne({ item: { ...written, kind, value } });
        }
      }
      expect(await codeOf(accounts.addResetPasswordToken({ accountId }))).toBe('none');
      expect(await codeOf(accounts.addEmailVerificationToken({ accountId, email }))).toBe('none');
    });

    it.each(Object.keys(ways) as (keyof typeof ways)[])(
      'are issued by %s in one request each; the next is refused, and told until when',
      async (way) => {
        for (let at = 0; at < LIMIT; at++) {
          expect((await test.log.costOf(ways[way])).commands).toEqual(ISSUE);
          test.clock.advance(1000);
        }
        for (let twice = 0; twice < 2; twice++) {
          expect(await errorOf(ways[way]())).toMatchObject({
            code: 'TooManyTokens',
            status: 429,
            details: { limit: LIMIT, retryAfterSeconds: 3600 - LIMIT },
          });
        }
        for (const other of Object.values(ways)) {
          if (other !== ways[way]) expect(await codeOf(other())).toBe('none');
        }
        test.clock.advance(HOUR - LIMIT * 1000);
        expect(await codeOf(ways[way]())).toBe('none');
        expect(await codeOf(ways[way]())).toBe('TooManyTokens');
      },
    );

    it('are counted without those that are used, expired or void', async () => {
      const { token } = await issue();
      await issue();
      await issue('1s');
      expect(await codeOf(issue())).toBe('TooManyTokens');
      await test.accounts.tokens.consume({ token, purpose: 'join' });
      expect(await codeOf(issue())).toBe('none');
      expect(await codeOf(issue())).toBe('TooManyTokens');
      test.clock.advance(1000);
      expect(await codeOf(issue())).toBe('none');
      expect(await codeOf(issue())).toBe('TooManyTokens');
      await test.accounts.sessions.revokeAllSessions({ accountId });
      test.clock.advance(1);
      expect(await codeOf(issue())).toBe('none');
    });

    it('leave no more rows than that, though TTL has not removed one', async () => {
      let requests = 0;
      for (let at = 0; at < 6 * LIMIT; at++) {
        requests += (await test.log.costOf(() => issue('1ms'))).commands.length;
        test.clock.advance(1);
        expect(await rows()).toBeLessThanOrEqual(LIMIT);
      }
      // One each; and every third counts, issues again and removes three, by two requests.
      expect(requests).toBeLessThanOrEqual(6 * LIMIT + 6 * (2 + 2 * LIMIT));
    });

    it('are no more than that where many are issued at once, from none and from old ones', async () => {
      for (let round = 0; round < 2; round++) {
        const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(issue())));
        expect(codes.filter((code) => code === 'none')).toHaveLength(LIMIT);
        expect(new Set(codes)).toEqual(new Set(['none', 'TooManyTokens']));
        test.clock.advance(HOUR);
      }
    });

    it('are not counted, nor removed, for a session that has ended', async () => {
      for (let at = 0; at < LIMIT; at++) await issue('1ms');
      test.clock.advance(1);
      const { authToken } = await login();
      const request = requestWith(authToken);
      await test.accounts.handleRequest(request);
      await test.accounts.logout({ authToken, request: requestWith() });
      const refused = test.accounts.tokens.issue({ request, purpose: 'join' });
      expect(await codeOf(refused)).toBe('InvalidSession');
      expect(await rows()).toBe(LIMIT);
    });
  });

  it('are counted without those that a newer one has replaced, with onlyNewest', async () => {
    test = await createTestAccounts({ tokens: { maxPending: { custom: 2 }, onlyNewest: true } });
    try {
      await signUp();
      for (let at = 0; at < 5; at++) expect(await codeOf(issue())).toBe('none');
      expect(await rows()).toBeLessThanOrEqual(2);
      const other = () => test.accounts.tokens.issue({ accountId, purpose: 'leave' });
      expect(await codeOf(other())).toBe('none');
      const third = test.accounts.tokens.issue({ accountId, purpose: 'stay' });
      expect(await codeOf(third)).toBe('TooManyTokens');
    } finally {
      await test.drop();
    }
  });

  describe('by default', () => {
    beforeAll(async () => {
      test = await createTestAccounts();
    });
    afterAll(() => test.drop());
    beforeEach(signUp);

    /** Writes rows as an earlier version of this package has left them: uncounted. */
    const write = async (count: number, expiresAt: Date): Promise<void> => {
      for (let at = 0; at < count; at += 25) {
        await test.table.transact(
          Array.from({ length: Math.min(25, count - at) }, (_, more) => {
            const value = `digest-${accountId}-${String(at + more)}-${String(expiresAt.getTime())}`;
            const item: InferInput<typeof AccountToken> = {
              ...{ accountId, kind: 'custom', createdFor: 'join', value, meta: META, expiresAt },
            };
            return test.accounts.TokenEntity.createOneOperation({ item });
          }),
        );
      }
    };

    it('are 200 of an application’s own, with which a login takes three requests more at most', async () => {
      const { commands: before } = await test.log.costOf(login);
      await write(199, new Date(test.clock.now().getTime() + HOUR));
      await test.accounts.AccountEntity.updateOne({
        filter: { accountId },
        update: { $set: { customTokenCount: 199 } },
      });
      await issue('1h', META);
      const { limit } = (await errorOf(issue())).details as { limit: number };
      expect(limit).toBe(200);
      expect(await rows()).toBe(200);
      // 2 MB, in pages of 1 MB.
      const { commands } = await test.log.costOf(login);
      expect(commands.length).toBeGreaterThan(before.length);
      expect(commands.length).toBeLessThanOrEqual(before.length + 3);
    });

    it('may be many more from before there was a limit: all works, and they become fewer', async () => {
      await write(250, new Date(test.clock.now().getTime() + HOUR));
      expect(await codeOf(login())).toBe('none');
      await test.accounts.AccountEntity.updateOne({
        filter: { accountId },
        update: { $set: { customTokenCount: 200 } },
      });
      expect(await codeOf(issue())).toBe('TooManyTokens');
      test.clock.advance(HOUR);
      for (let at = 0; at < 3; at++) expect(await codeOf(issue())).toBe('none');
      expect(await rows()).toBe(250 + 3 - 3 * 25);
      expect(await codeOf(login())).toBe('none');
      const { tokens } = await test.accounts.lifecycle.export({ accountId });
      expect(tokens.length).toBeGreaterThan(150);
      const more = test.accounts.contacts.addEmail({ accountId, email: `more.${email}` });
      expect(await codeOf(more)).toBe('none');
      const newPassword = 'a long walk in the hills';
      expect(await codeOf(test.accounts.setPassword({ accountId, newPassword }))).toBe('none');
    });
  });

  it.each<[keyof MaxPendingTokens, number]>([
    ['custom', 0],
    ['passwordRecovery', 1.5],
    ['emailVerification', 1001],
  ])('have no limit %s of %d', async (name, value) => {
    const configure = () =>
      Promise.resolve().then(() => tokenPolicy({ maxPending: { [name]: value } }));
    expect(await errorOf(configure())).toMatchObject({
      code: 'InvalidConfiguration',
      details: { path: `tokens.maxPending.${name}` },
    });
  });
});

describe('the tokens that wait in an account, by the default limit', () => {
  let test: TestAccounts;
  beforeAll(async () => {
    test = await createTestAccounts();
  });
  afterAll(() => test.drop());

  it('are issued to 20 callers at once, where the count says that there is no room, and there is', async () => {
    const { accountId } = await test.accounts.createAccount({
      username: 'ada',
      password: PASSWORD,
    });
    await test.accounts.AccountEntity.updateOne({
      filter: { accountId },
      update: { $set: { customTokenCount: 200 } },
    });
    const issue = () => test.accounts.tokens.issue({ accountId, purpose: 'join' });
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(issue())));
    expect(new Set(codes)).toEqual(new Set(['none']));
  });

  it('do not become valid again where the removal of those that replaced them is interrupted', async () => {
    const other = await createTestAccounts({
      tokens: { maxPending: { custom: 2 }, onlyNewest: true },
    });
    const { accounts } = other;
    const { accountId } = await accounts.createAccount({ username: 'ada', password: PASSWORD });
    const issue = (purpose: string) => accounts.tokens.issue({ accountId, purpose });
    const first = await issue('join');
    other.clock.advance(1);
    const { token } = await issue('join');
    await accounts.tokens.consume({ token, purpose: 'join' });
    const deletions: string[] = [];
    other.client.middlewareStack.add(
      (next) => (args) => {
        const text = JSON.stringify(args.input);
        if (text.includes('"Delete"')) deletions.push(text);
        if (deletions.length === 1) throw new Error('There is no network.');
        return next(args);
      },
      { step: 'initialize', name: 'interrupted' },
    );
    await expect(issue('other')).rejects.toThrow();
    other.client.middlewareStack.remove('interrupted');
    expect(deletions[0]).toContain(first.tokenDocument.ulid);
    expect(await codeOf(accounts.tokens.consume({ token: first.token, purpose: 'join' }))).toBe(
      'TokenVerificationFailed',
    );
    await other.drop();
  });
});
