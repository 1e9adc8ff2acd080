import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import type { AccountsHandler } from '../../http/createAccountsHandler.js';
import { toNodeListener } from '../node/toNodeListener.js';

/**
 * Serves accounts in a Fastify application: `app.register(toFastifyPlugin(handler), { prefix: '/auth' })`,
 * with the `basePath` of the handler as its prefix. The parsers of the application stay out of it.
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import type { Accounts } from '@latchkey/accounts';
 * import { requireAccount, toFastifyPlugin } from '@latchkey/accounts/fastify';
 * import { createAccountsHandler } from '@latchkey/accounts/http';
 *
 * export function createApp(accounts: Accounts) {
 *   const app = fastify();
 *   app.register(toFastifyPlugin(createAccountsHandler(accounts)), { prefix: '/auth' });
 *   const onRequest = requireAccount(accounts, { permission: 'orders' });
 *   app.get('/orders', { onRequest }, (request) => ({ owner: request.account?.accountId }));
 *   return app;
 * }
 * ```
 */
export function toFastifyPlugin(handler: AccountsHandler): FastifyPluginCallback {
  const listen = toNodeListener(handler);
  return (app: FastifyInstance, _options, done) => {
    // Bodies are left to the handler, in this plugin's own scope.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    app.all('/*', async ({ raw: request }, reply) => {
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      reply.hijack();
      await listen(request, reply.raw);
    });
    done();
  };
}
