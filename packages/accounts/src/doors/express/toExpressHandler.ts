import type { AccountsHandler } from '../../http/createAccountsHandler.js';
import { toNodeListener, type NodeListener } from '../node/toNodeListener.js';

/**
 * Serves accounts in an Express application: `app.use('/auth', toExpressHandler(handler))`, with the
 * `basePath` of the handler as its path. It can stand before or after `express.json()`.
 *
 * @example
 * ```ts
 * import express from 'express';
 * import type { Accounts } from '@latchkey/accounts';
 * import { requireAccount, toExpressHandler } from '@latchkey/accounts/express';
 * import { createAccountsHandler } from '@latchkey/accounts/http';
 *
 * export function createApp(accounts: Accounts) {
 *   const app = express();
 *   app.use('/auth', toExpressHandler(createAccountsHandler(accounts)));
 *   app.get('/orders', requireAccount(accounts, { permission: 'orders' }), (req, res) => {
 *     res.json({ owner: req.account?.accountId });
 *   });
 *   return app;
 * }
 * ```
 */
export function toExpressHandler(handler: AccountsHandler): NodeListener {
  return toNodeListener(handler);
}
