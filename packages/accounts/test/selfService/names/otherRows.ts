import type { SelfService } from '@latchkey/accounts/self-service';
import { inspect } from 'node:util';
import { injectFaults } from '@latchkey/entity/testing';
import { PASSWORD, requestWith } from '../../support/testAccounts.js';
import { LONGEST_PASSWORDS, rowOf, tooLong, type Row } from './Row.js';
import type { SelfServiceCode } from './selfServiceCodes.js';
import type { Person, World } from './World.js';
import { selfService } from '../../support/selfService.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NEW = 'a long walk';
const UNKNOWN = 'never issued '.repeat(3);

/** What is no object of parameters, given to the calls that have no rows for it elsewhere. */
const params: readonly Row[] = (
  [
    ['signOut', async (world) => ({ request: (await world.person()).request })],
    ['activate', async (world) => ({ token: (await world.person()).token, password: PASSWORD })],
    ['resendActivation', async (world) => ({ email: (await world.person()).email })],
    [
      'resetPassword',
      async (world) => ({ token: await world.resetToken(await world.person()), newPassword: NEW }),
    ],
    ['updateUser', async (world) => ({ request: (await world.person()).request, profile: null })],
    ['deleteUser', async (world) => ({ request: (await world.person()).request })],
  ] as const satisfies readonly [keyof SelfService, (world: World) => Promise<object>][]
).map(([call, paramsFor]) => ({
  name: 'ParamsMustBeObject',
  about: call,
  inside: async (world) => selfService(world.accounts)[call]((await paramsFor(world)) as never),
  outside: ({ accounts }) => selfService(accounts)[call]([] as never),
}));

const tokens: readonly Row[] = [
  {
    name: 'EmailAlreadyVerified',
    about: 'a second time',
    setUp: (world) => world.person(),
    inside: ({ accounts }, { token }) =>
      selfService(accounts).activate({ token, password: PASSWORD }),
    outside: ({ accounts }, { token }) =>
      selfService(accounts).activate({ token, password: PASSWORD }),
    status: 409,
  },
  {
    name: 'NewPasswordRequired',
    about: 'by a token alone',
    setUp: (world) => world.person({ username: undefined, email: 'alone@example.com' }),
    inside: async (world) => {
      const { token } = await world.person({ username: undefined, email: 'other@example.com' });
      return selfService(world.accounts).activate({ token, password: PASSWORD });
    },
    outside: ({ accounts }, { token }) => selfService(accounts).activate({ token }),
    status: 401,
  },
  {
    name: 'ActivationTokenNotValid',
    about: 'no token at all',
    inside: async (world) =>
      selfService(world.accounts).activate({
        token: (await world.person()).token,
        password: PASSWORD,
      }),
    outside: ({ accounts }) => selfService(accounts).activate({ token: undefined as never }),
    status: 401,
  },
  {
    name: 'ActivationTokenNotValid',
    about: 'of another kind',
    setUp: async (world) => {
      const person = await world.person();
      return { ...person, token: await world.resetToken(person) };
    },
    inside: ({ accounts }, { token }) =>
      selfService(accounts).resetPassword({ token, newPassword: NEW }),
    outside: ({ accounts }, { token }) =>
      selfService(accounts).activate({ token, password: PASSWORD }),
    status: 401,
  },
  {
    name: 'ActivationTokenNotValid',
    about: 'after a day',
    options: {},
    setUp: (world) => world.person(),
    inside: async (world) => {
      const { token } = await world.person();
      world.advance(DAY - 1);
      return selfService(world.accounts).activate({ token, password: PASSWORD });
    },
    outside: (world, { token }) => {
      world.advance(1);
      return selfService(world.accounts).activate({ token, password: PASSWORD });
    },
    status: 401,
  },
  {
    name: 'ResetTokenNotValid',
    about: 'that was never issued',
    inside: async (world) => {
      const token = await world.resetToken(await world.person());
      return selfService(world.accounts).resetPassword({ token, newPassword: NEW });
    },
    outside: ({ accounts }) =>
      selfService(accounts).resetPassword({ token: UNKNOWN, newPassword: NEW }),
    status: 401,
  },
  {
    name: 'ResetTokenNotValid',
    about: 'of another kind',
    setUp: (world) => world.person(),
    inside: async ({ accounts }, { token }) =>
      selfService(accounts).activate({ token, password: PASSWORD }),
    outside: ({ accounts }, { token }) =>
      selfService(accounts).resetPassword({ token, newPassword: NEW }),
    status: 401,
  },
  {
    name: 'ResetTokenNotValid',
    about: 'after an hour',
    options: {},
    setUp: async (world) => {
      const person = await world.person();
      return { ...person, token: await world.resetToken(person) };
    },
    inside: async (world) => {
      const token = await world.resetToken(await world.person());
      world.advance(HOUR - 1);
      return selfService(world.accounts).resetPassword({ token, newPassword: NEW });
    },
    outside: (world, { token }) => {
      world.advance(1);
      return selfService(world.accounts).resetPassword({ token, newPassword: NEW });
    },
    status: 401,
  },
  {
    name: 'EmailNotValid',
    about: 'resendActivation',
    inside: ({ accounts }) =>
      selfService(accounts).resendActivation({ email: 'nobody@example.com' }),
    outside: ({ accounts }) => selfService(accounts).resendActivation({ email: 'nobody@example' }),
  },
];

/** The names of a new password, which two more calls have in common with `signUp`. */
const NEW_PASSWORDS: readonly {
  readonly name: SelfServiceCode;
  readonly about?: string;
  readonly inside: unknown;
  readonly outside: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}[] = [
  { name: 'PasswordCannotBeBlank', inside: '      ', outside: '' },
  { name: 'PasswordMustBeString', inside: '81726354', outside: 81_726_354 },
  {
    name: 'PasswordTooShort',
    inside: 'q7 %k1',
    outside: 'q7 %k',
    details: { path: 'newPassword', minLength: 6, minLen: 6 },
  },
  ...LONGEST_PASSWORDS.map(([about, longest]) => ({
    name: 'PasswordTooLong' as const,
    about,
    inside: longest,
    outside: `${longest}k`,
    details: tooLong('newPassword'),
  })),
];

const newPasswords: readonly Row[] = NEW_PASSWORDS.flatMap(
  ({ name, about = '', inside, outside, details = { path: 'newPassword' } }) => {
    const reset = async (world: World, person: Person, newPassword: unknown): Promise<void> => {
      await selfService(world.accounts).resetPassword({
        token: person.token,
        newPassword,
      } as never);
    };
    const update = async (
      { accounts }: World,
      { request }: Person,
      newPassword: unknown,
    ): Promise<unknown> =>
      selfService(accounts).updateUser({
        request,
        currentPassword: PASSWORD,
        newPassword,
      } as never);
    const withToken = async (world: World): Promise<Person> => {
      const person = await world.person();
      return { ...person, token: await world.resetToken(person) };
    };
    return [
      {
        name,
        about: `resetPassword ${about}`.trim(),
        setUp: withToken,
        inside: async (world) => reset(world, await withToken(world), inside),
        outside: (world, person) => reset(world, person, outside),
        details,
      },
      {
        name,
        about: `updateUser ${about}`.trim(),
        setUp: (world) => world.person(),
        inside: async (world) => update(world, await world.person(), inside),
        outside: (world, person) => update(world, person, outside),
        details,
      },
    ] satisfies Row[];
  },
);

const updates: readonly Row[] = [
  {
    name: 'PasswordMissing',
    about: 'resetPassword',
    setUp: (world) => world.person(),
    inside: async (world, person) =>
      selfService(world.accounts).resetPassword({
        token: await world.resetToken(person),
        newPassword: NEW,
      }),
    outside: ({ accounts }) => selfService(accounts).resetPassword({ token: UNKNOWN } as never),
    details: { path: 'newPassword' },
  },
  {
    name: 'ParamsMissing',
    about: 'updateUser',
    setUp: (world) => world.person(),
    inside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, profile: null }),
    outside: ({ accounts }, { request }) => selfService(accounts).updateUser({ request }),
  },
  {
    name: 'UsernameTooLong',
    about: 'updateUser',
    setUp: (world) => world.person(),
    inside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, username: `n${'-'.repeat(99)}` }),
    outside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, username: `n${'-'.repeat(100)}` }),
    details: { maxLen: 100 },
  },
  {
    name: 'UsernameAlreadyExists',
    about: 'updateUser',
    setUp: (world) => world.person(),
    inside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, username: 'knowl' }),
    outside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, username: 'Known' }),
    details: { path: 'username' },
    status: 409,
  },
  {
    name: 'EmailNotValid',
    about: 'updateUser',
    setUp: (world) => world.person(),
    inside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, email: 'next@example.com' }),
    outside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, email: 'next@example' }),
  },
  {
    name: 'ProfileCannotBeEmpty',
    about: 'updateUser',
    setUp: (world) => world.person(),
    inside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, profile: false }),
    outside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, profile: {} }),
  },
  {
    name: 'CurrentPasswordMissing',
    about: 'updateUser',
    setUp: (world) => world.person(),
    inside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, currentPassword: PASSWORD, newPassword: NEW }),
    outside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, newPassword: NEW }),
  },
  {
    name: 'CurrentPasswordIncorrect',
    about: 'updateUser',
    setUp: (world) => world.person(),
    inside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, currentPassword: PASSWORD, newPassword: NEW }),
    outside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({
        request,
        currentPassword: `${NEW}.`,
        newPassword: PASSWORD,
      }),
    status: 401,
    leavesCount: true,
  },
  {
    name: 'UserNotSignedIn',
    about: 'signOut',
    inside: async (world) =>
      selfService(world.accounts).signOut({ request: (await world.person()).request }),
    outside: ({ accounts }) => selfService(accounts).signOut({ request: requestWith() }),
    status: 401,
  },
  {
    name: 'UserNotSignedIn',
    about: 'updateUser by a copy of a request that was let through',
    setUp: (world) => world.person(),
    inside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, profile: null }),
    outside: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request: { ...request }, profile: null }),
    status: 401,
  },
  {
    name: 'UserNotSignedIn',
    about: 'deleteUser by a token that nobody has looked at',
    setUp: (world) => world.person(),
    inside: async (world) =>
      selfService(world.accounts).deleteUser({ request: (await world.person()).request }),
    outside: ({ accounts }, { request }) =>
      selfService(accounts).deleteUser({ request: requestWith(request.authToken) }),
    status: 401,
  },
];

/** Signs in with a wrong password. */
const fail = async (world: World, username: string): Promise<void> => {
  await world.signIn({ username, password: 'wrong' }).catch(() => undefined);
};

const limits: readonly Row[] = [
  rowOf('signUp', 'TrialExceededLimit', {
    // There is one account already.
    options: { plan: { maxAccounts: 2 } },
    countsNetwork: true,
    inside: {},
    outside: {},
    details: { maxAccounts: 2 },
    status: 402,
  }),
  {
    name: 'TooManyRequests',
    about: 'signIn, also with the right password, after as many failures as there may be',
    options: { throttling: { password: { budget: 2 } } },
    setUp: async (world) => {
      const person = await world.person({ username: 'slow' });
      await fail(world, 'slow');
      await fail(world, 'slow');
      await fail(world, 'known');
      return person;
    },
    inside: (world) => world.signIn({ username: 'known' }),
    outside: (world) => world.signIn({ username: 'slow' }),
    details: { retryAfterSeconds: 30 },
    status: 429,
    countsNetwork: true,
  },
  rowOf('signIn', 'TooManyRequests', {
    about: 'by the address',
    // The sign-up of the one who is known is counted as well.
    options: { throttling: { address: { budget: 2 } } },
    inside: {},
    outside: {},
    details: { retryAfterSeconds: 15 * 60 },
    status: 429,
  }),
  rowOf('forgotPassword', 'TooManyRequests', {
    about: 'by the address',
    // The sign-up of the one who is known is counted as well.
    options: { throttling: { address: { budget: 2 } } },
    inside: { username: 'somebody' },
    outside: { username: 'somebody-else' },
    details: { retryAfterSeconds: 15 * 60 },
    status: 429,
  }),
];

const applications: readonly Row[] = [
  ...([undefined, null, ''] as const).map((appId): Row => ({
    name: 'AppIdNotSet',
    about: inspect(appId),
    inside: (world) => world.signUp({}, world.app('shop')),
    outside: (world) => world.app(appId),
  })),
  ...(['shoq', 'Shop', 7] as const).map((appId): Row => ({
    name: 'AppIdNotValid',
    about: JSON.stringify(appId),
    inside: (world) => world.signUp({}, world.app('shop')),
    outside: (world) => world.app(appId),
    status: 401,
  })),
];

/** Signs up while DynamoDB is asked for too much: at every attempt, or at all but so many. */
async function signUpThrottled(world: World, spared: number): Promise<unknown> {
  const attempts = (await world.client.config.maxAttempts()) - spared;
  const fault = injectFaults(world.client).on('TransactWriteItems', 'throttling', {
    times: attempts,
  });
  try {
    return await world.signUp();
  } finally {
    fault.remove();
  }
}

const service: readonly Row[] = [
  {
    name: 'ServiceUnavailable',
    about: 'throttled at every attempt',
    inside: (world) => signUpThrottled(world, 1),
    outside: (world) => signUpThrottled(world, 0),
    // Of which DynamoDB takes a single write.
    countsNetwork: true,
    status: 503,
  },
  {
    name: 'ServiceUnavailable',
    about: 'unreachable',
    inside: (world) => world.signUpBy(undefined),
    // The port for what discards everything, where nothing listens.
    outside: (world) => world.signUpBy('http://127.0.0.1:9'),
    status: 503,
  },
];

/** What the other calls say by name, and what depends on how the accounts are set up. */
export const otherRows: readonly Row[] = [
  ...params,
  ...tokens,
  ...newPasswords,
  ...updates,
  ...limits,
  ...applications,
  ...service,
];
