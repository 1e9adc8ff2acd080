import type { Contact } from '../../core/Account.js';
import type { CompletedLogin } from '../../login/completeLogin.js';
import type { JsonObject } from '../../lifecycle/JsonObject.js';
import { toJson } from '../../lifecycle/toJson.js';
import type { AppPlan } from '../../quota/AppPlan.js';
import { toUser } from '../../selfService/toUser.js';
import type { User, VerifiedUser } from '../../selfService/selfServiceInputs.js';
import type { ListedSession } from '../../sessions/Sessions.js';
import type { SessionRequest } from '../../requests/SessionRequest.js';
import { flowsOf } from '../../accounts/flowsOf.js';
import { parseRememberMe } from '../../selfService/parseRememberMe.js';
import type {
  ContactAnswer,
  ListedSessionAnswer,
  OperationName,
  SessionChoice,
  SignedInAnswer,
  UserAnswer,
} from '../api.js';
import type { Exchange } from '../Exchange.js';
import type { Call } from '../Route.js';

/** A user, as a client sees it. */
export function userAnswer(user: VerifiedUser & Pick<User, 'email'>): UserAnswer {
  const { userId, username, email, profile, creationDate, paymentsMode } = user;
  const { trialExpirationDate } = user;
  return {
    userId,
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email }),
    ...(profile && { profile: toJson(profile) as JsonObject }),
    creationDate: creationDate.toISOString(),
    paymentsMode,
    ...(trialExpirationDate && { trialExpirationDate: trialExpirationDate.toISOString() }),
  };
}

/** Answer to a sign-in or sign-up, without the tokens that a cookie carries. */
export function signedInAnswer(exchange: Exchange, user: User): SignedInAnswer {
  const { authToken, deviceToken, expiresAt, handle } = user;
  exchange.rememberDevice(deviceToken);
  exchange.keepHandle(handle);
  return {
    user: userAnswer(user),
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
    ...(handle !== undefined && { handle }),
    ...(exchange.isBearer && authToken !== undefined && { authToken }),
    ...(exchange.isBearer && deviceToken !== undefined && { deviceToken }),
  };
}

/** A call whose body may say how its client keeps the session that begins. */
type SignInCall = Pick<Call<OperationName>, 'accounts' | 'exchange'> & {
  readonly body: { readonly rememberMe?: SessionChoice['rememberMe'] };
};

/**
 * Begins a session by a login of `Accounts`, kept as the body says, and answers with it.
 *
 * @param logIn - logs in; `rememberMe` tells whether the session outlives the browser.
 * @throws AccountError `RememberMeValueNotValid`, before the login.
 */
export async function answerLogin(
  { accounts, exchange, body }: SignInCall,
  logIn: (session: {
    readonly request: SessionRequest;
    readonly rememberMe: boolean;
  }) => Promise<CompletedLogin>,
): Promise<SignedInAnswer> {
  const rememberMe = parseRememberMe(body.rememberMe);
  const login = await logIn({ request: exchange.request, rememberMe: rememberMe === 'local' });
  exchange.keepSession(rememberMe);
  return loginAnswer(exchange, login, flowsOf(accounts).core.plan);
}

/** Answer to a login that `Accounts` has completed. */
export function loginAnswer(
  exchange: Exchange,
  login: CompletedLogin,
  plan: AppPlan,
): SignedInAnswer {
  const { account, authToken, deviceToken, sessionDocument } = login;
  const { expiresAt } = sessionDocument;
  const user = { ...toUser(account, plan), authToken, deviceToken, expiresAt };
  return signedInAnswer(exchange, user);
}

export function contactAnswer({ ulid, data, verified, createdAt }: Contact): ContactAnswer {
  return {
    contactId: ulid,
    kind: data.kind,
    value: data.value,
    ...(data.kind === 'oauth' && { provider: data.provider }),
    verified: verified === true,
    createdAt: createdAt.toISOString(),
  };
}

export function listedSession(session: ListedSession): ListedSessionAnswer {
  const { ulid, current, createdAt, expiresAt, lastSeenAt, connectionInfo } = session;
  const { ip, userAgent } = connectionInfo;
  return {
    sessionId: ulid,
    current,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(lastSeenAt && { lastSeenAt: lastSeenAt.toISOString() }),
    ...(ip !== undefined && { ip }),
    ...(userAgent !== undefined && { userAgent }),
    impersonated: session.impersonatedBy !== undefined,
  };
}
