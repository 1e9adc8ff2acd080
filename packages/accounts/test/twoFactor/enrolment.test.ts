import { tableItems } from '../../../entity/test/support/tableItems.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { requestWith, type FullAccounts } from '../support/testAccounts.js';
import {
  createTwoFactorAccounts,
  keyOf,
  MINUTE,
  STEP,
  type Person,
  type TwoFactorAccounts,
} from './support/twoFactorAccounts.js';
import { totp } from '../../src/twoFactor/totp.js';

const times = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index));

describe('an authenticator', () => {
  let test: TwoFactorAccounts;
  let accounts: FullAccounts;
  const factorItems = async ({ accountId }: Person) =>
    (await tableItems(test.client, test.table.name)).filter(
      (item) => item.kind?.S === 'twoFactorAuth' && item.accountId?.S === accountId,
    );
  const purposes = async (person: Person): Promise<string[]> =>
    (await factorItems(person)).map((item) => item.createdFor?.S ?? '').sort();
  const impersonated = async ({ accountId }: Person): Promise<SessionRequest> => {
    const support = await test.signUp();
    await accounts.AccountEntity.updateOne({
      filter: { accountId: support.accountId },
      update: { $addToSet: { permissions: ['impersonate'] } },
    });
    const request = await test.requestOf(support);
    const { authToken } = await accounts.impersonate({ request, accountId });
    return accounts.handleRequest(requestWith(authToken));
  };

  beforeAll(async () => {
    test = await createTwoFactorAccounts({}, { throttling: { address: false } });
    accounts = test.accounts;
  });
  afterAll(() => test.drop());

  it('is enrolled, confirmed by its first code, and asked for from then on', async () => {
    const person = await test.signUp();
    const request = await test.requestOf(person);
    expect(await accounts.twoFactor.status({ request })).toEqual({
      enabled: false,
      recoveryCodesLeft: 0,
    });

    const { secret, uri, qrCode } = await accounts.twoFactor.enrol({ request });
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const { protocol, pathname, searchParams } = new URL(uri);
    expect([protocol, decodeURIComponent(pathname)]).toEqual([
      'otpauth:',
      `/Latchkey:${person.username}`,
    ]);
    expect(searchParams.get('secret')).toBe(secret);
    expect(qrCode).toMatch(/^<svg /);
    // Until a code was shown, nothing has changed.
    expect(await codeOf(test.login(person))).toBe('none');
    expect((await accounts.twoFactor.status({ request })).enabled).toBe(false);

    const { recoveryCodes } = await accounts.twoFactor.confirm({
      request,
      code: test.app(secret),
    });
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(await accounts.twoFactor.status({ request })).toEqual({
      enabled: true,
      recoveryCodesLeft: 10,
    });
    expect(await codeOf(test.login(person))).toBe('TwoFactorRequired');
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
  });

  it('stays: what waited an hour for its code is not removed by TTL', async () => {
    const person = await test.signUpWithTotp();
    const items = await factorItems(person);
    expect(items).toHaveLength(11);
    for (const item of items) {
      expect(item).not.toHaveProperty('ttl');
      expect(item).not.toHaveProperty('expiresAt');
    }
    const pointers = (await tableItems(test.client, test.table.name)).filter(
      (item) => item._e === undefined && item.ttl !== undefined,
    );
    expect(JSON.stringify(pointers)).not.toContain(items[0]?.value?.S ?? '?');
  });

  it('ASVS 6.3.7: tells the owner at every verified address, and listeners', async () => {
    const person = await test.signUp();
    const request = await test.requestOf(person);
    const { secret } = await accounts.twoFactor.enrol({ request });
    test.messages.length = 0;
    test.events.length = 0;
    await accounts.twoFactor.confirm({ request, code: test.app(secret) });
    const { accountId, email } = person;
    expect(test.messages).toMatchObject([
      { kind: 'TwoFactorEnabled', to: { kind: 'email', value: email }, account: { accountId } },
    ]);
    expect(test.events).toMatchObject([
      { name: 'EnableTwoFactorSuccess', accountId, sessionId: expect.any(String) },
    ]);
  });

  it('ASVS 7.4.3: ends every other session, and not the one that it was enabled in', async () => {
    const person = await test.signUp();
    const { authToken: other } = await test.login(person);
    const request = await test.requestOf(person);
    const { secret } = await accounts.twoFactor.enrol({ request });
    await accounts.twoFactor.confirm({ request, code: test.app(secret) });
    expect(await codeOf(accounts.handleRequest(requestWith(other)))).toBe('InvalidSession');
    const own = await accounts.handleRequest(requestWith(request.authToken));
    expect(own.user?.accountId).toBe(person.accountId);
    // The request itself knows of it, too.
    expect(await codeOf(accounts.sessions.revokeOtherSessions({ request }))).toBe('none');
  });

  it('does not bring a session back that was ended meanwhile', async () => {
    const person = await test.signUp();
    const request = await test.requestOf(person);
    const { secret } = await accounts.twoFactor.enrol({ request });
    const { authToken } = request;
    await accounts.sessions.revokeAllSessions({ accountId: person.accountId });
    expect(await codeOf(accounts.twoFactor.confirm({ request, code: test.app(secret) }))).toBe(
      'InvalidSession',
    );
    expect(await codeOf(accounts.handleRequest(requestWith(authToken)))).toBe('InvalidSession');
    expect(await purposes(person)).toEqual(['totp-pending']);
  });

  it('ASVS 6.6.3: is not confirmed by a wrong code, nor by any after the budget', async () => {
    const person = await test.signUp();
    const request = await test.requestOf(person);
    const { secret } = await accounts.twoFactor.enrol({ request });
    const code = test.app(secret, 7);
    const codes: string[] = [];
    for (const _ of times(6, () => 0)) {
      codes.push(await codeOf(accounts.twoFactor.confirm({ request, code })));
    }
    expect(codes).toEqual([...times(5, () => 'TokenVerificationFailed'), 'AccountLocked']);
    expect((await accounts.twoFactor.status({ request })).enabled).toBe(false);
  });

  it('is confirmed once by 16 parallel callers', async () => {
    const own = await createTwoFactorAccounts({}, { throttling: { code: { budget: 100 } } });
    const person = await own.signUp();
    const request = await own.requestOf(person);
    const { secret } = await own.accounts.twoFactor.enrol({ request });
    const code = own.app(secret);
    const codes = await Promise.all(
      times(16, () => codeOf(own.accounts.twoFactor.confirm({ request, code }))),
    );
    expect(codes.filter((each) => each === 'none')).toHaveLength(1);
    expect(await own.accounts.twoFactor.status({ request })).toEqual({
      enabled: true,
      recoveryCodesLeft: 10,
    });
    const { items } = await own.accounts.TokenEntity.findMany({
      filter: { accountId: person.accountId, kind: 'twoFactorAuth' },
    });
    expect(items.map(({ createdFor }) => createdFor).sort()).toEqual([
      ...times(10, (index) => `recovery-code-${String(index)}`),
      'totp',
    ]);
    expect((await contentsOf(own.client, own.table.name)).problems).toEqual([]);
    await own.drop();
  });

  it('is either of two that were enrolled at the same moment, whose clocks say which is newer', async () => {
    for (const shown of ['older', 'newer'] as const) {
      const person = await test.signUp();
      const request = await test.requestOf(person);
      const enrol = async (): Promise<string> =>
        (await accounts.twoFactor.enrol({ request })).secret;
      const older = await enrol();
      const filter = { accountId: person.accountId, kind: 'twoFactorAuth' } as const;
      const { items } = await accounts.TokenEntity.findMany({ filter, secrets: true });
      const [row] = items;
      if (!row) throw new Error('nothing is pending');
      const newer = await enrol();
      // Neither enrolment has seen the other's.
      const { ulid, accountId, kind, createdFor, value, expiresAt } = row;
      await accounts.TokenEntity.createOne({
        ulid,
        item: { accountId, kind, createdFor, value, ...(expiresAt && { expiresAt }) },
      });
      const code = test.app(shown === 'older' ? older : newer);
      await accounts.twoFactor.confirm({ request, code });
      expect(await purposes(person)).not.toContain('totp-pending');
      const other = test.app(shown === 'older' ? newer : older);
      expect(await codeOf(accounts.twoFactor.confirm({ request, code: other }))).toBe(
        'TokenVerificationFailed',
      );
    }
  });

  it('enrolled again takes the place of the one before', async () => {
    const person = await test.signUp();
    const request = await test.requestOf(person);
    const first = await accounts.twoFactor.enrol({ request });
    const second = await accounts.twoFactor.enrol({ request });
    expect(await purposes(person)).toEqual(['totp-pending']);
    const confirm = (secret: string): Promise<unknown> =>
      accounts.twoFactor.confirm({ request, code: test.app(secret) });
    expect(await codeOf(confirm(first.secret))).toBe('TokenVerificationFailed');
    expect(await codeOf(confirm(second.secret))).toBe('none');
  });

  it('enrolled twice at once leaves one that can be confirmed, and one authenticator', async () => {
    const person = await test.signUp();
    const request = await test.requestOf(person);
    const enrolments = await Promise.all([
      accounts.twoFactor.enrol({ request }),
      accounts.twoFactor.enrol({ request }),
    ]);
    const codes = await Promise.all(
      enrolments.map(({ secret }) =>
        codeOf(accounts.twoFactor.confirm({ request, code: test.app(secret) })),
      ),
    );
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect((await purposes(person)).filter((each) => !each.startsWith('recovery'))).toEqual([
      'totp',
    ]);
  });

  it.each([
    ['waits an hour', 60 * MINUTE - 1, 'none'],
    ['does not wait longer, though its row is there', 60 * MINUTE, 'TokenVerificationFailed'],
  ])('%s for its first code', async (_name, after, expected) => {
    const person = await test.signUp();
    const request = await test.requestOf(person);
    const { secret } = await accounts.twoFactor.enrol({ request });
    test.clock.advance(after);
    expect(await codeOf(accounts.twoFactor.confirm({ request, code: test.app(secret) }))).toBe(
      expected,
    );
  });

  it.each([
    ['just now', 10 * MINUTE - 1, 'none'],
    ['10 minutes ago', 10 * MINUTE, 'RecentLoginRequired'],
  ])('ASVS 7.5.1: is enrolled by who logged in %s: %s', async (_name, after, expected) => {
    const person = await test.signUp();
    const request = await test.requestOf(person);
    test.clock.advance(after);
    expect(await codeOf(accounts.twoFactor.enrol({ request }))).toBe(expected);
  });

  it('ASVS 8.2.2: is enrolled by nobody else: not by an id, nor for somebody else', async () => {
    const person = await test.signUp();
    const { accountId } = person;
    const { user } = await test.requestOf(person);
    const acting = await impersonated(person);
    const { twoFactor } = accounts;
    for (const [input, expected] of [
      [{ accountId }, 'InvalidInput'],
      [{ request: { ...requestWith(), user } }, 'InvalidSession'],
      [{ request: acting }, 'ImpersonatedSession'],
      [{ request: null }, 'InvalidInput'],
      [undefined, 'InvalidInput'],
    ] as const) {
      const given = input as unknown as { request: SessionRequest };
      expect(await codeOf(twoFactor.enrol(given))).toBe(expected);
      if (given as unknown) {
        expect(await codeOf(twoFactor.confirm({ ...given, code: '123456' }))).toBe(expected);
        expect(await codeOf(twoFactor.disable({ ...given, code: '123456' }))).toBe(expected);
        expect(await codeOf(twoFactor.regenerateRecoveryCodes({ ...given, code: '123456' }))).toBe(
          expected,
        );
      }
    }
    expect(await purposes(person)).toEqual([]);
  });

  describe('that is there already', () => {
    it('ASVS 6.4.4, NIST 4.1.2.1: is needed to enrol another', async () => {
      const person = await test.signUpWithTotp();
      const { request } = person;
      expect((await errorOf(accounts.twoFactor.enrol({ request }))).toJSON()).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'code' },
      });
      const wrong = test.app(person.secret, 9);
      expect(await codeOf(accounts.twoFactor.enrol({ request, code: wrong }))).toBe(
        'TokenVerificationFailed',
      );
      expect(await purposes(person)).not.toContain('totp-pending');
    });

    it.each(['code', 'recoveryCode'] as const)(
      'stays until the next is confirmed, by a %s',
      async (kind) => {
        const person = await test.signUpWithTotp();
        const { request, recoveryCodes: old } = person;
        const factor =
          kind === 'code' ? { code: test.app(person.secret) } : { recoveryCode: old[1] ?? '' };
        const { secret } = await accounts.twoFactor.enrol({ request, ...factor });
        test.clock.advance(STEP);
        const challenge = await test.challengeOf(person);
        const login = { challenge, code: test.app(person.secret), request: requestWith() };
        expect(await codeOf(accounts.twoFactor.loginWithTwoFactor(login))).toBe('none');

        await accounts.twoFactor.confirm({ request, code: test.app(secret) });
        test.clock.advance(STEP);
        for (const [given, expected] of [
          [{ code: test.app(person.secret) }, 'TokenVerificationFailed'],
          [{ recoveryCode: old[2] ?? '' }, 'TokenVerificationFailed'],
          [{ code: test.app(secret) }, 'none'],
        ] as const) {
          const next = { challenge: await test.challengeOf(person), request: requestWith() };
          expect(await codeOf(accounts.twoFactor.loginWithTwoFactor({ ...next, ...given }))).toBe(
            expected,
          );
        }
        expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
      },
    );

    it('ASVS 6.5.1: takes its code for that once', async () => {
      const person = await test.signUpWithTotp();
      const { request } = person;
      const code = test.app(person.secret);
      const codes = await Promise.all(
        times(4, () => codeOf(accounts.twoFactor.enrol({ request, code }))),
      );
      expect(codes.filter((each) => each === 'none')).toHaveLength(1);
    });

    it('is not replaced by what was enrolled before it was there', async () => {
      const person = await test.signUp();
      const request = await test.requestOf(person);
      const { secret } = await accounts.twoFactor.enrol({ request });
      const { accountId } = person;
      // As a race would leave it: the same secret waits beside the confirmed one.
      const { items } = await accounts.TokenEntity.findMany({
        filter: { accountId, kind: 'twoFactorAuth' },
        secrets: true,
      });
      const expiresAt = items[0]?.expiresAt ?? new Date(NaN);
      const value = items[0]?.value ?? '';
      await accounts.twoFactor.confirm({ request, code: test.app(secret) });
      await accounts.TokenEntity.deleteMany({
        filter: { accountId, kind: 'twoFactorAuth', createdFor: 'totp' },
      });
      const { item } = await accounts.TokenEntity.createOne({
        item: {
          accountId,
          kind: 'twoFactorAuth',
          createdFor: 'totp',
          value: 'another',
          lastUsedStep: 1,
        },
      });
      const waiting = { accountId, kind: 'twoFactorAuth', createdFor: 'totp-pending' } as const;
      await accounts.TokenEntity.createOne({ item: { ...waiting, value, expiresAt } });
      test.clock.advance(STEP);
      const input = { request, code: test.app(secret) };
      expect(await codeOf(accounts.twoFactor.confirm(input))).toBe('TokenVerificationFailed');
      await accounts.TokenEntity.updateOne({
        filter: waiting,
        update: { $set: { meta: { replaces: item.ulid } } },
      });
      expect(await codeOf(accounts.twoFactor.confirm(input))).toBe('none');
    });
  });
});

describe('ASVS 6.3.3: an authenticator that the application demands', () => {
  let test: TwoFactorAccounts;
  let accounts: FullAccounts;
  const asked: unknown[] = [];
  beforeAll(async () => {
    test = await createTwoFactorAccounts({
      isRequired: (account) => {
        asked.push(account);
        return account.username !== 'user1';
      },
    });
    accounts = test.accounts;
  });
  afterAll(() => test.drop());

  it('accounts that need no second factor log in without one', async () => {
    expect(await codeOf(test.login(await test.signUp()))).toBe('none');
  });

  it('is enrolled before there is a session, and begins it', async () => {
    const person = await test.signUp();
    const { accountId } = person;
    const refused = await errorOf(test.login(person));
    expect(refused.toJSON()).toMatchObject({
      code: 'TwoFactorEnrolmentRequired',
      status: 401,
      details: {},
    });
    const { challenge = '' } = refused;
    const sessions = () => accounts.SessionEntity.findMany({ filter: { accountId } });
    expect((await sessions()).items).toEqual([]);

    const request = requestWith();
    const { secret } = await accounts.twoFactor.enrol({ request, challenge });
    expect(request).toEqual(requestWith());
    const wrong = test.app(secret, 5);
    expect(await codeOf(accounts.twoFactor.confirm({ request, challenge, code: wrong }))).toBe(
      'TokenVerificationFailed',
    );
    expect((await sessions()).items).toEqual([]);

    test.events.length = 0;
    test.messages.length = 0;
    const { authToken, account, recoveryCodes } = await accounts.twoFactor.confirm({
      request,
      challenge,
      code: test.app(secret),
    });
    expect(recoveryCodes).toHaveLength(10);
    expect(account.accountId).toBe(accountId);
    const handled = await accounts.handleRequest(requestWith(authToken));
    expect(handled.user?.accountId).toBe(accountId);
    expect(await accounts.twoFactor.status({ request })).toEqual({
      enabled: true,
      recoveryCodesLeft: 10,
    });
    const sessionId: unknown = expect.any(String);
    expect(test.events).toMatchObject([
      { name: 'EnableTwoFactorSuccess', accountId, sessionId },
      { name: 'LoginSuccess', accountId, sessionId, method: 'totp' },
      { name: 'ResumeSessionSuccess' },
    ]);
    expect(test.messages.map(({ kind }) => kind)).toEqual(['TwoFactorEnabled']);
    // The next login asks for the factor.
    expect(await codeOf(test.login(person))).toBe('TwoFactorRequired');
  });

  it('ASVS 6.3.5: by a challenge ends a login that is told as one after failures', async () => {
    const person = await test.signUp();
    const { username } = person;
    for (const password of ['wrong password 1', 'wrong password 2', 'wrong password 3']) {
      const login = accounts.userByPasswordLogin({ username, password, request: requestWith() });
      expect(await codeOf(login)).toBe('LoginFailed');
    }
    const challenge = await test.challengeOf(person);
    const request = requestWith();
    const { secret } = await accounts.twoFactor.enrol({ request, challenge });
    test.events.length = 0;
    await accounts.twoFactor.confirm({ request, challenge, code: test.app(secret) });
    expect(test.events.map(({ name }) => name)).toEqual([
      'LoginAfterFailures',
      'EnableTwoFactorSuccess',
      'LoginSuccess',
    ]);
  });

  it('by a challenge is confirmed once by 16 parallel callers', async () => {
    const person = await test.signUp();
    const { accountId } = person;
    const challenge = await test.challengeOf(person);
    const { secret } = await accounts.twoFactor.enrol({ request: requestWith(), challenge });
    const code = test.app(secret);
    const codes = await Promise.all(
      times(16, () =>
        codeOf(accounts.twoFactor.confirm({ request: requestWith(), challenge, code })),
      ),
    );
    expect(codes.filter((each) => each === 'none')).toHaveLength(1);
    const { items } = await accounts.SessionEntity.findMany({ filter: { accountId } });
    expect(items).toHaveLength(1);
  });

  it('ASVS 2.3.1, 6.6.2: by a challenge: what it is for, and whose, is kept', async () => {
    const [ada, eve] = [await test.signUp(), await test.signUp()];
    const [challenge, other] = [await test.challengeOf(ada), await test.challengeOf(eve)];
    const request = requestWith();
    const { twoFactor } = accounts;
    // The second step is for who has a factor; and nothing is confirmed before it is enrolled.
    expect(await codeOf(twoFactor.loginWithTwoFactor({ challenge, code: '123456', request }))).toBe(
      'TokenVerificationFailed',
    );
    expect(await codeOf(twoFactor.confirm({ challenge, code: '123456', request }))).toBe(
      'TokenVerificationFailed',
    );
    const { secret } = await twoFactor.enrol({ request, challenge });
    expect(
      await codeOf(twoFactor.confirm({ challenge: other, code: test.app(secret), request })),
    ).toBe('TokenVerificationFailed');
    test.clock.advance(5 * MINUTE);
    expect(await codeOf(twoFactor.confirm({ challenge, code: test.app(secret), request }))).toBe(
      'TokenVerificationFailed',
    );
  });

  it('ASVS 15.3.1: the application is shown the account without secrets', () => {
    expect(asked.length).toBeGreaterThan(3);
    for (const account of asked) {
      expect(account).not.toHaveProperty('tokens');
      expect(account).not.toHaveProperty('accessTypes');
    }
  });

  it('ASVS 16.5.3: that the application cannot decide on, lets nobody in', async () => {
    const own = await createTwoFactorAccounts({
      isRequired: () => {
        throw new Error('down');
      },
    });
    const person = await own.signUp();
    await expect(own.login(person)).rejects.toThrow('down');
    const { accountId } = person;
    expect((await own.accounts.SessionEntity.findMany({ filter: { accountId } })).items).toEqual(
      [],
    );
    await own.drop();
  });
});

describe('an option of totp', () => {
  it.each([
    [{ issuer: 'a:b' }, 'twoFactor.issuer'],
    [{ issuer: undefined }, 'twoFactor.issuer'],
    [{ encryptionKeys: [] }, 'twoFactor.encryptionKeys'],
    [{ encryptionKeys: [keyOf(1), keyOf(1)] }, 'twoFactor.encryptionKeys'],
    [{ isRequired: true }, 'twoFactor.isRequired'],
    [{ recentLogin: '0m' }, 'twoFactor.recentLogin'],
  ])('is refused with its path: %#', (wrong, path) => {
    const twoFactor = { issuer: 'Latchkey', encryptionKeys: [keyOf(1)], ...wrong };
    const expected = {
      code: 'InvalidConfiguration',
      details: expect.objectContaining({ path }) as unknown,
    };
    expect(() => totp(twoFactor as never)).toThrow(expect.objectContaining(expected) as Error);
  });
});
