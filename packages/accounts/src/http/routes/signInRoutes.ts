import { flowsOf } from '../../accounts/flowsOf.js';
import { AccountError } from '../../errors/AccountError.js';
import { passwordSalt as saltOfName, passwordSaltOf } from '../../login/passwordSalt.js';
import type { RequestPasswordResetInput } from '../../passwordChanges/Passwords.js';
import { parseSignInName } from '../../selfService/parseParams.js';
import type { SignInInput } from '../../selfService/selfServiceInputs.js';
import { toUser } from '../../selfService/toUser.js';
import type { SessionAnswer } from '../api.js';
import { EMAIL, NEW_USERNAME, newPassword, PHONE, signInPassword, token } from '../fields.js';
import type { Call, Route } from '../Route.js';
import {
  bodyOf,
  PROFILE,
  REMEMBER_ME,
  SESSION_FIELDS,
  sessionAnswer,
  signedIn,
  text,
  userAnswer as userSchema,
  visitorFieldsOf,
} from '../schemas.js';
import * as z from 'zod';
import { answerLogin, signedInAnswer, userAnswer } from './answers.js';
import { withDelivery, withPhoneCodes, withPrehashedPasswords, withTwoFactor } from './offers.js';

const NEW_PASSWORD = { name: 'newPassword', label: 'New password', type: 'password' } as const;

export const signUp: Route<'signUp'> = {
  method: 'POST',
  path: '/sign-up',
  summary: 'Creates an account and signs in; with required activation, only creates it.',
  status: 201,
  body: (accounts) =>
    bodyOf(
      {
        required: { password: newPassword(accounts) },
        optional: { username: NEW_USERNAME, email: EMAIL, profile: PROFILE, ...SESSION_FIELDS },
      },
      visitorFieldsOf(accounts),
    ),
  answer: signedIn,
  handle: async ({ selfService, exchange, body }) => {
    const user = await selfService.signUp({ ...body, request: exchange.request });
    exchange.keepSession(body.rememberMe);
    return signedInAnswer(exchange, user);
  },
};

export const requestAccount: Route<'requestAccount'> = {
  method: 'POST',
  path: '/request-account',
  summary: 'Creates an account by e-mail; the response does not show whether the address is taken.',
  status: 202,
  isOffered: withDelivery,
  body: (accounts) =>
    bodyOf(
      {
        required: { email: EMAIL, password: newPassword(accounts) },
        optional: { profile: { type: 'object' } },
      },
      visitorFieldsOf(accounts),
    ),
  answer: () => z.object({ handle: z.string() }),
  handle: async ({ accounts, exchange, body }) => {
    const { handle } = await accounts.requestAccount({ ...body, request: exchange.request });
    exchange.keepHandle(handle);
    return { handle };
  },
};

export const activate: Route<'activate'> = {
  method: 'POST',
  path: '/verify-email',
  summary: 'Confirms an e-mail address by the token from a message.',
  // The owner's session proves as much as a password.
  session: 'optional',
  body: (accounts) =>
    bodyOf({
      required: { token: token() },
      optional: {
        password: text('Proves that the same person signed up.'),
        handle: text('The same, from the sign-up.'),
        newPassword: newPassword(accounts, 'After NewPasswordRequired.'),
      },
    }),
  answer: userSchema,
  page: {
    title: 'Confirm your e-mail address',
    button: 'Confirm',
    done: 'Your e-mail address is confirmed.',
    // Without proof that the same person signed up, the address would be taken off the account.
    stranger: {
      fields: [
        {
          name: 'password',
          label: 'The password that you chose when you signed up',
          type: 'password',
          autocomplete: 'current-password',
        },
      ],
      without: 'I did not choose a password',
    },
  },
  handle: async ({ selfService, exchange, body }) => {
    const { handle = exchange.cookies.handle, ...own } = body;
    const user = await selfService.activate({
      ...own,
      ...(handle !== undefined && { handle }),
      request: exchange.request,
    });
    exchange.forgetHandle();
    return { user: userAnswer(user) };
  },
};

export const resendActivation: Route<'resendActivation'> = {
  method: 'POST',
  path: '/verify-email/resend',
  summary:
    'Sends another token to an unconfirmed e-mail address; the response is the same for all.',
  status: 202,
  isOffered: withDelivery,
  body: () => bodyOf({ required: { email: EMAIL }, optional: {} }),
  handle: async ({ selfService, exchange, body }) => {
    await selfService.resendActivation({ ...body, request: exchange.request });
    return undefined;
  },
};

export const signIn: Route<'signIn'> = {
  method: 'POST',
  path: '/sign-in',
  summary: 'Signs in by a password.',
  body: (accounts) =>
    bodyOf({
      required: { password: signInPassword(accounts) },
      optional: {
        username: text(),
        email: EMAIL,
        phone: PHONE,
        country: text('ISO 3166-1 alpha-2, for a phone number without country code.'),
        deviceToken: text('From an earlier sign-in on this device; browsers keep it in a cookie.'),
        ...SESSION_FIELDS,
      },
    }),
  answer: signedIn,
  handle: async ({ selfService, exchange, body }) => {
    const { deviceToken = exchange.cookies.deviceToken, ...own } = body;
    const input: object = { ...own, deviceToken, request: exchange.request };
    const user = await selfService.signIn(input as SignInInput);
    exchange.keepSession(body.rememberMe);
    return signedInAnswer(exchange, user);
  },
};

export const signInWithSecondFactor: Route<'signInWithSecondFactor'> = {
  method: 'POST',
  path: '/sign-in/second-factor',
  summary: 'Completes a sign-in by a code or a recovery code.',
  // A session that the browser has already ends with the login (ASVS 7.2.4).
  session: 'optional',
  isOffered: withTwoFactor,
  body: () =>
    bodyOf({
      required: { challenge: text('From the problem TwoFactorRequired.') },
      optional: { code: text(), recoveryCode: text(), rememberMe: REMEMBER_ME },
    }),
  answer: signedIn,
  page: {
    title: 'Sign in',
    button: 'Sign in',
    done: 'You are signed in.',
    signsIn: true,
    secret: 'challenge',
    follows: true,
    fields: [
      {
        name: 'code',
        label: 'The code that your authenticator app shows',
        type: 'text',
        autocomplete: 'one-time-code',
      },
    ],
  },
  handle: (call) => {
    const { rememberMe: _rememberMe, ...factor } = call.body;
    // The first step has told the session how long to last.
    return answerLogin(call, ({ request }) =>
      call.accounts.twoFactor.loginWithTwoFactor({ ...factor, request }),
    );
  },
};

export const requestMagicLink: Route<'requestMagicLink'> = {
  method: 'POST',
  path: '/magic-link/request',
  summary: 'Sends a link and a code that sign in, or up; the response is alike for all addresses.',
  status: 202,
  isOffered: withDelivery,
  body: () => bodyOf({ required: { email: EMAIL }, optional: {} }),
  answer: () => z.object({ challenge: z.string() }),
  handle: async ({ accounts, exchange, body }) => {
    const { challenge } = await accounts.magicLinks.request({ ...body, request: exchange.request });
    return { challenge };
  },
};

export const signInWithMagicLink: Route<'signInWithMagicLink'> = {
  method: 'POST',
  path: '/magic-link',
  summary: 'Signs in by the token of a link, or by the code and the challenge.',
  // A session that the browser has already ends with the login (ASVS 7.2.4).
  session: 'optional',
  isOffered: withDelivery,
  body: () =>
    bodyOf({
      required: {},
      optional: {
        token: token('From the link.'),
        code: text('Six digits from the message, with the challenge.'),
        challenge: text('From the answer of requestMagicLink.'),
        rememberMe: REMEMBER_ME,
      },
    }),
  answer: signedIn,
  page: { title: 'Sign in', button: 'Sign in', done: 'You are signed in.', signsIn: true },
  handle: (call) => {
    const { rememberMe: _rememberMe, ...secret } = call.body;
    return answerLogin(call, (session) =>
      call.accounts.magicLinks.login({ ...(secret as { readonly token: string }), ...session }),
    );
  },
};

export const requestPhoneCode: Route<'requestPhoneCode'> = {
  method: 'POST',
  path: '/phone-code/request',
  summary: 'Sends a code that signs in to a phone; the response is alike for all numbers.',
  status: 202,
  isOffered: withPhoneCodes,
  body: () =>
    bodyOf({
      required: { phone: PHONE },
      optional: { country: text('ISO 3166-1 alpha-2, for a number without country code.') },
    }),
  answer: () => z.object({ challenge: z.string() }),
  handle: async ({ accounts, exchange, body }) => {
    const { challenge } = await accounts.phoneCodes.request({ ...body, request: exchange.request });
    return { challenge };
  },
};

export const signInWithPhoneCode: Route<'signInWithPhoneCode'> = {
  method: 'POST',
  path: '/phone-code',
  summary: 'Signs in by the code that was sent to a phone, and the challenge.',
  // A session that the browser has already ends with the login (ASVS 7.2.4).
  session: 'optional',
  isOffered: withPhoneCodes,
  body: () =>
    bodyOf({
      required: {
        code: text('Six digits from the message.'),
        challenge: text('From the answer of requestPhoneCode.'),
      },
      optional: { rememberMe: REMEMBER_ME },
    }),
  answer: signedIn,
  handle: (call) => {
    const { rememberMe: _rememberMe, ...shown } = call.body;
    return answerLogin(call, (session) => call.accounts.phoneCodes.login({ ...shown, ...session }));
  },
};

export const passwordSalt: Route<'passwordSalt'> = {
  method: 'POST',
  path: '/password-salt',
  summary: 'The salt with which a client hashes a password; for names without an account, too.',
  session: 'optional',
  isOffered: withPrehashedPasswords,
  body: () =>
    bodyOf({
      required: {},
      optional: { username: text(), email: EMAIL, phone: PHONE, country: text() },
    }),
  answer: () => z.object({ salt: z.string() }),
  handle: async (call) => ({ salt: await saltOf(call) }),
};

export const signOut: Route<'signOut'> = {
  method: 'POST',
  path: '/sign-out',
  summary: 'Ends the session, everywhere, before the response; succeeds without one, too.',
  handle: async ({ selfService, exchange }) => {
    try {
      await selfService.signOut({ request: exchange.request });
    } catch (error) {
      if (!AccountError.is(error) || error.code !== 'UserNotSignedIn') throw error;
      // The client has what it wants (RFC 7009 §2.2). Scripts cannot delete the cookie by themselves.
      exchange.forgetSession();
    }
    return undefined;
  },
};

export const session: Route<'session'> = {
  method: 'GET',
  path: '/session',
  tellsSession: true,
  summary: 'The user and the session of the request.',
  session: 'required',
  answer: sessionAnswer,
  handle: (call) => Promise.resolve(sessionOf(call)),
};

export const refresh: Route<'refresh'> = {
  method: 'POST',
  path: '/session/refresh',
  tellsSession: true,
  summary: 'Replaces the token of the session by a new one.',
  answer: sessionAnswer,
  handle: async (call) => {
    call.exchange.requireToken();
    const { request } = call.exchange;
    const { authToken = '' } = request;
    await call.accounts.refreshTokens({ authToken, request });
    return sessionOf(call);
  },
};

export const reauthenticate: Route<'reauthenticate'> = {
  method: 'POST',
  path: '/session/reauthenticate',
  summary: 'Proves again, by the password, a link or a code, whose session it is.',
  session: 'required',
  body: () =>
    bodyOf({
      required: {},
      optional: {
        password: text(),
        token: token('From a link of requestMagicLink.'),
        code: text('Six digits from a message, with the challenge.'),
        challenge: text('From the answer of requestMagicLink or requestPhoneCode.'),
      },
    }),
  handle: async ({ accounts, exchange, body }) => {
    const { request } = exchange;
    await accounts.reauthenticate({ ...(body as { readonly password: string }), request });
    return undefined;
  },
};

export const forgotPassword: Route<'forgotPassword'> = {
  method: 'POST',
  path: '/forgot-password',
  summary: 'Sends a token to reset a password; the response is the same for all.',
  status: 202,
  isOffered: withDelivery,
  body: () => bodyOf({ required: {}, optional: { username: text(), email: EMAIL } }),
  handle: async ({ selfService, exchange, body }) => {
    const input: object = { ...body, request: exchange.request };
    await selfService.forgotPassword(input as RequestPasswordResetInput);
    return undefined;
  },
};

export const resetPassword: Route<'resetPassword'> = {
  method: 'POST',
  path: '/reset-password',
  summary: 'Sets a new password by the token from a message.',
  body: (accounts) =>
    bodyOf({ required: { token: token(), newPassword: newPassword(accounts) }, optional: {} }),
  page: {
    title: 'Choose a new password',
    button: 'Save',
    done: 'Your password is changed. You can sign in with it now.',
    fields: [{ ...NEW_PASSWORD, autocomplete: 'new-password' }],
  },
  handle: async ({ selfService, exchange, body }) => {
    await selfService.resetPassword({ ...body, request: exchange.request });
    return undefined;
  },
};

function sessionOf({ accounts, exchange }: Call<'refresh' | 'session'>): SessionAnswer {
  const { account, session: found } = accounts.sessions.verifiedSessionOf(exchange.request);
  return {
    user: userAnswer(toUser(account, flowsOf(accounts).core.plan)),
    expiresAt: found.expiresAt.toISOString(),
  };
}

function saltOf({ accounts, exchange, body }: Call<'passwordSalt'>): Promise<string> {
  const { core } = flowsOf(accounts);
  const isNamed = Object.values(body).some((name) => name !== undefined);
  const verified = isNamed ? undefined : core.verified.find(exchange.request);
  if (verified) return passwordSaltOf(core, verified.account.accountId);
  const names = ['username', 'email', 'phone'] as const;
  return saltOfName(core, parseSignInName(core, { ...body }, names), exchange.request);
}
