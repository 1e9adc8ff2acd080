import { requestWith, TestClock } from '../../support/testAccounts.js';
import { rowOf, type Row } from './Row.js';

const HOUR = 3_600_000;
const LATEST = 400 * 24 * HOUR;
// The clock of the tests stands still.
const at = (milliseconds: number): Date => new Date(new TestClock().now().getTime() + milliseconds);

/** The names about sessions, which two calls have in common. */
export const sessionRows: readonly Row[] = (['signUp', 'signIn'] as const).flatMap((call) => [
  rowOf(call, 'RememberMeValueNotValid', {
    inside: { rememberMe: 'none' },
    outside: { rememberMe: 'None' },
    details: { values: ['local', 'session', 'none'] },
  }),
  rowOf(call, 'RememberMeValueNotValid', {
    about: 'with another type',
    inside: { rememberMe: undefined },
    outside: { rememberMe: null },
    details: { values: ['local', 'session', 'none'] },
  }),
  rowOf(call, 'SessionLengthMustBeNumber', {
    inside: { sessionLength: 24 },
    outside: { sessionLength: '24' },
  }),
  rowOf(call, 'SessionLengthMustBeNumber', {
    about: 'with null',
    inside: { sessionLength: undefined },
    outside: { sessionLength: null },
  }),
  rowOf(call, 'SessionLengthMustBeNumber', {
    about: 'with NaN',
    inside: { sessionLength: 1 },
    outside: { sessionLength: NaN },
  }),
  rowOf(call, 'SessionLengthTooShort', {
    inside: { sessionLength: 0.084 },
    outside: { sessionLength: 0.0839 },
    details: { minLen: 0.084 },
  }),
  rowOf(call, 'SessionLengthTooLong', {
    inside: { sessionLength: 8760 },
    outside: { sessionLength: 8760.001 },
    details: { maxLen: 8760 },
  }),
  rowOf(call, 'ExpiredTimeNotValid', {
    inside: { expiredTime: at(1) },
    outside: { expiredTime: at(0) },
    details: { reason: 'past' },
  }),
  rowOf(call, 'ExpiredTimeNotValid', {
    about: 'after 400 days',
    inside: { expiredTime: at(LATEST).toISOString() },
    outside: { expiredTime: at(LATEST + 1).toISOString() },
    details: { reason: 'tooFar' },
  }),
  rowOf(call, 'ExpiredTimeNotValid', {
    about: 'without a zone',
    inside: { expiredTime: '2036-12-01T12:00:00+01:00' },
    outside: { expiredTime: '2036-12-01T12:00:00' },
    details: { reason: 'notADateTime' },
  }),
  rowOf(call, 'ExpiredTimeNotValid', {
    about: 'beside a length',
    inside: { expiredTime: at(HOUR) },
    outside: { expiredTime: at(HOUR), sessionLength: 1 },
    details: { reason: 'besideSessionLength' },
  }),
  {
    name: 'UserAlreadySignedIn',
    about: `${call} by a request that was let through`,
    setUp: (world) => world.person({ username: `${call}-let-in` }),
    inside: (world) => world[call](),
    outside: (world, { request }) => world[call]({ request }),
    details: { username: `${call}-let-in`.toLowerCase() },
    status: 409,
  },
  {
    name: 'UserAlreadySignedIn',
    about: `${call} by a token that nobody has looked at`,
    setUp: (world) => world.person({ username: `${call}-token` }),
    inside: (world) => world[call]({ request: requestWith('not a token') }),
    outside: (world, { request }) => world[call]({ request: requestWith(request.authToken) }),
    details: { username: `${call}-token`.toLowerCase() },
    status: 409,
  },
  {
    name: 'UserAlreadySignedIn',
    about: `${call} of an account without a username`,
    setUp: (world) => world.person({ username: undefined }),
    inside: (world) => world[call]({ request: requestWith('') }),
    outside: (world, { request }) => world[call]({ request }),
    status: 409,
  },
]);
