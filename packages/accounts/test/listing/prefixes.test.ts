import { emailAddress, username } from '@latchkey/schema';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import type { ListedBy } from '../../src/core/AccountListing.js';
import { accountListing } from '../../src/listing/index.js';
import { errorOf } from '../support/errorOf.js';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';
import { listAll, listedValues, sorted } from './support.js';

const USERNAMES = [
  'Ada',
  'adam',
  'ad',
  'ad.a',
  'ad-a',
  'ad_a',
  'ad!a',
  'ad$a',
  'ad$24a',
  'ad%a',
  'ad~',
  'AD1',
  'ädam',
  'ÀDA',
  'ad\u0301am',
  'İstanbul',
  'ΝΙΚΟΣ',
  'ΝΙΚΟΣΑ',
  'νικο',
  'νικοσ',
  'νικος.α',
  'ﬀerro',
  'ferro',
  '用户',
  '𠮷田',
  'zoë',
  '한글',
];
const ADDRESSES = [
  'Ada@Example.com',
  'ada@example.net',
  'ada+1@example.com',
  'ada#1@example.com',
  'ada$1@example.com',
  'ada$231@example.com',
  'ada!1@example.com',
  'ada@bücher.example',
  'ada@bucher.example',
  'ad@example.com',
  'ΝΙΚΟΣ@example.com',
  'νικοσα@example.com',
  'é@example.com',
  '用户@例子.公司',
  '𠮷@example.com',
];

const LISTS = {
  username: { given: USERNAMES, parse: (value: string) => username.parse(value) },
  email: { given: ADDRESSES, parse: (value: string) => emailAddress.parse(value) },
} as const;

/** Every beginning of a text, in whole characters, up to a few. */
const beginnings = (text: string): string[] =>
  Array.from(text)
    .slice(0, 9)
    .map((_, at, letters) => letters.slice(0, at + 1).join(''));

let test: TestAccounts;
beforeAll(async () => {
  test = await createTestAccounts({ listing: accountListing() });
  const people = Math.max(USERNAMES.length, ADDRESSES.length);
  for (let at = 0; at < people; at++) {
    const [name, email] = [USERNAMES[at], ADDRESSES[at]];
    await test.accounts.createAccount({
      ...(name !== undefined && { username: name }),
      ...(email !== undefined && { email }),
      password: PASSWORD,
    });
  }
});
afterAll(() => test.drop());

describe.each(Object.entries(LISTS))('a list by %s', (name, { given, parse }) => {
  const by = name as ListedBy;
  const stored = given.map(parse);

  it.each([1, 2, 7, 50, 100])('is in the order of the values, on pages of %i', async (first) => {
    expect(await listedValues(test.accounts, by, { first })).toEqual(sorted(stored));
  });

  it('is what begins with a prefix, for every beginning of every value as it is stored', async () => {
    for (const prefix of new Set(stored.flatMap(beginnings))) {
      const expected = sorted(stored.filter((value) => value.startsWith(prefix)));
      for (const first of [1, 100]) {
        const found = await listedValues(test.accounts, by, { prefix, first });
        expect({ prefix, first, found }).toEqual({ prefix, first, found: expected });
      }
    }
  });

  it('has every value by every beginning as somebody typed it, in capitals and composed otherwise', async () => {
    for (const typed of sampleOf(given, 3)) {
      const value = parse(typed);
      for (const form of ['NFC', 'NFD'] as const) {
        const spelling = typed.normalize(form);
        // Letters and marks that belong together stay together.
        const prefixes = beginnings(spelling).filter(
          (prefix) =>
            prefix === spelling || prefix.normalize(form).length === 0 || isWhole(prefix, spelling),
        );
        for (const prefix of prefixes) {
          const found = await listedValues(test.accounts, by, { prefix });
          expect({ prefix, typed, isFound: found.includes(value) }).toEqual({
            prefix,
            typed,
            isFound: true,
          });
        }
      }
    }
  });
});

/** Tells whether a prefix ends where the normalised text has an end of a letter, and of a label. */
function isWhole(prefix: string, text: string): boolean {
  const rest = text.slice(prefix.length);
  if (/^[\p{M}\u1160-\u11ff]/u.test(rest)) return false;
  if (!prefix.includes('@') || /[@.]$/.test(prefix)) return true;
  return /^[\0-\x7f]*$/.test(text.slice(text.indexOf('@'))) || rest.startsWith('.');
}

describe('a prefix', () => {
  it.each<[ListedBy, string, string[]]>([
    ['username', 'ΝΙΚΟΣ', ['νικος', 'νικος.α', 'νικοσ', 'νικοσα']],
    ['username', 'νικοσ', ['νικοσ', 'νικοσα']],
    ['username', 'ΝΙΚΟΣ.', ['νικος.α']],
    ['username', 'ad$', ['ad$24a', 'ad$a']],
    ['username', 'ad$2', ['ad$24a']],
    ['username', 'ad!', ['ad!a']],
    ['username', 'ＡＤＡ', ['ada', 'adam']],
    ['email', 'ada#', ['ada#1@example.com']],
    ['email', 'ada$23', ['ada$231@example.com']],
    ['email', 'ada@BÜCHER', ['ada@xn--bcher-kva.example']],
    ['email', 'ada@example.', ['ada@example.com', 'ada@example.net']],
    // What no value has in it finds nothing, and reads nothing else.
    ['username', '#', []],
    ['username', 'ad#', []],
    ['username', 'ada@', []],
    ['username', 'ad a', []],
    ['username', '\0', []],
    ['username', '\u{10ffff}', []],
    ['username', '__proto__', []],
    ['username', '{"$exists":true}', []],
    ['username', '%', []],
    ['username', 'a*', []],
    ['email', 'phone', []],
    ['email', '@', []],
    ['username', 'a'.repeat(100), []],
    ['email', 'a'.repeat(254), []],
  ])('by %s, %j finds %j', async (by, prefix, expected) => {
    expect(await listedValues(test.accounts, by, { prefix })).toEqual(expected);
    expect(await listedValues(test.accounts, by, { prefix, first: 1 })).toEqual(expected);
  });

  it.each<[string, string, unknown]>([
    ['prefix', 'notAString', 5],
    ['prefix', 'notAString', null],
    ['prefix', 'notAString', ['a']],
    ['prefix', 'notAString', { $startsWith: 'a' }],
    ['prefix', 'notWellFormed', 'a\ud800'],
    ['prefix', 'notWellFormed', '\udc00'],
    ['prefix', 'tooLong', 'a'.repeat(1000)],
    ['prefix', 'tooLong', 'ﷺ'.repeat(100)],
    ['prefix', 'tooLong', 'é'.repeat(255)],
    ['by', 'notValid', 'phone'],
    ['by', 'notValid', 'toString'],
    ['by', 'notValid', undefined],
    ['by', 'notValid', ['username']],
    ['first', 'notValid', 0],
    ['first', 'notValid', 101],
    ['first', 'notValid', 1.5],
    ['first', 'notValid', '5'],
    ['first', 'notValid', NaN],
    ['first', 'notValid', null],
    ['after', 'notACursor', 5],
    ['after', 'notACursor', ''],
    ['after', 'notACursor', 'no cursor'],
    ['after', 'notACursor', {}],
  ])(
    '%s is refused with %s where it is %j, before anything is sent',
    async (path, reason, value) => {
      for (const by of ['username', 'email'] as const) {
        const input = { by, [path]: value } as never;
        const { commands } = await test.log.costOf(async () => {
          expect(await errorOf(test.accounts.listAccounts(input))).toMatchObject({
            code: 'InvalidInput',
            details: { path, reason },
          });
        });
        expect(commands).toEqual([]);
      }
    },
  );

  it.each([null, undefined, 'username', 5])('an input is refused that is %j', async (input) => {
    expect(await errorOf(test.accounts.listAccounts(input as never))).toMatchObject({
      code: 'InvalidInput',
      details: { path: '', reason: 'notAnObject' },
    });
  });
});

describe('a cursor', () => {
  const cursorOf = async (
    by: ListedBy,
    prefix: string,
    accounts = test.accounts,
  ): Promise<string> => {
    const { after } = await accounts.listAccounts({ by, prefix, first: 1 });
    if (after === undefined) throw new Error('There is one page only.');
    return after;
  };

  it.each<[ListedBy, string]>([
    ['username', ''],
    ['username', 'a'],
    ['username', 'ada'],
    ['email', ''],
    ['email', 'a'],
    ['email', 'ada@'],
  ])('of the list by %s of %j fits no other list', async (by, prefix) => {
    const after = await cursorOf(by, prefix);
    const spelled = { by, prefix: prefix.toUpperCase(), after };
    expect((await test.accounts.listAccounts(spelled)).items.length).toBeGreaterThan(0);
    for (const other of ['username', 'email'] as const) {
      for (const begin of ['', 'a', 'ad', 'ada', 'ada@', 'z']) {
        if (other === by && begin === prefix) continue;
        const input = { by: other, prefix: begin, after };
        expect(await errorOf(test.accounts.listAccounts(input))).toMatchObject({
          code: 'InvalidInput',
          details: { path: 'after', reason: 'notACursor' },
        });
      }
    }
  });

  it('of another table, of another index and one that was changed are refused', async () => {
    const other = await createTestAccounts({ listing: accountListing() });
    for (const name of ['ada', 'adam']) {
      await other.accounts.createAccount({ username: name, password: PASSWORD });
    }
    const foreign = await cursorOf('username', 'ad', other.accounts);
    await other.drop();
    const own = await cursorOf('username', 'ad');
    const mark = own.slice(0, 11);
    const { pageInfo } = await test.accounts.AccountEntity.paginate({
      filter: { username: { $startsWith: 'ad' } },
      first: 1,
    });
    const place = pageInfo.endCursor ?? '';
    expect(mark + place).toBe(own);
    const rewritten = Buffer.from(place, 'base64url').toString().replace('ad', 'zz');
    const forged = [
      foreign,
      place,
      mark,
      `${mark}A`,
      `${own}A`,
      own.slice(0, -4),
      own.toLowerCase(),
      `${mark}${Buffer.from(rewritten).toString('base64url')}`,
      `${mark}${'A'.repeat(10_000)}`,
    ];
    for (const after of forged) {
      const input = { by: 'username', prefix: 'ad', after } as const;
      expect(await errorOf(test.accounts.listAccounts(input))).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'after', reason: 'notACursor' },
      });
    }
  });
});

describe('a page', () => {
  it('shows of an account what an operator needs, and no more', async () => {
    const [first] = await listAll(test.accounts, 'username', { prefix: 'adam' });
    const [contact] = await listAll(test.accounts, 'email', { prefix: 'ad@' });
    const createdAt = test.clock.now();
    expect(first).toEqual({
      accountId: expect.any(String) as string,
      username: 'adam',
      deactivated: false,
      createdAt,
    });
    expect(contact).toEqual({
      accountId: expect.any(String) as string,
      username: expect.any(String) as string,
      email: 'ad@example.com',
      verified: false,
      deactivated: false,
      createdAt,
    });
  });

  it('has 50 items at most where nobody says how many', async () => {
    const own = await createTestAccounts({ listing: accountListing() });
    for (let at = 0; at < 51; at++) {
      await own.accounts.createAccount({ username: `u${String(at)}`, password: PASSWORD });
    }
    const page = await own.accounts.listAccounts({ by: 'username' });
    expect(page.items).toHaveLength(50);
    const rest = await own.accounts.listAccounts({ by: 'username', after: page.after ?? null });
    expect(rest.items).toHaveLength(1);
    expect(rest).not.toHaveProperty('after');
    await own.drop();
  });
});
