import { inspect } from 'node:util';
import { LONGEST_PASSWORDS, rowOf, tooLong, type Row } from './Row.js';

const keys = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${String(at)}`, 'value']));

/** One letter that becomes two when it is normalised. */
export const LIGATURE = '\ufb01';

const names: readonly Row[] = [
  rowOf('signUp', 'ParamsMustBeObject', { inside: {}, outside: 'username' }),
  rowOf('signUp', 'ParamsMustBeObject', { about: 'with a list', inside: {}, outside: [] }),
  rowOf('signUp', 'ParamsMustBeObject', { about: 'with null', inside: {}, outside: null }),
  ...[undefined, '', null, false, 0].map((email, at) =>
    rowOf('signUp', 'UsernameMissing', {
      about: `with the e-mail address ${inspect(email)}`,
      inside: { username: undefined, email: `instead${String(at)}@example.com` },
      outside: { username: undefined, email },
    }),
  ),
  rowOf('signUp', 'UsernameAlreadyExists', {
    inside: { username: 'knowm' },
    outside: { username: 'KNOWN' },
    countsNetwork: true,
    details: { path: 'username' },
    status: 409,
  }),
  rowOf('signUp', 'UsernameCannotBeBlank', {
    inside: { username: 'x' },
    outside: { username: '' },
  }),
  rowOf('signUp', 'UsernameCannotBeBlank', {
    about: 'with white space',
    inside: { username: 'y' },
    outside: { username: ' \t' },
  }),
  rowOf('signUp', 'UsernameMustBeString', {
    inside: { username: '7' },
    outside: { username: 7 },
  }),
  rowOf('signUp', 'UsernameMustBeString', {
    about: 'with null beside an address',
    inside: { username: undefined, email: 'beside@example.com' },
    outside: { username: null, email: 'beside2@example.com' },
  }),
  rowOf('signUp', 'UsernameTooLong', {
    inside: { username: 'u'.repeat(100) },
    outside: { username: 'u'.repeat(101) },
    details: { maxLen: 100 },
  }),
  rowOf('signUp', 'UsernameTooLong', {
    about: 'once it is normalised',
    inside: { username: `${'v'.repeat(98)}${LIGATURE}` },
    outside: { username: `${'v'.repeat(99)}${LIGATURE}` },
    details: { maxLen: 100 },
  }),
  rowOf('signUp', 'EmailNotValid', {
    inside: { email: 'right@example.com' },
    outside: { email: 'wrong@example.com,b@example.com' },
  }),
  rowOf('signUp', 'EmailNotValid', {
    about: 'with another type',
    inside: { email: false },
    outside: { email: true },
  }),
  rowOf('signUp', 'EmailNotValid', {
    about: 'without one that must be confirmed',
    inside: { email: 'here@example.com' },
    outside: {},
    options: { requireActivation: true },
  }),
  rowOf('signUp', 'EmailAlreadyExists', {
    inside: { email: 'knowm@example.com' },
    outside: { email: 'Known@Example.com' },
    countsNetwork: true,
    details: { path: 'email' },
    status: 409,
  }),
];

const passwords: readonly Row[] = [
  rowOf('signUp', 'PasswordMissing', {
    inside: {},
    outside: { password: undefined },
    details: { path: 'password' },
  }),
  rowOf('signUp', 'PasswordCannotBeBlank', {
    inside: { password: '      ' },
    outside: { password: '' },
    details: { path: 'password' },
  }),
  rowOf('signUp', 'PasswordTooShort', {
    inside: { password: 'q7 %k1' },
    outside: { password: 'q7 %k' },
    countsNetwork: true,
    details: { path: 'password', minLength: 6, minLen: 6 },
  }),
  ...LONGEST_PASSWORDS.map(([about, longest]) =>
    rowOf('signUp', 'PasswordTooLong', {
      about,
      inside: { password: longest },
      outside: { password: `${longest}k` },
      countsNetwork: true,
      details: tooLong('password'),
    }),
  ),
  rowOf('signUp', 'PasswordMustBeString', {
    inside: { password: '81726354' },
    outside: { password: 81_726_354 },
    details: { path: 'password' },
  }),
];

const profiles: readonly Row[] = [
  rowOf('signUp', 'ProfileMustBeObject', {
    inside: { profile: { name: 'x' } },
    outside: { profile: ['x'] },
  }),
  rowOf('signUp', 'ProfileMustBeObject', {
    about: 'with an instance',
    inside: { profile: null },
    outside: { profile: new Map([['name', 'x']]) },
  }),
  rowOf('signUp', 'ProfileMustBeObject', {
    about: 'with true',
    inside: { profile: false },
    outside: { profile: true },
  }),
  rowOf('signUp', 'ProfileCannotBeEmpty', {
    inside: { profile: keys(1) },
    outside: { profile: {} },
  }),
  rowOf('signUp', 'ProfileCannotBeEmpty', {
    about: 'with what is not enumerable',
    inside: { profile: Object.defineProperty({}, 'name', { value: 'x', enumerable: true }) },
    outside: { profile: Object.defineProperty({}, 'name', { value: 'x' }) },
  }),
  rowOf('signUp', 'ProfileHasTooManyKeys', {
    inside: { profile: keys(100) },
    outside: { profile: keys(101) },
    details: { maxKeys: 100 },
  }),
  rowOf('signUp', 'ProfileKeyMustBeString', {
    inside: { profile: { 'Symbol(key)': 'x' } },
    outside: { profile: { name: 'x', [Symbol('key')]: 'x' } },
  }),
  rowOf('signUp', 'ProfileKeyMustBeString', {
    about: 'with an empty one',
    inside: { profile: { k: 'x' } },
    outside: { profile: { '': 'x' } },
  }),
  rowOf('signUp', 'ProfileKeyTooLong', {
    inside: { profile: { ['k'.repeat(20)]: 'x' } },
    outside: { profile: { ['k'.repeat(21)]: 'x' } },
    details: { maxLen: 20, key: 'k'.repeat(20) },
  }),
  rowOf('signUp', 'ProfileKeyTooLong', {
    about: 'whose beginning would end within a character',
    inside: { profile: { [`${'k'.repeat(18)}\u{1f511}`]: 'x' } },
    outside: { profile: { [`${'k'.repeat(19)}\u{1f511}`]: 'x' } },
    details: { maxLen: 20, key: 'k'.repeat(19) },
  }),
  rowOf('signUp', 'ProfileValueMustBeString', {
    inside: { profile: { age: '7' } },
    outside: { profile: { age: 7 } },
    details: { key: 'age' },
  }),
  rowOf('signUp', 'ProfileValueCannotBeBlank', {
    inside: { profile: { name: ' ' } },
    outside: { profile: { name: '' } },
    details: { key: 'name' },
  }),
  rowOf('signUp', 'ProfileValueTooLong', {
    inside: { profile: { name: 'canary..'.repeat(125) } },
    outside: { profile: { name: `${'canary..'.repeat(125)}.` } },
    details: { maxLen: 1000, key: 'name' },
  }),
];

/** What `signUp` says by name, but for the session and how the accounts are set up. */
export const signUpRows: readonly Row[] = [...names, ...passwords, ...profiles];
