/** @jest-environment ./packages/accounts/test/doors/support/OutsideEnvironment.cjs */
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { once } from 'node:events';
import { Agent, createServer, request as sendRequest } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import { connect as connectSocket, type AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { createAccountsHandler, type AccountsHandler } from '@latchkey/accounts/http';
import { toExpressHandler } from '@latchkey/accounts/express';
import {
  requireAccount as requireFastifyAccount,
  toFastifyPlugin,
} from '@latchkey/accounts/fastify';
import {
  requireAccount as requireHonoAccount,
  toHonoHandler,
  type AccountVariables,
} from '@latchkey/accounts/hono';
import { toNodeListener } from '@latchkey/accounts/node';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';
import type { Served } from './support/Application.js';
import { listen } from './support/listen.js';
import { requireOutside } from './support/requireOutside.js';
import { sendRaw } from './support/rawClient.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let test: TestAccounts;
let handler: AccountsHandler;
let names = 0;
const reported: unknown[] = [];
const servers: Served[] = [];

beforeAll(async () => {
  test = await createTestAccounts();
  const onError = (error: unknown): unknown => reported.push(error);
  handler = createAccountsHandler(test.accounts, { onError, bodyTimeoutMs: 1000 });
});

beforeEach(() => {
  reported.length = 0;
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await test.drop();
});

async function serve(listener: Parameters<typeof createServer>[1]): Promise<Served> {
  const served = await listen(createServer(listener));
  servers.push(served);
  return served;
}

const signUp = (): object => ({
  username: `guest${String(++names)}`,
  password: PASSWORD,
  rememberMe: 'none',
});

describe('Express', () => {
  it('may have read bodies before, of whatever kind', async () => {
    const app = express();
    app.use(express.json(), express.urlencoded(), express.text());
    app.use('/auth', toExpressHandler(handler));
    const { port } = await serve(app);
    const signedUp = await sendRaw(port, '/auth/sign-up', { method: 'POST', body: signUp() });
    expect(signedUp.status).toBe(201);
    const body = 'token=a%20b%26c';
    const form = await sendRaw(port, '/auth/verify-email', { method: 'POST', headers: FORM, body });
    expect(form.text).toContain('value="a b&amp;c"');
    const headers = { authorization: `Bearer ${String(signedUp.json.authToken)}` };
    const signedOut = await sendRaw(port, '/auth/sign-out', { method: 'POST', headers });
    expect(signedOut.status).toBe(204);
  });

  it('keeps a field that came twice in a form', async () => {
    const app = express();
    app.use(express.urlencoded());
    app.use('/auth', toExpressHandler(handler));
    const { port } = await serve(app);
    const body = 'token=a&token=b';
    const form = await sendRaw(port, '/auth/verify-email', { method: 'POST', headers: FORM, body });
    expect(form.status).toBe(400);
  });

  it('reports a body that something has read and not kept', async () => {
    const app = express();
    app.use((req, _res, next) => {
      req.resume().once('end', next);
    });
    app.use('/auth', toExpressHandler(handler));
    const { port } = await serve(app);
    const got = await sendRaw(port, '/auth/sign-up', { method: 'POST', body: signUp() });
    expect(got).toMatchObject({ status: 500, json: { code: 'InternalError' } });
    expect(reported).toMatchObject([
      { code: 'InvalidConfiguration', details: { path: 'handler' } },
    ]);
    const session = await sendRaw(port, '/auth/session');
    expect(session.status).toBe(401);
  });
});

describe('Fastify', () => {
  it('keeps its own parsers and hooks', async () => {
    const app = fastify();
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('x-request', 'hook');
      await Promise.resolve();
    });
    await app.register(toFastifyPlugin(handler), { prefix: '/auth' });
    app.post('/echo', (request) => request.body);
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const echo = await sendRaw(port, '/echo', { method: 'POST', body: { a: 1 } });
    expect(echo.json).toEqual({ a: 1 });
    const got = await sendRaw(port, '/auth/sign-up', { method: 'POST', body: signUp() });
    expect(got.status).toBe(201);
    expect(got.headers.get('x-request')).toBe('hook');
    await app.close();
  });

  it('can be called without a server', async () => {
    const app = (requireOutside('fastify') as typeof fastify)();
    await app.register(toFastifyPlugin(handler), { prefix: '/auth' });
    const onRequest = requireFastifyAccount(test.accounts);
    app.get('/orders', { onRequest }, (request) => ({ id: request.account?.accountId }));
    const payload = signUp();
    const signedUp = await app.inject({ method: 'POST', url: '/auth/sign-up', payload });
    expect(signedUp.statusCode).toBe(201);
    const { authToken } = signedUp.json<{ authToken: string }>();
    const headers = { authorization: `Bearer ${authToken}` };
    const orders = await app.inject({ url: '/orders', headers });
    expect(orders.json()).toEqual({ id: expect.any(String) });
    expect((await app.inject('/orders')).statusCode).toBe(401);
    await app.close();
  });
});

describe('Hono', () => {
  const call = (
    app: Pick<Hono, 'request'>,
    path: string,
    init: RequestInit = {},
  ): Promise<Response> => Promise.resolve(app.request(path, init));
  const post = (): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(signUp()),
  });

  it('may have read a body before', async () => {
    const app = new Hono();
    app.use(async (context, next) => {
      await context.req.json();
      await next();
    });
    app.all('/auth/*', toHonoHandler(handler));
    expect((await call(app, '/auth/sign-up', post())).status).toBe(201);
  });

  it('reports a body that something has read and not kept', async () => {
    const app = new Hono();
    app.use(async (context, next) => {
      await context.req.raw.text();
      await next();
    });
    app.all('/auth/*', toHonoHandler(handler));
    expect((await call(app, '/auth/sign-up', post())).status).toBe(500);
    expect(reported).toMatchObject([{ code: 'InvalidConfiguration' }]);
  });

  it('knows a client by what the adapter of its runtime says', async () => {
    const getConnInfo = () => ({ remote: { address: '198.51.100.3' } });
    const app = new Hono<{ Variables: AccountVariables }>();
    app.all('/auth/*', toHonoHandler(handler, { getConnInfo }));
    app.get('/me', requireHonoAccount(test.accounts, { getConnInfo }), (context) =>
      context.json({ ip: context.get('authenticated').request.requestIp }),
    );
    const signedUp = await call(app, '/auth/sign-up', post());
    const { authToken } = (await signedUp.json()) as { authToken: string };
    const headers = { authorization: `Bearer ${authToken}` };
    const sessions = await call(app, '/auth/sessions', { headers });
    expect(await sessions.json()).toMatchObject({ sessions: [{ ip: '198.51.100.3' }] });
    expect(await (await call(app, '/me', { headers })).json()).toEqual({ ip: '198.51.100.3' });
  });
});

describe('node:http', () => {
  it.each([
    ['TRACE', '/auth/session', 405],
    ['GET', 'http://127.0.0.1/auth/session', 401],
    ['GET', 'http://evil.example.com/auth/session?a=b', 401],
    ['OPTIONS', '*', 404],
  ])('answers %s %s', async (method, path, status) => {
    const { port } = await serve(toNodeListener(handler));
    expect((await sendRaw(port, path, { method })).status).toBe(status);
  });

  it('answers further requests on a connection whose body was refused', async () => {
    const { port } = await serve(toNodeListener(handler));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = async (path: string, body = ''): Promise<[number | undefined, unknown]> => {
      const headers = { 'content-length': String(body.length), 'content-type': 'application/json' };
      const options = { host: '127.0.0.1', port, path, method: 'POST', agent, headers };
      const request = sendRequest(options).end(body);
      const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
      await readText(response);
      return [response.statusCode, request.socket?.localPort];
    };
    const [refused, first] = await send('/auth/sign-in', 'x'.repeat(300_000));
    const [found, second] = await send('/auth/sign-out');
    agent.destroy();
    expect([refused, found]).toEqual([413, 204]);
    expect(second).toBe(first);
  });

  it('goes on after a client that goes away', async () => {
    const handled: Promise<Response>[] = [];
    const { port } = await serve(
      toNodeListener((request, connection) => {
        const response = handler(request, connection);
        handled.push(response);
        return response;
      }),
    );
    const socket = connectSocket(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /auth/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    );
    while (handled.length === 0) await new Promise(setImmediate);
    socket.destroy();
    await Promise.all(handled);
    expect((await sendRaw(port, '/auth/session')).status).toBe(401);
    expect(reported).toEqual([]);
  });

  it('leaves a response alone that was sent by something else', async () => {
    const listener = toNodeListener(handler);
    const { port } = await serve((req, res) => {
      res.end('mine');
      listener(req, res);
    });
    expect((await sendRaw(port, '/auth/session')).text).toBe('mine');
  });

  it('is HTTP/2 as well', async () => {
    const server = createHttp2Server((req, res) => {
      toNodeListener(handler)(req as never, res as never);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect(`http://127.0.0.1:${String(port)}`);
    const stream = client.request({
      ':path': '/auth/sign-up',
      ':method': 'POST',
      'content-type': 'application/json',
      origin: `http://127.0.0.1:${String(port)}`,
    });
    stream.end(JSON.stringify(signUp()));
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    const body = await readText(stream);
    client.close();
    server.close();
    expect(headers[':status']).toBe(201);
    expect(JSON.parse(body)).toMatchObject({ authToken: expect.any(String) });
  });
});
