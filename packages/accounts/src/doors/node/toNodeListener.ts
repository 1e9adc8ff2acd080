import { requireHandler } from '../shared/requireHandler.js';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountsHandler } from '../../http/createAccountsHandler.js';
import { answer } from './answer.js';

/** Listens to the requests of a server. */
export type NodeListener = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * Serves accounts by `node:http`, `node:https` or anything that stands on them.
 *
 * The client's address is the connection's; for a server behind proxies, see `trustedProxies` of the
 * accounts and `clientAddressHeader` of the handler. A body that a parser has read before, as
 * `express.json()` does, is taken from `req.body`.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import type { Accounts } from '@latchkey/accounts';
 * import { createAccountsHandler } from '@latchkey/accounts/http';
 * import { toNodeListener } from '@latchkey/accounts/node';
 *
 * export const serve = (accounts: Accounts) =>
 *   createServer(toNodeListener(createAccountsHandler(accounts))).listen(3000);
 * ```
 */
export function toNodeListener(handler: AccountsHandler): NodeListener {
  requireHandler(handler);
  return (req, res) => void answer(handler, req, res);
}
