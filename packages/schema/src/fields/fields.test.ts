import fc from 'fast-check';
import { emailAddress } from './emailAddress.js';
import { phoneNumber } from './phoneNumber.js';
import { username } from './username.js';

const RUNS = { numRuns: 1000 };
const MEGABYTE = 1_000_000;

/** Letters that case mapping and normalisation treat in their own ways, and some that they leave. */
const letters = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      'a',
      'A',
      'z',
      '1',
      '.',
      '-',
      '_',
      '@',
      '#',
      '+',
      ' ',
      '\n',
      ',',
      '"',
      '＠',
      '．',
      '。',
    ),
    fc.constantFrom(
      'é',
      'e\u0301',
      'É',
      'İ',
      'I\u0307',
      'ı',
      'ß',
      'ẞ',
      'ſ',
      'K',
      'Å',
      'Σ',
      'σ',
      'ς',
      'ﬀ',
      'ǅ',
      'Ω',
      '\u0345',
      '\u1f80',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
  maxLength: 12,
});

describe('emailAddress', () => {
  it.each([
    'ada@example.com',
    'a.b+c@sub.example.co.uk',
    "o'brien!#$%&*/=?^_`{|}~-@example.com",
    'a=b?c@example.com',
    'grüße@xn--bcher-kva.example',
    'a@0x7f.1.example',
    `${'a'.repeat(64)}@example.com`,
    'a@1.example',
  ])('takes %s', (address) => {
    expect(emailAddress.parse(address)).toBe(address);
  });

  it.each([
    ['用户@例子.公司', '用户@xn--fsqu00a.xn--55qx5d'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@BU\u0308CHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@XN--BCHER-KVA.example', 'ada@xn--bcher-kva.example'],
    // With a Cyrillic а: another domain, and nobody can take it for the one it looks like.
    ['ada@exаmple.com', 'ada@xn--exmple-4nf.com'],
  ])('stores %s with its domain in ASCII, as which there is only one', (address, stored) => {
    expect(emailAddress.parse(address)).toBe(stored);
    expect(emailAddress.parse(stored)).toBe(stored);
  });

  it('stores it in ASCII also when that is code which V8 has compiled', () => {
    const forms = new Set<string>();
    for (let at = 0; at < 20_000; at++) forms.add(emailAddress.parse('ada@bücher.example'));
    expect([...forms]).toEqual(['ada@xn--bcher-kva.example']);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no @', 'ada.example.com'],
    ['nothing before the @', '@example.com'],
    ['nothing after the @', 'ada@'],
    ['a host without a dot', 'ada@localhost'],
    ['a list', 'ada@example.com,eve@example.com'],
    ['a list with semicolons', 'ada@example.com;eve@example.com'],
    ['a list with spaces', 'ada@example.com eve@example.com'],
    ['a line break', 'ada@example.com\nBcc: eve@example.com'],
    ['a carriage return', 'ada@example.com\r\n'],
    ['a space in front', ' ada@example.com'],
    ['a space behind', 'ada@example.com '],
    ['a NUL', 'ada\0@example.com'],
    ['a full-width @', 'ada＠example.com'],
    ['a small @', 'ada﹫example.com'],
    ['a full-width @ beside a real one', 'ada＠evil.com@example.com'],
    ['full-width letters', 'ａda@example.com'],
    ['a full-width dot', 'ada@example．com'],
    ['an ideographic full stop', 'ada@example。com'],
    ['a ligature', 'o\ufb03ce@example.com'],
    ['a quoted local part', '"ada"@example.com'],
    ['a quoted local part with an @', '"ada@evil.com"@example.com'],
    ['a quoted line break', '"a\r\nb"@example.com'],
    ['a comment', 'ada(eve)@example.com'],
    ['a comment in the host', 'ada@(eve)example.com'],
    ['an IPv4 address', 'ada@127.0.0.1'],
    ['a short IPv4 address', 'ada@127.1'],
    ['a hexadecimal IPv4 address', 'ada@127.0x1'],
    ['a domain that encodes nothing', 'ada@xn--a.example'],
    ['a domain that is too long in ASCII', `ada@${'ü'.repeat(60)}.example`],
    ['an encoded word', '=?utf-8?q?eve=40evil.example=2c?=ada@example.com'],
    ['a name', 'Ada <ada@example.com>'],
    ['a route', '<@evil.com:ada@example.com>'],
    ['an address literal', 'ada@[127.0.0.1]'],
    ['a percent route is no second host', 'ada@evil.com%example.com'],
    ['a bang path in the host', 'ada@evil.com!example.com'],
    ['two @', 'ada@eve@example.com'],
    ['a dot in front', '.ada@example.com'],
    ['a dot behind', 'ada.@example.com'],
    ['two dots', 'a..b@example.com'],
    ['a host that begins with a dot', 'ada@.example.com'],
    ['a host that ends with a dot', 'ada@example.com.'],
    ['a label that begins with a hyphen', 'ada@-example.com'],
    ['a label that ends with a hyphen', 'ada@example-.com'],
    ['an underscore in the host', 'ada@exa_mple.com'],
    ['a slash in the host', 'ada@example.com/x'],
    ['a port', 'ada@example.com:25'],
    ['a zero-width space', 'ad\u200ba@example.com'],
    ['a zero-width joiner', 'ad\u200da@example.com'],
    ['a right-to-left override', 'ad\u202ea@example.com'],
    ['a byte order mark', '\ufeffada@example.com'],
    ['a soft hyphen', 'ad\u00ada@example.com'],
    ['a variation selector', 'ada\ufe0f@example.com'],
    ['a Hangul filler', 'ada\u115f@example.com'],
    ['a Hangul filler in the host', 'ada@exa\u3164mple.com'],
    ['a lone surrogate', 'ad\ud800a@example.com'],
    ['a local part of 65 bytes', `${'a'.repeat(65)}@example.com`],
    ['a local part of 66 bytes in 33 letters', `${'é'.repeat(33)}@example.com`],
    ['a label of 64', `ada@${'a'.repeat(64)}.com`],
    ['255 bytes', `ada@${'a.'.repeat(125)}a`],
  ])('refuses %s', (_, address) => {
    expect(emailAddress.safeParse(address).success).toBe(false);
  });

  it('gives one value for eight spellings of one address', () => {
    const spellings = [
      'josé@example.com',
      'JOSÉ@EXAMPLE.COM',
      'José@Example.com',
      'joSé@exAmple.com',
    ];
    const values = spellings.flatMap((text) => [text.normalize('NFC'), text.normalize('NFD')]);
    expect(new Set(values).size).toBe(8);
    expect(new Set(values.map((value) => emailAddress.parse(value)))).toEqual(
      new Set(['josé@example.com']),
    );
  });

  it('gives what it gives for its own value: parse(parse(x)) is parse(x)', () => {
    const any = fc.oneof(
      letters,
      fc.tuple(letters, letters).map(([a, b]) => `${a}@${b}.example`),
    );
    fc.assert(
      fc.property(any, (text) => {
        const first = emailAddress.safeParse(text);
        if (!first.success) return;
        expect(emailAddress.safeParse(first.data)).toEqual(first);
        expect(first.data).not.toMatch(/[\s,;"<>()\\[\]\p{C}]/u);
        expect(first.data.split('@')).toHaveLength(2);
      }),
      RUNS,
    );
  });

  it('gives one value whatever the case and the normal form of the letters', () => {
    const simple = fc.string({
      unit: fc.constantFrom('a', 'z', 'é', 'ñ', 'ü', 'ø', 'я', '1', '漢'),
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(simple, (local) => {
        const text = `${local}@example.com`;
        for (const spelling of [
          text.toUpperCase(),
          text.normalize('NFD'),
          text.toUpperCase().normalize('NFD'),
        ]) {
          expect(emailAddress.safeParse(spelling)).toEqual(emailAddress.safeParse(text));
        }
      }),
      RUNS,
    );
  });

  it('refuses a megabyte at once, whatever it is made of', () => {
    for (const text of ['a', 'a.', '@', 'a@', '.', '-', 'é', '\n', 'a@b.']) {
      const long = text.repeat(Math.ceil(MEGABYTE / text.length));
      const result = emailAddress.safeParse(long);
      expect(result.success).toBe(false);
      expect(JSON.stringify(result.error?.issues).length).toBeLessThan(1000);
    }
  });

  it('refuses what is no string', () => {
    for (const value of [
      null,
      undefined,
      5,
      {},
      [],
      ['ada@example.com'],
      { toString: () => 'ada@example.com' },
    ]) {
      expect(emailAddress.safeParse(value).success).toBe(false);
    }
  });
});

describe('username', () => {
  it.each([
    'ada',
    'a',
    '1',
    'ada.lovelace',
    'ada_l-1',
    'größe',
    'ユーザー',
    'αβγ',
    "o'brien",
    'a'.repeat(100),
    '$',
    '!',
  ])('takes %s', (name) => {
    expect(username.parse(name)).toBe(name);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['101 characters', 'a'.repeat(101)],
    ['a space', 'ada lovelace'],
    ['a no-break space', 'ada\u00a0lovelace'],
    ['a tab', 'ada\tl'],
    ['a line break', 'ada\n'],
    ['a NUL', 'ada\0'],
    ['the delimiter of keys', 'ada#1'],
    ['a full-width #', 'ada＃1'],
    ['an @', 'ada@example.com'],
    ['a full-width @', 'ada＠example.com'],
    ['what looks like a phone number', '+4930123456'],
    ['a full-width +', '＋4930123456'],
    ['a ULID', '01J8ZQ4Z3M0000000000000000'],
    ['a ULID in lower case', '01j8zq4z3m0000000000000000'],
    ['a ULID in full-width digits', '０１j8zq4z3m0000000000000000'],
    ['a zero-width space', 'ad\u200ba'],
    ['a zero-width joiner', 'ad\u200da'],
    ['a right-to-left override', 'ad\u202ea'],
    ['a soft hyphen', 'ad\u00ada'],
    ['a variation selector', 'ada\ufe0f'],
    ['a Hangul filler', '\u3164'],
    ['a half-width Hangul filler', 'ada\uffa0'],
    ['a combining grapheme joiner', 'ad\u034fa'],
    ['a byte order mark', '\ufeffada'],
    ['a symbol', 'ada★'],
    ['an emoji', 'ada😀'],
    ['a lone surrogate', 'ada\ud800'],
    ['a private-use character', 'ada\ue000'],
    ['an unassigned character', 'ada\u0378'],
    ['the delimiter of others', 'ada⊰b'],
    ['what is too long once written out', '\ufdfa'.repeat(50)],
  ])('refuses %s', (_, name) => {
    expect(username.safeParse(name).success).toBe(false);
  });

  it('gives one value for every spelling of case and of normal form', () => {
    for (const spelling of ['josé', 'JOSÉ', 'jose\u0301', 'JOSE\u0301', 'ｊｏｓé', 'JoSé']) {
      expect(username.parse(spelling)).toBe('josé');
    }
    expect(username.parse('K')).toBe('k');
    expect(username.parse('ﬀ')).toBe('ff');
  });

  it('gives what it gives for its own value: parse(parse(x)) is parse(x)', () => {
    fc.assert(
      fc.property(letters, (text) => {
        const first = username.safeParse(text);
        if (!first.success) return;
        expect(username.safeParse(first.data)).toEqual(first);
        expect(first.data).not.toMatch(/[\s@#\p{C}\p{Lu}]/u);
      }),
      RUNS,
    );
  });

  it('is never what another identifier could be', () => {
    fc.assert(
      fc.property(letters, (text) => {
        if (!username.safeParse(text).success) return;
        expect(emailAddress.safeParse(text).success).toBe(false);
        expect(phoneNumber.safeParse(text).success).toBe(false);
      }),
      RUNS,
    );
  });

  it('refuses a megabyte at once', () => {
    for (const text of ['a', '\u0301', '\ufdfa', ' ']) {
      expect(username.safeParse(text.repeat(MEGABYTE)).success).toBe(false);
    }
  });
});

describe('phoneNumber', () => {
  it('takes 7 to 15 digits after a plus, and nothing else', () => {
    for (const number of ['+1234567', '+4930123456', '+123456789012345']) {
      expect(phoneNumber.parse(number)).toBe(number);
    }
    for (const number of [
      '',
      '+',
      '+123456',
      '+1234567890123456',
      '+0234567',
      '1234567',
      '004930123456',
      '+49 30 123456',
      '+49-30-123456',
      '+4930123456\n',
      '\n+4930123456',
      '++4930123456',
      '+４９30123456',
      '＋4930123456',
      '+٤٩30123456',
      '+4930123456;ext=1',
      '+1'.repeat(MEGABYTE),
    ]) {
      expect(phoneNumber.safeParse(number).success).toBe(false);
    }
  });
});
