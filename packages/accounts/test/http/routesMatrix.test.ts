import { github, identityProviders } from '@latchkey/accounts/oauth';
import { passkeys } from '@latchkey/accounts/passkeys';
import { prehashedPasswords } from '@latchkey/accounts/prehashed-passwords';
import { totp } from '@latchkey/accounts/two-factor';
import { routes } from '../../src/http/routes/routes.js';
import type { AnyRoute } from '../../src/http/Route.js';
import { createTestHandler, ORIGIN, type Got, type Sent, type TestHandler } from './support.js';

/** Every route that there is: a new one is tested here by itself. */
const ALL = Object.entries<AnyRoute>(routes).map(([name, route]) => {
  const path = `/auth${route.path.replaceAll(/\{\w+\}/g, '01ARZ3NDEKTSV4RRFFQ69G5FAV')}`;
  const readsBody = !['GET', 'DELETE'].includes(route.method);
  return { ...route, name, path, readsBody };
});
const WITH_BODY = ALL.filter(({ readsBody }) => readsBody);
/** Statuses that a client may get, whatever it sends. */
const ANSWERS = new Set([200, 202, 400, 401, 403, 404, 409, 429]);
const JSON_TYPE = { 'content-type': 'application/json' };

let server: TestHandler;

beforeAll(async () => {
  server = await createTestHandler(
    { maxBodyBytes: 1024 },
    {
      passkeys: passkeys({ rpId: 'example.com', rpName: 'Tests', origins: [ORIGIN] }),
      passwords: { prehashed: prehashedPasswords({ saltSecret: 's'.repeat(32) }) },
      identityProviders: identityProviders({
        redirectUri: `${ORIGIN}/auth/identity-providers/{provider}/callback`,
        providers: [github({ clientId: 'tests', clientSecret: 'tests' })],
      }),
      twoFactor: totp({
        issuer: 'Tests',
        encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 7).toString('base64') }],
      }),
    },
  );
});

afterAll(() => server.drop());

function send({ method, path }: (typeof ALL)[number], sent: Sent = {}): Promise<Got> {
  return server.send(path, { method, ...sent });
}

/** A problem in the form of RFC 9457, and nothing for the operator. */
function expectProblem(got: Got, status: number, code: string): void {
  expect(got.json).toMatchObject({ type: 'about:blank', status, code });
  expect(got.status).toBe(status);
  expect(got.headers.get('content-type')).toBe('application/problem+json');
  expect(got.headers.get('cache-control')).toBe('no-store');
  expect(server.reported).toEqual([]);
}

describe('Every route', () => {
  it.each(ALL)('$name is offered, with every option set', async (route) => {
    const got = await send(route, { method: 'OPTIONS' });
    expect(got.status).toBe(204);
    expect(got.headers.get('allow')?.split(', ')).toContain(route.method);
  });

  it.each(ALL.filter(({ session }) => session === 'required'))(
    '$name refuses a request without a token',
    async (route) => {
      const got = await send(route, route.readsBody ? { body: {} } : {});
      expectProblem(got, 401, 'UserNotSignedIn');
      expect(got.headers.get('www-authenticate')).toBe('Bearer');
    },
  );

  it.each(ALL.filter(({ session }) => session === 'required'))(
    '$name refuses a token that nobody issued',
    async (route) => {
      const headers = { authorization: 'Bearer not.a.token' };
      const got = await send(route, { headers, ...(route.readsBody && { body: {} }) });
      expectProblem(got, 401, 'TokenVerificationFailed');
    },
  );

  // Those that browsers land on from other sites are tested with identity providers.
  it.each(ALL.filter(({ method, landing }) => method !== 'GET' && !landing))(
    'OWASP CSRF: $name refuses the page of another site, which has no say in it',
    async (route) => {
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expectProblem(await send(route, { headers, body: '{}' }), 403, 'CrossOrigin');
    },
  );

  it.each(ALL)('$name refuses a method that its path does not have', async (route) => {
    const got = await send(route, { method: 'PROPFIND' });
    expectProblem(got, 405, 'MethodNotAllowed');
    expect(got.headers.get('allow')?.split(', ')).toContain(route.method);
  });

  it.each(ALL)('$name takes one slash at its end', async (route) => {
    const [plain, slashed] = await Promise.all([
      send(route, { method: 'OPTIONS' }),
      send({ ...route, path: `${route.path}/` as const }, { method: 'OPTIONS' }),
    ]);
    expect(slashed.headers.get('allow')).toBe(plain.headers.get('allow'));
  });

  it.each(
    ALL.flatMap((route) => ['//', '/%2e', '%2f', '/..%2f', '/a'].map((end) => ({ ...route, end }))),
  )('$name is not at its path with $end behind it', async ({ end, ...route }) => {
    const path = route.path + end;
    const { pathname } = new URL(ORIGIN + path);
    const got = await send({ ...route, path: path });
    // A dot segment is resolved before anyone sees it.
    if (pathname === `${route.path}/`) return;
    // A parameter of another route may take its place.
    expect([404, 405]).toContain(got.status);
  });
});

describe('Every route with a body', () => {
  // Where a session is needed, whose request it is comes first.
  const open = WITH_BODY.filter(({ session }) => session !== 'required');

  it.each(
    open.flatMap((route) =>
      ['{', '[1', 'nul', '{"a":1}x', '\u0000'].map((body) => ({ ...route, malformed: body })),
    ),
  )('$name refuses $malformed, which is no JSON', async ({ malformed, ...route }) => {
    expectProblem(await send(route, { body: malformed, headers: JSON_TYPE }), 400, 'MalformedBody');
  });

  it.each(
    open.flatMap((route) => ['[]', '1', 'null', '"a"'].map((value) => ({ ...route, value }))),
  )('$name refuses $value, which is no object', async ({ value, ...route }) => {
    expectProblem(await send(route, { body: value, headers: JSON_TYPE }), 400, 'InvalidInput');
  });

  it.each(
    open.flatMap((route) =>
      ['accountId', 'fields', 'extraContacts', 'request', '__proto__', 'constructor'].map(
        (field) => ({
          ...route,
          field,
        }),
      ),
    ),
  )('$name refuses $field, which is not for clients to say', async ({ field, ...route }) => {
    const got = await send(route, { body: `{"${field}":{"a":"b"}}`, headers: JSON_TYPE });
    expectProblem(got, 400, 'InvalidInput');
    expect(got.json.details).toEqual({ path: field, reason: 'unrecognized' });
  });

  it.each(
    open.flatMap((route) =>
      ['text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'json'].map((type) => ({
        ...route,
        type,
      })),
    ),
  )('$name refuses $type', async ({ type, ...route }) => {
    const got = await send(route, { body: '{}', headers: { 'content-type': type } });
    expectProblem(got, 415, 'UnsupportedMediaType');
  });

  it.each(open)('$name refuses a body that is too large', async (route) => {
    const got = await send(route, { body: { token: 'x'.repeat(2000) } });
    expectProblem(got, 413, 'BodyTooLarge');
  });

  it.each(open)(
    '$name gets a 4xx for values of every wrong type, and none of them back',
    async (route) => {
      const fields = Object.keys(
        (route.body?.(server.accounts) as { shape?: object } | undefined)?.shape ?? {},
      );
      for (const value of [7, true, null, [], {}, 'canary\u0000\ud800', '', 'x'.repeat(300)]) {
        for (const field of fields) {
          const got = await send(route, { body: { [field]: value } });
          expect({ field, value, status: got.status, isRight: ANSWERS.has(got.status) }).toEqual(
            expect.objectContaining({ isRight: true }),
          );
          expect(got.text).not.toContain('canary');
        }
      }
      expect(server.reported).toEqual([]);
    },
  );
});

describe('Every route that the options do not offer', () => {
  const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];
  const [bare, few] = [
    createTestHandler({}, { phones: undefined, delivery: undefined } as object),
    createTestHandler({ operations: ['removeContact', 'revokeSession'] }),
  ];
  afterAll(async () => {
    for (const each of [bare, few]) await (await each).drop();
  });

  const missing = (isOffered: (route: (typeof ALL)[number]) => boolean) => {
    const offered = ALL.filter(isOffered).map(({ path }) => path);
    return ALL.filter(({ path }) => !offered.includes(path));
  };
  const servers = [
    ['without phones, delivery and others', bare, missing(({ isOffered }) => !isOffered)],
    [
      'with two operations',
      few,
      missing(({ name }) => ['removeContact', 'revokeSession'].includes(name)),
    ],
  ] as const;

  it.each(
    servers.flatMap(([options, handler, routesLeft]) =>
      routesLeft.map((route) => ({ options, handler, ...route })),
    ),
  )('$options: $name is not found by any method', async ({ handler, path }) => {
    const site = await handler;
    for (const method of METHODS) {
      for (const end of ['', '/']) {
        const got = await site.send(path + end, { method });
        expect([method, got.status]).toEqual([method, 404]);
      }
    }
  });

  it('a path with a parameter is still found beside them', async () => {
    const got = await (await few).send('/auth/contacts/phones-2', { method: 'POST' });
    expect(got.headers.get('allow')).toBe('DELETE, OPTIONS');
  });
});
