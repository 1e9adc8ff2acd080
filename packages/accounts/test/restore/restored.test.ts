import { BatchWriteItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { Guard } from '@latchkey/accounts/guard';
import { signUpByLink } from '@latchkey/accounts/passwordless';
import { totp } from '@latchkey/accounts/two-factor';
import { AccountToken, Challenge } from '@latchkey/schema';
import { TOTP } from 'otpauth';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts, type AccountsOptions } from '../../src/accounts/Accounts.js';
import { flowsOf } from '../../src/accounts/flowsOf.js';
import { Challenges, type ChallengeKind } from '../../src/challenges/Challenges.js';
import { phoneNumbers } from '../../src/contacts/phoneNumbers/index.js';
import { TWO_FACTOR_PURPOSE } from '../../src/core/requiredSecondFactor.js';
import type { Message, MessageKind } from '../../src/delivery/Delivery.js';
import { AccountError } from '../../src/errors/AccountError.js';
import type { OneTimeTokenKind } from '../../src/oneTimeTokens/tokenPolicy.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type FullAccounts,
  type TestAccounts,
} from '../support/testAccounts.js';

const SECOND = 1000;
const messages: Message[] = [];
const options: Partial<Omit<AccountsOptions, 'table'>> = {
  delivery: { send: (message) => messages.push(message) },
  phones: phoneNumbers({ login: true }),
  signUpByLink: signUpByLink({}),
  throttling: { address: false, messages: false },
  twoFactor: totp({
    issuer: 'Tests',
    encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }],
    isRequired: ({ permissions }) => permissions.includes('admin'),
  }),
};

/** A session or token from before the backup. */
interface Issued {
  /** Shows it; throws where it is refused. */
  readonly use: (accounts: FullAccounts) => Promise<unknown>;
  /** Voids it after the backup (default: uses it up). */
  readonly end?: (accounts: FullAccounts) => Promise<unknown>;
}
type Issue = (accounts: FullAccounts) => Promise<Issued>;

let test: TestAccounts;
let people = 0;
interface Person {
  readonly accountId: string;
  readonly username: string;
  readonly email: string;
  readonly phone: string;
}

async function signUp(accounts: FullAccounts): Promise<Person> {
  const username = `person${String(++people)}`;
  const email = `${username}@example.com`;
  const phone = `+4479460${String(people).padStart(5, '0')}`;
  const { accountId } = await accounts.createAccount({ username, email, password: PASSWORD });
  await accounts.verifyEmail({ accountId, email });
  return { accountId, username, email, phone };
}

async function logIn(accounts: FullAccounts, { username }: Person): Promise<SessionRequest> {
  const request = requestWith();
  await accounts.userByPasswordLogin({ username, password: PASSWORD, request });
  return request;
}

async function lastMessage(accounts: FullAccounts, kind: MessageKind): Promise<Message> {
  await accounts.settled();
  const last = messages.filter((message) => message.kind === kind).at(-1);
  if (!last) throw new Error(`no ${kind} was sent`);
  return last;
}

async function challengeOf(accounts: FullAccounts, person: Person): Promise<string> {
  const error: unknown = await logIn(accounts, person).catch((reason: unknown) => reason);
  if (AccountError.is(error) && error.challenge !== undefined) return error.challenge;
  throw new Error('expected a challenge');
}

const codeAt = (secret: string, steps = 0): string =>
  new TOTP({ secret }).generate({ timestamp: test.clock.now().getTime() + steps * 30 * SECOND });

async function signUpWithTotp(accounts: FullAccounts) {
  const person = await signUp(accounts);
  const request = await logIn(accounts, person);
  const { secret } = await accounts.twoFactor.enrol({ request });
  const { recoveryCodes } = await accounts.twoFactor.confirm({ request, code: codeAt(secret, -1) });
  return { person, secret, recoveryCode: recoveryCodes[3] ?? '' };
}

async function verifiedPhone(accounts: FullAccounts, { accountId, phone }: Person): Promise<void> {
  await accounts.contacts.addPhone({ accountId, phone });
  await accounts.contacts.requestPhoneVerification({ accountId, phone });
  const { token: code = '' } = await lastMessage(accounts, 'PhoneVerification');
  await accounts.contacts.verifyPhone({ accountId, phone, code });
}

/** Every kind of one-time token: a new one is missing here until it has a row. */
const TOKENS: Record<Exclude<OneTimeTokenKind, 'twoFactorAuth'>, Issue> = {
  email_verification: async (accounts) => {
    const { accountId } = await signUp(accounts);
    const email = `other${String(people)}@example.com`;
    await accounts.contacts.addEmail({ accountId, email });
    const { token = '' } = await lastMessage(accounts, 'EmailVerification');
    return { use: (by) => by.verifyEmailWithToken({ token, password: PASSWORD }) };
  },
  phone_verification: async (accounts) => {
    const { accountId, phone } = await signUp(accounts);
    await accounts.contacts.addPhone({ accountId, phone });
    await accounts.contacts.requestPhoneVerification({ accountId, phone });
    const { token: code = '' } = await lastMessage(accounts, 'PhoneVerification');
    return { use: (by) => by.contacts.verifyPhone({ accountId, phone, code }) };
  },
  password_recovery: async (accounts) => {
    const { token } = await accounts.addResetPasswordToken(await signUp(accounts));
    return {
      use: (by) => by.passwords.reset({ token, newPassword: 'another walk in the hills' }),
    };
  },
  magick_link: async (accounts) => {
    const { email } = await signUp(accounts);
    await accounts.magicLinks.request({ email });
    const { token = '' } = await lastMessage(accounts, 'MagicLink');
    return { use: (by) => by.magicLinks.login({ token, request: requestWith() }) };
  },
  login_code: async (accounts) => {
    const person = await signUp(accounts);
    await verifiedPhone(accounts, person);
    const { challenge } = await accounts.phoneCodes.request({ phone: person.phone });
    const { code = '' } = await lastMessage(accounts, 'LoginCode');
    return { use: (by) => by.phoneCodes.login({ challenge, code, request: requestWith() }) };
  },
  contact_recovery: async (accounts) => {
    const { accountId, email } = await signUp(accounts);
    const newEmail = `new${String(people)}@example.com`;
    await accounts.contacts.replaceEmail({ accountId, email, newEmail });
    const { token = '' } = await lastMessage(accounts, 'EmailVerification');
    await accounts.verifyEmailWithToken({ token, password: PASSWORD });
    await accounts.settled();
    const undo = messages.filter(({ kind, to }) => kind === 'ContactRemoved' && to.value === email);
    return { use: (by) => by.contacts.undoReplacement({ token: undo.at(-1)?.token ?? '' }) };
  },
  custom: async (accounts) => {
    const { accountId } = await signUp(accounts);
    const { token } = await accounts.tokens.issue({ accountId, purpose: 'invite' });
    return { use: (by) => by.tokens.consume({ token, purpose: 'invite' }) };
  },
};

/** Every purpose of the tokens of kind `twoFactorAuth`. */
const SECOND_FACTORS: Record<keyof typeof TWO_FACTOR_PURPOSE, Issue> = {
  challenge: async (accounts) => {
    const { person, secret } = await signUpWithTotp(accounts);
    const challenge = await challengeOf(accounts, person);
    const request = requestWith();
    const use = (by: FullAccounts) =>
      by.twoFactor.loginWithTwoFactor({ challenge, code: codeAt(secret, 1), request });
    return { use };
  },
  enrolment: async (accounts) => {
    const person = await signUp(accounts);
    await accounts.permissions.grant({ accountId: person.accountId, permission: 'admin' });
    const challenge = await challengeOf(accounts, person);
    const { secret } = await accounts.twoFactor.enrol({ challenge, request: requestWith() });
    const use = (by: FullAccounts) =>
      by.twoFactor.confirm({ challenge, code: codeAt(secret), request: requestWith() });
    return { use };
  },
  recoveryCode: async (accounts) => {
    const { person, recoveryCode } = await signUpWithTotp(accounts);
    const use = async (by: FullAccounts) => {
      const challenge = await challengeOf(by, person);
      await by.twoFactor.loginWithTwoFactor({ challenge, recoveryCode, request: requestWith() });
    };
    return { use };
  },
  totp: async (accounts) => {
    const { person, secret } = await signUpWithTotp(accounts);
    const code = codeAt(secret);
    const use = async (by: FullAccounts) => {
      const challenge = await challengeOf(by, person);
      await by.twoFactor.loginWithTwoFactor({ challenge, code, request: requestWith() });
    };
    return { use };
  },
  pendingTotp: async (accounts) => {
    const person = await signUp(accounts);
    const { secret } = await accounts.twoFactor.enrol({ request: await logIn(accounts, person) });
    const use = async (by: FullAccounts) => {
      const request = await logIn(by, person);
      await by.twoFactor.confirm({ code: codeAt(secret), request });
    };
    return { use };
  },
};

/** Every kind of challenge that precedes an account, as each of its flows brings it back. */
const challengeOfKind =
  (kind: ChallengeKind): Issue =>
  async (accounts) => {
    const mechanism = (by: FullAccounts) => new Challenges(flowsOf(by).core);
    const request = requestWith();
    const issued = await mechanism(accounts).create({ kind, request, lifetimeMs: 60 * SECOND });
    return { use: (by) => mechanism(by).use({ kind, ...issued, path: 'state' }) };
  };

const session =
  (
    begin: (accounts: FullAccounts, person: Person) => Promise<string>,
    end: (accounts: FullAccounts, person: Person, authToken: string) => Promise<unknown>,
  ): Issue =>
  async (accounts) => {
    const person = await signUp(accounts);
    const authToken = await begin(accounts, person);
    return {
      use: (by) => by.handleRequest(requestWith(authToken)),
      end: (by) => end(by, person, authToken),
    };
  };
const tokenOf = async (accounts: FullAccounts, person: Person): Promise<string> =>
  (await logIn(accounts, person)).authToken ?? '';
const logOut = (accounts: FullAccounts, _: Person, authToken: string): Promise<boolean> =>
  accounts.logout({ authToken, request: requestWith(authToken) });

/** Sessions, and what else is signed or kept beside tokens. */
const OTHERS: Record<string, Issue> = {
  'session that was logged out': session(tokenOf, logOut),
  'session of before a new password': session(tokenOf, (accounts, { accountId }) =>
    accounts.setPassword({ accountId, newPassword: 'another walk in the hills' }),
  ),
  'session whose account was deleted': session(tokenOf, (accounts, { accountId }) =>
    accounts.lifecycle.delete({ accountId }),
  ),
  'session with a replaced token': session(async (accounts, person) => {
    const authToken = await tokenOf(accounts, person);
    const request = requestWith(authToken);
    return (await accounts.refreshTokens({ authToken, request })).authToken;
  }, logOut),
  'session of an impersonator': session(async (accounts, { accountId }) => {
    const agent = await signUp(accounts);
    await accounts.permissions.grant({ accountId: agent.accountId, permission: 'impersonate' });
    const request = await logIn(accounts, agent);
    return (await accounts.impersonate({ request, accountId })).authToken;
  }, logOut),
  'link of a sign-up': async (accounts) => {
    await accounts.magicLinks.request({ email: `newcomer${String(++people)}@example.com` });
    const { token = '' } = await lastMessage(accounts, 'SignUpLink');
    return { use: (by) => by.magicLinks.login({ token, request: requestWith() }) };
  },
  'code of a magic link, with its signed challenge': async (accounts) => {
    const { email } = await signUp(accounts);
    const { challenge } = await accounts.magicLinks.request({ email });
    const { code = '' } = await lastMessage(accounts, 'MagicLink');
    return { use: (by) => by.magicLinks.login({ challenge, code, request: requestWith() }) };
  },
  'handle of a sign-up': async (accounts) => {
    const email = `form${String(++people)}@example.com`;
    const { handle } = await accounts.requestAccount({ email, password: PASSWORD });
    const account = await accounts.findUser({ username: email });
    const { accountId = '' } = account ?? {};
    const use = async (by: FullAccounts) => {
      const { token } = await by.addEmailVerificationToken({ accountId, email });
      await by.verifyEmailWithToken({ token, handle });
    };
    return { use };
  },
  'device token': async (accounts) => {
    const { accountId, username } = await signUp(accounts);
    const request = requestWith();
    const login = { username, password: PASSWORD, request };
    const { deviceToken } = await accounts.userByPasswordLogin(login);
    const use = async (by: FullAccounts) => {
      const known = await flowsOf(by).core.deviceTokens.verify(deviceToken, request);
      const generation = (await by.findUser({ username }))?.sessionGeneration;
      if (known?.generation !== generation) throw new AccountError('LoginFailed', {});
    };
    return { use, end: (by) => by.sessions.revokeAllSessions({ accountId }) };
  },
};

const CHALLENGE_KINDS: readonly ChallengeKind[] = Challenge.schema.shape.kind.options;
const ROWS: readonly (readonly [string, Issue])[] = [
  ...Object.entries(TOKENS).map(([kind, issue]) => [`token of kind ${kind}`, issue] as const),
  ...Object.entries(SECOND_FACTORS).map(
    ([kind, issue]) => [`${kind} of two factors`, issue] as const,
  ),
  ...CHALLENGE_KINDS.map((kind) => [`challenge of kind ${kind}`, challengeOfKind(kind)] as const),
  ...Object.entries(OTHERS),
];

type Item = Record<string, AttributeValue>;

/** Makes the table what it was. */
async function restore(backup: readonly Item[]): Promise<void> {
  const { client, table } = test;
  const key = ({ PK, SK }: Item): string => JSON.stringify([PK, SK]);
  const kept = new Set(backup.map(key));
  const added = (await tableItems(client, table.name)).filter((item) => !kept.has(key(item)));
  const requests = [
    ...added.map(({ PK = { S: '' }, SK = { S: '' } }) => ({ DeleteRequest: { Key: { PK, SK } } })),
    ...backup.map((Item) => ({ PutRequest: { Item } })),
  ];
  while (requests.length > 0) {
    const RequestItems = { [table.name]: requests.splice(0, 25) };
    await client.send(new BatchWriteItemCommand({ RequestItems }));
  }
}

/** The answers to what is not valid, of every flow. */
const REFUSALS: readonly string[] = [
  'InvalidSession',
  'TokenVerificationFailed',
  'NewPasswordRequired',
  'LoginFailed',
];

/** The application after the restore. */
const create = (validFrom?: Date | string): FullAccounts =>
  new Accounts({
    table: test.table,
    sessions: { getTokenSecret: () => SECRET },
    passwords: { hasher: new QuickHasher() },
    ...options,
    ...(validFrom !== undefined && { validFrom }),
  }) as FullAccounts;

describe('after a restore', () => {
  const issued = new Map<string, Issued>();
  let backup: Item[];
  let restoredAt: Date;
  const useOf = (name: string, accounts: FullAccounts): Promise<unknown> => {
    const found = issued.get(name);
    if (!found) throw new Error(`${name} was not issued`);
    return found.use(accounts);
  };

  beforeAll(async () => {
    test = await createTestAccounts(options);
    const { accounts, client, clock, table } = test;
    for (const [name, issue] of ROWS) issued.set(name, await issue(accounts));
    backup = await tableItems(client, table.name);
    clock.advance(5 * SECOND);
    for (const { use, end = use } of issued.values()) await end(accounts);
    clock.advance(5 * SECOND);
    restoredAt = clock.now();
    await restore(backup);
  });
  afterAll(() => test.drop());

  it('the rows have every kind of token that the schema knows', () => {
    const kinds = AccountToken.schema.shape.kind.options;
    expect([...Object.keys(TOKENS), 'twoFactorAuth', 'password'].sort()).toEqual([...kinds].sort());
    expect(Object.keys(SECOND_FACTORS)).toEqual(
      expect.arrayContaining(Object.keys(TWO_FACTOR_PURPOSE)),
    );
  });

  describe('each is refused with validFrom', () => {
    let accounts: FullAccounts;
    beforeAll(() => {
      accounts = create(restoredAt);
    });

    it.each(sampleOf(ROWS, 3))('%s', async (name) => {
      expect(REFUSALS).toContain(await codeOf(useOf(name, accounts)));
    });

    it('a Guard with the option refuses the session, too, in the one request of every check', async () => {
      const name = 'session that was logged out';
      const guard = new Guard({
        table: test.table,
        sessions: { getTokenSecret: () => SECRET },
        validFrom: restoredAt.toISOString(),
      });
      const { commands } = await test.log.costOf(async () => {
        const use = useOf(name, guard as unknown as FullAccounts);
        expect(await codeOf(use)).toBe('InvalidSession');
      });
      expect(commands).toEqual(['BatchGetItem']);
    });
  });

  describe('each would work again without validFrom', () => {
    let accounts: FullAccounts;
    beforeAll(async () => {
      await restore(backup);
      accounts = create();
    });

    it.each(sampleOf(ROWS, 3))('%s', async (name) => {
      expect(await codeOf(useOf(name, accounts))).toBe('none');
    });

    it('a session that goes on with a new token is refused as soon as validFrom is set', async () => {
      const person = await signUp(accounts);
      const authToken = await tokenOf(accounts, person);
      test.clock.advance(SECOND);
      const later = create(test.clock.now());
      test.clock.advance(SECOND);
      const request = requestWith(authToken);
      await accounts.refreshTokens({ authToken, request });
      await accounts.reauthenticate({ request, password: PASSWORD });
      expect(request.authToken).not.toBe(authToken);
      await accounts.handleRequest(requestWith(request.authToken));
      const refused = later.handleRequest(requestWith(request.authToken));
      expect(await codeOf(refused)).toBe('InvalidSession');
    });
  });

  it('what is issued from then on works; codes of an app a minute later', async () => {
    const accounts = create(restoredAt);
    test.clock.advance(60 * SECOND);
    for (const [name, issue] of ROWS) {
      const { use } = await issue(accounts);
      expect([name, await codeOf(use(accounts))]).toEqual([name, 'none']);
    }
  });
});
