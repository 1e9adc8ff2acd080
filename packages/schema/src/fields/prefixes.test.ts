import fc from 'fast-check';
import { emailAddress, emailAddressPrefixes } from './emailAddress.js';
import { username, usernamePrefixes } from './username.js';

const startsWithOne = (value: string, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => value.startsWith(prefix));

/** Letters whose case mapping depends on their neighbours, or takes several letters. */
const name = fc
  .string({
    unit: fc.constantFrom(
      'Σ',
      'σ',
      'ς',
      'Α',
      'β',
      'a',
      'Z',
      'İ',
      'ẞ',
      'É',
      '.',
      "'",
      '-',
      '7',
      'ﬀ',
    ),
    minLength: 1,
    maxLength: 8,
  })
  .filter((text) => username.safeParse(text).success);

/** Every beginning of a text, in whole characters. */
const beginnings = (text: string): string[] =>
  Array.from(text, (_, at) =>
    Array.from(text)
      .slice(0, at + 1)
      .join(''),
  );

describe('usernamePrefixes', () => {
  it.each([
    ['', ['']],
    ['AD', ['ad']],
    ['Ａｄ', ['ad']],
    ['e\u0301', ['é']],
    ['Σ', ['σ']],
    ['ΝΙΚΟΣ', ['νικος', 'νικοσ']],
    ['ΝΙΚΟΣ.', ['νικος.', 'νικοσ.']],
    ['νικος', ['νικος']],
    ['ΝΙΚΟΣΑ', ['νικοσα']],
    // No username has these, so nothing begins with them.
    ['a b', ['a b']],
    ['ada@', ['ada@']],
    // Longer than any username, or longer once it is normalised.
    ['a'.repeat(100), ['a'.repeat(100)]],
    ['a'.repeat(101), []],
    ['ﷺ'.repeat(100), []],
    ['a'.repeat(1000), []],
    ['a\ud800', []],
    ['\udc00', []],
  ])('of %j are %j', (prefix, expected) => {
    expect(usernamePrefixes(prefix)).toEqual(expected);
  });

  it('finds every username by every beginning of what was typed, and by those of what is stored', () => {
    fc.assert(
      fc.property(name, (typed) => {
        const stored = username.parse(typed);
        for (const prefix of [...beginnings(typed), ...beginnings(stored)]) {
          expect({ prefix, found: startsWithOne(stored, usernamePrefixes(prefix)) }).toEqual({
            prefix,
            found: true,
          });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('finds no username that begins otherwise', () => {
    fc.assert(
      fc.property(name, name, (typed, other) => {
        const stored = username.parse(typed);
        const isFound = startsWithOne(stored, usernamePrefixes(other));
        // What the other is as a whole, or as the beginning of something longer.
        const forms = [other, `${other}a`].map((text) => username.safeParse(text).data ?? text);
        const [whole = '', longer = ''] = forms;
        expect(isFound).toBe(stored.startsWith(whole) || stored.startsWith(longer.slice(0, -1)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('emailAddressPrefixes', () => {
  it.each([
    ['', ['']],
    ['ADA@Ex', ['ada@ex']],
    ['a#$%', ['a#$%']],
    ['ada@bücher', ['ada@xn--bcher-kva']],
    ['ada@BU\u0308CHER.ex', ['ada@xn--bcher-kva.ex']],
    ['ada@xn--bch', ['ada@xn--bch']],
    // A number alone is no address here, and no part of a label has a form in ASCII.
    ['ada@1', ['ada@1']],
    ['ada@0x7f', ['ada@0x7f']],
    ['ada@bü/../x', ['ada@bü/../x']],
    ['ada@bü-', ['ada@bü-']],
    ['a@b@ü', ['a@b@xn--tda']],
    ['ΝΙΚΟΣ', ['νικος', 'νικοσ']],
    ['ΝΙΚΟΣ@', ['νικος@']],
    ['é'.repeat(127), ['é'.repeat(127)]],
    ['é'.repeat(128), []],
    ['a'.repeat(255), []],
    ['a'.repeat(1000), []],
    ['a\ud800', []],
  ])('of %j are %j', (prefix, expected) => {
    expect([...emailAddressPrefixes(prefix)].sort()).toEqual([...expected].sort());
  });

  it.each(['Ada@Bücher.Example', 'ΝΙΚΟΣ.ΠΑΠ@例子.公司', 'a=b#c$d@1.example', 'É@EXAMPLE.com'])(
    'finds %s by every beginning that ends within no label of its domain',
    (typed) => {
      const stored = emailAddress.parse(typed);
      const isWhole = (prefix: string): boolean =>
        !prefix.includes('@') ||
        /[@.]$/.test(prefix) ||
        /^(?:\.|$)/.test(typed.slice(prefix.length));
      const whole = beginnings(typed).filter(isWhole);
      expect(whole.length).toBeGreaterThan(4);
      for (const prefix of [...whole, ...beginnings(stored)]) {
        expect({ prefix, found: startsWithOne(stored, emailAddressPrefixes(prefix)) }).toEqual({
          prefix,
          found: true,
        });
      }
    },
  );
});
