import { format, inspect } from 'node:util';
import { everythingShown } from '../../test/support/everythingShown.js';
import { AccountError } from './AccountError.js';
import { accountErrorCodes } from './accountErrorCodes.js';
import { selfServiceError, selfServiceErrorCodes } from './selfServiceErrorCodes.js';

describe('AccountError', () => {
  it('takes status and sentence from the table of codes', () => {
    const error = new AccountError('EmailAlreadyExists', { path: 'email' });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'AccountError',
      code: 'EmailAlreadyExists',
      status: 409,
      message: 'The e-mail address is already in use.',
      details: { path: 'email' },
    });
  });

  it('has codes of SelfService, from a table of their own', () => {
    const error = selfServiceError('UsernameTooLong', { maxLen: 256 });
    expect(AccountError.is(error)).toBe(true);
    expect(error.toJSON()).toEqual({
      code: 'UsernameTooLong',
      status: 400,
      message: 'The username is too long.',
      details: { maxLen: 256 },
    });
    const both = Object.keys(selfServiceErrorCodes).filter((code) => code in accountErrorCodes);
    expect(both).toEqual([]);
  });

  it('has a complete sentence and a client or server status for every code', () => {
    const entries = { ...accountErrorCodes, ...selfServiceErrorCodes };
    for (const { status, message } of Object.values(entries)) {
      expect(message).toMatch(/^(?:[A-Z]|rememberMe )[^{}$]+\.$/);
      expect([400, 401, 402, 403, 404, 409, 429, 500, 503]).toContain(status);
    }
  });

  it('ASVS 16.5.1: shows no stack and no cause in JSON', () => {
    const error = new AccountError('ServiceUnavailable', {}, { cause: new Error('canary') });
    expect(JSON.parse(JSON.stringify({ error }))).toEqual({
      error: {
        code: 'ServiceUnavailable',
        status: 503,
        message: 'The service is unavailable. Try again later.',
        details: {},
      },
    });
  });

  it('keeps the cause for the server, and has none unless one was given', () => {
    const cause = new Error('no route to host');
    expect(new AccountError('ServiceUnavailable', {}, { cause }).cause).toBe(cause);
    expect('cause' in new AccountError('LoginFailed', {})).toBe(false);
  });

  it('ASVS 16.2.5: returns its challenge, but never shows it in a log', () => {
    const challenge = 'canary-challenge';
    const error = new AccountError('TwoFactorRequired', { methods: [] }, { challenge });
    expect(error.challenge).toBe(challenge);
    expect(new AccountError('TwoFactorRequired', { methods: [] }).challenge).toBeUndefined();
    const wrapped = new Error('outer', { cause: error });
    for (const value of [error, wrapped, { error }, [error]]) {
      const hidden = { showHidden: true, getters: true, depth: null };
      const shown = [
        everythingShown(value),
        inspect(value, hidden),
        inspect(value, { ...hidden, customInspect: false }),
        format('%O %o %j', value, value, value),
      ].join('');
      expect(shown).toContain('TwoFactorRequired');
      expect(shown).not.toContain(challenge);
    }
    const keys: string[] = [];
    for (const key in error) keys.push(key);
    expect([...keys, ...Reflect.ownKeys(error)]).not.toContain('challenge');
  });

  it('does not share its details with the caller', () => {
    const details = { path: 'password', minLength: 8 };
    const error = new AccountError('PasswordTooShort', details);
    details.minLength = 1;
    expect(error.details.minLength).toBe(8);
    expect(Object.isFrozen(error.details)).toBe(true);
  });

  it('is recognised from another copy of the package', () => {
    jest.isolateModules(() => {
      const copy = jest.requireActual<typeof import('./AccountError.js')>('./AccountError.js');
      expect(copy.AccountError).not.toBe(AccountError);
      expect(AccountError.is(new copy.AccountError('LoginFailed', {}))).toBe(true);
    });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'LoginFailed'],
    ['another error', new Error('LoginFailed')],
    ['its own JSON', new AccountError('LoginFailed', {}).toJSON()],
  ])('does not recognise %s', (_name, value) => {
    expect(AccountError.is(value)).toBe(false);
  });
});
