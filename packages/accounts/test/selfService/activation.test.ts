import { TOTP } from 'otpauth';
import { Accounts } from '../../src/accounts/Accounts.js';
import { Mailbox } from '../oneTimeTokens/Mailbox.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { totp } from '../../src/twoFactor/totp.js';

const HOUR = 3_600_000;
const NEW_PASSWORD = 'a long walk in the hills';

describe('the calls of SelfService that Rebilly has', () => {
  const mailbox = new Mailbox();
  let test: TestAccounts;
  const form = { email: 'grace@example.com', password: PASSWORD };

  beforeEach(async () => {
    test = await createTestAccounts({ requireActivation: true, delivery: mailbox });
  });
  afterEach(async () => {
    await mailbox.take();
    await test.drop();
  });

  it('signs up, confirms, signs in until a time, forgets the password and gets a new one', async () => {
    const { accounts, clock } = test;
    const request = requestWith();
    const { handle = '', ...grace } = await selfService(accounts).signUp({ ...form, request });
    expect(grace).not.toHaveProperty('authToken');
    expect(request).not.toHaveProperty('user');
    const { counts } = await contentsOf(test.client, test.table.name);
    expect(counts).toMatchObject({ Account: 1, AccessType: 1, AccountToken: 2 });
    expect(counts.Session).toBeUndefined();
    const token = await mailbox.token('EmailVerification');
    expect(await codeOf(selfService(accounts).signIn({ ...form, request }))).toBe(
      'AccountNotActivated',
    );

    const activated = await selfService(accounts).activate({ token, request, handle });
    expect(activated).toEqual(grace);
    expect(request).not.toHaveProperty('user');

    const expiredTime = new Date(clock.now().getTime() + HOUR);
    const { authToken } = await selfService(accounts).signIn({ ...form, expiredTime, request });
    clock.advance(HOUR - 1);
    expect(await selfService(accounts).verifyAuthToken(authToken)).toMatchObject({
      userId: grace.userId,
    });
    clock.advance(1);
    expect(await codeOf(selfService(accounts).verifyAuthToken(authToken))).toBe(
      'TokenVerificationFailed',
    );

    await selfService(accounts).forgotPassword({ email: form.email });
    await selfService(accounts).forgotPassword({ email: 'nobody@example.com' });
    const reset = await mailbox.token('PasswordReset');
    await selfService(accounts).resetPassword({ token: reset, newPassword: NEW_PASSWORD });
    expect(await codeOf(selfService(accounts).signIn({ ...form, request: requestWith() }))).toBe(
      'UsernameOrPasswordMismatch',
    );
    const renewed = { ...form, password: NEW_PASSWORD, request: requestWith() };
    await selfService(accounts).signIn(renewed);
    await selfService(accounts).signOut(renewed);
  });

  it('gives no session before, by any way in', async () => {
    const { accounts } = test;
    const { accountId } = await accounts.createAccount({ ...form, username: 'grace' });
    const token = await mailbox.token('EmailVerification');
    const request = requestWith();
    const ways = {
      'by name': () => accounts.userByPasswordLogin({ ...form, username: 'grace', request }),
      'by address': () => accounts.userByPasswordLogin({ ...form, username: form.email, request }),
      'by id': () =>
        selfService(accounts).signIn({ ...form, email: undefined, username: accountId, request }),
      'as the application says': () => accounts.pushCustomSession({ username: 'grace', request }),
    };
    for (const [way, logIn] of Object.entries(ways)) {
      expect([way, await codeOf(logIn())]).toEqual([way, 'AccountNotActivated']);
    }
    await accounts.magicLinks.request({ email: form.email });
    // No link to log in by: one more to confirm the address.
    const sent = await mailbox.take();
    expect(sent.map(({ kind }) => kind)).toEqual(['EmailVerification']);
    const other = { username: 'other', email: 'other@example.com', password: PASSWORD };
    const atOnce = accounts.createAccountAndLogin({ ...other, request });
    expect(await codeOf(atOnce)).toBe('AccountNotActivated');
    expect(await accounts.findUser({ username: 'other' })).not.toBeNull();
    expect(request).not.toHaveProperty('user');
    const { counts } = await contentsOf(test.client, test.table.name);
    expect(counts.Session).toBeUndefined();

    await selfService(accounts).activate({ token, password: PASSWORD });
    for (const logIn of Object.values(ways)) {
      await logIn();
      delete request.authToken;
      await accounts.handleRequest(request);
    }
  });

  it('lets accounts without an e-mail address in, of which there is nothing to confirm', async () => {
    const { accounts } = test;
    await accounts.createAccount({ username: 'robot', password: PASSWORD });
    await selfService(accounts).signIn({
      username: 'robot',
      password: PASSWORD,
      request: requestWith(),
    });
  });

  it('does not count the right password against who has not confirmed yet', async () => {
    const strict = new Accounts({
      table: test.table,
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
      throttling: { password: { budget: 3 } },
      requireActivation: true,
    });
    await selfService(strict).signUp({ ...form, request: requestWith() });
    for (let attempt = 1; attempt <= 5; attempt++) {
      const code = await codeOf(selfService(strict).signIn({ ...form, request: requestWith() }));
      expect(code).toBe('AccountNotActivated');
    }
  });

  it('is still asked to confirm where it is not required, and is in at once', async () => {
    const accounts = new Accounts({
      table: test.table,
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
      delivery: mailbox,
    });
    const { authToken = '' } = await selfService(accounts).signUp({
      ...form,
      request: requestWith(),
    });
    await selfService(accounts).verifyAuthToken(authToken);
    await selfService(accounts).activate({
      token: await mailbox.token('EmailVerification'),
      password: PASSWORD,
    });
    await selfService(accounts).signIn({ ...form, request: requestWith() });
  });

  it('activates once, of 16 at the same time', async () => {
    const { handle = '' } = await selfService(test.accounts).signUp({
      ...form,
      request: requestWith(),
    });
    const token = await mailbox.token('EmailVerification');
    const others = [test.accounts, test.another()];
    const codes = await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        codeOf(selfService(others[at % 2] ?? test.accounts).activate({ token, handle })),
      ),
    );
    // Who comes after it holds the true token, and is told that it is confirmed.
    const refused = codes.filter((code) => code !== 'none');
    expect(refused).toHaveLength(15);
    for (const code of refused) {
      expect(['ActivationTokenNotValid', 'EmailAlreadyVerified']).toContain(code);
    }
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
  });

  it('refuses a token that has expired, though its row is still there, and of another kind', async () => {
    const { accounts, clock } = test;
    const { userId } = await selfService(accounts).signUp({ ...form, request: requestWith() });
    const token = await mailbox.token('EmailVerification');
    const reset = await accounts.addResetPasswordToken({ accountId: userId });
    expect(
      await codeOf(selfService(accounts).activate({ token: reset.token, password: PASSWORD })),
    ).toBe('ActivationTokenNotValid');
    const crossed = selfService(accounts).resetPassword({ token, newPassword: NEW_PASSWORD });
    expect(await codeOf(crossed)).toBe('ResetTokenNotValid');
    clock.advance(24 * HOUR);
    expect(await codeOf(selfService(accounts).activate({ token, password: PASSWORD }))).toBe(
      'ActivationTokenNotValid',
    );
    await selfService(accounts).resendActivation({ email: form.email });
    await selfService(accounts).activate({
      token: await mailbox.token('EmailVerification'),
      password: PASSWORD,
    });
  });

  it('sends the confirmation again, to the stored address, and answers everybody alike', async () => {
    const { accounts, log } = test;
    await selfService(accounts).signUp({ ...form, request: requestWith() });
    await mailbox.take();
    const known = { email: 'confirmed@example.com', password: PASSWORD };
    await selfService(accounts).signUp({ ...known, request: requestWith() });
    await selfService(accounts).activate({
      token: await mailbox.token('EmailVerification'),
      password: PASSWORD,
    });
    const askFor = (email: string): Promise<unknown> =>
      selfService(accounts).resendActivation({ email, request: requestWith() });
    const costs = [];
    for (const email of ['Grace@Example.com', known.email, 'nobody@example.com']) {
      costs.push((await log.costOf(() => askFor(email))).commands);
      const sent = (await mailbox.take()).map(({ kind, to }) => [kind, to.value]);
      const isWaiting = email === 'Grace@Example.com';
      expect(sent).toEqual(isWaiting ? [['EmailVerification', form.email]] : []);
    }
    expect(costs[0]).toHaveLength(5);
    expect(costs[1]).toEqual(costs[0]);
    expect(costs[2]).toEqual(costs[0]);
    for (const hostile of [
      'a@x.example,grace@example.com',
      '"grace@example.com"@evil.example',
      '',
    ]) {
      expect(await codeOf(askFor(hostile))).toBe('EmailNotValid');
    }
    expect(await mailbox.take()).toEqual([]);
  });

  it('ASVS 6.6.3: sends a mailbox five, also of 16 asked for at once', async () => {
    const { accounts } = test;
    await selfService(accounts).signUp({ ...form, request: requestWith() });
    await mailbox.take();
    await Promise.all(
      Array.from({ length: 16 }, () =>
        selfService(accounts).resendActivation({ email: form.email }),
      ),
    );
    await accounts.settled();
    const sent = await mailbox.take();
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.length).toBeLessThanOrEqual(5);
  });

  it('needs something to send with, and a switch that is one', async () => {
    const bare = { table: test.table, sessions: { getTokenSecret: () => SECRET } };
    const silent = new Accounts(bare);
    expect(await codeOf(selfService(silent).resendActivation({ email: form.email }))).toBe(
      'InvalidConfiguration',
    );
    expect(() => new Accounts({ ...bare, requireActivation: 'no' as never })).toThrow(
      expect.objectContaining({ code: 'InvalidConfiguration' }),
    );
  });

  it('keeps the end that was asked for beyond the second factor', async () => {
    const accounts = new Accounts({
      table: test.table,
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
      twoFactor: totp({
        issuer: 'Test',
        encryptionKeys: [{ kid: '1', key: Buffer.alloc(32, 7).toString('base64') }],
      }),
    });
    const { clock } = test;
    const own = { username: 'grace', password: PASSWORD };
    const request = requestWith();
    await selfService(accounts).signUp({ ...own, request });
    const { uri } = await accounts.twoFactor.enrol({ request });
    const app = new TOTP({ secret: new URL(uri).searchParams.get('secret') ?? '' });
    const codeNow = (): string => app.generate({ timestamp: clock.now().getTime() });
    await accounts.twoFactor.confirm({ request, code: codeNow() });
    const wishes = [
      { sessionLength: 0.5 },
      { expiredTime: new Date(clock.now().getTime() + HOUR) },
    ];
    for (const wish of wishes) {
      clock.advance(60_000);
      const first = selfService(accounts).signIn({ ...own, ...wish, request: requestWith() });
      const { code, challenge = '' } = await errorOf(first);
      expect(code).toBe('TwoFactorRequired');
      const { sessionDocument } = await accounts.twoFactor.loginWithTwoFactor({
        challenge,
        code: codeNow(),
        request: requestWith(),
      });
      expect(sessionDocument.expiresAt).toEqual(
        'expiredTime' in wish ? wish.expiredTime : new Date(clock.now().getTime() + HOUR / 2),
      );
    }
  });
});
