import { requireHandler } from '../shared/requireHandler.js';
import type { FastifyApp, FastifyReply, FastifyRequest } from './FastifyApp.js';
import type { AccountsHandler } from '../../http/createAccountsHandler.js';
import { answer } from '../node/answer.js';

/** A plugin of Fastify. */
export type AccountsPlugin = (app: FastifyApp, options: object, done: () => void) => void;

/**
 * Serves accounts in a Fastify application: `app.register(toFastifyPlugin(handler), { prefix: '/auth' })`,
 * with the `basePath` of the handler as its prefix. The parsers of the application stay out of it.
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import type { Accounts } from '@latchkey/accounts';
 * import { requireAccount, toFastifyPlugin, type RequestAccount } from '@latchkey/accounts/fastify';
 * import { createAccountsHandler } from '@latchkey/accounts/http';
 *
 * declare module 'fastify' {
 *   interface FastifyRequest extends RequestAccount {}
 * }
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
export function toFastifyPlugin(handler: AccountsHandler): AccountsPlugin {
  requireHandler(handler);
  return (app, _options, done) => {
    // Bodies are left to the handler, in this plugin's own scope.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      '*',
      (_request: unknown, _payload: unknown, parsed: (error: null) => void) => parsed(null),
    );
    app.all('/*', async ({ raw: request }: FastifyRequest, reply: FastifyReply) => {
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      reply.hijack();
      await answer(handler, request, reply.raw);
    });
    done();
  };
}
