import { createAccountsHandler, type AccountsHandlerOptions } from '@latchkey/accounts/http';
import type { AccountsOptions, Message } from '@latchkey/accounts';
import { injectFaults } from '@latchkey/entity/testing';
import { Browser, ORIGIN, type Got } from '../http/support.js';
import { createTestAccounts, PASSWORD, type TestAccounts } from '../support/testAccounts.js';
import { OWN_COOKIE, type Serve, type Served } from './support/Application.js';
import { sendRaw, type RawRequest } from './support/rawClient.js';

/** An origin that the application lists. */
const PARTNER = 'https://www.example.org';
const SESSION_COOKIE = '__Host-latchkey';
const MINUTE = 60_000;

/** An application behind a door. */
interface OpenDoor extends TestAccounts, Served {
  readonly messages: Message[];
  readonly reported: unknown[];
  send(path: string, sent?: RawRequest): Promise<Got>;
  post(path: string, body?: string | object, headers?: RawRequest['headers']): Promise<Got>;
  browser(): Browser;
  /** A browser whose user has just signed up. */
  signedUp(): Promise<{ readonly browser: Browser; readonly accountId: string }>;
}

let names = 0;

/** Contract that every door fulfils, over real HTTP. */
export function describeDoor(name: string, serve: Serve): void {
  const doors: Promise<OpenDoor>[] = [];
  const open = (
    options: AccountsHandlerOptions = {},
    accountsOptions: Partial<Omit<AccountsOptions, 'table'>> = {},
  ): Promise<OpenDoor> => {
    const opened = openDoor(serve, options, accountsOptions);
    doors.push(opened);
    return opened;
  };

  describe(name, () => {
    let door: OpenDoor;

    beforeAll(async () => {
      door = await open(
        { origins: [PARTNER], bodyTimeoutMs: 500 },
        {
          sessions: {
            getTokenSecret: () => 'canary-token-secret-0123456789-abcdef',
            rotation: { after: '5m' },
          },
        },
      );
    });

    afterAll(async () => {
      for (const opened of await Promise.all(doors)) {
        await opened.close();
        await opened.drop();
      }
    });

    describe('a session', () => {
      it('goes from sign-up by cookie to update and sign-out', async () => {
        const { browser } = await door.signedUp();
        const session = await browser.send('/auth/session');
        expect(session.status).toBe(200);
        const profile = { motto: 'å ∞' };
        const updated = await browser.send('/auth/user', { method: 'PATCH', body: { profile } });
        expect(updated.json).toMatchObject({ user: { profile } });
        expect((await browser.post('/auth/sign-out')).status).toBe(204);
        expect(browser.cookies.has(SESSION_COOKIE)).toBe(false);
        expect((await browser.send('/auth/session')).json).toMatchObject({
          code: 'UserNotSignedIn',
        });
      });

      it('is in cookies of which none is lost, and in no body', async () => {
        const { browser } = await door.signedUp();
        expect([...browser.cookies.keys()].sort()).toEqual([
          SESSION_COOKIE,
          `${SESSION_COOKIE}-device`,
        ]);
        expect(browser.setCookies.at(-1)).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      });

      it('goes by a bearer token without a cookie', async () => {
        const got = await door.post('/auth/sign-up', {
          username: nextName(),
          password: PASSWORD,
          rememberMe: 'none',
        });
        expect(got.headers.getSetCookie()).toEqual([]);
        const authorization = `Bearer ${String(got.json.authToken)}`;
        const session = await door.send('/auth/session', { headers: { authorization } });
        expect(session.status).toBe(200);
        const orders = await door.send('/orders', { headers: { authorization } });
        expect(orders.status).toBe(200);
      });
    });

    describe('a problem', () => {
      it('has its code, its status and its headers', async () => {
        const got = await door.send('/auth/session');
        expect(got.status).toBe(401);
        expect(got.json).toMatchObject({
          code: 'UserNotSignedIn',
          status: 401,
          title: 'Unauthorized',
        });
        expect(got.headers.get('content-type')).toBe('application/problem+json');
        expect(got.headers.get('www-authenticate')).toBe('Bearer');
        expect(got.headers.get('cache-control')).toBe('no-store');
      });

      it('says after how many seconds to try again', async () => {
        const { browser } = await door.signedUp();
        const { json } = await browser.send('/auth/session');
        const { username } = json.user as { readonly username: string };
        const codes: unknown[] = [];
        let last: Got | undefined;
        for (let attempt = 0; attempt < 30 && last?.status !== 429; attempt++) {
          last = await door.post('/auth/sign-in', { username, password: 'not the password' });
          codes.push(last.json.code);
        }
        expect(codes).toContain('UsernameOrPasswordMismatch');
        expect(last?.status).toBe(429);
        expect(last?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      });

      it('is 503 with Retry-After while the database is down, and says nothing of it', async () => {
        const { browser } = await door.signedUp();
        const fault = injectFaults(door.client).on('BatchGetItem', 'timeout', { times: 1000 });
        const got = await browser.send('/auth/session');
        const guarded = await browser.send('/orders');
        fault.remove();
        for (const each of [got, guarded]) {
          expect(each.status).toBe(503);
          expect(each.json).toMatchObject({ code: 'ServiceUnavailable' });
          expect(each.headers.get('retry-after')).toBe('5');
          expect(each.text).not.toContain('answer was lost');
        }
        expect((await browser.send('/auth/session')).status).toBe(200);
      });
    });

    describe('a body', () => {
      const signIn = (body: string, headers: RawRequest['headers'] = {}): Promise<Got> =>
        door.post('/auth/sign-in', body, { 'content-type': 'application/json', ...headers });

      it('of malformed JSON is refused', async () => {
        expect((await signIn('{"username":')).status).toBe(400);
      });

      it('of another type is refused', async () => {
        const got = await signIn('<a/>', { 'content-type': 'application/xml' });
        expect(got).toMatchObject({ status: 415, json: { code: 'UnsupportedMediaType' } });
      });

      it('with fields of the wrong type, or that no route has, is refused', async () => {
        const wrong = await signIn('{"username":["ada"],"password":{}}');
        expect(wrong.status).toBe(400);
        const unknown = await signIn('{"username":"ada","password":"x","isAdmin":true}');
        expect(unknown.json).toMatchObject({ code: 'InvalidInput', details: { path: 'isAdmin' } });
        expect((await signIn('[]')).status).toBe(400);
        expect((await signIn('null')).status).toBe(400);
      });

      it('that is too large is refused, and the client sees it', async () => {
        const large = JSON.stringify({ username: 'ada', password: 'x'.repeat(200_000) });
        const got = await signIn(large);
        expect(got).toMatchObject({ status: 413, json: { code: 'BodyTooLarge' } });
      });

      it('that never ends is cut off', async () => {
        const got = await door.send('/auth/sign-in', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          stream: (write) => {
            const more = (): void => {
              if (write('x'.repeat(50_000))) setImmediate(more);
            };
            more();
          },
        });
        expect(got.status).toBe(413);
      });

      it('that does not go on is cut off', async () => {
        const got = await door.send('/auth/sign-in', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': '1000' },
          stream: (write) => void write('{"username":"ada",'),
        });
        expect(got.status).toBe(408);
      });

      it('can be a form only where there is a page', async () => {
        const form = { 'content-type': 'application/x-www-form-urlencoded' };
        const got = await door.post('/auth/verify-email', 'token=not%20a%20token', form);
        expect(got.status).toBeGreaterThanOrEqual(400);
        expect(got.status).toBeLessThan(500);
        expect(got.headers.get('content-type')).toContain('text/html');
        expect(got.text).toContain('value="not a token"');
        const elsewhere = await door.post('/auth/sign-in', 'username=ada&password=x', form);
        expect(elsewhere.status).toBe(415);
      });
    });

    describe('a method or path', () => {
      it('has a head without a body', async () => {
        const got = await door.send('/auth/session', { method: 'HEAD' });
        expect(got).toMatchObject({ status: 401, text: '' });
        expect((await door.send('/orders', { method: 'HEAD' })).text).toBe('');
      });

      it('that a route does not have is refused with those that it has', async () => {
        const got = await door.send('/auth/sign-in', { method: 'PUT' });
        expect(got).toMatchObject({ status: 405, json: { code: 'MethodNotAllowed' } });
        expect(got.headers.get('allow')).toBe('POST, OPTIONS');
        const options = await door.send('/auth/session', { method: 'OPTIONS' });
        expect(options).toMatchObject({ status: 204, text: '' });
        expect(options.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
      });

      it('with a slash at the end is the same', async () => {
        expect((await door.send('/auth/session/')).status).toBe(401);
      });

      it('that nobody knows is not found', async () => {
        const got = await door.send('/auth/nothing');
        expect(got).toMatchObject({ status: 404, json: { code: 'RouteNotFound' } });
      });

      it.each([
        '//auth/session',
        '/auth//session',
        '/auth/%2fsession',
        '/auth%2fsession',
        '/auth/../auth/nothing',
        '/auth/%2e%2e/secret',
        '/auth/session%00',
        '/auth/session%3Fa=b',
        '/auth/session;a=b',
        '/auth/sess%69on',
        '/auth/sessions/..%2f..%2fuser',
        '//evil.example.com/auth/session',
      ])('is not to be tricked: %s', async (path) => {
        const got = await door.send(path);
        expect(got.status).toBe(404);
      });

      it('is found with a query', async () => {
        const { browser } = await door.signedUp();
        const got = await browser.send('/auth/sessions?first=1');
        expect(got.json).toMatchObject({ sessions: [{ current: true }] });
        const many = await browser.send('/auth/sessions?first=1&more=%23%26');
        expect(many.json).toMatchObject({ code: 'InvalidInput', details: { path: 'more' } });
      });

      it('of a link keeps its token as it is', async () => {
        const got = await door.send('/auth/verify-email?token=a%2Bb%26c+d');
        expect(got.text).toContain('value="a+b&amp;c d"');
      });
    });

    describe('a header', () => {
      it.each(['evil.example.com:99999', 'a b', 'exa<mple', '[::', 'user@host', '\u00e9.example'])(
        'that names a host of nonsense makes no fault: %s',
        async (host) => {
          const got = await door.send('/auth/session', { headers: { host } });
          expect([400, 401]).toContain(got.status);
        },
      );

      it('with bytes of no text makes no fault', async () => {
        const headers = { 'user-agent': '\u00e9\u00ff\u0080', cookie: 'a=\u00e9; b="' };
        expect((await door.send('/auth/session', { headers })).status).toBe(401);
        expect((await door.send('/orders', { headers })).status).toBe(401);
      });

      it('with two tokens is believed in neither', async () => {
        const body = { username: nextName(), password: PASSWORD, rememberMe: 'none' };
        const { json } = await door.post('/auth/sign-up', body);
        const own = `Bearer ${String(json.authToken)}`;
        for (const path of ['/auth/session', '/orders']) {
          const both = [own, 'Bearer a.b.c'];
          for (const authorization of [both, [...both].reverse()]) {
            expect((await door.send(path, { headers: { authorization } })).status).toBe(401);
          }
          expect((await door.send(path, { headers: { authorization: own } })).status).toBe(200);
        }
      });

      it('with a cookie that is there twice is refused', async () => {
        const { browser } = await door.signedUp();
        const pair = `${SESSION_COOKIE}=${String(browser.cookies.get(SESSION_COOKIE))}`;
        for (const cookie of [`${pair}; ${pair}`, [pair, pair]]) {
          for (const path of ['/auth/session', '/orders']) {
            const got = await door.send(path, { headers: { cookie } });
            expect(got).toMatchObject({ status: 400, json: { details: { path: 'cookie' } } });
          }
        }
      });
    });

    describe('another origin', () => {
      it('may not change anything, not even sign in', async () => {
        const body = { username: 'ada', password: PASSWORD };
        const { browser } = await door.signedUp();
        for (const headers of [
          { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' },
          { origin: 'https://evil.example.com', 'sec-fetch-site': '' },
        ]) {
          const own = headers['sec-fetch-site'] === '' ? { origin: headers.origin } : headers;
          expect((await door.post('/auth/sign-in', body, own)).json).toMatchObject({
            status: 403,
            code: 'CrossOrigin',
          });
          const cookie = `${SESSION_COOKIE}=${String(browser.cookies.get(SESSION_COOKIE))}`;
          const guarded = await door.post('/orders', undefined, { ...own, cookie });
          expect(guarded.json).toMatchObject({ code: 'CrossOrigin' });
        }
      });

      it('may where it is listed, and read the response', async () => {
        const preflight = await door.send('/auth/sign-in', {
          method: 'OPTIONS',
          headers: { origin: PARTNER, 'access-control-request-method': 'POST' },
        });
        expect(preflight.status).toBe(204);
        expect(preflight.headers.get('access-control-allow-methods')).toBe(
          'GET, POST, PUT, PATCH, DELETE',
        );
        const got = await door.post(
          '/auth/sign-in',
          { username: 'nobody', password: PASSWORD },
          { origin: PARTNER, 'sec-fetch-site': 'cross-site' },
        );
        expect(got.json).toMatchObject({ code: 'UsernameOrPasswordMismatch' });
        expect(got.headers.get('access-control-allow-origin')).toBe(PARTNER);
        expect(got.headers.get('vary')).toBe('Origin');
      });

      it('is this one where the Host is its own', async () => {
        const origin = `http://127.0.0.1:${String(door.port)}`;
        const got = await door.post('/auth/sign-in', { username: 'x', password: 'y' }, { origin });
        expect(got.json).toMatchObject({ code: 'UsernameOrPasswordMismatch' });
      });
    });

    describe('a guarded route', () => {
      it('gets the account, for one request to DynamoDB', async () => {
        const { browser, accountId } = await door.signedUp();
        let got: Got | undefined;
        const { commands } = await door.log.costOf(async () => {
          got = await browser.send('/orders');
        });
        expect(got).toMatchObject({ status: 200, json: { accountId } });
        expect(got?.headers.getSetCookie()).toEqual([OWN_COOKIE]);
        expect(commands).toEqual(['BatchGetItem']);
      });

      it('is closed without a session, for no request at all', async () => {
        let got: Got | undefined;
        const { commands } = await door.log.costOf(async () => {
          got = await door.send('/orders');
        });
        expect(got).toMatchObject({ status: 401, json: { code: 'UserNotSignedIn' } });
        expect(got?.headers.get('www-authenticate')).toBe('Bearer');
        expect(got?.headers.get('content-type')).toContain('application/problem+json');
        expect(commands).toEqual([]);
      });

      it('is closed without the permission', async () => {
        const { browser, accountId } = await door.signedUp();
        const refused = await browser.send('/admin');
        expect(refused).toMatchObject({ status: 403, json: { code: 'PermissionDenied' } });
        await door.accounts.permissions.grant({ accountId, permission: 'admin' });
        expect((await browser.send('/admin')).status).toBe(200);
      });

      it('is closed without a recent login, and clears no cookie for that', async () => {
        const { browser } = await door.signedUp();
        expect((await browser.send('/payments')).status).toBe(200);
        door.clock.advance(4 * MINUTE);
        const refused = await browser.send('/payments');
        expect(refused).toMatchObject({ status: 401, json: { code: 'RecentLoginRequired' } });
        expect((await browser.send('/orders')).status).toBe(200);
      });

      it('brings a new token beside its own cookie', async () => {
        const { browser } = await door.signedUp();
        const old = browser.cookies.get(SESSION_COOKIE);
        door.clock.advance(6 * MINUTE);
        const got = await browser.send('/orders');
        expect(got.status).toBe(200);
        expect(got.headers.getSetCookie()).toHaveLength(2);
        expect(got.headers.getSetCookie()).toContain(OWN_COOKIE);
        expect(browser.cookies.get(SESSION_COOKIE)).not.toBe(old);
        door.clock.advance(MINUTE);
        expect((await browser.send('/auth/session')).status).toBe(200);
      });

      it('brings a new bearer token in a header, also where it refuses', async () => {
        const { json } = await door.post('/auth/sign-up', {
          username: nextName(),
          password: PASSWORD,
          rememberMe: 'none',
        });
        const headers = { authorization: `Bearer ${String(json.authToken)}` };
        door.clock.advance(6 * MINUTE);
        const got = await door.send('/admin', { headers });
        expect(got.status).toBe(403);
        const authorization = `Bearer ${String(got.headers.get('auth-token'))}`;
        door.clock.advance(MINUTE);
        expect((await door.send('/orders', { headers: { authorization } })).status).toBe(200);
      });
    });

    describe('the address of a client', () => {
      const forwarded = { 'x-forwarded-for': '198.51.100.9, 198.51.100.7' };
      const addressOf = async (own: OpenDoor, headers: RawRequest['headers'] = {}) => {
        const { json } = await own.post(
          '/auth/sign-up',
          { username: nextName(), password: PASSWORD, rememberMe: 'none' },
          headers,
        );
        const authorization = `Bearer ${String(json.authToken)}`;
        const got = await own.send('/auth/sessions', { headers: { authorization } });
        return (got.json.sessions as readonly { readonly ip: string }[])[0]?.ip;
      };

      it("is the connection's, whatever headers say", async () => {
        expect(await addressOf(door, forwarded)).toBe('127.0.0.1');
        const cloudFront = { 'cloudfront-viewer-address': '198.51.100.7:46532' };
        expect(await addressOf(door, cloudFront)).toBe('127.0.0.1');
      });

      it('is the one before the trusted proxies', async () => {
        const proxied = await open({}, { trustedProxies: 1 });
        expect(await addressOf(proxied, forwarded)).toBe('198.51.100.7');
        expect(await addressOf(proxied)).toBe('127.0.0.1');
      });

      it('is in the header that the options name', async () => {
        const fronted = await open({ clientAddressHeader: 'CloudFront-Viewer-Address' });
        const headers = { 'cloudfront-viewer-address': '2001:db8::7:46532', ...forwarded };
        expect(await addressOf(fronted, headers)).toBe('2001:db8::7');
      });
    });

    it('has told its operator of the outage, and of nothing that clients have sent', () => {
      const codes = new Set(door.reported.map((error) => (error as { code?: unknown }).code));
      expect([...codes]).toEqual(['ServiceUnavailable']);
    });
  });
}

async function openDoor(
  serve: Serve,
  options: AccountsHandlerOptions,
  accountsOptions: Partial<Omit<AccountsOptions, 'table'>>,
): Promise<OpenDoor> {
  const messages: Message[] = [];
  const reported: unknown[] = [];
  const onError = (error: unknown): unknown => reported.push(error);
  const test = await createTestAccounts({
    delivery: { send: (message) => messages.push(message) },
    ...accountsOptions,
  });
  const { accounts } = test;
  const served = await serve({
    handler: createAccountsHandler(accounts, { onError, ...options }),
    accounts,
    guarded: {
      '/orders': { onError },
      '/admin': { onError, permission: 'admin' },
      '/payments': { onError, recentLogin: '3m' },
    },
  });
  const { port } = served;
  const send = (path: string, sent?: RawRequest): Promise<Got> => sendRaw(port, path, sent);
  const post: OpenDoor['post'] = (path, body, headers = {}) =>
    send(path, { method: 'POST', headers, ...(body !== undefined && { body }) });
  const browser = (): Browser => new Browser(send);
  return {
    ...test,
    ...served,
    messages,
    reported,
    send,
    post,
    browser,
    signedUp: async () => {
      const own = browser();
      const body = { username: nextName(), password: PASSWORD };
      const { json, status } = await own.post('/auth/sign-up', body, {
        headers: { origin: ORIGIN },
      });
      if (status !== 201) throw new Error(`Sign-up failed: ${JSON.stringify(json)}`);
      return { browser: own, accountId: (json.user as { userId: string }).userId };
    },
  };
}

function nextName(): string {
  return `visitor${String(++names)}`;
}
