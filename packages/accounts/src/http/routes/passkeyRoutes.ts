import type { JsonObject } from '../../lifecycle/JsonObject.js';
import type { BegunCeremony, Passkey } from '../../passkeys/passkeyInputs.js';
import type { PasskeyAnswer, PasskeyOptionsAnswer, PasskeyResponseBody } from '../api.js';
import type { Exchange } from '../Exchange.js';
import { PASSKEY_NAME } from '../fields.js';
import type { Route } from '../Route.js';
import {
  begunCeremony,
  bodyOf,
  passkeyAnswer as passkeySchema,
  passkeyList,
  passkeySignalsAnswer,
  REMEMBER_ME,
  signedIn,
  text,
  type Field,
} from '../schemas.js';
import { answerLogin } from './answers.js';
import { withPasskeys } from './offers.js';

const BROWSER_SECRET = text('Of the options, for a client without cookies.');
const RESPONSE: Field = {
  type: 'object',
  additionalProperties: true,
  description: 'The JSON of the credential that the browser has given.',
};

export const passkeySignInOptions: Route<'passkeySignInOptions'> = {
  method: 'POST',
  path: '/sign-in/passkey/options',
  summary: 'Options with which a browser signs a challenge by a passkey.',
  isOffered: withPasskeys,
  body: () =>
    bodyOf({
      required: {},
      optional: {
        challenge: text('From the problem TwoFactorRequired.'),
        browserSecret: text('Of earlier options, for a client without cookies.'),
      },
    }),
  answer: begunCeremony,
  handle: async ({ accounts, exchange, body }) => {
    const { challenge, browserSecret = exchange.cookies.passkeySecret } = body;
    const begun = await accounts.passkeys.createLoginOptions({
      request: exchange.request,
      browserSecret,
      ...(challenge !== undefined && { challenge }),
    });
    return optionsAnswer(exchange, begun);
  },
};

export const signInWithPasskey: Route<'signInWithPasskey'> = {
  method: 'POST',
  path: '/sign-in/passkey',
  summary: 'Signs in by a passkey, or completes a sign-in by one.',
  // A session that the browser has already ends with the login (ASVS 7.2.4).
  session: 'optional',
  isOffered: withPasskeys,
  body: () =>
    bodyOf({
      required: { response: RESPONSE },
      optional: {
        challenge: text('From the problem TwoFactorRequired.'),
        browserSecret: BROWSER_SECRET,
        rememberMe: REMEMBER_ME,
      },
    }),
  answer: signedIn,
  handle: (call) => {
    const { accounts, exchange, body } = call;
    const { challenge } = body;
    const waiting = challenge !== undefined && { challenge };
    return answerLogin(call, (session) =>
      accounts.passkeys.login({ ...shownBy(exchange, body), ...waiting, ...session }),
    );
  },
};

export const passkeyReauthenticationOptions: Route<'passkeyReauthenticationOptions'> = {
  method: 'POST',
  path: '/session/reauthenticate/passkey/options',
  summary: 'Options with which a browser proves again, by a passkey, whose session it is.',
  session: 'required',
  isOffered: withPasskeys,
  body: () =>
    bodyOf({
      required: {},
      optional: { browserSecret: text('Of earlier options, for a client without cookies.') },
    }),
  answer: begunCeremony,
  handle: async ({ accounts, exchange, body }) => {
    const { browserSecret = exchange.cookies.passkeySecret } = body;
    const { request } = exchange;
    const begun = await accounts.passkeys.createReauthenticationOptions({ request, browserSecret });
    return optionsAnswer(exchange, begun);
  },
};

export const reauthenticateWithPasskey: Route<'reauthenticateWithPasskey'> = {
  method: 'POST',
  path: '/session/reauthenticate/passkey',
  summary: 'Proves again, by a passkey, whose session it is.',
  session: 'required',
  isOffered: withPasskeys,
  body: () =>
    bodyOf({ required: { response: RESPONSE }, optional: { browserSecret: BROWSER_SECRET } }),
  handle: async ({ accounts, exchange, body }) => {
    const { request } = exchange;
    await accounts.passkeys.reauthenticate({ ...shownBy(exchange, body), request });
    return undefined;
  },
};

export const passkeyRegistrationOptions: Route<'passkeyRegistrationOptions'> = {
  method: 'POST',
  path: '/passkeys/options',
  summary: 'Options with which a browser creates a passkey for the user.',
  session: 'required',
  isOffered: withPasskeys,
  body: () =>
    bodyOf({
      required: {},
      optional: {
        conditional: { type: 'boolean', description: 'For a browser that creates it by itself.' },
        browserSecret: text('Of earlier options, for a client without cookies.'),
      },
    }),
  answer: begunCeremony,
  handle: async ({ accounts, exchange, body }) => {
    const { conditional, browserSecret = exchange.cookies.passkeySecret } = body;
    const begun = await accounts.passkeys.createRegistrationOptions({
      request: exchange.request,
      browserSecret,
      ...(conditional !== undefined && { conditional }),
    });
    return optionsAnswer(exchange, begun);
  },
};

export const registerPasskey: Route<'registerPasskey'> = {
  method: 'POST',
  path: '/passkeys',
  summary: 'Adds a passkey that the browser has created.',
  session: 'required',
  status: 201,
  isOffered: withPasskeys,
  body: () =>
    bodyOf({
      required: { response: RESPONSE },
      optional: { name: PASSKEY_NAME, browserSecret: BROWSER_SECRET },
    }),
  answer: passkeySchema,
  handle: async ({ accounts, exchange, body }) => {
    const { name } = body;
    const passkey = await accounts.passkeys.register({
      ...shownBy(exchange, body),
      ...(name !== undefined && { name }),
      request: exchange.request,
    });
    return { passkey: passkeyAnswer(passkey) };
  },
};

export const listPasskeys: Route<'listPasskeys'> = {
  method: 'GET',
  path: '/passkeys',
  summary: 'The passkeys of the user, and what to tell the browser of them.',
  session: 'required',
  isOffered: withPasskeys,
  answer: passkeyList,
  handle: async ({ accounts, exchange }) => {
    const { passkeys, signals } = await accounts.passkeys.list({ request: exchange.request });
    return { passkeys: passkeys.map(passkeyAnswer), signals };
  },
};

export const renamePasskey: Route<'renamePasskey'> = {
  method: 'PATCH',
  path: '/passkeys/{passkeyId}',
  summary: 'Gives a passkey another name.',
  session: 'required',
  isOffered: withPasskeys,
  body: () => bodyOf({ required: { name: PASSKEY_NAME }, optional: {} }),
  answer: passkeySchema,
  handle: async ({ accounts, exchange, body, params: { passkeyId } }) => {
    const { request } = exchange;
    const passkey = await accounts.passkeys.rename({ ...body, passkeyId, request });
    return { passkey: passkeyAnswer(passkey) };
  },
};

export const removePasskey: Route<'removePasskey'> = {
  method: 'DELETE',
  path: '/passkeys/{passkeyId}',
  summary: 'Removes a passkey; every other session ends.',
  session: 'required',
  isOffered: withPasskeys,
  answer: passkeySignalsAnswer,
  handle: async ({ accounts, exchange, params: { passkeyId } }) => {
    const { request } = exchange;
    return { signals: await accounts.passkeys.remove({ passkeyId, request }) };
  },
};

function passkeyAnswer({ createdAt, lastUsedAt, ...passkey }: Passkey): PasskeyAnswer {
  return {
    ...passkey,
    createdAt: createdAt.toISOString(),
    ...(lastUsedAt && { lastUsedAt: lastUsedAt.toISOString() }),
  };
}

/** Answer with options; their secret goes into a cookie, unless the client keeps its tokens by itself. */
function optionsAnswer(
  exchange: Exchange,
  { options, browserSecret }: BegunCeremony<object>,
): PasskeyOptionsAnswer {
  exchange.keepPasskeySecret(browserSecret);
  return { options: options as JsonObject, ...(exchange.isBearer && { browserSecret }) };
}

/** The response of the authenticator, and the secret of the browser that has sent it. */
function shownBy(
  { cookies }: Exchange,
  { response, browserSecret = cookies.passkeySecret }: PasskeyResponseBody,
): { readonly response: Readonly<Record<string, unknown>>; readonly browserSecret: string } {
  return {
    response: response as Readonly<Record<string, unknown>>,
    // Without one, the answer is that to a wrong one.
    browserSecret: browserSecret ?? '',
  };
}
