import * as fc from 'fast-check';
import { BcryptHasher } from '../passwords/BcryptHasher.js';
import { createRecoveryCodes, RECOVERY_CODE_ALPHABET } from './createRecoveryCodes.js';
import { parseRecoveryCode } from './parseRecoveryCode.js';

const ALPHABET = Array.from(RECOVERY_CODE_ALPHABET);
// With 31 degrees of freedom, unbiased letters exceed this less than once in 10^9.
const MAX_UNEVENNESS = 105;
const FORM = /^[0-9][0-9A-HJKMNP-TV-Z]{3}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}$/;

describe('createRecoveryCodes', () => {
  it('gives 10 codes that begin with their number, in groups of four', () => {
    const codes = createRecoveryCodes();
    expect(codes).toHaveLength(10);
    for (const [index, code] of codes.entries()) {
      expect(code).toMatch(FORM);
      expect(code.charAt(0)).toBe(String(index));
    }
  });

  it('NIST 4.2.1.1, ASVS 6.5.3: holds at least 64 random bits besides the number', () => {
    const random = jest.spyOn(Math, 'random').mockImplementation(() => {
      throw new Error('not random enough');
    });
    const rounds = 3000;
    const secrets = Array.from({ length: rounds / 10 }, createRecoveryCodes)
      .flat()
      .map((code) => code.replaceAll('-', '').slice(1));
    random.mockRestore();

    expect(new Set(secrets).size).toBe(rounds);
    const places = [...Array(15).keys()];
    expect(places.length * Math.log2(RECOVERY_CODE_ALPHABET.length)).toBeGreaterThanOrEqual(64);
    for (const place of places) {
      expect(unevenness(secrets.map((secret) => secret.charAt(place)))).toBeLessThan(
        MAX_UNEVENNESS,
      );
    }
    expect(unevenness(Array.from(secrets.join('')))).toBeLessThan(MAX_UNEVENNESS);
  });
});

describe('parseRecoveryCode', () => {
  it('reads every code that was made, and gives its number', () => {
    for (const [index, code] of createRecoveryCodes().entries()) {
      expect(parseRecoveryCode(code)).toEqual({ index, code: code.replaceAll('-', '') });
    }
  });

  it('gives one form, however somebody types it', () => {
    const letter = fc.constantFrom(...ALPHABET);
    const gap = fc.constantFrom('', '-', ' ', '\u2013', '\u00a0', ' - ', '\t');
    const style = fc.record({ gap, lower: fc.boolean(), letters: fc.boolean() });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9 }),
        fc.array(letter, { minLength: 15, maxLength: 15 }),
        fc.array(style, { minLength: 16, maxLength: 16 }),
        (index, rest, styles) => {
          const code = `${index}${rest.join('')}`;
          const typed = Array.from(code, (character, at) => retyped(character, styles[at])).join(
            '',
          );
          expect(parseRecoveryCode(typed)).toEqual({ index, code });
          expect(parseRecoveryCode(`  ${typed}\n`)).toEqual({ index, code });
        },
      ),
    );
  });

  it('never gives another form than the one that is hashed', () => {
    const almost = fc.string({
      unit: fc.constantFrom(...ALPHABET, ...Array.from('ILOUilou- \u017f\u0131\uff11!')),
      minLength: 14,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), almost), (value) => {
        const parsed = parseRecoveryCode(value);
        if (parsed === null) return;
        expect(parsed.code).toMatch(/^[0-9][0-9A-HJKMNP-TV-Z]{15}$/);
        expect(parsed.index).toBe(Number(parsed.code.charAt(0)));
        expect(parseRecoveryCode(parsed.code)).toEqual(parsed);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a letter as its number', 'A123-4567-89AB-CDEF'],
    ['15 characters', '0123-4567-89AB-CDE'],
    ['17 characters', '0123-4567-89AB-CDEF-0'],
    ['U, which stands for no digit', '0123-4567-89AB-CDEU'],
    ['a long s, whose capital is S', '0123-4567-89AB-CDE\u017f'],
    ['wide digits', '\uff10123-4567-89AB-CDEF'],
    ['other signs between', '0123.4567.89AB.CDEF'],
    ['nothing', ''],
    ['undefined', undefined],
    ['null', null],
    ['a number', 123_456_789_012_345],
    ['an array', ['0123-4567-89AB-CDEF']],
    ['a TOTP code', '123456'],
    ['a megabyte of dashes', '-'.repeat(1_000_000) + '0123-4567-89AB-CDEF'],
  ])('refuses %s', (_name, value) => {
    expect(parseRecoveryCode(value)).toBeNull();
  });

  it('ASVS 6.5.2: gives what a password hasher takes whole: each code fits its own hash only', async () => {
    const hasher = new BcryptHasher();
    const [first, second] = createRecoveryCodes().map(parseRecoveryCode);
    const stored = await hasher.hash(first?.code ?? '');
    expect(await hasher.verify(first?.code ?? '', stored)).toBe(true);
    expect(await hasher.verify(second?.code ?? '', stored)).toBe(false);
    const lastChanged = first?.code.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(await hasher.verify(lastChanged ?? '', stored)).toBe(false);
  });
});

/** Chi-squared of letters that should all be as frequent. */
function unevenness(letters: readonly string[]): number {
  const expected = letters.length / ALPHABET.length;
  return ALPHABET.reduce((sum, letter) => {
    const count = letters.filter((other) => other === letter).length;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

/** A character as somebody may type it. */
function retyped(
  character: string,
  style?: { readonly gap: string; readonly lower: boolean; readonly letters: boolean },
): string {
  const similar = style?.letters ? ({ 0: 'O', 1: style.lower ? 'i' : 'L' }[character] ?? '') : '';
  const typed = similar || character;
  return (style?.lower ? typed.toLowerCase() : typed) + (style?.gap ?? '');
}
