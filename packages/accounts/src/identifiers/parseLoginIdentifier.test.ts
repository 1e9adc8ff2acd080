import { inspect } from 'node:util';
import fc from 'fast-check';
import { AccountError } from '../errors/AccountError.js';
import { parsePhone } from './parsePhone.js';
import { type LoginIdentifier, parseLoginIdentifier } from './parseLoginIdentifier.js';

const ALL = { phones: { parse: parsePhone } };
const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

function reasonFor(value: unknown): string {
  try {
    parseLoginIdentifier(value, 'username', ALL);
  } catch (error) {
    if (AccountError.is(error) && error.code === 'InvalidInput') {
      expect(error.details.path).toBe('username');
      expect(error.cause).toBeUndefined();
      const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
      expect(shown).not.toContain('canary');
      return error.details.reason;
    }
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('parseLoginIdentifier', () => {
  it.each([
    ['Ada@Example.COM', 'email', 'ada@example.com'],
    ['  ada@example.com\t', 'email', 'ada@example.com'],
    ['+ada@example.com', 'email', '+ada@example.com'],
    [`${ULID}@example.com`, 'email', `${ULID.toLowerCase()}@example.com`],
    ['+4930123456', 'phone', '+4930123456'],
    [' +4930123456 ', 'phone', '+4930123456'],
    [ULID, 'accountId', ULID],
    [ULID.toLowerCase(), 'accountId', ULID],
    [` ${ULID} `, 'accountId', ULID],
    ['Ada', 'username', 'ada'],
    [' ada ', 'username', 'ada'],
    [ULID.slice(1), 'username', ULID.slice(1).toLowerCase()],
    ['4930123456', 'username', '4930123456'],
    ['\uff21\uff24\uff21', 'username', 'ada'],
  ])('reads %j as %s %j', (value, kind, expected) => {
    expect(parseLoginIdentifier(value, 'username', ALL)).toEqual({ kind, value: expected });
  });

  it.each([
    ['an e-mail address', 'canary\uff20example.com'],
    ['a phone number', '\uff0b4930123456'],
    ['an account id', ULID.replace('0', '\uff10')],
  ])(
    'never takes %s in full-width letters for a username (Keycloak CVE-2021-3754)',
    (_name, value) => {
      expect(reasonFor(value)).toBe('notAUsername');
    },
  );

  it.each([
    ['canary@x.example,b@y.example', 'notAnEmailAddress'], // CVE-2022-35924
    ['"canary@evil.example"@victim.example', 'notAnEmailAddress'],
    ['canary@example.com\r\nBcc: b@y.example', 'notAnEmailAddress'],
    ['@', 'notAnEmailAddress'],
    ['+', 'notAPhoneNumber'],
    ['+49 30 canary', 'notAPhoneNumber'],
    ['+0123456789', 'notAPhoneNumber'],
    ['', 'notAUsername'],
    ['   ', 'notAUsername'],
    ['canary#1', 'notAUsername'],
    ['canary\r\nline', 'notAUsername'],
    ['canary\0', 'notAUsername'],
    ['c'.repeat(101), 'notAUsername'],
    [`${'c'.repeat(90)} canary`, 'notAUsername'], // hangs where the field's pattern backtracks
    ['canary\ud800', 'notWellFormed'],
    [undefined, 'notAString'],
    [null, 'notAString'],
    [7, 'notAString'],
    [['canary@example.com'], 'notAString'],
    [{ toString: () => 'canary' }, 'notAString'],
  ])('ASVS 1.3.11, 2.2.1, 15.3.5: refuses %j as %s', (value, reason) => {
    expect(reasonFor(value)).toBe(reason);
  });

  it('ASVS 1.3.12: refuses more than 1000 characters, up to a megabyte, unread', () => {
    expect(reasonFor('canary'.repeat(167))).toBe('tooLong');
    expect(reasonFor('canary@'.repeat(150_000))).toBe('tooLong');
    expect(reasonFor(' '.repeat(1001))).toBe('tooLong');
  });

  it('gives the same kind and value again for what it gave: one shared namespace', () => {
    const letters = fc.constantFrom(
      ...Array.from('aA0+@#. \uff20\uff0b\uff21\uff10\u212a\u0130\u00e9'),
      ULID,
      'x.y',
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: letters }), fc.string({ unit: 'binary' })),
        (value) => {
          let identifier: LoginIdentifier;
          try {
            identifier = parseLoginIdentifier(value, 'username', ALL);
          } catch (error) {
            expect(AccountError.is(error)).toBe(true);
            return;
          }
          expect(parseLoginIdentifier(identifier.value, 'username', ALL)).toEqual(identifier);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reads no phone number where the application has none, and takes it for nothing else', () => {
    const none = { phones: undefined };
    for (const [value, country] of [['+4930123456'], ['030 123456', 'DE']]) {
      expect(() => parseLoginIdentifier(value, 'username', none, country)).toThrow(
        expect.objectContaining({
          details: { path: 'username', reason: 'phoneNumbersNotOffered' },
        }) as Error,
      );
    }
    const email = parseLoginIdentifier('ada@example.com', 'username', none);
    expect(email).toEqual({ kind: 'email', value: 'ada@example.com' });
  });
});
