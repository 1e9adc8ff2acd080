import { Secret, TOTP } from 'otpauth';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import {
  createPasskeyAccounts,
  DAY,
  MINUTE,
  type PasskeyAccounts,
  type Person,
} from './support.js';

let test: PasskeyAccounts;
beforeAll(async () => {
  test = await createPasskeyAccounts();
});
afterAll(() => test.drop());

const passwordLogin = ({ username }: Person, request = requestWith()): Promise<unknown> =>
  test.accounts.userByPasswordLogin({ username, password: PASSWORD, request });

/** Gives an account an authenticator app. */
async function enrolTotp({ request }: Person): Promise<TOTP> {
  const { secret } = await test.accounts.twoFactor.enrol({ request });
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = app.generate({ timestamp: test.clock.now().getTime() });
  await test.accounts.twoFactor.confirm({ request, code });
  return app;
}

describe('a login with a passkey', () => {
  it('needs no username, and gives a session of the account', async () => {
    const owner = await test.signUpWithPasskey();
    const { account, authToken } = await test.login(owner.device);
    expect(account.accountId).toBe(owner.accountId);
    const { user } = await test.another().handleRequest(requestWith(authToken));
    expect(user?.accountId).toBe(owner.accountId);
    expect(test.events.at(-1)).toMatchObject({
      name: 'LoginSuccess',
      method: 'passkey',
      accountId: owner.accountId,
    });
  });

  it('is two factors: no authenticator app is asked for', async () => {
    const owner = await test.signUpWithPasskey();
    await enrolTotp(owner);
    expect(await codeOf(passwordLogin(owner))).toBe('TwoFactorRequired');
    expect(await codeOf(test.login(owner.device))).toBe('none');
  });

  it('keeps counter, backup state and time of the last use', async () => {
    const owner = await test.signUpWithPasskey();
    test.clock.advance(MINUTE);
    await test.login(owner.device);
    const { passkeys } = await test.accounts.passkeys.list({ accountId: owner.accountId });
    expect(passkeys).toEqual([{ ...owner.passkey, lastUsedAt: test.clock.now() }]);
    const { items } = await test.accounts.AccessTypeEntity.findMany({
      filter: { accountId: owner.accountId, 'data.kind': 'passkey' },
    });
    expect(items[0]).toMatchObject({ signCount: 1, backedUp: true });
  });

  it('lasts as long as rememberMe says', async () => {
    const owner = await test.signUpWithPasskey();
    const short = await test.login(owner.device);
    const long = await test.login(owner.device, { rememberMe: true });
    const days = [short, long].map(({ sessionDocument: { expiresAt } }) =>
      Math.round((expiresAt.getTime() - test.clock.now().getTime()) / DAY),
    );
    expect(days).toEqual([7, 30]);
  });
});
