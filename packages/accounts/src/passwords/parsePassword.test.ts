import { inspect } from 'node:util';
import fc from 'fast-check';
import { AccountError } from '../errors/AccountError.js';
import { parseLoginPassword, parsePassword } from './parsePassword.js';
import { definePasswordPolicy } from './PasswordPolicy.js';

const NFC_E = '\u00e9';
const NFD_E = 'e\u0301';

function errorOf(run: () => unknown): AccountError {
  try {
    run();
  } catch (error) {
    if (AccountError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('parsePassword', () => {
  it('ASVS 6.2.1: accepts 8 code points and refuses 7, however many bytes they take', () => {
    for (const letter of ['a', NFC_E, '漢', '😀']) {
      expect(parsePassword(letter.repeat(8))).toBe(letter.repeat(8));
      const error = errorOf(() => parsePassword(letter.repeat(7), { path: 'newPassword' }));
      expect(error).toMatchObject({
        code: 'PasswordTooShort',
        details: { path: 'newPassword', minLength: 8 },
      });
    }
  });

  it('ASVS 6.2.9: accepts 1000 code points and refuses 1001', () => {
    for (const letter of ['a', NFC_E, '😀']) {
      expect(parsePassword(letter.repeat(1000))).toBe(letter.repeat(1000));
      expect(errorOf(() => parsePassword(letter.repeat(1001)))).toMatchObject({
        code: 'PasswordTooLong',
        details: { path: 'password', maxLength: 1000 },
      });
    }
  });

  it('NIST 3.1.1.2: counts after composing, and gives the composed form', () => {
    expect(parsePassword(NFD_E.repeat(8))).toBe(NFC_E.repeat(8));
    expect(errorOf(() => parsePassword(NFD_E.repeat(7))).code).toBe('PasswordTooShort');
    expect(parsePassword('\u1f82'.normalize('NFD').repeat(1000))).toBe('\u1f82'.repeat(1000));
  });

  it('ASVS 6.2.5, 6.2.8: accepts any well-formed characters and changes none of them', () => {
    for (const password of [
      '        ',
      'aaaaaaaa',
      ' tab\there ',
      'nul\0 nul\0',
      '\u202eabcdefgh',
    ]) {
      expect(parsePassword(password)).toBe(password);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 8, maxLength: 100 }), (password) => {
        expect(parsePassword(password)).toBe(password.normalize('NFC'));
      }),
    );
  });

  it.each([undefined, null, 12345678, ['longenough'], { toString: () => 'longenough' }])(
    'ASVS 15.3.5: refuses %p, which is no string',
    (value) => {
      expect(errorOf(() => parsePassword(value))).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'password', reason: 'notAString' },
      });
    },
  );

  it('refuses a lone surrogate', () => {
    expect(errorOf(() => parsePassword('longenough\ud800'))).toMatchObject({
      code: 'InvalidInput',
      details: { reason: 'notWellFormed' },
    });
  });

  it('ASVS 1.3.12: refuses a megabyte without normalising it', () => {
    const normalize = jest.spyOn(String.prototype, 'normalize');
    try {
      expect(errorOf(() => parsePassword('a'.repeat(1_000_000))).code).toBe('PasswordTooLong');
      expect(errorOf(() => parseLoginPassword('a'.repeat(1_000_000))).code).toBe('InvalidInput');
      expect(normalize).not.toHaveBeenCalled();
    } finally {
      normalize.mockRestore();
    }
  });

  it('holds to the lengths that the application chose', () => {
    const policy = definePasswordPolicy({ minLength: 15, maxLength: 64 });
    expect(errorOf(() => parsePassword('a'.repeat(14), { policy })).details).toEqual({
      path: 'password',
      minLength: 15,
    });
    expect(parsePassword('a'.repeat(15), { policy })).toHaveLength(15);
    expect(errorOf(() => parsePassword('a'.repeat(65), { policy })).details).toEqual({
      path: 'password',
      maxLength: 64,
    });
  });

  it('ASVS 16.2.5: puts the password into no error', () => {
    for (const password of ['canary', 'canary\ud800!', 'canary'.repeat(1000)]) {
      const error = errorOf(() => parsePassword(password));
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
      expect(JSON.stringify(error)).not.toContain('canary');
    }
  });
});

describe('parseLoginPassword', () => {
  it('lets through whatever the hasher can refuse in the time of a wrong password', () => {
    for (const password of ['', 'short', '\ud800', ' p ', 'nul\0', 'a'.repeat(73)]) {
      expect(parseLoginPassword(password)).toBe(password);
    }
  });

  it('lets through every spelling of what sign-up accepts', () => {
    const password = '\u1f82'.repeat(1000);
    expect(parseLoginPassword(password.normalize('NFD'))).toBe(password.normalize('NFD'));
    expect(errorOf(() => parseLoginPassword('a'.repeat(4001))).details).toEqual({
      path: 'password',
      reason: 'tooLong',
    });
  });

  it.each([undefined, null, 1, ['p'], { length: 8 }])('refuses %p, which is no string', (value) => {
    expect(errorOf(() => parseLoginPassword(value, { path: 'secret' })).details).toEqual({
      path: 'secret',
      reason: 'notAString',
    });
  });
});

describe('definePasswordPolicy', () => {
  it('allows 8 to 1000 code points unless told otherwise', () => {
    expect(definePasswordPolicy()).toEqual({ minLength: 8, maxLength: 1000 });
    expect(definePasswordPolicy({ minLength: 15 })).toEqual({ minLength: 15, maxLength: 1000 });
  });

  it.each([
    [{ minLength: 7 }, 'minLength'],
    [{ minLength: 8.5 }, 'minLength'],
    [{ minLength: NaN }, 'minLength'],
    [{ minLength: 65, maxLength: 64 }, 'minLength'],
    [{ maxLength: 63 }, 'maxLength'],
    [{ maxLength: 4097 }, 'maxLength'],
    [{ maxLength: Infinity }, 'maxLength'],
  ])('refuses %p, below what ASVS 6.2.1 and 6.2.9 ask for or without bounds', (options, path) => {
    const error = errorOf(() => definePasswordPolicy(options));
    expect(error).toMatchObject({ code: 'InvalidConfiguration', status: 500, details: { path } });
  });
});
