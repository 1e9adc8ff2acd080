import * as z from 'zod';
import { EMAIL, NEW_USERNAME, newPassword, PHONE, token } from '../fields.js';
import type { Route } from '../Route.js';
import {
  bodyOf,
  confirmedTwoFactor,
  contactAnswer as contactSchema,
  contacts,
  jsonObject,
  PROFILE,
  REMEMBER_ME,
  sessions,
  text,
  userAnswer as userSchema,
} from '../schemas.js';
import { answerLogin, contactAnswer, listedSession, userAnswer } from './answers.js';
import { withDelivery, withPhones, withTwoFactor } from './offers.js';

export const updateUser: Route<'updateUser'> = {
  method: 'PATCH',
  path: '/user',
  summary: 'Changes username, e-mail address, profile and password, in one transaction.',
  session: 'required',
  body: (accounts) =>
    bodyOf({
      required: {},
      optional: {
        username: NEW_USERNAME,
        email: { ...EMAIL, type: ['string', 'null'] },
        profile: { ...PROFILE, type: ['object', 'null'] },
        currentPassword: text('With newPassword.'),
        newPassword: newPassword(accounts),
      },
    }),
  answer: userSchema,
  handle: async ({ selfService, exchange, body }) => {
    const user = await selfService.updateUser({ ...body, request: exchange.request });
    exchange.rememberDevice(user.deviceToken);
    return { user: userAnswer(user) };
  },
};

export const deleteUser: Route<'deleteUser'> = {
  method: 'DELETE',
  path: '/user',
  summary: 'Deletes the account with everything that belongs to it.',
  session: 'required',
  handle: async ({ selfService, exchange }) => {
    await selfService.deleteUser({ request: exchange.request });
    return undefined;
  },
};

export const exportUser: Route<'exportUser'> = {
  method: 'GET',
  path: '/user/export',
  summary: 'Everything that is stored about the user.',
  session: 'required',
  answer: () => {
    const objects = z.array(jsonObject());
    return z.object({
      account: jsonObject(),
      contacts: objects,
      sessions: objects,
      tokens: objects,
      related: z.record(z.string(), objects),
    }) as never;
  },
  handle: ({ accounts, exchange }) => accounts.lifecycle.export({ request: exchange.request }),
};

export const changePassword: Route<'changePassword'> = {
  method: 'POST',
  path: '/user/password',
  summary: 'Changes the password; every other session ends.',
  session: 'required',
  body: (accounts) =>
    bodyOf({
      required: { currentPassword: text(), newPassword: newPassword(accounts) },
      optional: {},
    }),
  handle: async ({ accounts, exchange, body }) => {
    const changed = await accounts.passwords.change({ ...body, request: exchange.request });
    exchange.rememberDevice(changed.deviceToken);
    return undefined;
  },
};

export const removePassword: Route<'removePassword'> = {
  method: 'DELETE',
  path: '/user/password',
  summary: 'Removes the password, while another way to sign in remains; every other session ends.',
  session: 'required',
  handle: async ({ accounts, exchange }) => {
    const { deviceToken } = await accounts.passwords.remove({ request: exchange.request });
    exchange.rememberDevice(deviceToken);
    return undefined;
  },
};

export const listSessions: Route<'listSessions'> = {
  method: 'GET',
  path: '/sessions',
  summary: 'The active sessions of the user, newest first.',
  session: 'required',
  query: () =>
    z.strictObject({
      first: z.coerce.number().int().min(1).max(100).optional(),
      after: z.string().optional(),
    }) as never,
  answer: sessions,
  handle: async ({ accounts, exchange, query }) => {
    const input = { ...query, request: exchange.request };
    const { edges, pageInfo } = await accounts.sessions.listSessions(input);
    return {
      sessions: edges.map(({ node }) => listedSession(node)),
      ...(pageInfo.hasNextPage && pageInfo.endCursor !== null && { after: pageInfo.endCursor }),
    };
  },
};

export const revokeSession: Route<'revokeSession'> = {
  method: 'DELETE',
  path: '/sessions/{sessionId}',
  summary: 'Ends one session of the user.',
  session: 'required',
  handle: async ({ accounts, exchange, params: { sessionId } }) => {
    await accounts.sessions.revokeSession({ sessionId, request: exchange.request });
    return undefined;
  },
};

export const revokeOtherSessions: Route<'revokeOtherSessions'> = {
  method: 'POST',
  path: '/sessions/revoke-others',
  summary: 'Ends every session of the user but that of the request.',
  session: 'required',
  handle: async ({ accounts, exchange }) => {
    await accounts.sessions.revokeOtherSessions({ request: exchange.request });
    return undefined;
  },
};

export const revokeAllSessions: Route<'revokeAllSessions'> = {
  method: 'POST',
  path: '/sessions/revoke-all',
  summary: 'Ends every session of the user.',
  session: 'required',
  handle: async ({ accounts, exchange }) => {
    await accounts.sessions.revokeAllSessions({ request: exchange.request });
    return undefined;
  },
};

export const listContacts: Route<'listContacts'> = {
  method: 'GET',
  path: '/contacts',
  summary: 'The contacts of the user.',
  session: 'required',
  answer: contacts,
  handle: async ({ accounts, exchange }) => {
    const found = await accounts.contacts.list({ request: exchange.request });
    return { contacts: found.map(contactAnswer) };
  },
};

export const addEmail: Route<'addEmail'> = {
  method: 'POST',
  path: '/contacts/emails',
  summary: 'Adds an e-mail address, and sends a token there that confirms it.',
  session: 'required',
  status: 201,
  isOffered: withDelivery,
  body: () => bodyOf({ required: { email: EMAIL }, optional: {} }),
  answer: contactSchema,
  handle: async ({ accounts, exchange, body }) => {
    const added = await accounts.contacts.addEmail({ ...body, request: exchange.request });
    return { contact: contactAnswer(added.contact) };
  },
};

export const replaceEmail: Route<'replaceEmail'> = {
  method: 'PUT',
  path: '/contacts/emails',
  summary: 'Replaces an e-mail address by another, once that is confirmed.',
  session: 'required',
  isOffered: withDelivery,
  body: () => bodyOf({ required: { email: EMAIL, newEmail: EMAIL }, optional: {} }),
  answer: contactSchema,
  handle: async ({ accounts, exchange, body }) => {
    const added = await accounts.contacts.replaceEmail({ ...body, request: exchange.request });
    return { contact: contactAnswer(added.contact) };
  },
};

const COUNTRY = { country: text('ISO 3166-1 alpha-2, for a number without country code.') };

export const addPhone: Route<'addPhone'> = {
  method: 'POST',
  path: '/contacts/phones',
  summary: 'Adds a phone number, and sends a code there that confirms it.',
  session: 'required',
  status: 201,
  isOffered: withPhones,
  body: () => bodyOf({ required: { phone: PHONE }, optional: COUNTRY }),
  answer: contactSchema,
  handle: async ({ accounts, exchange, body }) => {
    const added = await accounts.contacts.addPhone({ ...body, request: exchange.request });
    return { contact: contactAnswer(added.contact) };
  },
};

export const replacePhone: Route<'replacePhone'> = {
  method: 'PUT',
  path: '/contacts/phones',
  summary: 'Replaces a phone number by another, once that is confirmed.',
  session: 'required',
  isOffered: withPhones,
  body: () => bodyOf({ required: { phone: PHONE, newPhone: PHONE }, optional: COUNTRY }),
  answer: contactSchema,
  handle: async ({ accounts, exchange, body }) => {
    const added = await accounts.contacts.replacePhone({ ...body, request: exchange.request });
    return { contact: contactAnswer(added.contact) };
  },
};

export const requestPhoneVerification: Route<'requestPhoneVerification'> = {
  method: 'POST',
  path: '/contacts/phones/send-code',
  summary: 'Sends another code to a phone number of the user.',
  session: 'required',
  status: 202,
  isOffered: withPhones,
  body: () => bodyOf({ required: { phone: PHONE }, optional: COUNTRY }),
  handle: async ({ accounts, exchange, body }) => {
    await accounts.contacts.requestPhoneVerification({ ...body, request: exchange.request });
    return undefined;
  },
};

export const verifyPhone: Route<'verifyPhone'> = {
  method: 'POST',
  path: '/contacts/phones/verify',
  summary: 'Confirms a phone number by the code that was sent there.',
  session: 'required',
  isOffered: withPhones,
  body: () => bodyOf({ required: { phone: PHONE, code: text() }, optional: COUNTRY }),
  handle: async ({ accounts, exchange, body }) => {
    await accounts.contacts.verifyPhone({ ...body, request: exchange.request });
    return undefined;
  },
};

export const removeContact: Route<'removeContact'> = {
  method: 'DELETE',
  path: '/contacts/{contactId}',
  summary: 'Removes a contact.',
  session: 'required',
  handle: async ({ accounts, exchange, params: { contactId } }) => {
    await accounts.contacts.remove({ contactId, request: exchange.request });
    return undefined;
  },
};

export const restoreContact: Route<'restoreContact'> = {
  method: 'POST',
  path: '/restore-address',
  summary: 'Gives an address back to the user that another has replaced, by the token sent there.',
  body: () => bodyOf({ required: { token: token() }, optional: {} }),
  answer: contactSchema,
  page: {
    title: 'Keep this address',
    button: 'Keep it',
    done: 'The address belongs to your account again.',
  },
  handle: async ({ accounts, exchange, body }) => {
    const contact = await accounts.contacts.undoReplacement({
      ...body,
      request: exchange.request,
    });
    return { contact: contactAnswer(contact) };
  },
};

export const twoFactorStatus: Route<'twoFactorStatus'> = {
  method: 'GET',
  path: '/two-factor',
  summary: 'Whether the user has a second factor, and how many recovery codes are left.',
  session: 'required',
  isOffered: withTwoFactor,
  answer: () => z.object({ enabled: z.boolean(), recoveryCodesLeft: z.number() }),
  handle: ({ accounts, exchange }) => accounts.twoFactor.status({ request: exchange.request }),
};

export const enrolTwoFactor: Route<'enrolTwoFactor'> = {
  method: 'POST',
  path: '/two-factor/enrol',
  summary: 'Begins to set up an authenticator app, in a session or by the challenge of a sign-in.',
  session: 'optional',
  isOffered: withTwoFactor,
  body: () =>
    bodyOf({
      required: {},
      optional: {
        challenge: text('From the problem TwoFactorEnrolmentRequired.'),
        code: text('Of the current factor, if there is one.'),
        recoveryCode: text(),
      },
    }),
  answer: () => z.object({ secret: z.string(), uri: z.string(), qrCode: z.string() }),
  handle: ({ accounts, exchange, body }) =>
    accounts.twoFactor.enrol({ ...body, request: exchange.request }),
};

export const confirmTwoFactor: Route<'confirmTwoFactor'> = {
  method: 'POST',
  path: '/two-factor/confirm',
  summary:
    'Makes the authenticator the second factor; with a challenge, also completes the sign-in.',
  session: 'optional',
  isOffered: withTwoFactor,
  body: () =>
    bodyOf({
      required: { code: text() },
      optional: { challenge: text(), rememberMe: REMEMBER_ME },
    }),
  answer: confirmedTwoFactor,
  handle: async (call) => {
    const { accounts, exchange, body } = call;
    const { challenge, code } = body;
    const { request } = exchange;
    if (challenge === undefined) return accounts.twoFactor.confirm({ code, request });
    let recoveryCodes: readonly string[] = [];
    const answer = await answerLogin(call, async () => {
      const login = await accounts.twoFactor.confirm({ code, challenge, request });
      ({ recoveryCodes } = login);
      return login;
    });
    return { ...answer, recoveryCodes };
  },
};

export const regenerateRecoveryCodes: Route<'regenerateRecoveryCodes'> = {
  method: 'POST',
  path: '/two-factor/recovery-codes',
  summary: 'Replaces the recovery codes.',
  session: 'required',
  isOffered: withTwoFactor,
  body: () => bodyOf({ required: { code: text('Of the authenticator app.') }, optional: {} }),
  answer: () => z.object({ recoveryCodes: z.array(z.string()) }),
  handle: ({ accounts, exchange, body }) =>
    accounts.twoFactor.regenerateRecoveryCodes({ ...body, request: exchange.request }),
};

export const disableTwoFactor: Route<'disableTwoFactor'> = {
  method: 'POST',
  path: '/two-factor/disable',
  summary: 'Removes the second factor.',
  session: 'required',
  isOffered: withTwoFactor,
  body: () => bodyOf({ required: {}, optional: { code: text(), recoveryCode: text() } }),
  handle: async ({ accounts, exchange, body }) => {
    await accounts.twoFactor.disable({ ...body, request: exchange.request });
    return undefined;
  },
};
