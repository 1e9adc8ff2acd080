import { Secret, TOTP } from 'otpauth';
import { totp } from '../../src/twoFactor/totp.js';
import { AccountError } from '../../src/errors/AccountError.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import {
  createPasskeyAccounts,
  Device,
  MINUTE,
  type PasskeyAccounts,
  type PasskeyOwner,
  type Person,
} from './support.js';

let optional: PasskeyAccounts;
let mandatory: PasskeyAccounts;
let asked: PasskeyAccounts;

beforeAll(async () => {
  optional = await createPasskeyAccounts();
  asked = await createPasskeyAccounts({ asSecondFactor: true });
  mandatory = await createPasskeyAccounts(
    {},
    {
      twoFactor: totp({
        issuer: 'Tests',
        encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }],
        isRequired: ({ permissions }) => permissions.includes('staff'),
      }),
    },
  );
});
afterAll(() => Promise.all([optional.drop(), asked.drop(), mandatory.drop()]));

/** The first step of a login by password: its challenge and methods, or none. */
async function firstStep(
  test: PasskeyAccounts,
  { username }: Person,
  rememberMe = false,
): Promise<{ challenge: string; methods: readonly string[] }> {
  const login = { username, password: PASSWORD, request: requestWith(), rememberMe };
  try {
    await test.accounts.userByPasswordLogin(login);
  } catch (error) {
    if (!AccountError.is(error) || error.code !== 'TwoFactorRequired') throw error;
    return { challenge: error.challenge ?? '', methods: error.details.methods };
  }
  return { challenge: '', methods: [] };
}

async function enrolTotp(test: PasskeyAccounts, { request }: Person): Promise<void> {
  const { secret } = await test.accounts.twoFactor.enrol({ request });
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = app.generate({ timestamp: test.clock.now().getTime() });
  await test.accounts.twoFactor.confirm({ request, code });
}

const makeStaff = (test: PasskeyAccounts, { accountId }: Person) =>
  test.accounts.AccountEntity.updateOne({
    filter: { accountId },
    update: { $set: { permissions: ['staff'] } },
  });

describe('a passkey after another first factor', () => {
  it('is not asked for by itself', async () => {
    const owner = await optional.signUpWithPasskey();
    expect(await firstStep(optional, owner)).toEqual({ challenge: '', methods: [] });
  });

  it('is asked for with asSecondFactor, after a password and after a link', async () => {
    const owner = await asked.signUpWithPasskey();
    const { challenge, methods } = await firstStep(asked, owner);
    expect(methods).toEqual(['passkey']);
    expect(await codeOf(asked.login(owner.device, { challenge }))).toBe('none');
    await asked.accounts.magicLinks.request({ email: owner.email });
    await asked.accounts.settled();
    const token = asked.messages.at(-1)?.token ?? '';
    const link = await errorOf(asked.accounts.magicLinks.login({ token, request: requestWith() }));
    expect(link.code).toBe('TwoFactorRequired');
    const second = asked.login(owner.device, { challenge: link.challenge ?? '' });
    expect(await codeOf(second)).toBe('none');
  });

  it('stands beside an authenticator app', async () => {
    const owner = await optional.signUpWithPasskey();
    await enrolTotp(optional, owner);
    const { challenge, methods } = await firstStep(optional, owner);
    expect(methods).toEqual(['totp', 'recoveryCode', 'passkey']);
    expect(await codeOf(optional.login(owner.device, { challenge }))).toBe('none');
    // The challenge is used up.
    expect(await codeOf(optional.login(owner.device, { challenge }))).toBe(
      'TokenVerificationFailed',
    );
  });

  it('is the second factor of an account that must have one, and cannot be removed by its owner then', async () => {
    const owner = await mandatory.signUpWithPasskey();
    await makeStaff(mandatory, owner);
    const { challenge, methods } = await firstStep(mandatory, owner);
    expect(methods).toEqual(['passkey']);
    const request = requestWith();
    await mandatory.login(owner.device, { challenge, request });
    const { passkeyId } = owner.passkey;
    expect(await codeOf(mandatory.accounts.passkeys.remove({ request, passkeyId }))).toBe(
      'TwoFactorMandatory',
    );
    const { passkeyId: another } = await mandatory.register(request, new Device());
    expect(await codeOf(mandatory.accounts.passkeys.remove({ request, passkeyId }))).toBe('none');
    const { accountId } = owner;
    const byApplication = { accountId, passkeyId: another };
    expect(await codeOf(mandatory.accounts.passkeys.remove(byApplication))).toBe('none');
    const left = await errorOf(
      mandatory.accounts.userByPasswordLogin({
        username: owner.username,
        password: PASSWORD,
        request: requestWith(),
      }),
    );
    expect(left.code).toBe('TwoFactorEnrolmentRequired');
  });

  it('needs no verification of its user, since it is one of two', async () => {
    const owner = await asked.signUpWithPasskey();
    for (const [challenge, code] of [
      [(await firstStep(asked, owner)).challenge, 'none'],
      [undefined, 'TokenVerificationFailed'],
    ] as const) {
      const own = challenge === undefined ? {} : { challenge };
      const request = requestWith();
      const begun = await asked.accounts.passkeys.createLoginOptions({ request, ...own });
      const response = owner.device.forge(begun.options, { flags: 1 + 8 + 16, counter: 2000 });
      const { browserSecret } = begun;
      const login = asked.accounts.passkeys.login({ request, response, browserSecret, ...own });
      expect(await codeOf(login)).toBe(code);
    }
  });

  it('is named to the browser, and any other account’s is not', async () => {
    const owner = await asked.signUpWithPasskey();
    const { challenge } = await firstStep(asked, owner);
    const request = requestWith();
    const { options } = await asked.accounts.passkeys.createLoginOptions({ request, challenge });
    expect(options).toMatchObject({
      allowCredentials: [{ type: 'public-key', id: owner.passkey.credentialId }],
      userVerification: 'preferred',
    });
    const usernameless = await asked.accounts.passkeys.createLoginOptions({ request });
    expect(usernameless.options).toMatchObject({
      allowCredentials: [],
      userVerification: 'required',
    });
  });

  it('keeps the session options of the first step', async () => {
    const owner = await asked.signUpWithPasskey();
    const { challenge } = await firstStep(asked, owner, true);
    const { sessionDocument } = await asked.login(owner.device, { challenge });
    expect(sessionDocument.remembered).toBe(true);
  });

  describe('of one login', () => {
    let owner: PasskeyOwner;
    let other: PasskeyOwner;
    beforeAll(async () => {
      owner = await asked.signUpWithPasskey();
      other = await asked.signUpWithPasskey();
    });

    /** Signs options that were made with one challenge, and shows the signature with another. */
    const swapped = async (
      begunWith: string | undefined,
      shownWith: string | undefined,
      device = owner.device,
    ): Promise<unknown> => {
      const request = requestWith();
      const begun = await asked.accounts.passkeys.createLoginOptions({
        request,
        ...(begunWith !== undefined && { challenge: begunWith }),
      });
      return asked.accounts.passkeys.login({
        request,
        response: device.forge(begun.options, {
          counter: Math.floor(asked.clock.now().getTime() / 1000) % 2 ** 31,
        }),
        browserSecret: begun.browserSecret,
        ...(shownWith !== undefined && { challenge: shownWith }),
      });
    };

    it('does not do for another, nor for none', async () => {
      const one = (await firstStep(asked, owner)).challenge;
      const two = (await firstStep(asked, owner)).challenge;
      expect(await codeOf(swapped(one, two))).toBe('TokenVerificationFailed');
      expect(await codeOf(swapped(one, undefined))).toBe('TokenVerificationFailed');
      expect(await codeOf(swapped(undefined, one))).toBe('TokenVerificationFailed');
      expect(await codeOf(swapped(one, one))).toBe('none');
    });

    it('must be the account’s own', async () => {
      const { challenge } = await firstStep(asked, owner);
      const foreign = await errorOf(swapped(challenge, challenge, other.device));
      expect([foreign.code, foreign.details]).toEqual([
        'TokenVerificationFailed',
        { path: 'response' },
      ]);
    });

    it('ends with the challenge of the first step', async () => {
      const { challenge } = await firstStep(asked, owner);
      asked.clock.advance(5 * MINUTE);
      const late = asked.accounts.passkeys.createLoginOptions({
        request: requestWith(),
        challenge,
      });
      const { code, details } = await errorOf(late);
      expect([code, details]).toEqual(['TokenVerificationFailed', { path: 'challenge' }]);
    });

    it.each([7, null, {}, 'x'.repeat(1000)])(
      'is refused with the challenge %j',
      async (challenge) => {
        const request = requestWith();
        const begun = asked.accounts.passkeys.createLoginOptions({
          request,
          challenge: challenge as never,
        });
        expect(['InvalidInput', 'TokenVerificationFailed']).toContain(await codeOf(begun));
        expect(['InvalidInput', 'TokenVerificationFailed']).toContain(
          await codeOf(swapped(undefined, challenge as never)),
        );
      },
    );
  });
});
