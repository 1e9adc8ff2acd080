import { AccountError } from '../errors/AccountError.js';
import type { MaybePhoneNumbers } from '../identifiers/PhoneParser.js';
import { phoneNumbers } from './phoneNumbers/index.js';
import { NO_PHONES, parseContact } from './parseContact.js';

const ALL = { phones: phoneNumbers() };

function refusal(value: unknown, path = 'contact', phones: MaybePhoneNumbers = ALL): unknown {
  try {
    return parseContact(value, path, phones);
  } catch (error) {
    return AccountError.is(error) ? [error.code, error.details] : error;
  }
}

describe('parseContact', () => {
  it.each([
    [
      { kind: 'email', value: 'Ada@Example.COM' },
      { kind: 'email', value: 'ada@example.com' },
    ],
    [
      { kind: 'phone', value: ' +49 (30) 123-456 ' },
      { kind: 'phone', value: '+4930123456' },
    ],
    [
      { kind: 'phone', value: '030 123456', country: 'DE' },
      { kind: 'phone', value: '+4930123456' },
    ],
    [
      { kind: 'phone', value: '+12025550123', country: 'DE' },
      { kind: 'phone', value: '+12025550123' },
    ],
    [
      { kind: 'phone', value: '+1\u0662025550123' },
      { kind: 'phone', value: '+12025550123' },
    ],
    [
      { kind: 'oauth', provider: 'https://id.example', value: 'Sub-1', authToken: 'opens' },
      { kind: 'oauth', provider: 'https://id.example', value: 'Sub-1', authToken: 'opens' },
    ],
    [
      { kind: 'custom', value: 'card 7' },
      { kind: 'custom', value: 'card 7', meta: {} },
    ],
    [
      { kind: 'custom', value: '7', meta: { a: 1 } },
      { kind: 'custom', value: '7', meta: { a: 1 } },
    ],
  ])('gives %j in the form in which it is stored', (given, stored) => {
    expect(parseContact(given, '', ALL)).toEqual(stored);
  });

  it.each([
    [null, 'contact', 'notAnObject'],
    ['ada@example.com', 'contact', 'notAnObject'],
    [[], 'contact', 'notAnObject'],
    [{}, 'contact.kind', 'notValid'],
    [{ kind: 'fax', value: '+4930123456' }, 'contact.kind', 'notValid'],
    [{ kind: '__proto__', value: 'x' }, 'contact.kind', 'notValid'],
    [{ kind: 'email', value: 'a@x.org,b@y.org' }, 'contact.value', 'notAnEmailAddress'],
    [{ kind: 'email', value: { $ne: '' } }, 'contact.value', 'notAnEmailAddress'],
    [{ kind: 'email', value: 'a@x.org', verified: true }, 'contact.verified', 'unknownField'],
    [{ kind: 'email', value: 'a@x.org', accountId: '1' }, 'contact.accountId', 'unknownField'],
    [{ kind: 'phone', value: 4930123456 }, 'contact.value', 'notAString'],
    [{ kind: 'phone', value: '030 123456' }, 'contact.value', 'notAPhoneNumber'],
    [{ kind: 'phone', value: '+999123456789' }, 'contact.value', 'notAPhoneNumber'],
    [{ kind: 'phone', value: '+49' }, 'contact.value', 'notAPhoneNumber'],
    [{ kind: 'phone', value: '+12025550123 ext. 4' }, 'contact.value', 'notAPhoneNumber'],
    [{ kind: 'phone', value: '+12025550123;ext=4' }, 'contact.value', 'notAPhoneNumber'],
    [{ kind: 'phone', value: 'call +12025550123' }, 'contact.value', 'notAPhoneNumber'],
    [{ kind: 'phone', value: '+12025550123\r\nBcc: x' }, 'contact.value', 'notAPhoneNumber'],
    [{ kind: 'phone', value: '+1202555\ud800123' }, 'contact.value', 'notWellFormed'],
    [{ kind: 'phone', value: '+'.repeat(41) }, 'contact.value', 'tooLong'],
    [{ kind: 'phone', value: '030 1', country: 'XX' }, 'contact.country', 'notACountry'],
    [{ kind: 'phone', value: '030 1', country: 'constructor' }, 'contact.country', 'notACountry'],
    [{ kind: 'phone', value: '030 1', country: 49 }, 'contact.country', 'notACountry'],
    [{ kind: 'phone', value: '+12025550123', provider: 'x' }, 'contact.provider', 'unknownField'],
    [{ kind: 'oauth', value: 'sub' }, 'contact.provider', 'notValid'],
    [{ kind: 'oauth', provider: '', value: 'sub' }, 'contact.provider', 'notValid'],
    [{ kind: 'oauth', provider: 'x', value: ['sub'] }, 'contact.value', 'notValid'],
    [{ kind: 'oauth', provider: 'x', value: 's\udc00' }, 'contact.value', 'notWellFormed'],
    [{ kind: 'oauth', provider: 'x\ud800', value: 's' }, 'contact.provider', 'notWellFormed'],
    [{ kind: 'custom', value: '' }, 'contact.value', 'notValid'],
    [{ kind: 'custom', value: 'x'.repeat(1001) }, 'contact.value', 'notValid'],
    [{ kind: 'custom', value: 'x', meta: 'y' }, 'contact.meta', 'notValid'],
  ])('refuses %j', (given, path, reason) => {
    expect(refusal(given)).toEqual(['InvalidInput', { path, reason }]);
  });

  it('names the fault alone where the contact is the whole input', () => {
    expect(refusal({ kind: 'email', value: '' }, '')).toEqual([
      'InvalidInput',
      { path: 'value', reason: 'notAnEmailAddress' },
    ]);
  });

  it('shows no more than the beginning of a field’s name', () => {
    const [, details] = refusal({ kind: 'email', value: 'a@x.org', ['x'.repeat(9999)]: 1 }) as [
      string,
      { path: string },
    ];
    expect(details.path).toHaveLength(200);
  });

  it('refuses a phone number where the application has none', () => {
    const error = refusal({ kind: 'phone', value: '+4930123456' }, 'contact', NO_PHONES);
    expect(error).toEqual([
      'InvalidConfiguration',
      {
        path: 'phones',
        reason: 'Phone numbers need phoneNumbers() of @latchkey/accounts/phone-numbers.',
      },
    ]);
  });
});
