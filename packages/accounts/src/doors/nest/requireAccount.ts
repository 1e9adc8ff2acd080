import type { ServerResponse } from 'node:http';
import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../../accounts/Accounts.js';
import { invalidOption } from '../../errors/invalidOption.js';
import type { Guard } from '../../guard/Guard.js';
import type { NoFields } from '../../guard/OwnFields.js';
import {
  createAccountGuard,
  type AccountGuardOptions,
  type HeaderList,
  type RefusedRequest,
} from '../../http/createAccountGuard.js';
import { addHeaders } from '../node/sendResponse.js';
import { toConnection, toGuardHead, type NodeRequest } from '../node/toHead.js';

/** The part of a Nest context that is used; Nest need not be installed for the types to hold. */
export interface NestContext {
  getType(): string;
  switchToHttp(): { getRequest(): unknown; getResponse(): unknown };
}

/** A class of guards, for `@UseGuards` and `APP_GUARD`. */
export type AccountGuardClass = new () => { canActivate(context: NestContext): Promise<boolean> };

/** A request of Express or, with Node's in `raw`, of Fastify. */
type PlatformRequest = NodeRequest & { readonly raw?: NodeRequest };
/** A response of either: Fastify's has its own headers, and keeps a list of cookies. */
type PlatformResponse =
  | (ServerResponse & { readonly raw?: undefined })
  | { readonly raw: ServerResponse; header(name: string, value: string): unknown };

/**
 * Makes a guard for controllers: lets requests through that have a session, and sets `request.account` and
 * `request.authenticated`. For others it throws an `HttpException` with 401 or 403 and the problem as
 * its response. A new token is on the response before the route runs.
 *
 * The routes for accounts themselves are middleware: `app.use(toExpressHandler(…))` of
 * `@latchkey/accounts/express`.
 *
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
 *
 * @example
 * ```ts
 * import { UseGuards } from '@nestjs/common';
 * import type { Guard } from '@latchkey/accounts/guard';
 * import { requireAccount } from '@latchkey/accounts/nest';
 *
 * // @UseGuards(requireAccount(guard, { permission: 'orders' }))
 * export const ordersOnly = (guard: Guard) =>
 *   UseGuards(requireAccount(guard, { permission: 'orders' }));
 * ```
 */
export function requireAccount<F extends AccountFields = NoFields>(
  guard: Accounts<F> | Guard<F>,
  options: AccountGuardOptions = {},
): AccountGuardClass {
  const check = createAccountGuard(guard, options);
  return class RequireAccount {
    async canActivate(context: NestContext): Promise<boolean> {
      if (context.getType() !== 'http') throw invalidOption('guard', 'It is for HTTP only.');
      const http = context.switchToHttp();
      const request = http.getRequest() as PlatformRequest;
      const incoming = request.raw ?? request;
      const { authenticated, refused } = await check(toGuardHead(incoming), toConnection(incoming));
      setHeaders(http.getResponse() as PlatformResponse, (refused ?? authenticated).headers);
      if (refused) throw await toException(refused);
      Object.assign(request, { account: authenticated.account, authenticated });
      return true;
    }
  };
}

/** Nest's filters know an exception by its class, which is loaded when it is first needed. */
async function toException({ body, status }: RefusedRequest): Promise<Error> {
  const { HttpException } = await import('@nestjs/common');
  return new HttpException(JSON.parse(body) as object, status);
}

function setHeaders(response: PlatformResponse, headers: HeaderList): void {
  if (response.raw === undefined) addHeaders(response, headers);
  else for (const [name, value] of headers) response.header(name, value);
}
