import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../../accounts/Accounts.js';
import type { Guard } from '../../guard/Guard.js';
import type { NoFields } from '../../guard/OwnFields.js';
import { createAccountGuard, type AccountGuardOptions } from '../../http/createAccountGuard.js';
import { toConnection, toGuardHead } from '../node/toHead.js';
import type { FastifyReply, FastifyRequest } from './FastifyApp.js';

/** A hook of Fastify, for `onRequest`, `preHandler` and those between. */
export type AccountHook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * Lets requests through that have a session, and sets `request.account` and `request.authenticated`;
 * answers others with 401 or 403. As `onRequest`, it does so before a body is read. The types of the two
 * properties are {@link RequestAccount}'s, with which an application extends `FastifyRequest`.
 *
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
 */
export function requireAccount<F extends AccountFields = NoFields>(
  guard: Accounts<F> | Guard<F>,
  options: AccountGuardOptions = {},
): AccountHook {
  const check = createAccountGuard(guard, options);
  return async (request, reply) => {
    const { authenticated, refused } = await check(
      toGuardHead(request.raw),
      toConnection(request.raw),
    );
    // Fastify keeps a list of cookies, and replaces any other header.
    for (const [name, value] of (refused ?? authenticated).headers) reply.header(name, value);
    if (refused) return reply.code(refused.status).send(refused.body);
    Object.assign(request, { account: authenticated.account, authenticated });
    return undefined;
  };
}
