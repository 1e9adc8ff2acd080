import * as fc from 'fast-check';
import { URI } from 'otpauth';
import { AccountError } from '../errors/AccountError.js';
import { createTotpSecret } from './createTotpSecret.js';
import { parseTotpIssuer, totpUri } from './totpUri.js';

const secret = createTotpSecret();

function issuerErrorOf(value: unknown): AccountError {
  try {
    parseTotpIssuer(value);
  } catch (error) {
    if (AccountError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

/** The text that an app shows for a URI's path, however it reads the escapes. */
function pathOf(uri: string): string {
  return decodeURIComponent(new URL(uri).pathname).replace(/^\/+(totp\/)?/, '');
}

describe('totpUri', () => {
  it('names everything that an app needs, defaults included', () => {
    expect(totpUri({ issuer: 'Käse & Co', label: 'ada@example.com', secret })).toBe(
      'otpauth://totp/K%C3%A4se%20%26%20Co:ada%40example.com' +
        `?issuer=K%C3%A4se%20%26%20Co&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
    );
  });

  it.each([
    ['a colon', 'a:b', 'a_b'],
    ['an escaped colon', 'a%3Ab', 'a%3Ab'],
    ['a slash', '../hotp/x', '../hotp/x'],
    ['a query', 'ada?secret=AAAA&issuer=Bank', 'ada?secret=AAAA&issuer=Bank'],
    ['a fragment', 'ada#x', 'ada#x'],
    ['CR and LF', 'ada\r\nSet-Cookie: x', 'ada_Set-Cookie_ x'],
    ['NUL', 'ada\0', 'ada_'],
    ['a change of direction', 'ada\u202egnp.exe', 'ada_gnp.exe'],
    ['a line separator', 'ada\u2028x', 'ada_x'],
    ['a lone surrogate', 'ada\ud800x', 'ada_x'],
    ['markup', `"><img src=x onerror='a()'>`, `"><img src=x onerror='a()'>`],
    ['spaces around', '  ada  ', 'ada'],
    ['decomposed letters', 'a\u0308da', '\u00e4da'],
    ['nothing', '', 'account'],
  ])('ASVS 1.2.2: a label with %s changes nothing but the label', (_name, label, expected) => {
    const uri = totpUri({ issuer: 'Shop', label, secret });
    expect(uri).toMatch(/^otpauth:\/\/totp\/[\w.~%-]+:[\w.~%-]+\?[\w.~%=&-]+$/);
    expect(pathOf(uri)).toBe(`Shop:${expected}`);
    const url = new URL(uri);
    expect([...url.searchParams]).toEqual([
      ['issuer', 'Shop'],
      ['secret', secret],
      ['algorithm', 'SHA1'],
      ['digits', '6'],
      ['period', '30'],
    ]);
    expect(url.hash).toBe('');
  });

  it('keeps issuer, label and secret apart whatever they are made of', () => {
    const text = fc.string({ unit: 'binary', maxLength: 150 });
    fc.assert(
      fc.property(text, text, (name, label) => {
        const issuer = issuerOrShop(name);
        const uri = totpUri({ issuer, label, secret });
        expect(uri).toMatch(/^otpauth:\/\/totp\/[\w.~%-]+:[\w.~%-]+\?[\w.~%=&-]+$/);
        expect(uri.length).toBeLessThan(2953);
        const otp = URI.parse(uri);
        expect(otp.issuer).toBe(issuer);
        expect(otp.secret.base32).toBe(secret);
        expect(otp.label).not.toBe('');
        expect(otp.label).not.toMatch(/[:\p{C}]/u);
        expect(pathOf(uri).split(':')).toHaveLength(2);
      }),
      { numRuns: 500 },
    );
  });

  it('cuts a long label between code points', () => {
    const uri = totpUri({ issuer: 'Shop', label: '😀'.repeat(500), secret });
    expect(pathOf(uri)).toBe(`Shop:${'😀'.repeat(100)}`);
  });
});

function issuerOrShop(value: string): string {
  try {
    return parseTotpIssuer(value);
  } catch {
    return 'Shop';
  }
}

describe('parseTotpIssuer', () => {
  it('gives the composed form', () => {
    expect(parseTotpIssuer('Ka\u0308se & Co (test)')).toBe('K\u00e4se & Co (test)');
    expect(parseTotpIssuer('😀'.repeat(64))).toBe('😀'.repeat(64));
  });

  it.each([
    ['nothing', ''],
    ['undefined', undefined],
    ['a number', 1],
    ['an array', ['Shop']],
    ['only spaces', '  '],
    ['a space at the end', 'Shop '],
    ['a colon', 'Shop:Bank'],
    ['a line break', 'Shop\r\nBank'],
    ['a change of direction', 'Shop\u202e'],
    ['a lone surrogate', 'Shop\udc00'],
    ['65 code points', 's'.repeat(65)],
  ])('refuses %s without quoting it', (_name, value) => {
    const error = issuerErrorOf(value);
    expect(error).toMatchObject({
      code: 'InvalidConfiguration',
      details: { path: 'twoFactor.issuer' },
    });
    expect(JSON.stringify(error)).not.toContain('Shop');
  });
});
