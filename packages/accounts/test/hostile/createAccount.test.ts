import type { CreateAccountInput } from '../../src/signUp/parseNewAccount.js';
import { errorOf } from '../support/errorOf.js';
import { everythingShown } from '../support/everythingShown.js';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';

const MEGABYTE = 'm'.repeat(1024 * 1024);
const LONE = '\ud800';

class Person {
  readonly name = 'Ada';
}

/** A circle, which has no end when it is walked. */
const circle: Record<string, unknown> = {};
circle.self = circle;

/** Maps within maps, deeper than DynamoDB and most stacks go. */
function nested(depth: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let level = 0; level < depth; level++) value = { a: value };
  return value;
}

type Row = [name: string, change: object, path: string];

const PASSWORDS: [...Row, code: string][] = [
  ['missing', { password: undefined }, 'password', 'InvalidInput'],
  ['null', { password: null }, 'password', 'InvalidInput'],
  ['a number', { password: 12345678 }, 'password', 'InvalidInput'],
  ['an array', { password: ['12345678'] }, 'password', 'InvalidInput'],
  ['a String object', { password: new String('12345678') }, 'password', 'InvalidInput'],
  [
    'with toString',
    { password: { length: 8, toString: () => '12345678' } },
    'password',
    'InvalidInput',
  ],
  ['empty', { password: '' }, 'password', 'PasswordTooShort'],
  ['of 7 letters', { password: 'seven77' }, 'password', 'PasswordTooShort'],
  [
    'of 4 emoji, which are 8 UTF-16 units',
    { password: '😀😀😀😀' },
    'password',
    'PasswordTooShort',
  ],
  ['of 7 decomposed letters', { password: 'e\u0301'.repeat(7) }, 'password', 'PasswordTooShort'],
  ['of 1001 letters', { password: 'x'.repeat(1001) }, 'password', 'PasswordTooLong'],
  ['of 1 MB', { password: MEGABYTE }, 'password', 'PasswordTooLong'],
  ['with a lone surrogate', { password: `password${LONE}` }, 'password', 'InvalidInput'],
];

const EMAILS: Row[] = (
  [
    ['null', null],
    ['a number', 1],
    ['an array of one', ['ada@example.com']],
    ['empty', ''],
    ['CVE-2022-35924: with a comma', 'ada@example.com,eve@evil.example'],
    ['with a semicolon', 'ada@example.com;eve@evil.example'],
    ['with LF', 'ada@example.com\nbcc:eve@evil.example'],
    ['ASVS 1.3.11: with CR and LF', 'ada@example.com\r\nBcc: eve@evil.example'],
    ['with a line break at its end', 'ada@example.com\n'],
    ['with U+2028', 'ada@example.com\u2028'],
    ['with NUL', 'ada@example.com\0'],
    ['with a space', 'ada @example.com'],
    ['GHSA-7rqj-j65f-68wh: with a full-width ＠', 'ada\uff20example.com'],
    ['with both', 'ada\uff20evil.example@example.com'],
    ['with a small ﹫', 'ada\ufe6bexample.com'],
    ['with a full-width comma', 'ada\uff0ceve@example.com'],
    ['GHSA-5jpx-9hw9-2fx4: with a quoted local part', '"eve@evil.example"@example.com'],
    ['with a quoted space', '"ada lovelace"@example.com'],
    ['with a display name', 'Ada <ada@example.com>'],
    ['with a comment', 'ada(comment)@example.com'],
    ['with an address literal', 'ada@[127.0.0.1]'],
    ['with two @', 'ada@evil.example@example.com'],
    ['with no domain', 'ada@'],
    ['with no local part', '@example.com'],
    ['with a domain of one label', 'ada@localhost'],
    ['with an empty label', 'ada@example..com'],
    ['with a dot at its start', '.ada@example.com'],
    ['with a lone surrogate', `ada${LONE}@example.com`],
    ['with a zero-width joiner', 'a\u200dda@example.com'],
    ['with an override of direction', 'ada\u202e@example.com'],
    ['with a local part of 65 bytes', `${'a'.repeat(65)}@example.com`],
    ['of 1 MB', `${MEGABYTE}@example.com`],
  ] as const
).map(([name, email]): Row => [name, { email }, 'email']);

const USERNAMES: Row[] = (
  [
    ['null', null],
    ['a number', 7],
    ['an array of one', ['ada']],
    ['empty', ''],
    ["ASVS 1.2.4: with the key's delimiter", 'ada#unique'],
    ['with a delimiter that normalising makes', 'ada\uff03unique'],
    ['with a lone surrogate', `ada${LONE}`],
    ['with @ (Keycloak CVE-2021-3754)', 'ada@example.com'],
    ['with an @ that normalising makes', 'ada\uff20example.com'],
    ['with a + at its start', '+4930123456'],
    ['with a + at its start that normalising makes', '\uff0b4930123456'],
    ['that looks like an account id', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['that looks like one in lower case', '01arz3ndektsv4rrffq69g5fav'],
    ['that looks like one in full-width digits', '\uff10\uff11arz3ndektsv4rrffq69g5fav'],
    ['with NUL', 'ada\0'],
    ['ASVS 16.4.1: with LF', 'ada\nadmin logged in'],
    ['with ESC', 'ada\u001b[31m'],
    ['with DEL', 'ada\u007f'],
    ['with a C1 control', 'ada\u0085'],
    ['with a space', 'ada lovelace'],
    ['with a zero-width space', 'ada\u200b'],
    ['with an override of direction', 'ada\u202e'],
    ['of 101 letters', 'a'.repeat(101)],
    ['of 100 ligatures, which normalising makes 300', '\ufb03'.repeat(100)],
    ['of 1 MB', MEGABYTE],
  ] as const
).map(([name, username]): Row => [name, { username }, 'username']);

const PROFILES: Row[] = [
  ['null', { profile: null }, 'profile'],
  ['a string', { profile: 'admin' }, 'profile'],
  ['an array', { profile: [1] }, 'profile'],
  ['a Date', { profile: new Date(0) }, 'profile'],
  ['a class instance', { profile: new Person() }, 'profile'],
  ['a Map', { profile: new Map() }, 'profile'],
  [
    'ASVS 15.3.6: with __proto__',
    { profile: JSON.parse('{"__proto__": {"isAdmin": true}}') as object },
    'profile.__proto__',
  ],
  [
    'with __proto__ deep within',
    { profile: JSON.parse('{"a": {"b": [{"__proto__": {}}]}}') as object },
    'profile.a.b.__proto__',
  ],
  ['with a function', { profile: { act: () => 1 } }, 'profile.act'],
  ['with a symbol', { profile: { tag: Symbol('tag') } }, 'profile.tag'],
  [
    'with a Date, which would come back as text',
    { profile: { born: new Date(0) } },
    'profile.born',
  ],
  ['with a class instance', { profile: { person: new Person() } }, 'profile.person'],
  ['with NaN', { profile: { age: Number.NaN } }, 'profile.age'],
  ['with Infinity', { profile: { list: [1, Infinity] } }, 'profile.list.1'],
  ['with a bigint', { profile: { big: 1n } }, 'profile.big'],
  ['with a lone surrogate', { profile: { name: LONE } }, 'profile.name'],
  ['nested 40 deep', { profile: nested(40) }, 'profile'],
  ['nested 100 000 deep', { profile: nested(100_000) }, 'profile'],
  ['that holds itself', { profile: circle }, 'profile'],
  ['of 1 MB', { profile: { text: MEGABYTE } }, 'profile'],
  [
    'of 1 MB in many pieces',
    { profile: { list: Array.from({ length: 9000 }, () => 'x'.repeat(120)) } },
    'profile',
  ],
  ['of 1 MB in its names', { profile: { [MEGABYTE]: 1 } }, 'profile'],
];

const UNKNOWN: Row[] = [
  'permissions',
  'deactivated',
  'accountId',
  'sessionGeneration',
  'createdAt',
  'createdBy',
  'emailVerified',
  'verified',
  '_v',
  'PK',
  'ttl',
  'constructor',
  '$set',
  'k'.repeat(1024 * 1024),
].map((name): Row => [
  `"${name.slice(0, 30)}"`,
  { [name]: name === 'permissions' ? ['root'] : 'x' },
  name.slice(0, 200),
]);

describe('createAccount refuses, before anything is sent,', () => {
  let test: TestAccounts;
  beforeAll(async () => {
    test = await createTestAccounts();
  });
  afterAll(() => test.drop());

  async function expectRefused(input: unknown, path: string, code = 'InvalidInput'): Promise<void> {
    const { requests } = await test.log.costOf(async () => {
      const error = await errorOf(test.accounts.createAccount(input as CreateAccountInput));
      expect(error).toMatchObject({ code, status: 400 });
      const shown = (error.details as { path: string }).path;
      // Where everything lies deep within, the path leads there.
      if (path === 'profile') expect(shown).toMatch(/^profile(\.|$)/);
      else expect(shown).toBe(path);
      expect(shown.length).toBeLessThanOrEqual(201);
      expect(everythingShown(error)).not.toContain('canary');
    });
    expect(requests).toEqual([]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  }

  it.each(PASSWORDS)('ASVS 6.2.1, 15.3.5: a password %s', async (_name, change, path, code) => {
    await expectRefused({ username: 'ada', ...change }, path, code);
  });

  it.each(EMAILS)('ASVS 2.2.1: an e-mail address %s', async (_name, change, path) => {
    await expectRefused({ username: 'ada', password: PASSWORD, ...change }, path);
  });

  it.each(USERNAMES)(
    'ASVS 2.2.1: createAccount refuses a username %s',
    async (_name, change, path) => {
      await expectRefused({ email: 'ada@example.com', password: PASSWORD, ...change }, path);
    },
  );

  it.each(PROFILES)(
    'ASVS 15.3.5: createAccount refuses a profile %s',
    async (_name, change, path) => {
      await expectRefused({ username: 'ada', password: PASSWORD, ...change }, path);
    },
  );

  it.each(UNKNOWN)(
    'ASVS 15.3.3: createAccount refuses the unknown field %s',
    async (_name, change, path) => {
      await expectRefused({ username: 'ada', password: PASSWORD, ...change }, path);
    },
  );

  it('ASVS 15.3.6: createAccount refuses the field "__proto__"', async () => {
    const input = JSON.parse(
      `{"username": "ada", "password": "${PASSWORD}", "__proto__": {"isAdmin": true}}`,
    ) as unknown;
    await expectRefused(input, '__proto__');
  });

  it('neither username nor e-mail address', async () => {
    await expectRefused({ password: PASSWORD }, 'username');
    await expectRefused({ password: PASSWORD, username: undefined, email: undefined }, 'username');
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an array', [{ username: 'ada', password: PASSWORD }]],
    ['a string', 'ada'],
    ['a number', 1],
    ['a function', () => 'ada'],
  ])('ASVS 15.3.5: %s for an input', async (_name, input) => {
    await expectRefused(input, '');
  });

  it.each([
    ['a string', 'GET /'],
    ['null', null],
  ])('%s for a request', async (_name, request) => {
    await expectRefused({ username: 'ada', password: PASSWORD, request }, 'request');
  });

  it('ASVS 6.3.2: and leaves the table as it was', async () => {
    expect(await test.accounts.findUser({ username: 'ada' })).toBeNull();
    expect(await test.accounts.findUser({ username: 'ada@example.com' })).toBeNull();
  });
});

describe('createAccount lets through what only looks dangerous:', () => {
  let test: TestAccounts;
  beforeAll(async () => {
    test = await createTestAccounts();
  });
  afterAll(() => test.drop());

  it('a request of any class, without looking into it', async () => {
    class IncomingMessage {
      get user(): never {
        throw new Error('too early');
      }
    }
    const request = new IncomingMessage();
    Object.defineProperty(request, 'lazy', {
      enumerable: true,
      get: () => {
        throw new Error('too early');
      },
    });
    const account = await test.accounts.createAccount({
      username: 'b1',
      password: PASSWORD,
      request,
    });
    expect(account.username).toBe('b1');
  });

  it('ASVS 15.3.6: names of JavaScript as usernames', async () => {
    for (const username of ['__proto__', 'constructor', 'hasownproperty', '$set', 'null']) {
      const account = await test.accounts.createAccount({ username, password: PASSWORD });
      expect(await test.accounts.findUser({ username })).toEqual(account);
    }
  });

  it('a profile as it is: empty strings, nulls, undefined and nested values', async () => {
    const profile = { empty: '', none: null, list: [[], {}, ''], deep: { constructor: 'x' } };
    const account = await test.accounts.createAccount({
      username: 'b2',
      password: PASSWORD,
      profile: { ...profile, missing: undefined },
    });
    expect(account.profile).toStrictEqual(profile);
    expect((await test.accounts.findUser({ username: 'b2' }))?.profile).toStrictEqual(profile);
  });

  it('createAccount accepts a profile of 200 KB', async () => {
    const profile = { text: 'x'.repeat(200 * 1024) };
    const account = await test.accounts.createAccount({
      username: 'b3',
      password: PASSWORD,
      profile,
    });
    expect(account.profile).toEqual(profile);
  });
});
