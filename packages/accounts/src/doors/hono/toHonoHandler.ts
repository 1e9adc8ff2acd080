import { requireHandler } from '../shared/requireHandler.js';
import type { AccountsHandler } from '../../http/createAccountsHandler.js';
import { bodyAlreadyRead } from '../shared/bodyAlreadyRead.js';
import { connectionOf, type ConnectionOptions } from './connectionOf.js';
import type { HonoContext } from './HonoContext.js';

/** A handler of Hono. */
export type HonoHandler = (context: HonoContext) => Promise<Response>;

/**
 * Serves accounts in a Hono application: `app.all('/auth/*', toHonoHandler(handler))`, with the `basePath`
 * of the handler before the asterisk.
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import type { Accounts } from '@latchkey/accounts';
 * import { requireAccount, toHonoHandler, type AccountVariables } from '@latchkey/accounts/hono';
 * import { createAccountsHandler } from '@latchkey/accounts/http';
 *
 * export const createApp = (accounts: Accounts) =>
 *   new Hono<{ Variables: AccountVariables }>()
 *     .all('/auth/*', toHonoHandler(createAccountsHandler(accounts)))
 *     .get('/orders', requireAccount(accounts, { permission: 'orders' }), (c) =>
 *       c.json({ owner: c.get('account').accountId }),
 *     );
 * ```
 */
export function toHonoHandler(
  handler: AccountsHandler,
  options: ConnectionOptions = {},
): HonoHandler {
  requireHandler(handler);
  return async (context) => handler(await requestOf(context), connectionOf(context, options));
}

/** The request, with its body again if a middleware has read it by way of Hono. */
async function requestOf({ req }: HonoContext): Promise<Request> {
  const { raw } = req;
  if (!raw.bodyUsed) return raw;
  const { url, method, headers } = raw;
  const body = await req.arrayBuffer().catch(() => unreadable());
  return new Request(url, { method, headers, body, duplex: 'half' });
}

function unreadable(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.error(bodyAlreadyRead()) });
}
