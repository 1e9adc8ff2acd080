import { Accounts } from '@latchkey/accounts';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { injectFaults } from '@latchkey/entity/testing';
import { clientAddress } from '../../src/http/clientAddress.js';
import type { AnyRoute } from '../../src/http/Route.js';
import { routes } from '../../src/http/routes/routes.js';
import { SECRET } from '../support/testAccounts.js';
import {
  createTestHandler,
  gotOf,
  ORIGIN,
  PASSWORD,
  requestOf,
  type TestHandler,
} from './support.js';

const SIGN_IN = { username: 'ada', password: PASSWORD };

let server: TestHandler;

beforeAll(async () => {
  server = await createTestHandler({ bodyTimeoutMs: 100, maxBodyBytes: 2048 });
  await server.accounts.createAccount(SIGN_IN);
});

beforeEach(() => {
  server.reported.length = 0;
});

afterAll(() => server.drop());

/** A request whose body comes in pieces. */
function streamed(
  next: (controller: ReadableStreamDefaultController<Uint8Array>) => unknown,
): Request {
  const body = new ReadableStream<Uint8Array>({ pull: next as () => Promise<void> });
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body, duplex: 'half' as const };
  return new Request(`${ORIGIN}/auth/sign-in`, init);
}

describe('A body', () => {
  it('that never ends is given up', async () => {
    const handler = createAccountsHandler(server.accounts, { bodyTimeoutMs: 100 });
    const never = streamed(() => new Promise(() => undefined));
    const got = await gotOf(await handler(never));
    expect(got.json).toMatchObject({ status: 408, code: 'BodyTimeout' });
  });

  it('that goes on and on is cut off, whatever length it claims to have', async () => {
    const handler = createAccountsHandler(server.accounts, { maxBodyBytes: 2048 });
    let sent = 0;
    const endless = streamed((controller) => {
      sent += 1024;
      controller.enqueue(new Uint8Array(1024).fill(32));
    });
    const got = await gotOf(await handler(endless));
    expect(got.json).toMatchObject({ status: 413, code: 'BodyTooLarge' });
    expect(sent).toBeLessThan(10_000);
  });

  it('that breaks off is malformed', async () => {
    const handler = createAccountsHandler(server.accounts);
    const broken = streamed((controller) => {
      controller.error(new Error('reset'));
    });
    const got = await gotOf(await handler(broken));
    expect(got.json).toMatchObject({ status: 400, code: 'MalformedBody' });
  });

  it('that is no UTF-8 is malformed', async () => {
    const handler = createAccountsHandler(server.accounts);
    const broken = streamed((controller) => {
      controller.enqueue(new Uint8Array([0x22, 0xff, 0x22]));
      controller.close();
    });
    const got = await gotOf(await handler(broken));
    expect(got.json).toMatchObject({ status: 400, code: 'MalformedBody' });
  });
});

describe('A fault', () => {
  it('of the database is a 503 that says when to come back', async () => {
    const injected = injectFaults(server.client).on('BatchGetItem', 'throttling', { times: 1000 });
    try {
      const got = await server.send('/auth/session', {
        method: 'GET',
        headers: { cookie: `__Host-latchkey=s.${await tokenOf(server)}` },
      });
      expect(got.json).toMatchObject({ status: 503, code: 'ServiceUnavailable' });
      expect(Number(got.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(got.headers.getSetCookie()).toEqual([]);
      expect(server.reported).toMatchObject([{ code: 'ServiceUnavailable' }]);
    } finally {
      injected.remove();
    }
  });

  it('of the configuration is a 500 without details, of which the operator is told', async () => {
    const accounts = new Accounts({
      table: server.table,
      // Known with a request only, or the handler would not be made.
      sessions: { getTokenSecret: ({ requestIp }) => (requestIp === '' ? '' : 'canary-short') },
    });
    const reported: unknown[] = [];
    const handler = createAccountsHandler(accounts, { onError: (error) => reported.push(error) });
    const headers = { authorization: 'Bearer a.b.c' };
    const got = await gotOf(await handler(new Request(`${ORIGIN}/auth/session`, { headers })));
    expect(got.json).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'Something went wrong.',
      code: 'InternalError',
    });
    expect(reported).toMatchObject([{ code: 'SecretTooShort' }]);
  });

  it.each([
    ['an empty secret', () => '', 'SecretTooShort'],
    ['a short one', () => 'canary-short', 'SecretTooShort'],
    ['a short one in a list', () => [{ kid: 'a', secret: 'canary-short' }], 'SecretTooShort'],
    ['none', () => undefined as never, 'InvalidConfiguration'],
  ])('of the token secret is told when the handler is made: %s', (_name, getTokenSecret, code) => {
    const accounts = new Accounts({ table: server.table, sessions: { getTokenSecret } });
    expect(() => createAccountsHandler(accounts)).toThrow(expect.objectContaining({ code }));
    expect(() => createAccountsHandler(accounts)).not.toThrow(/canary/);
  });

  it.each([
    ['a function of the request', (request: object) => ('tenant' in request ? '' : '')],
    ['a secret store', () => Promise.resolve('')],
    ['a secret store that is down', () => Promise.reject(new Error('canary'))],
    [
      'a secret that is not there yet',
      () => {
        throw new Error('canary');
      },
    ],
  ])('of the token secret waits for the first request with %s', (_name, getTokenSecret) => {
    const accounts = new Accounts({ table: server.table, sessions: { getTokenSecret } });
    expect(() => createAccountsHandler(accounts)).not.toThrow();
  });

  it('of the application is a 500 as well, and one in onError changes nothing', async () => {
    const handler = createAccountsHandler(
      () => {
        throw new Error('canary');
      },
      {
        onError: () => {
          throw new Error('canary');
        },
      },
    );
    const got = await gotOf(await handler(new Request(`${ORIGIN}/auth/session`)));
    expect(got.status).toBe(500);
    expect(got.text).not.toContain('canary');
  });

  it('in an answer is a 500, which the client is not blamed for', async () => {
    const reported: unknown[] = [];
    const handler = createAccountsHandler(server.accounts, {
      openApi: { document: () => 'canary' as never },
      onError: (error) => reported.push(error),
    });
    const got = await gotOf(await handler(new Request(`${ORIGIN}/auth/openapi.json`)));
    expect(got.json).toMatchObject({ status: 500, code: 'InternalError' });
    expect(got.text).not.toContain('canary');
    expect(reported).toHaveLength(1);
  });

  it('by too many attempts is a 429 that says when to come back', async () => {
    await server.accounts.createAccount({ username: 'bob', password: PASSWORD });
    let got = await server.send('/auth/sign-in', { body: { ...SIGN_IN, username: 'bob' } });
    for (let attempt = 0; attempt < 30 && got.status !== 429; attempt++) {
      got = await server.send('/auth/sign-in', {
        body: { username: 'bob', password: 'canary wrong' },
      });
    }
    expect(got.json).toMatchObject({ status: 429, code: 'TooManyRequests' });
    expect(Number(got.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('A handler', () => {
  it('answers HEAD like GET, without a body', async () => {
    const got = await server.send('/auth/session', { method: 'HEAD' });
    expect([got.status, got.text]).toEqual([401, '']);
    expect(got.headers.get('content-type')).toBe('application/problem+json');
  });

  it('finds the accounts of a request, where there are several applications', async () => {
    const other = await createTestHandler();
    try {
      await other.accounts.createAccount({ username: 'grace', password: PASSWORD });
      const handler = createAccountsHandler(({ headers }) =>
        headers.get('app-id') === 'other' ? other.accounts : server.accounts,
      );
      const signIn = async (appId: string): Promise<number> => {
        const response = await handler(
          new Request(`${ORIGIN}/auth/sign-in`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'app-id': appId },
            body: JSON.stringify({ username: 'grace', password: PASSWORD }),
          }),
        );
        return response.status;
      };
      expect([await signIn('other'), await signIn('first')]).toEqual([200, 401]);
    } finally {
      await other.drop();
    }
  });

  it('keeps the cookies of several applications on one host apart', async () => {
    const cookies: string[] = [];
    for (const appId of ['notes', 'shop']) {
      const app = await createTestHandler({}, { appId });
      try {
        await app.accounts.createAccount(SIGN_IN);
        const browser = app.browser();
        await browser.post('/auth/sign-in', SIGN_IN);
        cookies.push(...browser.cookies.keys());
        expect((await browser.send('/auth/session')).status).toBe(200);
      } finally {
        await app.drop();
      }
    }
    expect(cookies).toEqual([
      '__Host-latchkey.notes-device',
      '__Host-latchkey.notes',
      '__Host-latchkey.shop-device',
      '__Host-latchkey.shop',
    ]);
  });

  it('refuses a parameter that is there twice', async () => {
    const browser = server.browser();
    await browser.post('/auth/sign-in', SIGN_IN);
    const got = await browser.send('/auth/sessions?first=1&first=2');
    expect(got.json).toMatchObject({
      status: 400,
      details: { path: 'first', reason: 'duplicate' },
    });
  });

  it('offers only the operations that it is asked for, and those that the options allow', async () => {
    const few = createAccountsHandler(server.accounts, { operations: ['session'], basePath: '/' });
    const statusOf = async (path: string): Promise<number> =>
      (await few(new Request(ORIGIN + path))).status;
    expect([await statusOf('/session'), await statusOf('/sessions')]).toEqual([401, 404]);
    // Without a second factor, there is none to be had.
    expect((await server.send('/auth/two-factor', { method: 'GET' })).status).toBe(404);
  });

  it.each([
    [{ operations: ['nothing' as never] }, 'operations.0'],
    [{ basePath: 'auth' }, 'basePath'],
    [{ basePath: '/auth/../x' }, 'basePath'],
    [{ maxBodyBytes: 0 }, 'maxBodyBytes'],
    [{ bodyTimeoutMs: Infinity }, 'bodyTimeoutMs'],
    [{ transport: 'both' as never }, 'transport'],
    [{ cookies: { name: 'a b' } }, 'cookies.name'],
    [{ cookies: { insecure: 1 as never } }, 'cookies.insecure'],
    [{ clientAddressHeader: 'a b' }, 'clientAddressHeader'],
    [{ clientAddressHeader: 'X-Forwarded-For' }, 'clientAddressHeader'],
    [{ clientAddressHeader: 'forwarded' }, 'clientAddressHeader'],
    [{ origns: [] } as never, 'origns'],
    [{ pages: { resetPassword: 'javascript:alert(1)' } }, 'pages.resetPassword'],
    [{ pages: { resetpassword: 'https://www.example.com' } as never }, 'resetpassword'],
    [{ pages: { signIn: 'https://www.example.com' } as never }, 'signIn'],
    [{ home: 'javascript:alert(1)' }, 'home'],
    [{ home: '//evil.example' }, 'home'],
  ])('refuses the options %j', (options, path) => {
    expect(() => createAccountsHandler(server.accounts, options)).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: expect.objectContaining({ path }) as object,
      }) as Error,
    );
  });

  it('has pages for exactly the operations that links lead to', () => {
    const linked = Object.entries<AnyRoute>(routes).filter(
      ([, { page }]) => page && page.follows !== true,
    );
    const pages = Object.fromEntries(linked.map(([name]) => [name, 'https://www.example.com']));
    expect(() => createAccountsHandler(server.accounts, { pages })).not.toThrow();
    expect(linked).toHaveLength(4);
  });

  it('refuses what is no Accounts', () => {
    expect(() => createAccountsHandler(Object.create(null) as Accounts)).toThrow(
      expect.objectContaining({ code: 'InvalidConfiguration' }) as Error,
    );
  });
});

describe('The address of a client', () => {
  const of = (
    headers: Record<string, string>,
    remoteAddress: string | undefined,
    clientAddressHeader?: string,
  ): string => {
    const head = { method: 'GET', url: ORIGIN, headers: new Headers(headers) };
    return clientAddress(head, { remoteAddress }, { clientAddressHeader });
  };

  it.each([
    [{}, '203.0.113.7', undefined, '203.0.113.7'],
    [{}, undefined, undefined, '::'],
    [{}, '', undefined, '::'],
    // Of a chain, the accounts take the rightmost that is no trusted proxy's.
    [{ 'x-forwarded-for': '192.0.2.1' }, '203.0.113.7', undefined, '192.0.2.1,203.0.113.7'],
    [{ 'x-forwarded-for': '192.0.2.1' }, undefined, undefined, '::'],
    [{ 'cloudfront-viewer-address': '192.0.2.1:4711' }, '203.0.113.7', undefined, '203.0.113.7'],
    [
      { 'cloudfront-viewer-address': '192.0.2.1:4711' },
      '203.0.113.7',
      'CloudFront-Viewer-Address',
      '192.0.2.1',
    ],
    [
      { 'cloudfront-viewer-address': '2001:db8::1:4711' },
      undefined,
      'CloudFront-Viewer-Address',
      '2001:db8::1',
    ],
    [
      { 'cloudfront-viewer-address': '[2001:db8::1]:4711' },
      undefined,
      'CloudFront-Viewer-Address',
      '[2001:db8::1]',
    ],
    [{}, '203.0.113.7', 'CloudFront-Viewer-Address', '::'],
    [{ 'x-real-ip': ' 192.0.2.1 ' }, '203.0.113.7', 'X-Real-IP', '192.0.2.1'],
  ] as const)(
    'of %j, connected from %j, by the header %j is %j',
    (headers, remote, name, expected) => {
      expect(of(headers, remote, name)).toBe(expected);
    },
  );

  it.each(['X-Real-IP', 'CloudFront-Viewer-Address'])(
    'is not the one that a client writes into %s before the proxy does',
    async (clientAddressHeader) => {
      const behindOne = new Accounts({
        table: server.table,
        sessions: { getTokenSecret: () => SECRET },
        trustedProxies: 1,
      });
      const handler = createAccountsHandler(behindOne, { clientAddressHeader });
      const headers = { [clientAddressHeader]: '192.0.2.66:1, 203.0.113.7:4711' };
      const got = await gotOf(
        await handler(requestOf(`${ORIGIN}/auth/sign-in`, { body: SIGN_IN, headers })),
      );
      expect(got.json).toMatchObject({ status: 400, details: { path: 'request.requestIp' } });
    },
  );

  it('that is none is refused', async () => {
    const handler = createAccountsHandler(server.accounts, { clientAddressHeader: 'X-Real-IP' });
    const got = await gotOf(
      await handler(
        new Request(`${ORIGIN}/auth/sign-in`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-real-ip': 'canary' },
          body: JSON.stringify(SIGN_IN),
        }),
      ),
    );
    expect(got.json).toMatchObject({ status: 400, details: { path: 'request.requestIp' } });
  });
});

async function tokenOf({ accounts }: TestHandler): Promise<string> {
  const request = { requestIp: '203.0.113.7', userAgent: null, onCallDestroySession: null };
  return (await accounts.userByPasswordLogin({ ...SIGN_IN, request })).authToken;
}
