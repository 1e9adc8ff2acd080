import { PASSWORD } from '../../support/testAccounts.js';
import { LONGEST_PASSWORDS, rowOf, tooLong, type Row } from './Row.js';
import { LIGATURE } from './signUpRows.js';

const mismatch = { insideCode: 'UsernameOrPasswordMismatch' } as const;

/** What `signIn` and `forgotPassword` say alike of a name. */
const names: readonly Row[] = (['signIn', 'forgotPassword'] as const).flatMap((call) => {
  const unknown = call === 'signIn' ? mismatch : {};
  return [
    rowOf(call, 'ParamsMustBeObject', { inside: {}, outside: [] }),
    rowOf(call, 'ParamsMustBeObject', { about: 'with null', inside: {}, outside: null }),
    rowOf(call, 'UsernameMissing', {
      inside: { username: undefined, email: 'known@example.com' },
      outside: { username: undefined },
    }),
    rowOf(call, 'UsernameMustBeString', {
      ...unknown,
      inside: { username: '404' },
      outside: { username: 404 },
    }),
    rowOf(call, 'UsernameMustBeString', {
      about: 'with null',
      ...unknown,
      inside: { username: 'null' },
      outside: { username: null },
    }),
    rowOf(call, 'UsernameCannotBeBlank', {
      ...unknown,
      inside: { username: '!' },
      outside: { username: '' },
    }),
    rowOf(call, 'UsernameCannotBeBlank', {
      about: 'with white space',
      inside: { username: ' known\t' },
      outside: { username: ' \t' },
    }),
    rowOf(call, 'UsernameTooLong', {
      setUp: (world) => world.person({ username: `${call}${'-'.repeat(100)}`.slice(0, 100) }),
      inside: { username: `${call}${'-'.repeat(100)}`.slice(0, 100) },
      outside: { username: `${call}${'-'.repeat(100)}`.slice(0, 101) },
      details: { maxLen: 100 },
    }),
    rowOf(call, 'UsernameTooLong', {
      about: 'once it is normalised',
      setUp: (world) => world.person({ username: `${call}${'.'.repeat(100)}`.slice(0, 98) + 'fi' }),
      inside: { username: `${call}${'.'.repeat(100)}`.slice(0, 98) + LIGATURE },
      outside: { username: `${call}${'.'.repeat(100)}`.slice(0, 99) + LIGATURE },
      details: { maxLen: 100 },
    }),
    rowOf(call, 'EmailNotValid', {
      inside: { username: undefined, email: 'Known@example.com' },
      outside: { username: undefined, email: 'known@example.com,b@example.com' },
    }),
    rowOf(call, 'EmailNotValid', {
      about: 'with null',
      inside: { email: undefined },
      outside: { username: undefined, email: null },
    }),
  ];
});

const passwords: readonly Row[] = [
  rowOf('signIn', 'PasswordMissing', {
    inside: { password: PASSWORD },
    outside: { password: undefined },
    details: { path: 'password' },
  }),
  rowOf('signIn', 'PasswordCannotBeBlank', {
    ...mismatch,
    inside: { password: ' ' },
    outside: { password: '' },
    details: { path: 'password' },
  }),
  rowOf('signIn', 'PasswordMustBeString', {
    ...mismatch,
    inside: { password: '81726354' },
    outside: { password: 81_726_354 },
    details: { path: 'password' },
  }),
  ...LONGEST_PASSWORDS.map(([about, longest], at) =>
    rowOf('signIn', 'PasswordTooLong', {
      about,
      setUp: (world) => world.person({ username: `longest${String(at)}`, password: longest }),
      inside: { username: `longest${String(at)}`, password: longest },
      outside: { username: `longest${String(at)}`, password: `${longest}k` },
      details: tooLong('password'),
    }),
  ),
  rowOf('signIn', 'UsernameOrPasswordMismatch', {
    inside: { password: PASSWORD },
    outside: { password: `${PASSWORD}.` },
    status: 401,
    leavesCount: true,
  }),
  rowOf('signIn', 'UsernameOrPasswordMismatch', {
    about: 'with a name that nobody has',
    inside: { username: 'known' },
    outside: { username: 'knowm!' },
    status: 401,
    leavesCount: true,
  }),
  {
    name: 'UsernameOrPasswordMismatch',
    about: 'signIn by an address that is not confirmed',
    setUp: (world) => world.person({ email: 'waiting@example.com' }),
    inside: (world) => world.signIn({ username: undefined, email: 'known@example.com' }),
    outside: (world, { email }) => world.signIn({ username: undefined, email }),
    status: 401,
    leavesCount: true,
  },
];

const toBeActivated = {
  options: { requireActivation: true },
  setUp: (world) => world.person({ username: 'new', email: 'new@example.com' }),
} satisfies Partial<Row>;

const activation: readonly Row[] = [
  rowOf('signIn', 'AccountNotActivated', {
    ...toBeActivated,
    inside: { username: 'known' },
    outside: { username: 'new' },
    status: 403,
    leavesCount: true,
  }),
  rowOf('signIn', 'AccountNotActivated', {
    ...toBeActivated,
    about: 'by the address',
    inside: { username: undefined, email: 'known@example.com' },
    outside: { username: undefined, email: 'new@example.com' },
    status: 403,
    leavesCount: true,
  }),
  rowOf('signIn', 'UsernameOrPasswordMismatch', {
    ...toBeActivated,
    about: 'of an account that is not activated',
    inside: { username: 'new' },
    insideCode: 'AccountNotActivated',
    outside: { username: 'new', password: `${PASSWORD}.` },
    status: 401,
    leavesCount: true,
  }),
];

/** What `signIn` and `forgotPassword` say by name, but for the session. */
export const signInRows: readonly Row[] = [...names, ...passwords, ...activation];
