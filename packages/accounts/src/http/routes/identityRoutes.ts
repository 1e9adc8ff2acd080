import * as z from 'zod';
import { flowsOf } from '../../accounts/flowsOf.js';
import { parseRememberMe } from '../../selfService/parseRememberMe.js';
import type { BegunIdentityFlow } from '../../identityProviders/IdentityProviders.js';
import type { BegunIdentityAnswer } from '../api.js';
import type { Exchange } from '../Exchange.js';
import { RETURN_TO } from '../fields.js';
import type { Route } from '../Route.js';
import {
  begunIdentity,
  bodyOf,
  completedIdentity,
  identities,
  REMEMBER_ME,
  text,
} from '../schemas.js';
import { contactAnswer, loginAnswer } from './answers.js';
import { withIdentityProviders } from './offers.js';

/** Parameters that a provider answers with; the name of a person must not get into a URL. */
const IN_URL = ['state', 'code', 'iss', 'error'];

export const listIdentityProviders: Route<'listIdentityProviders'> = {
  method: 'GET',
  path: '/identity-providers',
  summary: 'The names of the identity providers.',
  isOffered: withIdentityProviders,
  answer: () => z.object({ providers: z.array(z.string()) }),
  handle: ({ accounts }) => Promise.resolve({ providers: accounts.identityProviders.names }),
};

export const beginIdentitySignIn: Route<'beginIdentitySignIn'> = {
  method: 'POST',
  path: '/identity-providers/{provider}/sign-in',
  summary: 'Begins a sign-in with an identity provider: answers with the URL to go to.',
  isOffered: withIdentityProviders,
  body: () => bodyOf({ required: {}, optional: { returnTo: RETURN_TO, rememberMe: REMEMBER_ME } }),
  answer: begunIdentity,
  handle: async ({ accounts, exchange, body, params: { provider } }) => {
    const { returnTo, rememberMe: asked } = body;
    const rememberMe = parseRememberMe(asked);
    const { url, browserSecret, formPost } = await accounts.identityProviders.begin({
      provider,
      request: exchange.request,
      rememberMe: rememberMe === 'local',
      ...(returnTo !== undefined && { returnTo }),
    });
    if (rememberMe === 'none' || exchange.isBearer) return { url, browserSecret };
    exchange.keepFlow(browserSecret, formPost);
    return { url };
  },
};

export const beginIdentityLink: Route<'beginIdentityLink'> = {
  method: 'POST',
  path: '/identity-providers/{provider}/link',
  summary: 'Begins to link an identity to the user: answers with the URL to go to.',
  session: 'required',
  isOffered: withIdentityProviders,
  body: () => bodyOf({ required: {}, optional: { returnTo: RETURN_TO } }),
  answer: begunIdentity,
  handle: ({ accounts, exchange, body, params: { provider } }) => {
    const { request } = exchange;
    const begun = accounts.identityProviders.beginLink({ ...body, provider, request });
    return ownFlowAnswer(exchange, begun);
  },
};

export const beginIdentityReauthentication: Route<'beginIdentityReauthentication'> = {
  method: 'POST',
  path: '/identity-providers/{provider}/reauthenticate',
  summary: 'Begins to prove again, by a linked identity, whose session it is.',
  session: 'required',
  isOffered: withIdentityProviders,
  body: () => bodyOf({ required: {}, optional: { returnTo: RETURN_TO } }),
  answer: begunIdentity,
  handle: ({ accounts, exchange, body, params: { provider } }) => {
    const { request } = exchange;
    const begun = accounts.identityProviders.beginReauthentication({ ...body, provider, request });
    return ownFlowAnswer(exchange, begun);
  },
};

export const completeIdentityFlow: Route<'completeIdentityFlow'> = {
  method: 'POST',
  path: '/identity-providers/{provider}/callback',
  summary: 'Completes what was begun with an identity provider, which sends the browser here.',
  // A session that the browser has already ends with the login (ASVS 7.2.4); an identity is linked to it.
  session: 'optional',
  isOffered: withIdentityProviders,
  body: () =>
    bodyOf({
      required: {},
      optional: {
        state: text(),
        code: text(),
        iss: text(),
        error: text(),
        user: text('JSON of Apple’s, with the name of the person.'),
        browserSecret: text(
          'From the answer of beginIdentitySignIn; browsers keep it in a cookie.',
        ),
      },
    }),
  answer: completedIdentity,
  landing: {
    title: 'Sign in',
    done: 'You are signed in.',
    parameters: [...IN_URL, 'user'],
    inUrl: IN_URL,
  },
  handle: async ({ accounts, exchange, body, params: { provider } }) => {
    const { browserSecret: own, ...parameters } = body;
    const { request } = exchange;
    const completed = await accounts.identityProviders.complete({
      provider,
      parameters,
      browserSecret: own ?? exchange.flowSecret,
      request,
    });
    const { login, contact, authToken, returnTo, rememberMe } = completed;
    exchange.forgetCrossSiteFlow();
    const back = { ...(returnTo !== undefined && { returnTo }) };
    // The session goes on as its client keeps it; the new token comes as after a rotation.
    if (authToken !== undefined) return back;
    if (contact) return { ...back, contact: contactAnswer(contact) };
    exchange.keepSession(own !== undefined ? 'none' : rememberMe ? 'local' : 'session');
    return { ...back, ...loginAnswer(exchange, login, flowsOf(accounts).core.plan) };
  },
};

export const listIdentities: Route<'listIdentities'> = {
  method: 'GET',
  path: '/identities',
  summary: 'The identities at providers that are linked to the user.',
  session: 'required',
  isOffered: withIdentityProviders,
  answer: identities,
  handle: async ({ accounts, exchange }) => {
    const found = await accounts.identityProviders.list({ request: exchange.request });
    return { identities: found.map(contactAnswer) };
  },
};

export const unlinkIdentity: Route<'unlinkIdentity'> = {
  method: 'DELETE',
  path: '/identities/{contactId}',
  summary: 'Removes an identity, unless it is the last way to sign in.',
  session: 'required',
  isOffered: withIdentityProviders,
  handle: async ({ accounts, exchange, params: { contactId } }) => {
    await accounts.identityProviders.unlink({ contactId, request: exchange.request });
    return undefined;
  },
};

/** Answer to a flow that a session has begun, with the secret for a client that keeps it by itself. */
async function ownFlowAnswer(
  exchange: Exchange,
  begun: Promise<BegunIdentityFlow>,
): Promise<BegunIdentityAnswer> {
  const { url, browserSecret } = await begun;
  if (exchange.isBearer) return { url, browserSecret };
  // The session’s own cookie does not come along with a form of another site, either.
  exchange.keepFlow(browserSecret, false);
  return { url };
}
