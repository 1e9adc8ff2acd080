import { AccountsRegistry } from '../../src/apps/AccountsRegistry.js';
import type { Accounts } from '../../src/accounts/Accounts.js';
import type { SessionRequest } from '../../src/sessions/SessionRequest.js';
import { failWith, throttled } from '../../../entity/test/support/faults.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Mailbox } from '../oneTimeTokens/Mailbox.js';
import { errorOf } from '../support/errorOf.js';
import { everythingShown } from '../support/everythingShown.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';

/** What the front door promises to say by name (issue 5), and what updateUser needs beside it. */
const NAMES = [
  ...['ParamsMustBeObject', 'UsernameMissing', 'UsernameAlreadyExists', 'UsernameCannotBeBlank'],
  ...['UsernameMustBeString', 'UsernameTooLong', 'PasswordMissing', 'PasswordCannotBeBlank'],
  ...['PasswordTooShort', 'PasswordTooLong', 'PasswordMustBeString', 'EmailNotValid'],
  ...['ProfileMustBeObject', 'ProfileCannotBeEmpty', 'ProfileHasTooManyKeys'],
  ...['ProfileKeyMustBeString', 'ProfileKeyTooLong', 'ProfileValueMustBeString'],
  ...['ProfileValueCannotBeBlank', 'ProfileValueTooLong', 'RememberMeValueNotValid'],
  ...['SessionLengthMustBeNumber', 'SessionLengthTooShort', 'SessionLengthTooLong'],
  ...['TrialExceededLimit', 'AppIdNotSet', 'AppIdNotValid', 'UserAlreadySignedIn'],
  ...['ServiceUnavailable', 'AccountNotActivated', 'ActivationTokenNotValid'],
  ...['ResetTokenNotValid', 'ExpiredTimeNotValid', 'UsernameOrPasswordMismatch'],
  ...['TooManyRequests', 'EmailAlreadyExists', 'ParamsMissing', 'CurrentPasswordMissing'],
  ...['CurrentPasswordIncorrect', 'UserNotSignedIn'],
];

/** One side of a boundary: what is called, where. */
type Side = (world: World) => unknown;

interface Row {
  readonly name: string;
  /** Where several rows have one name. */
  readonly about?: string;
  /** Just inside: it passes. */
  readonly inside: Side;
  /** Just outside: it is refused by the name. */
  readonly outside: Side;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** Whether the refusal leaves something behind: a count of attempts. */
  readonly leavesCount?: true;
  /** Whether the sides want somebody with a session and a confirmation in the mailbox. */
  readonly needsPerson?: true;
}

const mailbox = new Mailbox();
const userbase = { passwords: { policy: 'userbase' as const }, delivery: mailbox };
let people = 0;

/** The accounts, and what a row needs beside them. */
class World {
  constructor(readonly test: TestAccounts) {}

  get accounts(): Accounts {
    return this.test.accounts;
  }

  /** Signs somebody new up, with some parameters replaced. */
  signUp(
    params: Record<string | symbol, unknown> = {},
    accounts = this.accounts,
  ): Promise<unknown> {
    const username = `person${String(++people)}`;
    const all = { username, password: PASSWORD, request: requestWith(), ...params };
    return accounts.signUp(all);
  }

  signIn(params: Record<string, unknown>, accounts = this.accounts): Promise<unknown> {
    return accounts.signIn({ password: PASSWORD, request: requestWith(), ...params } as never);
  }

  /** Signs somebody up whose request and confirmation the sides can use. */
  async preparePerson(): Promise<void> {
    const request = requestWith();
    await mailbox.take();
    await this.signUp({ email: `person${String(++people)}@example.com`, request });
    prepared.set(this, request);
    tokens.set(this, await mailbox.token('EmailVerification'));
  }

  at(milliseconds: number): Date {
    return new Date(this.test.clock.now().getTime() + milliseconds);
  }
}

const keys = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${String(at)}`, 'value']));
const HOUR = 3_600_000;
const prepared = new WeakMap<World, SessionRequest>();
const tokens = new WeakMap<World, string>();

/** What is there before a row's refusal is looked at. */
const PREPARATIONS: Readonly<Record<string, (world: World) => Promise<void>>> = {
  UsernameAlreadyExists: async (world) => {
    await world.signUp({ username: 'taken' });
  },
  EmailAlreadyExists: async (world) => {
    await world.signUp({ email: 'taken@example.com' });
  },
};

function requestOf(world: World): SessionRequest {
  const request = prepared.get(world);
  if (!request) throw new Error('nobody is prepared');
  return request;
}

const signUps: readonly Row[] = [
  {
    name: 'ParamsMustBeObject',
    inside: (world) => world.signUp(),
    outside: ({ accounts }) => accounts.signUp('username' as never),
    status: 400,
  },
  {
    name: 'ParamsMustBeObject',
    about: 'a list',
    inside: (world) => world.signUp(),
    outside: ({ accounts }) => accounts.signUp([] as never),
    status: 400,
  },
  {
    name: 'UsernameMissing',
    inside: (world) => world.signUp({ username: undefined, email: 'instead@example.com' }),
    outside: (world) => world.signUp({ username: undefined, email: '' }),
    status: 400,
  },
  {
    name: 'UsernameAlreadyExists',
    inside: (world) => world.signUp({ username: 'takem' }),
    outside: (world) => world.signUp({ username: 'TAKEN' }),
    details: { path: 'username' },
    status: 409,
  },
  {
    name: 'UsernameCannotBeBlank',
    inside: (world) => world.signUp({ username: 'x' }),
    outside: (world) => world.signUp({ username: '' }),
    status: 400,
  },
  {
    name: 'UsernameCannotBeBlank',
    about: 'white space',
    inside: (world) => world.signUp({ username: 'y' }),
    outside: (world) => world.signUp({ username: ' \t' }),
    status: 400,
  },
  {
    name: 'UsernameMustBeString',
    inside: (world) => world.signUp({ username: '7' }),
    outside: (world) => world.signUp({ username: 7 }),
    status: 400,
  },
  {
    name: 'UsernameTooLong',
    inside: (world) => world.signUp({ username: 'u'.repeat(100) }),
    outside: (world) => world.signUp({ username: 'u'.repeat(101) }),
    details: { maxLen: 100 },
    status: 400,
  },
  {
    name: 'UsernameTooLong',
    about: 'once it is normalised',
    inside: (world) => world.signUp({ username: `${'v'.repeat(98)}\ufb01` }),
    outside: (world) => world.signUp({ username: `${'v'.repeat(99)}\ufb01` }),
    details: { maxLen: 100 },
    status: 400,
  },
  {
    name: 'PasswordMissing',
    inside: (world) => world.signUp({ password: PASSWORD }),
    outside: (world) => world.signUp({ password: undefined }),
    details: { path: 'password' },
    status: 400,
  },
  {
    name: 'PasswordCannotBeBlank',
    inside: (world) => world.signUp({ password: 'q7 %k1' }),
    outside: (world) => world.signUp({ password: '' }),
    details: { path: 'password' },
    status: 400,
  },
  {
    name: 'PasswordTooShort',
    inside: (world) => world.signUp({ password: 'q7 %k1' }),
    outside: (world) => world.signUp({ password: 'q7 %k' }),
    details: { path: 'password', minLength: 6, minLen: 6 },
    status: 400,
  },
  {
    name: 'PasswordTooLong',
    inside: (world) => world.signUp({ password: 'q7 %'.repeat(250) }),
    outside: (world) => world.signUp({ password: `${'q7 %'.repeat(250)}k` }),
    details: { path: 'password', maxLength: 1000, maxLen: 1000 },
    status: 400,
  },
  {
    name: 'PasswordMustBeString',
    inside: (world) => world.signUp({ password: '81726354' }),
    outside: (world) => world.signUp({ password: 81_726_354 }),
    details: { path: 'password' },
    status: 400,
  },
  {
    name: 'EmailNotValid',
    inside: (world) => world.signUp({ email: 'right@example.com' }),
    outside: (world) => world.signUp({ email: 'wrong@example.com,b@example.com' }),
    status: 400,
  },
  {
    name: 'EmailNotValid',
    about: 'another type',
    inside: (world) => world.signUp({ email: null }),
    outside: (world) => world.signUp({ email: 7 }),
    status: 400,
  },
  {
    name: 'EmailAlreadyExists',
    inside: (world) => world.signUp({ email: 'takem@example.com' }),
    outside: (world) => world.signUp({ email: 'Taken@Example.com' }),
    details: { path: 'email' },
    status: 409,
  },
  {
    name: 'ProfileMustBeObject',
    inside: (world) => world.signUp({ profile: { name: 'x' } }),
    outside: (world) => world.signUp({ profile: ['x'] }),
    status: 400,
  },
  {
    name: 'ProfileMustBeObject',
    about: 'an instance',
    inside: (world) => world.signUp({ profile: null }),
    outside: (world) => world.signUp({ profile: new Map([['name', 'x']]) }),
    status: 400,
  },
  {
    name: 'ProfileCannotBeEmpty',
    inside: (world) => world.signUp({ profile: keys(1) }),
    outside: (world) => world.signUp({ profile: {} }),
    status: 400,
  },
  {
    name: 'ProfileHasTooManyKeys',
    inside: (world) => world.signUp({ profile: keys(100) }),
    outside: (world) => world.signUp({ profile: keys(101) }),
    details: { maxKeys: 100 },
    status: 400,
  },
  {
    name: 'ProfileKeyMustBeString',
    inside: (world) => world.signUp({ profile: { 'Symbol(key)': 'x' } }),
    outside: (world) => world.signUp({ profile: { [Symbol('key')]: 'x' } }),
    status: 400,
  },
  {
    name: 'ProfileKeyMustBeString',
    about: 'an empty one',
    inside: (world) => world.signUp({ profile: { k: 'x' } }),
    outside: (world) => world.signUp({ profile: { '': 'x' } }),
    status: 400,
  },
  {
    name: 'ProfileKeyTooLong',
    inside: (world) => world.signUp({ profile: { ['k'.repeat(20)]: 'x' } }),
    outside: (world) => world.signUp({ profile: { ['k'.repeat(21)]: 'x' } }),
    details: { maxLen: 20, key: 'k'.repeat(20) },
    status: 400,
  },
  {
    name: 'ProfileValueMustBeString',
    inside: (world) => world.signUp({ profile: { age: '7' } }),
    outside: (world) => world.signUp({ profile: { age: 7 } }),
    details: { key: 'age' },
    status: 400,
  },
  {
    name: 'ProfileValueCannotBeBlank',
    inside: (world) => world.signUp({ profile: { name: 'x' } }),
    outside: (world) => world.signUp({ profile: { name: '' } }),
    details: { key: 'name' },
    status: 400,
  },
  {
    name: 'ProfileValueTooLong',
    inside: (world) => world.signUp({ profile: { name: 'x'.repeat(1000) } }),
    outside: (world) => world.signUp({ profile: { name: 'canary'.repeat(200) } }),
    details: { maxLen: 1000, key: 'name' },
    status: 400,
  },
  {
    name: 'RememberMeValueNotValid',
    inside: (world) => world.signUp({ rememberMe: 'none' }),
    outside: (world) => world.signUp({ rememberMe: true }),
    details: { values: ['local', 'session', 'none'] },
    status: 400,
  },
  {
    name: 'SessionLengthMustBeNumber',
    inside: (world) => world.signUp({ sessionLength: 24 }),
    outside: (world) => world.signUp({ sessionLength: '24' }),
    status: 400,
  },
  {
    name: 'SessionLengthTooShort',
    inside: (world) => world.signUp({ sessionLength: 0.084 }),
    outside: (world) => world.signUp({ sessionLength: 0.0839 }),
    details: { minLen: 0.084 },
    status: 400,
  },
  {
    name: 'SessionLengthTooLong',
    inside: (world) => world.signUp({ sessionLength: 8760 }),
    outside: (world) => world.signUp({ sessionLength: 8760.1 }),
    details: { maxLen: 8760 },
    status: 400,
  },
  {
    name: 'ExpiredTimeNotValid',
    inside: (world) => world.signUp({ expiredTime: world.at(1) }),
    outside: (world) => world.signUp({ expiredTime: world.at(0) }),
    details: { reason: 'past' },
    status: 400,
  },
  {
    name: 'ExpiredTimeNotValid',
    about: 'after 400 days',
    inside: (world) => world.signUp({ expiredTime: world.at(400 * 24 * HOUR).toISOString() }),
    outside: (world) => world.signUp({ expiredTime: world.at(400 * 24 * HOUR + 1).toISOString() }),
    details: { reason: 'tooFar' },
    status: 400,
  },
  {
    name: 'ExpiredTimeNotValid',
    about: 'without a zone',
    inside: (world) => world.signUp({ expiredTime: '2036-12-01T12:00:00+01:00' }),
    outside: (world) => world.signUp({ expiredTime: '2036-12-01T12:00:00' }),
    details: { reason: 'notADateTime' },
    status: 400,
  },
  {
    name: 'ExpiredTimeNotValid',
    about: 'beside a length',
    inside: (world) => world.signUp({ expiredTime: world.at(HOUR) }),
    outside: (world) => world.signUp({ expiredTime: world.at(HOUR), sessionLength: 1 }),
    details: { reason: 'besideSessionLength' },
    status: 400,
  },
  {
    name: 'UserAlreadySignedIn',
    about: 'by a request that was let through',
    inside: (world) => world.signUp(),
    outside: (world) => world.signUp({ request: requestOf(world) }),
    status: 409,
    needsPerson: true,
  },
  {
    name: 'UserAlreadySignedIn',
    about: 'by a token that nobody has looked at',
    inside: (world) => world.signUp({ request: requestWith('not a token') }),
    outside: (world) => world.signUp({ request: requestWith(requestOf(world).authToken) }),
    status: 409,
    needsPerson: true,
  },
];

const others: readonly Row[] = [
  {
    name: 'ParamsMustBeObject',
    about: 'signIn',
    inside: (world) => world.signIn({ username: 'known' }),
    outside: ({ accounts }) => accounts.signIn(null as never),
    status: 400,
  },
  {
    name: 'UsernameTooLong',
    about: 'signIn',
    inside: (world) => world.signIn({ username: 'known' }),
    outside: (world) => world.signIn({ username: 'u'.repeat(101) }),
    details: { maxLen: 100 },
    status: 400,
  },
  {
    name: 'PasswordTooLong',
    about: 'signIn',
    inside: (world) => world.signIn({ username: 'known' }),
    outside: (world) => world.signIn({ username: 'known', password: 'p'.repeat(4001) }),
    details: { path: 'password', maxLength: 1000, maxLen: 1000 },
    status: 400,
  },
  {
    name: 'UserAlreadySignedIn',
    about: 'signIn',
    inside: (world) => world.signIn({ username: 'known' }),
    outside: (world) => world.signIn({ username: 'known', request: requestOf(world) }),
    status: 409,
    needsPerson: true,
  },
  {
    name: 'UsernameOrPasswordMismatch',
    inside: (world) => world.signIn({ username: 'known' }),
    outside: (world) => world.signIn({ username: 'known', password: `${PASSWORD}.` }),
    status: 401,
    leavesCount: true,
  },
  {
    name: 'ActivationTokenNotValid',
    inside: (world) => world.accounts.activate({ token: tokens.get(world) ?? '' }),
    outside: (world) => world.accounts.activate({ token: tokens.get(world) ?? '' }),
    status: 401,
    needsPerson: true,
  },
  {
    name: 'ActivationTokenNotValid',
    about: 'no token at all',
    inside: (world) => world.signIn({ username: 'known' }),
    outside: (world) => world.accounts.activate({ token: undefined as never }),
    status: 401,
  },
  {
    name: 'ResetTokenNotValid',
    inside: async (world) => {
      const { accountId = '' } = requestOf(world).user ?? {};
      const { token } = await world.accounts.addResetPasswordToken({ accountId });
      await world.accounts.resetPassword({ token, newPassword: 'a long walk' });
    },
    outside: (world) =>
      world.accounts.resetPassword({
        token: 'never issued '.repeat(3),
        newPassword: 'a long walk',
      }),
    status: 401,
    needsPerson: true,
  },
  {
    name: 'ParamsMissing',
    inside: (world) =>
      world.accounts.updateUser({ request: requestOf(world), profile: { name: 'x' } }),
    outside: (world) => world.accounts.updateUser({ request: requestOf(world) }),
    status: 400,
    needsPerson: true,
  },
  {
    name: 'CurrentPasswordMissing',
    inside: (world) => world.accounts.updateUser({ request: requestOf(world), profile: null }),
    outside: (world) =>
      world.accounts.updateUser({ request: requestOf(world), newPassword: 'a long walk' }),
    status: 400,
    needsPerson: true,
  },
  {
    name: 'CurrentPasswordIncorrect',
    inside: (world) =>
      world.accounts.updateUser({
        request: requestOf(world),
        newPassword: 'a long walk',
        currentPassword: PASSWORD,
      }),
    outside: (world) =>
      world.accounts.updateUser({
        request: requestOf(world),
        newPassword: 'another long walk',
        currentPassword: PASSWORD,
      }),
    status: 401,
    leavesCount: true,
    needsPerson: true,
  },
  {
    name: 'UserNotSignedIn',
    inside: (world) => world.accounts.signOut({ request: requestOf(world) }),
    outside: (world) => world.accounts.signOut({ request: requestWith() }),
    status: 401,
    needsPerson: true,
  },
  {
    name: 'UserNotSignedIn',
    about: 'deleteUser by a token that nobody has looked at',
    inside: (world) => world.accounts.deleteUser({ request: requestOf(world) }),
    outside: (world) =>
      world.accounts.deleteUser({ request: requestWith(requestOf(world).authToken) }),
    status: 401,
    needsPerson: true,
  },
];

describe('what the front door says by name', () => {
  let world: World;

  beforeAll(async () => {
    world = new World(await createTestAccounts(userbase));
    await world.signUp({ username: 'known' });
  });
  afterAll(() => world.test.drop());

  const itemsOf = async ({ client, table }: TestAccounts): Promise<string[]> =>
    (await tableItems(client, table.name)).map((item) => JSON.stringify(item)).sort();

  async function check(row: Row): Promise<void> {
    const { name, inside, outside, details, status, leavesCount, needsPerson } = row;
    if (needsPerson) await world.preparePerson();
    await inside(world);
    if (needsPerson && !requestOf(world).authToken) await world.preparePerson();
    await PREPARATIONS[name]?.(world);
    await mailbox.take();
    const before = await itemsOf(world.test);
    const error = await errorOf(Promise.resolve(outside(world)));
    expect({ name: error.code, status: error.status, details: error.details }).toEqual({
      name,
      status,
      details: details ?? {},
    });
    expect(everythingShown(error)).not.toContain('canary');
    if (!leavesCount) expect(await itemsOf(world.test)).toEqual(before);
    expect(await mailbox.take()).toEqual([]);
  }

  describe('signUp', () => {
    it.each(signUps.map((row) => [row.name, row.about ?? '', row] as const))(
      '%s %s: not just inside, but just outside, and nothing is written',
      async (_name, _about, row) => check(row),
    );
  });

  describe('the other calls', () => {
    it.each(others.map((row) => [row.name, row.about ?? '', row] as const))(
      '%s %s: not just inside, but just outside',
      async (_name, _about, row) => check(row),
    );
  });

  describe('what depends on how the accounts are set up', () => {
    it('TrialExceededLimit: not the last place, but the one after, and nothing is written', async () => {
      const test = await createTestAccounts({ plan: { maxAccounts: 2 } });
      await world.signUp({}, test.accounts);
      await world.signUp({}, test.accounts);
      const before = await itemsOf(test);
      const error = await errorOf(world.signUp({}, test.accounts));
      expect(error).toMatchObject({
        code: 'TrialExceededLimit',
        status: 402,
        details: { maxAccounts: 2 },
      });
      expect(await itemsOf(test)).toEqual(before);
      await test.drop();
    });

    it('AppIdNotSet and AppIdNotValid: not for an application that there is', async () => {
      const registry = new AccountsRegistry({
        table: world.test.table,
        apps: { shop: {} },
        sessions: { getTokenSecret: () => SECRET },
      });
      const codeFor = (appId: unknown): Promise<unknown> =>
        errorOf(Promise.resolve().then(() => registry.app(appId))).then(({ code, status }) => [
          code,
          status,
        ]);
      await world.signUp({}, registry.app('shop'));
      expect(await codeFor(undefined)).toEqual(['AppIdNotSet', 400]);
      expect(await codeFor('')).toEqual(['AppIdNotSet', 400]);
      expect(await codeFor('shoq')).toEqual(['AppIdNotValid', 401]);
    });

    it('ServiceUnavailable: not when DynamoDB answers, but when it throttles every attempt', async () => {
      const test = await createTestAccounts();
      const fault = failWith(test.client, 'TransactWriteItems', throttled, Infinity);
      const error = await errorOf(world.signUp({ username: 'late' }, test.accounts));
      expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503, details: {} });
      expect(await itemsOf(test)).toEqual([]);
      fault.remove();
      await world.signUp({ username: 'late' }, test.accounts);
      await test.drop();
    });

    it('AccountNotActivated: only after the right password, and not once it is confirmed', async () => {
      const test = await createTestAccounts({ requireActivation: true, delivery: mailbox });
      await world.signUp({ username: 'new', email: 'new@example.com' }, test.accounts);
      const token = await mailbox.token('EmailVerification');
      for (const name of [{ username: 'new' }, { email: 'new@example.com' }]) {
        const wrong = errorOf(world.signIn({ ...name, password: `${PASSWORD}.` }, test.accounts));
        expect((await wrong).code).toBe('UsernameOrPasswordMismatch');
        const error = await errorOf(world.signIn(name, test.accounts));
        expect(error).toMatchObject({ code: 'AccountNotActivated', status: 403, details: {} });
      }
      await test.accounts.activate({ token });
      await world.signIn({ email: 'new@example.com' }, test.accounts);
      await test.drop();
    });

    it('EmailNotValid: for a sign-up without an address only where one must be confirmed', async () => {
      const test = await createTestAccounts({ requireActivation: true });
      expect((await errorOf(world.signUp({}, test.accounts))).code).toBe('EmailNotValid');
      await world.signUp({});
      await test.drop();
    });

    it('TooManyRequests: not within the budget, but after it, also with the right password', async () => {
      const test = await createTestAccounts({ throttling: { password: { budget: 2 } } });
      await world.signUp({ username: 'slow' }, test.accounts);
      const wrong = { username: 'slow', password: `${PASSWORD}.` };
      const codes = [];
      for (let attempt = 1; attempt <= 2; attempt++) {
        codes.push((await errorOf(world.signIn(wrong, test.accounts))).code);
      }
      expect(codes).toEqual(['UsernameOrPasswordMismatch', 'UsernameOrPasswordMismatch']);
      const error = await errorOf(world.signIn({ username: 'slow' }, test.accounts));
      expect(error).toMatchObject({
        code: 'TooManyRequests',
        status: 429,
        details: { retryAfterSeconds: 30 },
      });
      await test.drop();
    });
  });

  it('has a row for every name', () => {
    const rows = [...signUps, ...others].map(({ name }) => name);
    const above = ['TrialExceededLimit', 'AppIdNotSet', 'AppIdNotValid', 'ServiceUnavailable'];
    const named = new Set([...rows, ...above, 'AccountNotActivated', 'TooManyRequests']);
    expect(NAMES.filter((name) => !named.has(name))).toEqual([]);
  });
});
