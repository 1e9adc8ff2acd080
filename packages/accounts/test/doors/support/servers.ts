import { serve as serveByHono } from '@hono/node-server';
import express, { type Express } from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import * as expressDoor from '@latchkey/accounts/express';
import * as fastifyDoor from '@latchkey/accounts/fastify';
import * as honoDoor from '@latchkey/accounts/hono';
import * as nodeDoor from '@latchkey/accounts/node';
import { OWN_COOKIE, type Application, type Serve } from './Application.js';
import { listen, servedBy } from './listen.js';

declare module 'fastify' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- a name for what is added
  interface FastifyRequest extends fastifyDoor.RequestAccount {}
}

export const serveNode: Serve = ({ handler, accounts, guarded }) => {
  const auth = nodeDoor.toNodeListener(handler);
  const guards = new Map(
    Object.entries(guarded).map(([path, options]) => [
      path,
      nodeDoor.requireAccount(accounts, options),
    ]),
  );
  return listen(
    createServer((req, res) => {
      const guard = guards.get(req.url ?? '');
      if (!guard) {
        auth(req, res);
        return;
      }
      res.setHeader('Set-Cookie', OWN_COOKIE);
      void guard(req, res).then((authenticated) => {
        if (!authenticated) return;
        res.setHeader('Content-Type', 'application/json');
        res.end(JSON.stringify({ accountId: authenticated.account.accountId }));
      });
    }),
  );
};

export const serveExpress: Serve = (application) =>
  listen(createServer(withExpressRoutes(express(), application)));

/** With parsers before everything else, as many applications have them. */
export const serveExpressAfterParsers: Serve = (application) => {
  const app = express();
  app.use(express.json({ limit: '1mb' }), express.urlencoded());
  return listen(createServer(withExpressRoutes(app, application)));
};

function withExpressRoutes(app: Express, { handler, accounts, guarded }: Application): Express {
  app.use('/auth', expressDoor.toExpressHandler(handler));
  for (const [path, options] of Object.entries(guarded)) {
    app.all(path, expressDoor.requireAccount(accounts, options), (req, res) => {
      res.appendHeader('Set-Cookie', OWN_COOKIE);
      res.json({ accountId: req.account?.accountId });
    });
  }
  return app;
}

export const serveFastify: Serve = async ({ handler, accounts, guarded }) => {
  const app = fastify();
  await app.register(fastifyDoor.toFastifyPlugin(handler), { prefix: '/auth' });
  for (const [path, options] of Object.entries(guarded)) {
    const onRequest = fastifyDoor.requireAccount(accounts, options);
    app.all(path, { onRequest }, (request, reply) =>
      reply.header('Set-Cookie', OWN_COOKIE).send({ accountId: request.account?.accountId }),
    );
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  return servedBy(app.server);
};

export const serveHono: Serve = async ({ handler, accounts, guarded }) => {
  const app = new Hono<{ Variables: honoDoor.AccountVariables }>();
  app.all('/auth/*', honoDoor.toHonoHandler(handler));
  for (const [path, options] of Object.entries(guarded)) {
    app.all(path, honoDoor.requireAccount(accounts, options), ({ get }) =>
      Response.json(
        { accountId: get('account').accountId },
        { headers: { 'Set-Cookie': OWN_COOKIE } },
      ),
    );
  }
  const server = serveByHono({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
  if (!server.listening) await once(server, 'listening');
  return servedBy(server);
};
