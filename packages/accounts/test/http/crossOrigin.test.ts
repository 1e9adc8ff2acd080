import { AccountsRegistry } from '@latchkey/accounts';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { isForeign } from '../../src/http/crossOrigin.js';
import { SECRET } from '../support/testAccounts.js';
import { createTestHandler, gotOf, requestOf, type TestHandler } from './support.js';

const LISTED = 'https://www.example.com';
const OWN = 'https://app.example.com';

type Row = readonly [site: string | null, origin: string | null, isForeign: boolean];

describe('A request that changes something', () => {
  it.each<Row>([
    ['same-origin', OWN, false],
    ['same-origin', null, false],
    ['none', null, false],
    ['same-site', 'https://blog.example.com', true],
    ['cross-site', 'https://evil.example', true],
    ['cross-site', null, true],
    ['cross-site', 'null', true],
    ['cross-site', LISTED, false],
    ['same-site', LISTED, false],
    ['made-up', OWN, true],
    [null, OWN, false],
    [null, 'http://app.example.com', false],
    [null, 'https://app.example.com:8443', true],
    [null, 'https://evil.example', true],
    [null, 'https://app.example.com.evil.example', true],
    [null, 'null', true],
    [null, 'not a url', true],
    [null, '', true],
    [null, LISTED, false],
    [null, null, false],
  ])(
    'OWASP CSRF: with Sec-Fetch-Site %j and Origin %j is foreign: %j',
    (site, origin, expected) => {
      const headers = new Headers();
      if (site !== null) headers.set('sec-fetch-site', site);
      if (origin !== null) headers.set('origin', origin);
      const origins = new Set([LISTED]);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACK']) {
        expect(isForeign({ method, url: `${OWN}/auth`, headers }, origins)).toBe(expected);
      }
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        expect(isForeign({ method, url: `${OWN}/auth`, headers }, origins)).toBe(false);
      }
    },
  );

  it('is compared with the Host header where there is one', () => {
    const head = (origin: string): Parameters<typeof isForeign>[0] => ({
      method: 'POST',
      url: 'http://internal:3000/auth',
      headers: new Headers({ host: 'app.example.com', origin }),
    });
    expect(isForeign(head(OWN), new Set())).toBe(false);
    expect(isForeign(head('http://internal:3000'), new Set())).toBe(true);
  });
});

describe('CORS', () => {
  let server: TestHandler;
  beforeAll(async () => {
    server = await createTestHandler({ origins: [LISTED] });
  });
  afterAll(() => server.drop());

  it.each([
    [LISTED, LISTED],
    ['https://evil.example', null],
    [null, null],
  ])('lets pages of %s read answers: %s', async (origin, allowed) => {
    const headers: Record<string, string> = {};
    if (origin !== null) headers.origin = origin;
    for (const method of ['OPTIONS', 'GET']) {
      const got = await server.send('/auth/session', { method, headers });
      expect(got.headers.get('access-control-allow-origin')).toBe(allowed);
      expect(got.headers.get('vary')).toBe('Origin');
      const credentials = got.headers.get('access-control-allow-credentials');
      expect(credentials).toBe(allowed === null ? null : 'true');
    }
  });

  it('lets them ask beforehand, although that question names no application', async () => {
    const { table } = server;
    const registry = new AccountsRegistry({
      table,
      apps: { notes: { sessions: { getTokenSecret: () => SECRET } } },
    });
    const handler = createAccountsHandler(
      ({ headers }) => registry.app(headers.get('app-id') ?? ''),
      { origins: [LISTED] },
    );
    const ask = async (origin: string) => {
      const headers = {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'app-id,content-type',
      };
      return gotOf(await handler(requestOf(`${OWN}/auth/user`, { method: 'OPTIONS', headers })));
    };
    const got = await ask(LISTED);
    expect(got.status).toBe(204);
    expect(got.headers.get('access-control-allow-origin')).toBe(LISTED);
    expect(got.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(got.headers.get('access-control-allow-headers')).toContain('App-Id');
    const evil = await ask('https://evil.example');
    expect(evil.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([['*'], ['https://a.example/'], ['https://a.example/path'], ['a.example'], [7]])(
    'refuses %j as an origin',
    async (origin) => {
      await expect(createTestHandler({ origins: [origin as string] })).rejects.toMatchObject({
        code: 'InvalidConfiguration',
        details: { path: 'origins.0' },
      });
    },
  );
});
