import { Secret, TOTP } from 'otpauth';
import { AccountAttempts } from '@latchkey/schema';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import type { Message } from '../../src/delivery/Delivery.js';
import { totp } from '../../src/twoFactor/totp.js';
import { verifyElsewhere, type ElsewherePassword } from '../../src/login/elsewhere/index.js';
import { importAccounts } from '../../src/import/importAccounts.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { selfService } from '../support/selfService.js';
import { createTestAccounts, requestWith, type TestAccounts } from '../support/testAccounts.js';

const RIGHT = 'right in the other system';
const NEW = 'a long walk in the hills';

let asked: ElsewherePassword[] = [];
let answer: (input: ElsewherePassword) => unknown;
let mail: Message[] = [];
let hasher: QuickHasher;
let test: TestAccounts;

beforeEach(async () => {
  asked = [];
  mail = [];
  answer = ({ password }) => password === RIGHT;
  hasher = new QuickHasher();
  test = await createTestAccounts({
    passwords: { hasher },
    verifyElsewhere: verifyElsewhere((input) => {
      asked.push(input);
      return answer(input) as boolean;
    }),
    delivery: { send: (message) => void mail.push(message) },
    twoFactor: totp({
      issuer: 'Latchkey',
      encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }],
    }),
    throttling: { address: false, messages: false },
  });
  await importAccounts(test.accounts, () => [
    {
      foreignId: 'sub-1',
      username: 'ada',
      email: 'ada@example.com',
      emailVerified: true,
      verifyElsewhere: true,
    },
    { foreignId: 'sub-2', username: 'bob', email: 'bob@example.com', emailVerified: true },
    { foreignId: 'sub-3', username: 'cyd', email: 'cyd@example.com', verifyElsewhere: true },
  ]);
});
afterEach(() => test.drop());

const login = (username: string, password: string): Promise<string> =>
  codeOf(test.accounts.userByPasswordLogin({ username, password, request: requestWith() }));

const idOf = async (foreignId = 'sub-1'): Promise<string> =>
  (await test.accounts.findUser({ foreignId }))?.accountId ?? '';

async function storedPassword(foreignId = 'sub-1'): Promise<string | undefined> {
  const accountId = await idOf(foreignId);
  const { items } = await test.accounts.TokenEntity.findMany({
    filter: { accountId, kind: 'password' },
    secrets: true,
  });
  return items[0]?.value;
}

describe('a password that another system knows', () => {
  it('is taken over by the first login with it, and never asked for again', async () => {
    expect(await login('ada', RIGHT)).toBe('none');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ identifier: 'ada', password: RIGHT, ip: '203.0.113.7' });
    expect(asked[0]?.account).toMatchObject({ foreignId: 'sub-1', username: 'ada' });
    expect(asked[0]?.account).not.toHaveProperty('tokens');
    expect(await storedPassword()).toMatch(/^quick\$/);
    expect(await login('ada', RIGHT)).toBe('none');
    expect(await login('ada', 'wrong')).toBe('LoginFailed');
    expect(asked).toHaveLength(1);
  });

  it('is asked for as often as a wrong one is tried, and stays elsewhere', async () => {
    for (const password of ['wrong', 'WRONG', `${RIGHT} `]) {
      expect(await login('ada@example.com', password)).toBe('LoginFailed');
    }
    expect(asked.map(({ identifier }) => identifier)).toEqual(Array(3).fill('ada@example.com'));
    expect(await storedPassword()).toBe('$latchkey-elsewhere$v=1$0');
    expect(await login('ada', RIGHT)).toBe('none');
  });

  it('costs a hash of the application as well, so that the other system gets no more than that', async () => {
    await login('ada', 'wrong');
    expect(hasher.verified).toEqual([hasher.dummyHash]);
  });

  it('is not asked for before the attempt is counted, nor beyond the budget', async () => {
    const codes: string[] = [];
    for (let at = 0; at < 14; at++) codes.push(await login('ada', `guess ${String(at)}`));
    const refused = codes.filter((code) => code === 'LoginFailed').length;
    expect(codes).toContain('AccountLocked');
    expect(asked).toHaveLength(refused);
    expect(await login('ada', RIGHT)).toBe('AccountLocked');
    expect(asked).toHaveLength(refused);
  });

  it.each([
    ['an unknown username', 'nobody'],
    ['an unknown address', 'nobody@example.com'],
    ['an id that nobody has', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['an account without a mark', 'bob'],
    ['an address that is not verified', 'cyd@example.com'],
    ['a foreign id', 'sub-1'],
  ])('is never asked for with %s', async (_name, username) => {
    expect(await login(username, RIGHT)).toBe('LoginFailed');
    expect(asked).toEqual([]);
  });

  it('is not asked for at a reauthentication or a change, which no session without it needs', async () => {
    const request = await sessionOf('ada');
    expect(await codeOf(test.accounts.reauthenticate({ request, password: RIGHT }))).toBe(
      'LoginFailed',
    );
    const change = { request, currentPassword: RIGHT, newPassword: NEW };
    expect(await codeOf(test.accounts.passwords.change(change))).toBe('LoginFailed');
    expect(asked).toEqual([]);
  });

  it('is no login by itself: a second factor and a deactivation hold', async () => {
    await importAccounts(test.accounts, () => [
      { foreignId: '4', username: 'dan', verifyElsewhere: true, totpSecret: 'A'.repeat(32) },
      { foreignId: '5', username: 'eve', verifyElsewhere: true, deactivated: true },
    ]);
    expect(await login('dan', RIGHT)).toBe('TwoFactorRequired');
    expect(await login('eve', RIGHT)).toBe('AccountDeactivated');
    expect(await storedPassword('4')).toMatch(/^quick\$/);
  });

  it('is stored once by 16 logins at the same time, all of which succeed', async () => {
    const codes = await Promise.all(Array.from({ length: 16 }, () => login('ada', RIGHT)));
    // Those who come when the budget is used up are told so, whatever their password.
    expect(codes.filter((code) => code !== 'AccountLocked')).toContain('none');
    expect(codes).not.toContain('LoginFailed');
    expect(await storedPassword()).toMatch(/^quick\$/);
    const { counts, problems } = await contentsOf(test.client, test.table.name);
    expect(problems).toEqual([]);
    expect(counts.AccountToken).toBe(2);
  });
});

describe('another system that does not answer', () => {
  it.each([
    ['throws', () => Promise.reject(new Error('canary-of-the-other-system'))],
    [
      'throws at once',
      () => {
        throw new Error('canary-of-the-other-system');
      },
    ],
  ])('and %s is told as an outage, not as a wrong password', async (_name, outage) => {
    answer = outage;
    const error = await errorOf(
      test.accounts.userByPasswordLogin({
        username: 'ada',
        password: RIGHT,
        request: requestWith(),
      }),
    );
    expect(error.code).toBe('ServiceUnavailable');
    expect(JSON.stringify(error)).not.toContain('canary');
    expect(await storedPassword()).toMatch(/elsewhere/);
    // The attempt stays counted: an outage is no free guess.
    const { items } = await test.table
      .entity(AccountAttempts)
      .findMany({ filter: { accountId: await idOf() } });
    expect(items[0]?.attempts).toBe(1);
  });

  it('and keeps silent for 5 seconds is told as one, too', async () => {
    answer = () => new Promise(() => undefined);
    expect(await login('ada', RIGHT)).toBe('ServiceUnavailable');
  });

  it.each([[undefined], [null], [1], [0], ['true'], [{}], [{ AuthenticationResult: {} }]])(
    'and gives %j for an answer is a fault of the option',
    async (value) => {
      answer = () => value;
      const error = await errorOf(
        test.accounts.userByPasswordLogin({
          username: 'ada',
          password: RIGHT,
          request: requestWith(),
        }),
      );
      expect(error).toMatchObject({
        code: 'InvalidConfiguration',
        details: { path: 'verifyElsewhere' },
      });
      expect(await storedPassword()).toMatch(/elsewhere/);
    },
  );
});

/** A request in a session that the application has begun. */
async function sessionOf(username: string): Promise<SessionRequest> {
  const { authToken } = await test.accounts.pushCustomSession({ username, request: requestWith() });
  const request = requestWith(authToken);
  await test.accounts.handleRequest(request);
  return request;
}

/** The token of the last message of a kind. */
const tokenOf = (kind: string): string =>
  mail.flatMap((message) => (message.kind === kind ? [message.token ?? ''] : [])).at(-1) ?? '';

/** Operations that set, reset, remove or revoke what somebody logs in with. */
const remedies: Readonly<Record<string, (accountId: string) => Promise<unknown>>> = {
  setPassword: (accountId) => test.accounts.setPassword({ accountId, newPassword: NEW }),
  'passwords.reset': async (accountId) => {
    const { token } = await test.accounts.addResetPasswordToken({ accountId });
    await test.accounts.passwords.reset({ token, newPassword: NEW });
  },
  'a reset that was asked for in a form': async () => {
    await selfService(test.accounts).forgotPassword({ email: 'ada@example.com' });
    await test.accounts.settled();
    await test.accounts.passwords.reset({ token: tokenOf('PasswordReset'), newPassword: NEW });
  },
  'sessions.revokeAllSessions': (accountId) =>
    test.accounts.sessions.revokeAllSessions({ accountId }),
  'a deactivation, and a reactivation': async (accountId) => {
    await test.accounts.lifecycle.deactivate({ accountId });
    await test.accounts.lifecycle.reactivate({ accountId });
  },
  'a deactivation': (accountId) => test.accounts.lifecycle.deactivate({ accountId }),
  'a deletion': (accountId) => test.accounts.lifecycle.delete({ accountId }),
  'a removed contact': (accountId) =>
    test.accounts.contacts.remove({ accountId, kind: 'email', value: 'ada@example.com' }),
  'a second factor that is set up': async (accountId) => {
    const request = await sessionOf(accountId);
    const { secret } = await test.accounts.twoFactor.enrol({ request });
    const app = new TOTP({ secret: Secret.fromBase32(secret) });
    const code = app.generate({ timestamp: test.clock.now().getTime() });
    await test.accounts.twoFactor.confirm({ request, code });
  },
  'a replaced address that is taken back': async (accountId) => {
    const request = await sessionOf(accountId);
    await test.accounts.contacts.replaceEmail({
      request,
      email: 'ada@example.com',
      newEmail: 'new@example.com',
    });
    await test.accounts.settled();
    await test.accounts.verifyEmailWithToken({ token: tokenOf('EmailVerification'), request });
    await test.accounts.settled();
    const token =
      mail
        .flatMap((each) =>
          'token' in each && each.to.value === 'ada@example.com' ? [each.token ?? ''] : [],
        )
        .at(-1) ?? '';
    if (token === '') throw new Error('No message can undo the replacement.');
    await test.accounts.contacts.undoReplacement({ token });
  },
};

describe('a mark, after', () => {
  it.each(sampleOf(Object.keys(remedies), 3))('%s', async (name) => {
    await remedies[name]?.(await idOf());
    expect(['LoginFailed', 'AccountDeactivated']).toContain(await login('ada', RIGHT));
    expect(await login('ada@example.com', RIGHT)).toBe('LoginFailed');
    expect(asked).toEqual([]);
  });

  it.each(sampleOf(Object.keys(remedies), 3))(
    '%s at the very moment at which it is asked for',
    async (name) => {
      const accountId = await idOf();
      answer = async ({ password }) => {
        await remedies[name]?.(accountId);
        return password === RIGHT;
      };
      expect(await login('ada', RIGHT)).not.toBe('none');
      expect(await storedPassword()).not.toEqual(await hasher.hash(RIGHT));
      const before = asked.length;
      answer = () => true;
      expect(await login('ada', RIGHT)).not.toBe('none');
      expect(asked).toHaveLength(before);
    },
  );

  it('a request for a reset by somebody else, which must not take the account from its owner', async () => {
    await selfService(test.accounts).forgotPassword({ email: 'ada@example.com' });
    await test.accounts.settled();
    await test.accounts.removeAllResetPasswordTokens({ accountId: await idOf() });
    expect(await login('ada', RIGHT)).toBe('none');
  });
});

it('takes the password over in one transaction, at the first login only', async () => {
  const { commands } = await test.log.costOf(() => login('ada', RIGHT));
  const again = await test.log.costOf(() => login('ada', RIGHT));
  const extra = commands.filter((command) => command === 'TransactWriteItems').length;
  const usual = again.commands.filter((command) => command === 'TransactWriteItems').length;
  expect(commands).toHaveLength(again.commands.length + 1);
  expect(extra).toBe(usual + 1);
});
