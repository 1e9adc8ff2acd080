import type {
  ALBEvent,
  ALBResult,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  ALBHandler,
  LambdaFunctionURLHandler,
} from 'aws-lambda';
import * as z from 'zod';
import { createAccountsHandler } from '@latchkey/accounts/http';
import {
  createLambdaHandler,
  requireAccount,
  type AuthenticatedEvent,
  type LambdaEvent,
  type LambdaHandler,
} from '@latchkey/accounts/lambda';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';
import { ALB_EVENT, HTTP_API_EVENT, REST_API_EVENT } from './support/recordedEvents.js';

/** Fields of responses that AWS documents; any other is a mistake. */
const body = { body: z.string(), isBase64Encoded: z.literal(false) };
const one = z.record(z.string(), z.string());
const many = z.record(z.string(), z.array(z.string()));
const HTTP_API_RESULT = z.strictObject({
  statusCode: z.number(),
  headers: one,
  cookies: z.array(z.string()),
  ...body,
});
const REST_API_RESULT = z.strictObject({
  statusCode: z.number(),
  headers: one,
  multiValueHeaders: many,
  ...body,
});
const alb = { statusCode: z.number(), statusDescription: z.string().regex(/^\d{3} \w/), ...body };
const ALB_RESULT = z.strictObject({ ...alb, headers: one });
const ALB_MULTI_VALUE_RESULT = z.strictObject({ ...alb, multiValueHeaders: many });

let test: TestAccounts;
let handle: LambdaHandler;
let names = 0;

beforeAll(async () => {
  test = await createTestAccounts();
  handle = createLambdaHandler(createAccountsHandler(test.accounts));
});

afterAll(() => test.drop());

const signUp = (): string =>
  JSON.stringify({ username: `event${String(++names)}`, password: PASSWORD });
const JSON_TYPE = { 'content-type': 'application/json' };

function httpApi(path: string, own: Partial<APIGatewayProxyEventV2> = {}, method = 'POST') {
  const { requestContext } = HTTP_API_EVENT;
  const http = { ...requestContext.http, method, path };
  return {
    ...HTTP_API_EVENT,
    rawPath: path,
    rawQueryString: '',
    requestContext: { ...requestContext, http },
    ...own,
  };
}

function restApi(path: string, own: Partial<APIGatewayProxyEvent> = {}): APIGatewayProxyEvent {
  return { ...REST_API_EVENT, path, httpMethod: 'POST', ...own };
}

function loadBalancer(path: string, own: Partial<ALBEvent> = {}): ALBEvent {
  return { ...ALB_EVENT, path, httpMethod: 'POST', ...own };
}

describe('An event of an HTTP API', () => {
  it('signs up, and is answered with cookies in their own list', async () => {
    const event = httpApi('/auth/sign-up', { headers: JSON_TYPE, body: signUp() });
    const result: APIGatewayProxyStructuredResultV2 = await handle(event);
    expect(HTTP_API_RESULT.parse(result)).toMatchObject({ statusCode: 201 });
    expect(result.cookies).toHaveLength(2);
    expect(Object.keys(result.headers ?? {}).map((name) => name.toLowerCase())).not.toContain(
      'set-cookie',
    );
  });

  it('has its cookies in a list', async () => {
    const signedUp = await handle(httpApi('/auth/sign-up', { headers: JSON_TYPE, body: signUp() }));
    const cookies = ['theme=dark', ...signedUp.cookies.map((cookie) => cookie.split(';')[0] ?? '')];
    const session = await handle(httpApi('/auth/session', { cookies }, 'GET'));
    expect(session.statusCode).toBe(200);
    const address = await handle(httpApi('/auth/sessions', { cookies }, 'GET'));
    expect(JSON.parse(address.body)).toMatchObject({ sessions: [{ ip: '192.0.2.1' }] });
  });

  it('may have its body in base64', async () => {
    const event = httpApi('/auth/sign-up', {
      headers: JSON_TYPE,
      body: Buffer.from(signUp()).toString('base64'),
      isBase64Encoded: true,
    });
    expect((await handle(event)).statusCode).toBe(201);
  });

  it.each(['/prod/auth/session', '/prod/auth/session/'])(
    'may have a stage in its path: %s',
    async (path) => {
      const event = httpApi(path, {}, 'GET');
      const requestContext = { ...event.requestContext, stage: 'prod' };
      expect((await handle({ ...event, requestContext })).statusCode).toBe(401);
      expect((await handle(event)).statusCode).toBe(404);
    },
  );

  it('takes no more off a path than the stage', async () => {
    const event = httpApi('/production/auth/session', {}, 'GET');
    const requestContext = { ...event.requestContext, stage: 'prod' };
    expect((await handle({ ...event, requestContext })).statusCode).toBe(404);
  });
});

describe('An event of a REST API', () => {
  it('signs up, and is answered with cookies in a list of values', async () => {
    const event = restApi('/auth/sign-up', {
      headers: JSON_TYPE,
      multiValueHeaders: { 'Content-Type': ['application/json'] },
      body: signUp(),
    });
    const result: APIGatewayProxyResult = await handle(event);
    expect(REST_API_RESULT.parse(result)).toMatchObject({ statusCode: 201 });
    expect(result.multiValueHeaders?.['Set-Cookie']).toHaveLength(2);
  });

  it('may have null where there is nothing', async () => {
    const nothing = {
      headers: null,
      multiValueHeaders: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      body: null,
    };
    const event = { ...restApi('/auth/session'), httpMethod: 'GET', ...nothing };
    expect((await handle(event)).statusCode).toBe(401);
  });

  it('may have one value for each header only', async () => {
    const { multiValueHeaders: _, ...event } = restApi('/auth/sign-up', {
      headers: { 'Content-Type': 'application/json' },
      body: signUp(),
    });
    expect((await handle(event)).statusCode).toBe(201);
  });

  it('that an HTTP API writes in format 1.0 may have a stage in its path', async () => {
    const path = '/prod/auth/session';
    const event = restApi(path, { httpMethod: 'GET' });
    const requestContext = { ...event.requestContext, path, stage: 'prod' };
    expect((await handle({ ...event, requestContext })).statusCode).toBe(401);
    // Of a REST API, the path in the context alone has the stage.
    const rest = { ...requestContext, path: `/prod${path}` };
    expect((await handle({ ...event, requestContext: rest })).statusCode).toBe(404);
  });

  it('may miss its context', async () => {
    const event = { httpMethod: 'GET', path: '/auth/session' };
    expect((await handle(event)).statusCode).toBe(401);
  });
});

describe('An event of a load balancer', () => {
  it('signs up, and gets both cookies under names that browsers take for one', async () => {
    const headers = { ...ALB_EVENT.headers, ...JSON_TYPE };
    const result: ALBResult = await handle(
      loadBalancer('/auth/sign-up', { headers, body: signUp() }),
    );
    expect(ALB_RESULT.parse(result)).toMatchObject({ statusDescription: '201 Created' });
    const cookies = Object.keys(result.headers ?? {}).filter(
      (name) => name.toLowerCase() === 'set-cookie',
    );
    expect(cookies).toHaveLength(2);
  });

  it('is answered in lists where it has lists', async () => {
    const result: ALBResult = await handle(
      loadBalancer('/auth/sign-up', {
        headers: undefined,
        multiValueHeaders: { 'content-type': ['application/json'] },
        body: signUp(),
      }),
    );
    expect(ALB_MULTI_VALUE_RESULT.parse(result)).toMatchObject({ statusCode: 201 });
    expect(result.multiValueHeaders?.['Set-Cookie']).toHaveLength(2);
  });

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9:4711', '203.0.113.9'],
    ['198.51.100.1, 2001:db8::9', '2001:db8::9'],
  ])('comes from the last address of its chain: %s', async (chain, ip) => {
    const headers = { ...ALB_EVENT.headers, ...JSON_TYPE, 'x-forwarded-for': chain };
    const { statusCode, body: text } = await handle(
      loadBalancer('/auth/sign-up', {
        headers,
        body: JSON.stringify({ ...(JSON.parse(signUp()) as object), rememberMe: 'none' }),
      }),
    );
    expect(statusCode).toBe(201);
    const { authToken } = JSON.parse(text) as { readonly authToken: string };
    const sessions = await handle(
      loadBalancer('/auth/sessions', {
        httpMethod: 'GET',
        queryStringParameters: {},
        headers: { authorization: `Bearer ${authToken}` },
      }),
    );
    expect(JSON.parse(sessions.body)).toMatchObject({ sessions: [{ ip }] });
  });
});

describe('An event of any trigger', () => {
  it.each([
    ['has no headers', { headers: undefined }],
    ['has empty headers', { headers: {} }],
    ['has a header of another alphabet', { headers: { 'user-agent': '日本語', 'x-\u00e9': 'a' } }],
    ['has a header with a line break', { headers: { 'user-agent': 'a\r\nset-cookie: b=c' } }],
    ['has a cookie of another alphabet', { headers: { cookie: 'a=日本語' }, cookies: undefined }],
    ['has a host of nonsense', { headers: { host: '//evil.example.com/?' } }],
  ] as const)('makes no fault where it %s', async (_, own) => {
    for (const event of [
      httpApi('/auth/session', own as Partial<APIGatewayProxyEventV2>, 'GET'),
      { ...restApi('/auth/session'), multiValueHeaders: null, httpMethod: 'GET', ...own },
      { ...loadBalancer('/auth/session'), httpMethod: 'GET', ...own },
    ] as LambdaEvent[]) {
      expect((await handle(event)).statusCode).toBe(401);
    }
  });

  it.each(['TRACE', 'CONNECT', 'a b', ''])('makes no fault with the method %j', async (method) => {
    expect((await handle(httpApi('/auth/session', {}, method))).statusCode).toBe(405);
    expect((await handle(restApi('/auth/session', { httpMethod: method }))).statusCode).toBe(405);
  });

  it.each(['', 'auth/session', '/auth/session?a=b', '/auth/session#', '/auth\\session', '/\ud800'])(
    'makes no fault with the path %j',
    async (path) => {
      expect((await handle(httpApi(path, {}, 'GET'))).statusCode).toBe(404);
      expect((await handle(loadBalancer(path, { httpMethod: 'GET' }))).statusCode).toBe(404);
    },
  );

  it.each([
    ['a queue', { Records: [{ messageId: '1', body: '{}', eventSource: 'aws:sqs' }] }],
    ['a schedule', { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }],
    ['a WebSocket', { requestContext: { connectionId: 'a', eventType: 'MESSAGE' }, body: '' }],
    ['nothing', undefined],
    ['a text', 'event'],
  ])('is refused where it is of %s', async (_, event) => {
    const result = handle(event as unknown as LambdaEvent);
    await expect(result).rejects.toThrow(TypeError);
    await expect(result).rejects.toThrow(/brings no HTTP request/);
  });
});

describe('A guarded function', () => {
  it('is called with the account and the context', async () => {
    const { cookies } = await handle(
      httpApi('/auth/sign-up', { headers: JSON_TYPE, body: signUp() }),
    );
    const call = requireAccount(test.accounts)(
      (event: AuthenticatedEvent<APIGatewayProxyEventV2>, context: { readonly id: string }) => ({
        id: context.id,
        accountId: event.account.accountId,
        sessionId: event.authenticated.session.ulid,
        path: event.rawPath,
      }),
    );
    const event = httpApi('/orders', { cookies: cookies.map((each) => each.split(';')[0] ?? '') });
    expect(await call(event, { id: 'context' })).toEqual({
      id: 'context',
      accountId: expect.stringMatching(/^[0-9A-Z]{26}$/),
      sessionId: expect.stringMatching(/^[0-9A-Z]{26}$/),
      path: '/orders',
    });
  });

  it('is not called without a session', async () => {
    const call = requireAccount(test.accounts)((_: AuthenticatedEvent<APIGatewayProxyEvent>) => {
      throw new Error('It was called.');
    });
    const result = REST_API_RESULT.parse(await call(restApi('/orders'), {}));
    expect(result.statusCode).toBe(401);
    expect(result.headers['WWW-Authenticate']).toBe('Bearer');
  });
});

// The handlers are what AWS's types ask for.
export const handlers: [
  APIGatewayProxyHandlerV2,
  LambdaFunctionURLHandler,
  APIGatewayProxyHandler,
  ALBHandler,
] = [
  (event) => handle(event),
  (event) => handle(event),
  (event) => handle(event),
  (event) => handle(event),
];
