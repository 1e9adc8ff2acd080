import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../../accounts/Accounts.js';
import { invalidOption } from '../../errors/invalidOption.js';
import type { Guard } from '../../guard/Guard.js';
import type { NoFields } from '../../guard/OwnFields.js';
import {
  createAccountGuard,
  type AccountGuardOptions,
  type AuthenticatedRequest,
  type RefusedRequest,
} from '../../http/createAccountGuard.js';
import type { Problem } from '../../http/HttpError.js';
import type { Connection, RequestHead } from '../../http/RequestHead.js';
import { reporter } from '../../http/reporter.js';
import { eventHead } from './eventRequest.js';
import { knownEvent, type HttpApiEvent, type RestApiEvent } from './events.js';

/** Event for an authorizer of an HTTP API, payload format 2.0. */
export interface HttpApiAuthorizerEvent extends HttpApiEvent {
  readonly routeArn: string;
}

/** Event for an authorizer of type REQUEST, of a REST API or of an HTTP API with payload format 1.0. */
export interface RequestAuthorizerEvent extends RestApiEvent {
  readonly type: 'REQUEST';
  readonly methodArn: string;
}

/** Event for an authorizer of type TOKEN, of a REST API. */
export interface TokenAuthorizerEvent {
  readonly type: 'TOKEN';
  readonly methodArn: string;
  /** The value of the header that the authorizer is configured with: `Bearer …`. */
  readonly authorizationToken: string;
}

/** Event for a Lambda authorizer of API Gateway. */
export type AuthorizerEvent =
  HttpApiAuthorizerEvent | RequestAuthorizerEvent | TokenAuthorizerEvent;

/** The account in the context of a request, for its integration. */
export interface AuthorizerContext {
  readonly accountId: string;
  readonly sessionId: string;
  readonly username?: string;
  readonly permissions: readonly string[];
}

/** The same where values are texts: the permissions are a JSON array. */
export type TextAuthorizerContext = {
  readonly [K in keyof AuthorizerContext]: string;
};

/** Simple answer of an authorizer. */
export type SimpleAuthorizerResult =
  | { readonly isAuthorized: true; readonly context: AuthorizerContext }
  | { readonly isAuthorized: false; readonly context: { readonly code: string } };

/** Answer of an authorizer as an IAM policy for the one method that was called. */
export interface IamAuthorizerResult {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: {
      readonly Action: 'execute-api:Invoke';
      readonly Effect: 'Allow' | 'Deny';
      readonly Resource: string;
    }[];
  };
  /** Of a refusal, the code of its error. */
  readonly context: TextAuthorizerContext | { readonly code: string };
}

/** How an authorizer of an HTTP API with payload format 2.0 answers. */
export type AuthorizerAnswer = 'iam' | 'simple';

/** Options of {@link createAuthorizer}. */
export interface AuthorizerOptions<
  A extends AuthorizerAnswer = AuthorizerAnswer,
> extends AccountGuardOptions {
  /**
   * How to answer an HTTP API with payload format 2.0: as its authorizer is configured (default:
   * `'simple'`). All others take IAM policies only.
   */
  readonly answer?: A;
}

/** A Lambda authorizer. */
export type Authorizer<A extends AuthorizerAnswer> = <E extends AuthorizerEvent>(
  event: E,
) => Promise<
  E extends HttpApiAuthorizerEvent
    ? A extends 'simple'
      ? SimpleAuthorizerResult
      : IamAuthorizerResult
    : IamAuthorizerResult
>;

/**
 * Makes a Lambda authorizer for HTTP APIs and REST APIs: it lets requests through that have a session, and
 * puts the account into their context.
 *
 * - Configure it with a cache of 0 seconds: a cached answer outlives a sign-out.
 * - Give it a `Guard` without `sessions.rotation.after`: an authorizer cannot bring a client its new token.
 *   A rotation is reported to `onError`.
 * - An authorizer of type TOKEN sees one header only: it takes bearer tokens, and knows no client address.
 *
 * A refused request gets 403. An IAM answer distinguishes: without a session, it gets 401. Where DynamoDB
 * cannot be reached, the authorizer throws, and API Gateway answers 500.
 *
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
 *
 * @example
 * ```ts
 * import type { Guard } from '@latchkey/accounts/guard';
 * import { createAuthorizer } from '@latchkey/accounts/lambda';
 *
 * export const authorizerOf = (guard: Guard) => createAuthorizer(guard, { permission: 'orders' });
 * ```
 */
export function createAuthorizer<
  F extends AccountFields = NoFields,
  A extends AuthorizerAnswer = 'simple',
>(guard: Accounts<F> | Guard<F>, options: AuthorizerOptions<A> = {}): Authorizer<A> {
  const { answer = 'simple', ...requirements } = options;
  if (!(['iam', 'simple'] as readonly unknown[]).includes(answer)) {
    throw invalidOption('answer', "It must be 'simple' or 'iam'.");
  }
  const check = createAccountGuard(guard, requirements);
  const report = reporter(options.onError);
  const authorize = async (
    event: AuthorizerEvent,
  ): Promise<IamAuthorizerResult | SimpleAuthorizerResult> => {
    const { head, connection } = authorizerHead(event);
    const { authenticated, refused } = await check(head, connection);
    const isSimple = 'routeArn' in event && answer === 'simple';
    if (refused) return isSimple ? simpleRefusal(refused) : iamRefusal(event, refused);
    if (authenticated.headers.length > 0) report(rotationLost());
    const context = contextOf(authenticated);
    if (isSimple) return { isAuthorized: true, context };
    const texts = { ...context, permissions: JSON.stringify(context.permissions) };
    return policy(event, 'Allow', context.accountId, texts);
  };
  return authorize as Authorizer<A>;
}

/** The part of a request that an authorizer is given. */
function authorizerHead(event: AuthorizerEvent): {
  readonly head: RequestHead;
  readonly connection: Connection;
} {
  if (!isTokenEvent(event)) return eventHead(knownEvent(event));
  const { authorizationToken, methodArn } = event;
  // arn:aws:execute-api:region:account:api/stage/METHOD/path
  const [, , method = 'GET'] = methodArn.split('/');
  const headers = new Map([['authorization', authorizationToken]]);
  const get = (name: string): string | null => headers.get(name.toLowerCase()) ?? null;
  return { head: { method, url: 'https://localhost/', headers: { get } }, connection: {} };
}

function isTokenEvent(event: AuthorizerEvent): event is TokenAuthorizerEvent {
  return 'type' in event && event.type === 'TOKEN';
}

function contextOf({ account, session }: AuthenticatedRequest): AuthorizerContext {
  const { accountId, username, permissions } = account;
  return {
    accountId,
    sessionId: session.ulid,
    ...(username !== undefined && { username }),
    permissions,
  };
}

function simpleRefusal(refused: RefusedRequest): SimpleAuthorizerResult {
  return { isAuthorized: false, context: { code: codeOf(refused) } };
}

function iamRefusal(event: AuthorizerEvent, refused: RefusedRequest): IamAuthorizerResult {
  // API Gateway answers 401 to an error with this very message.
  if (refused.status === 401) throw new Error('Unauthorized');
  return policy(event, 'Deny', 'nobody', { code: codeOf(refused) });
}

/** @throws Error for a fault of the server, which says nothing of the session. */
function codeOf({ status, body }: RefusedRequest): string {
  const { code } = JSON.parse(body) as Problem;
  if (status >= 500) throw new Error(code);
  return code;
}

function policy(
  event: AuthorizerEvent,
  Effect: 'Allow' | 'Deny',
  principalId: string,
  context: IamAuthorizerResult['context'],
): IamAuthorizerResult {
  const Resource = 'routeArn' in event ? event.routeArn : event.methodArn;
  const Statement = [{ Action: 'execute-api:Invoke', Effect, Resource } as const];
  return { principalId, policyDocument: { Version: '2012-10-17', Statement }, context };
}

function rotationLost(): Error {
  return invalidOption(
    'sessions.rotation.after',
    'The Guard of an authorizer must not rotate, since the new token cannot reach the client.',
  );
}
