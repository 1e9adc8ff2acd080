import { tableItems } from '../../../entity/test/support/tableItems.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import type { SecondFactorInput } from '../../src/twoFactor/parseSecondFactor.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, type FullAccounts } from '../support/testAccounts.js';
import {
  createTwoFactorAccounts,
  MINUTE,
  STEP,
  type Person,
  type ProtectedPerson,
  type TwoFactorAccounts,
} from './support/twoFactorAccounts.js';

const times = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index));

describe('a second factor', () => {
  let test: TwoFactorAccounts;
  let accounts: FullAccounts;
  const factorItems = async ({ accountId }: Person) =>
    (await tableItems(test.client, test.table.name)).filter(
      (item) =>
        item.kind?.S === 'twoFactorAuth' &&
        item.accountId?.S === accountId &&
        item.createdFor?.S !== 'challenge',
    );
  const secondStep = async (person: Person, factor: SecondFactorInput): Promise<string> => {
    const challenge = await test.challengeOf(person);
    const input = { challenge, request: requestWith(), ...factor };
    return codeOf(accounts.twoFactor.loginWithTwoFactor(input));
  };
  const isOver = async ({ authToken }: SessionRequest): Promise<boolean> =>
    (await codeOf(accounts.handleRequest(requestWith(authToken)))) === 'InvalidSession';

  beforeAll(async () => {
    test = await createTwoFactorAccounts(
      {},
      { throttling: { address: false, code: { budget: 20 } } },
    );
    accounts = test.accounts;
  });
  afterAll(() => test.drop());

  describe('is disabled', () => {
    it.each(['code', 'recoveryCode'] as const)(
      'ASVS 6.5.6, 7.4.3, 6.3.7: by a %s; then nothing of it is left, the other sessions are over, and its owner knows',
      async (kind) => {
        const person = await test.signUpWithTotp();
        const other = await test.requestOf(person);
        test.clock.advance(STEP);
        const { request, recoveryCodes } = person;
        const factor =
          kind === 'code'
            ? { code: test.app(person.secret) }
            : { recoveryCode: recoveryCodes[9] ?? '' };
        test.messages.length = 0;
        test.events.length = 0;
        await accounts.twoFactor.disable({ request, ...factor });
        expect(await factorItems(person)).toEqual([]);
        expect(await accounts.twoFactor.status({ request })).toEqual({
          enabled: false,
          recoveryCodesLeft: 0,
        });
        expect(await codeOf(test.login(person))).toBe('none');
        expect([await isOver(other), await isOver(request)]).toEqual([true, false]);
        expect(test.messages).toMatchObject([
          { kind: 'TwoFactorDisabled', to: { value: person.email } },
        ]);
        expect(test.events[0]).toMatchObject({
          name: 'DisableTwoFactorSuccess',
          accountId: person.accountId,
          method: kind === 'code' ? 'totp' : 'recoveryCode',
        });
        expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
      },
    );

    it('ASVS 6.4.4: by nobody who has only the password', async () => {
      const person = await test.signUpWithTotp();
      const { request } = person;
      await accounts.reauthenticate({ request, password: PASSWORD });
      for (const [factor, expected] of [
        [{}, 'InvalidInput'],
        [{ code: test.app(person.secret, 9) }, 'TokenVerificationFailed'],
        [{ code: test.app(person.secret, -1) }, 'TokenVerificationFailed'],
        [{ recoveryCode: '0000-0000-0000-0000' }, 'TokenVerificationFailed'],
        [{ password: PASSWORD } as SecondFactorInput, 'InvalidInput'],
      ] as const) {
        expect(await codeOf(accounts.twoFactor.disable({ request, ...factor }))).toBe(expected);
      }
      expect(await factorItems(person)).toHaveLength(11);
    });

    it('ASVS 8.2.2: not by the factor of another account', async () => {
      const [ada, eve] = [await test.signUpWithTotp(), await test.signUpWithTotp()];
      const { request } = ada;
      for (const factor of [
        { code: test.app(eve.secret) },
        { recoveryCode: eve.recoveryCodes[0] ?? '' },
      ]) {
        expect(await codeOf(accounts.twoFactor.disable({ request, ...factor }))).toBe(
          'TokenVerificationFailed',
        );
      }
      expect(await factorItems(ada)).toHaveLength(11);
      expect(await factorItems(eve)).toHaveLength(11);
    });

    it('ASVS 7.5.1: only after a recent login', async () => {
      const person = await test.signUpWithTotp();
      const { request } = person;
      test.clock.advance(10 * MINUTE);
      const code = test.app(person.secret);
      const { disable, regenerateRecoveryCodes } = {
        disable: () => accounts.twoFactor.disable({ request, code }),
        regenerateRecoveryCodes: () =>
          accounts.twoFactor.regenerateRecoveryCodes({ request, code }),
      };
      for (const call of [disable, regenerateRecoveryCodes]) {
        const refused = await errorOf(call());
        expect(refused.toJSON()).toMatchObject({
          code: 'RecentLoginRequired',
          details: { maxAgeSeconds: 600 },
        });
      }
      await accounts.reauthenticate({ request, password: PASSWORD });
      expect(await codeOf(disable())).toBe('none');
    });

    it('ASVS 6.5.1: by 16 parallel callers with one code: once', async () => {
      const person = await test.signUpWithTotp();
      const { request } = person;
      const code = test.app(person.secret);
      test.messages.length = 0;
      const codes = await Promise.all(
        times(16, () => codeOf(accounts.twoFactor.disable({ request, code }))),
      );
      expect(codes.filter((each) => each === 'none')).toHaveLength(1);
      expect(test.messages).toHaveLength(1);
      expect(await factorItems(person)).toEqual([]);
    });

    it('ASVS 6.5.1: or logs in, by one code: not both', async () => {
      for (const kind of ['code', 'recoveryCode'] as const) {
        const person = await test.signUpWithTotp();
        const challenge = await test.challengeOf(person);
        const { request, recoveryCodes } = person;
        const factor =
          kind === 'code'
            ? { code: test.app(person.secret) }
            : { recoveryCode: recoveryCodes[0] ?? '' };
        const codes = await Promise.all([
          codeOf(accounts.twoFactor.disable({ request, ...factor })),
          codeOf(
            accounts.twoFactor.loginWithTwoFactor({
              challenge,
              request: requestWith(),
              ...factor,
            }),
          ),
        ]);
        expect(codes.filter((each) => each === 'none')).toHaveLength(1);
      }
    });

    it('and a disabled one of which nothing is there cannot be disabled again', async () => {
      const person = await test.signUp();
      const request = await test.requestOf(person);
      expect(await codeOf(accounts.twoFactor.disable({ request, code: '123456' }))).toBe(
        'TokenVerificationFailed',
      );
    });
  });

  describe('whose owner has lost everything', () => {
    it('is reset by the application: every session is over, the owner knows, and can begin again', async () => {
      const person = await test.signUpWithTotp();
      const { accountId, request } = person;
      const attempt = {
        challenge: await test.challengeOf(person),
        code: test.app(person.secret, 9),
        request: requestWith(),
      };
      const codes = await Promise.all(
        times(21, () => codeOf(accounts.twoFactor.loginWithTwoFactor(attempt))),
      );
      expect(codes).toContain('AccountLocked');
      test.messages.length = 0;
      test.events.length = 0;
      await accounts.twoFactor.reset({ accountId });
      expect(await factorItems(person)).toEqual([]);
      expect(await isOver(request)).toBe(true);
      expect(test.messages.map(({ kind }) => kind)).toEqual(['TwoFactorDisabled']);
      expect(test.events[0]).toMatchObject({
        name: 'DisableTwoFactorSuccess',
        method: 'reset',
        accountId,
      });
      const fresh = requestWith();
      const { username } = person;
      await accounts.userByPasswordLogin({ username, password: PASSWORD, request: fresh });
      const { secret } = await accounts.twoFactor.enrol({ request: fresh });
      // The attempts at the lost one do not hold up the new one.
      expect(
        await codeOf(accounts.twoFactor.confirm({ request: fresh, code: test.app(secret) })),
      ).toBe('none');
    });

    it('can be reset where there is none; sessions end, but nobody is told of it', async () => {
      const { accountId } = await test.signUp();
      test.messages.length = 0;
      expect(await codeOf(accounts.twoFactor.reset({ accountId }))).toBe('none');
      expect(test.messages).toEqual([]);
    });

    it.each([
      [{ accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }, 'UserNotFound'],
      [{ accountId: 'ada' }, 'InvalidInput'],
      [{ request: requestWith() }, 'InvalidInput'],
      [{}, 'InvalidInput'],
      [null, 'InvalidInput'],
    ])('is not reset by %j', async (input, expected) => {
      expect(await codeOf(accounts.twoFactor.reset(input as never))).toBe(expected);
    });
  });

  describe('has recovery codes', () => {
    it('that are replaced for a code: the old ones are void, and other sessions over', async () => {
      const person = await test.signUpWithTotp();
      const other = await test.requestOf(person);
      test.clock.advance(STEP);
      const { request, recoveryCodes: old } = person;
      await secondStep(person, { recoveryCode: old[4] ?? '' });
      const code = test.app(person.secret);
      const { recoveryCodes } = await accounts.twoFactor.regenerateRecoveryCodes({ request, code });
      expect(new Set([...recoveryCodes, ...old]).size).toBe(20);
      expect(await accounts.twoFactor.status({ request })).toEqual({
        enabled: true,
        recoveryCodesLeft: 10,
      });
      expect(await factorItems(person)).toHaveLength(11);
      expect(await secondStep(person, { recoveryCode: old[5] ?? '' })).toBe(
        'TokenVerificationFailed',
      );
      expect(await secondStep(person, { recoveryCode: recoveryCodes[4] ?? '' })).toBe('none');
      expect([await isOver(other), await isOver(request)]).toEqual([true, false]);
      // The code is used up by it.
      expect(await secondStep(person, { code })).toBe('TokenVerificationFailed');
      expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
    });

    it('that are replaced by parallel callers: one set is left', async () => {
      const person = await test.signUpWithTotp();
      const { request } = person;
      const codes = [test.app(person.secret), test.app(person.secret, 1)];
      const outcomes = await Promise.all(
        times(8, (index) =>
          codeOf(
            accounts.twoFactor.regenerateRecoveryCodes({ request, code: codes[index % 2] ?? '' }),
          ),
        ),
      );
      expect(outcomes.filter((code) => code === 'none').length).toBeGreaterThanOrEqual(1);
      expect(await factorItems(person)).toHaveLength(11);
      expect((await accounts.twoFactor.status({ request })).recoveryCodesLeft).toBe(10);
    });

    it('that do not replace themselves', async () => {
      const person = await test.signUpWithTotp();
      const { request, recoveryCodes } = person;
      const input = { request, recoveryCode: recoveryCodes[0] ?? '' } as never;
      expect(await codeOf(accounts.twoFactor.regenerateRecoveryCodes(input))).toBe('InvalidInput');
    });
  });
});

describe('ASVS 6.3.3: a second factor that the application demands', () => {
  it('is not disabled by its owner, but replaced, and reset by the application', async () => {
    let isRequired = false;
    const test = await createTwoFactorAccounts({ isRequired: () => isRequired });
    const { accounts } = test;
    const person: ProtectedPerson = await test.signUpWithTotp();
    isRequired = true;
    const { request } = person;
    const refused = await errorOf(
      accounts.twoFactor.disable({ request, code: test.app(person.secret) }),
    );
    expect(refused.toJSON()).toMatchObject({ code: 'TwoFactorMandatory', status: 403 });
    // The refusal has not used the code up.
    const { secret } = await accounts.twoFactor.enrol({ request, code: test.app(person.secret) });
    expect(await codeOf(accounts.twoFactor.confirm({ request, code: test.app(secret) }))).toBe(
      'none',
    );
    const { accountId } = person;
    await accounts.twoFactor.reset({ accountId });
    expect(await codeOf(test.login(person))).toBe('TwoFactorEnrolmentRequired');
    await test.drop();
  });
});
