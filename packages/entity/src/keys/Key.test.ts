import fc from 'fast-check';
import { ulid } from 'ulid';
import { errorFrom } from '../../test/support/errorOf.js';
import { documentId, keyOfDocumentId } from './documentId.js';
import { encodeKeyPart, type KeyValue } from './encodeKeyPart.js';
import { assertKeySize, decodeKey, encodeKey } from './Key.js';

const RUNS = { numRuns: 500 };

/** Text that key codecs have been broken with: delimiters, escapes, markers, controls, astral. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '#',
      '$',
      '.',
      '~',
      '-',
      '\0',
      '\n',
      ' ',
      '!',
      '"',
      '%',
      'n',
      'd',
      't',
      '2',
      '3',
    ),
    fc.constantFrom(
      '$n',
      '$i',
      '$d',
      '$t',
      '$23',
      '#a',
      '⊰',
      '\uffff',
      '😀',
      '\ue000',
      'é',
      'e\u0301',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 8,
});
const text = hostile.filter((value) => value.isWellFormed());
const LIMIT = 10n ** 38n - 1n;

/** Whole numbers near a power of ten, of either sign: where their text grows by a digit. */
function around(power: bigint): fc.Arbitrary<bigint> {
  return fc
    .tuple(fc.bigInt({ min: -20n, max: 20n }), fc.boolean())
    .map(([near, negative]) => (negative ? -1n : 1n) * (power + near))
    .filter((value) => value <= LIMIT && value >= -LIMIT);
}
const number = fc.oneof(
  fc.integer(),
  fc.double({ min: -9e15, max: 9e15, noNaN: true }),
  fc.double({ min: -9e37, max: 9e37, noNaN: true }),
  around(10n ** 16n).map(Number),
  fc.constantFrom(
    0,
    -0,
    1e-7,
    -1e-7,
    1.5e-7,
    5e-324,
    -5e-324,
    0.1,
    -0.1,
    9.5,
    10,
    -9.5,
    -10,
    1,
    -1,
  ),
);
const bigint = fc.oneof(
  fc.bigInt({ min: -LIMIT, max: LIMIT }),
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc.integer({ min: 1, max: 38 }).chain((digits) => around(10n ** BigInt(digits))),
);
const date = fc.date({
  min: new Date('0000-01-01T00:00:00.000Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
const keyValue: fc.Arbitrary<KeyValue> = fc.oneof(text, number, bigint, fc.boolean(), date);
const keyValues = fc.array(keyValue, { maxLength: 4 });

/** As DynamoDB sorts strings. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A value by type and content; -0 counts as 0, as it does in DynamoDB. */
function identity(value: KeyValue): string {
  if (value instanceof Date) return `date ${String(value.getTime())}`;
  return `${typeof value} ${String(value)}`;
}

function sameOrder<V extends KeyValue>(
  values: fc.Arbitrary<V>,
  compare: (a: V, b: V) => number,
): void {
  fc.assert(
    fc.property(keyValues, values, values, keyValues, keyValues, (before, a, b, after, other) => {
      const order = Math.sign(compare(a, b)) + 0;
      expect(Math.sign(compareBytes(encodeKeyPart(a, 'x'), encodeKeyPart(b, 'x')))).toBe(order);
      if (order === 0) return;
      // Also with the same parts before it, and any parts after it.
      const keys = [
        encodeKey('head', [...before, a, ...after]),
        encodeKey('head', [...before, b, ...other]),
      ] as const;
      expect(Math.sign(compareBytes(...keys))).toBe(order);
    }),
    RUNS,
  );
}

describe('encodeKey', () => {
  it('is injective: two lists that differ in a value, a type or their length give two keys', () => {
    fc.assert(
      fc.property(keyValues, keyValues, (a, b) => {
        const same = JSON.stringify(a.map(identity)) === JSON.stringify(b.map(identity));
        expect(encodeKey('head', a) === encodeKey('head', b)).toBe(same);
      }),
      RUNS,
    );
  });

  it('is injective for values that are built from the encoding of others', () => {
    fc.assert(
      fc.property(keyValues, fc.nat({ max: 4 }), (values, cut) => {
        const inside = encodeKey('', values.slice(0, cut)).slice(1);
        const forged: KeyValue[] = [inside, ...values.slice(cut)];
        const same = JSON.stringify(values.map(identity)) === JSON.stringify(forged.map(identity));
        expect(encodeKey('head', values) === encodeKey('head', forged)).toBe(same);
      }),
      RUNS,
    );
  });

  it.each<[readonly KeyValue[], readonly KeyValue[]]>([
    [
      ['1#b_2', '3'],
      ['1', '2#b_3'],
    ],
    [['a#b'], ['a', 'b']],
    [['a$23b'], ['a#b']],
    [['$'], ['$24']],
    [[''], []],
    [
      ['', 'a'],
      ['a', ''],
    ],
    [['1'], [1]],
    [[1], [1n]],
    [['true'], [true]],
    [['$t'], [true]],
    [['$n0000000000000001'], [1]],
    [['2026-01-31T12:00:00.000Z'], [new Date('2026-01-31T12:00:00Z')]],
    [['é'], ['e\u0301']],
    [['A'], ['a']],
  ])('gives %j and %j two keys', (a, b) => {
    expect(encodeKey('x', a)).not.toBe(encodeKey('x', b));
  });

  it('is prefix-safe: with the delimiter, a key is the beginning only of keys that begin with its values', () => {
    fc.assert(
      fc.property(keyValues, keyValues, (some, all) => {
        const begins = some.every(
          (value, at) => at < all.length && identity(value) === identity(all[at] ?? ''),
        );
        const isLonger = all.length > some.length;
        const prefix = `${encodeKey('head', some)}#`;
        expect(encodeKey('head', all).startsWith(prefix)).toBe(begins && isLonger);
      }),
      RUNS,
    );
    expect(
      encodeKey('t', ['password', 'a10']).startsWith(`${encodeKey('t', ['password', 'a1'])}#`),
    ).toBe(false);
  });

  it('keeps the beginning of a string as the beginning of its encoding', () => {
    fc.assert(
      fc.property(text, text, (start, rest) => {
        expect(encodeKeyPart(start + rest, 'x').startsWith(encodeKeyPart(start, 'x'))).toBe(true);
      }),
      RUNS,
    );
  });

  it('keeps the order of numbers, as a part of a key, too', () => {
    sameOrder(number, (a, b) => a - b);
  });

  it('keeps the order of numbers that are close to each other', () => {
    const close = fc
      .tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 0, max: 9 }))
      .map(([whole, exponent]) => whole / 10 ** exponent);
    sameOrder(close, (a, b) => a - b);
  });

  it('keeps the order of bigints', () => {
    sameOrder(bigint, (a, b) => (a < b ? -1 : a > b ? 1 : 0));
  });

  it('keeps the order of dates', () => {
    sameOrder(date, (a, b) => a.getTime() - b.getTime());
  });

  it('keeps the order of strings by their UTF-8 bytes', () => {
    sameOrder(text, compareBytes);
  });

  it('keeps the order of ulids', () => {
    const ulids = fc.nat({ max: 2 ** 47 - 1 }).map((time) => ulid(time));
    sameOrder(ulids, compareBytes);
  });

  it('can be decoded: the same values come back, with their types', () => {
    fc.assert(
      fc.property(keyValues, (values) => {
        const decoded = decodeKey(encodeKey('head', values));
        expect(decoded.head).toBe('head');
        expect(decoded.values.map((value) => identity(value ?? '?'))).toEqual(values.map(identity));
      }),
      RUNS,
    );
  });

  it('leaves letters, digits and common punctuation as they are, so that a console shows them', () => {
    for (const value of [
      'ada',
      'ada@example.com',
      '01J8ZQ4Z3M',
      'Größe',
      '+49-30(1)/2:3_4~',
      '😀',
    ]) {
      expect(encodeKeyPart(value, 'x')).toBe(value);
    }
    expect(encodeKey('order', ['a#b c$', 7])).toBe('order#a$23b$20c$24#$n0000000000000007');
    expect(encodeKeyPart(-1.5, 'x')).toBe('$n-9999999999999998.4~');
    expect(encodeKeyPart(42n, 'x')).toBe('$i0000000000000042');
    expect(encodeKeyPart(10n ** 16n - 1n, 'x')).toBe('$i9999999999999999');
    expect(encodeKeyPart(10n ** 16n, 'x')).toBe('$ia10000000000000000');
    expect(encodeKeyPart(-123456789012345678n, 'x')).toBe('$i-,u876543210987654321~');
    expect(encodeKeyPart(1e21, 'x')).toBe('$nf1000000000000000000000');
    expect(encodeKeyPart(new Date('2026-01-31T12:00:00Z'), 'x')).toBe('$d2026-01-31T12:00:00.000Z');
    expect([encodeKeyPart(true, 'x'), encodeKeyPart(false, 'x')]).toEqual(['$t', '$f']);
  });

  it('pads whole numbers of up to 16 digits, as it always has', () => {
    const whole = fc.bigInt({ min: 0n, max: 10n ** 16n - 1n });
    fc.assert(
      fc.property(whole, (value) => {
        const text = String(value).padStart(16, '0');
        const complement = text.replace(/\d/g, (digit) => String(9 - Number(digit)));
        expect(encodeKeyPart(value, 'x')).toBe(`$i${text}`);
        if (value > 0n) expect(encodeKeyPart(-value, 'x')).toBe(`$i-${complement}~`);
        if (value > Number.MAX_SAFE_INTEGER) return;
        expect(encodeKeyPart(Number(value), 'x')).toBe(`$n${text}`);
        if (value > 0n) expect(encodeKeyPart(-Number(value), 'x')).toBe(`$n-${complement}~`);
      }),
      RUNS,
    );
  });

  it.each<[string, KeyValue, string]>([
    ['a lone high surrogate', 'a\ud800', 'contains a lone surrogate'],
    ['a lone low surrogate', '\udc00a', 'contains a lone surrogate'],
    ['NaN', Number.NaN, 'is not finite'],
    ['Infinity', Infinity, 'is not finite'],
    ['-Infinity', -Infinity, 'is not finite'],
    ['1.1e38', 1.1e38, 'has more than 38 digits'],
    ['-1.1e38', -1.1e38, 'has more than 38 digits'],
    ['10n ** 38n', 10n ** 38n, 'has more than 38 digits'],
    ['-(10n ** 38n)', -(10n ** 38n), 'has more than 38 digits'],
    ['an invalid date', new Date(Number.NaN), 'is an invalid date'],
    ['the year 10000', new Date(253402300800000), 'is a date outside the years 0 to 9999'],
    ['the year -1', new Date('-000001-01-01T00:00:00Z'), 'is a date outside the years 0 to 9999'],
  ])('refuses %s, and names the field', (_, value, reason) => {
    const error = errorFrom(() => encodeKeyPart(value, 'profile.city'));
    expect(error).toMatchObject({ code: 'InvalidKey', details: { path: 'profile.city', reason } });
    expect(error.message).toContain('profile.city');
  });

  it('takes the last numbers below the limit', () => {
    for (const value of [9e37, -9e37, LIMIT, -LIMIT]) {
      expect(decodeKey(encodeKey('x', [value])).values).toEqual([value]);
    }
  });
});

describe('assertKeySize', () => {
  it.each([
    ['PK', 2048],
    ['SK', 1024],
  ] as const)(
    'allows a %s of %i bytes and refuses one more, counted in UTF-8',
    (attribute, limit) => {
      for (const unit of ['a', 'é', '漢', '😀']) {
        const bytes = Buffer.byteLength(unit);
        const full = unit.repeat(Math.floor(limit / bytes)) + 'a'.repeat(limit % bytes);
        expect(() => assertKeySize(full, attribute, 'city')).not.toThrow();
        expect(errorFrom(() => assertKeySize(`${full}a`, attribute, 'city'))).toMatchObject({
          code: 'InvalidKey',
          details: { path: 'city' },
        });
      }
    },
  );
});

describe('documentId', () => {
  it('stands for its key, and only for that one', () => {
    fc.assert(
      fc.property(keyValues, keyValues, (first, second) => {
        const key = { PK: encodeKey('a', first), SK: encodeKey('b', second) };
        expect(keyOfDocumentId(documentId(key))).toEqual(key);
      }),
      RUNS,
    );
  });

  it('takes any other text for no id', () => {
    const id = documentId({ PK: 'a', SK: 'b' });
    for (const forged of [
      '',
      'x',
      'AA',
      `${id}=`,
      `${id} `,
      ` ${id}`,
      id.slice(0, -1),
      '💥',
      `${id}\n`,
    ]) {
      expect(keyOfDocumentId(forged)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (forged) => {
        const key = keyOfDocumentId(forged);
        if (key) expect(documentId(key)).toBe(forged);
      }),
      RUNS,
    );
  });

  it('takes an id whose key DynamoDB could not hold for no id', () => {
    for (const key of [
      { PK: '', SK: 'b' },
      { PK: 'a', SK: '' },
      { PK: 'a'.repeat(2049), SK: 'b' },
      { PK: 'a', SK: 'b'.repeat(1025) },
    ]) {
      expect(keyOfDocumentId(documentId(key))).toBeUndefined();
    }
  });
});
