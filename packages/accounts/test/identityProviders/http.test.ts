import { createAccountsHandler } from '@latchkey/accounts/http';
import { oidc } from '@latchkey/accounts/oauth';
import { totp } from '@latchkey/accounts/two-factor';
import { Secret, TOTP } from 'otpauth';
import type { AccountsHandlerOptions } from '../../src/http/createAccountsHandler.js';
import {
  Browser,
  createTestHandler,
  gotOf,
  ORIGIN,
  PASSWORD,
  requestOf,
  type Got,
  type TestHandler,
} from '../http/support.js';
import { requestWith, TestClock } from '../support/testAccounts.js';
import { OidcServer, type Person } from './support/OidcServer.js';
import { CLIENT_SECRET, providersOf, REDIRECT } from './support/providerAccounts.js';

const CALLBACK = '/auth/identity-providers/company/callback';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
/** Headers of a browser that another site’s link or form brings. */
const FROM_ELSEWHERE = { origin: 'null', 'sec-fetch-site': 'cross-site' };
let people = 0;

describe('a sign-in with an identity provider over HTTP', () => {
  let oidcServer: OidcServer;
  let server: TestHandler;

  beforeAll(async () => {
    oidcServer = await OidcServer.start(
      ['company', 'posting'].map((name) => REDIRECT.replace('{provider}', name)),
    );
    const declared = (name: string, formPost: boolean) =>
      oidc({
        name,
        formPost,
        issuer: oidcServer.issuer,
        clientId: 'latchkey',
        clientSecret: CLIENT_SECRET,
        trustedDomains: ['example.com'],
      });
    server = await createTestHandler(
      {},
      {
        identityProviders: providersOf({
          providers: [declared('company', false), declared('posting', true)],
        }),
        twoFactor: totp({
          issuer: 'Tests',
          encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 7) }],
        }),
        throttling: { address: false },
      },
      new TestClock(Date.now()),
    );
  });
  afterAll(async () => {
    await server.drop();
    await oidcServer.stop();
  });

  const newPerson = (): Person => {
    const sub = `http${String(++people)}`;
    return { sub, email: `${sub}@example.com`, email_verified: true };
  };
  /** Another handler of the same accounts. */
  const browserOf = (options: AccountsHandlerOptions): Browser => {
    const onError = (error: unknown) => server.reported.push(error);
    const handler = createAccountsHandler(server.accounts, { onError, ...options });
    return new Browser(async (path, sent = {}) =>
      gotOf(await handler(requestOf(ORIGIN + path, sent), { remoteAddress: '203.0.113.7' })),
    );
  };
  const begin = async (browser: Browser, what = 'sign-in', body: object = {}, name = 'company') => {
    const got = await browser.post(`/auth/identity-providers/${name}/${what}`, body);
    return { got, url: String(got.json.url), browserSecret: String(got.json.browserSecret) };
  };
  /** Comes back by a link, with the cookies that such a link brings. */
  const land = (browser: Browser, { url }: { readonly url: URL }, headers = {}): Promise<Got> =>
    browser.send(url.pathname + url.search, { headers: { ...FROM_ELSEWHERE, ...headers } });
  const signIn = async (browser: Browser, person: Person, body: object = {}): Promise<Got> => {
    const { url } = await begin(browser, 'sign-in', body);
    return land(browser, await oidcServer.signIn(url, person));
  };
  const userOf = async (browser: Browser): Promise<unknown> =>
    ((await browser.send('/auth/session')).json.user as { userId?: string } | undefined)?.userId;

  it('lists the providers, answers with a URL, and leads the browser back with a session', async () => {
    const browser = server.browser();
    const listed = await browser.send('/auth/identity-providers');
    expect(listed.json).toEqual({ providers: ['company', 'posting'] });
    const person = newPerson();
    const got = await signIn(browser, person, { returnTo: '/inbox?a=1', rememberMe: 'local' });
    expect([got.status, got.headers.get('location'), got.text]).toEqual([303, '/inbox?a=1', '']);
    expect(got.headers.get('referrer-policy')).toBe('no-referrer');
    expect(got.headers.get('cache-control')).toBe('no-store');
    const [session = ''] = got.headers
      .getSetCookie()
      .filter((each) => each.startsWith('__Host-latchkey='));
    expect(session).toMatch(/Max-Age=\d+/);
    expect(await userOf(browser)).toBeDefined();
  });

  it('keeps the secret of the flow in a cookie of its own, and gives it to no script', async () => {
    const browser = server.browser();
    const { got } = await begin(browser);
    expect(Object.keys(got.json)).toEqual(['url']);
    expect(browser.setCookies).toEqual([
      expect.stringMatching(
        /^__Host-latchkey-flow=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
  });

  it('shows a page where there is nowhere to go on to, and goes home where there is a home', async () => {
    expect((await signIn(server.browser(), newPerson())).text).toContain('You are signed in.');
    const home = 'https://www.example.com/app/';
    const elsewhere = browserOf({ home });
    expect((await signIn(elsewhere, newPerson())).headers.get('location')).toBe(home);
    const back = await signIn(elsewhere, newPerson(), { returnTo: '/inbox' });
    expect(back.headers.get('location')).toBe('https://www.example.com/inbox');
  });

  it('CSRF at the callback: another browser gets no session, and the right one may still go on', async () => {
    const browser = server.browser();
    const { url } = await begin(browser);
    const returned = await oidcServer.signIn(url, newPerson());
    const victim = server.browser();
    await begin(victim);
    for (const other of [victim, server.browser()]) {
      const got = await land(other, returned);
      expect([got.status, got.headers.get('content-type')]).toEqual([
        401,
        'text/html; charset=utf-8',
      ]);
      expect(await userOf(other)).toBeUndefined();
    }
    expect((await land(browser, returned)).status).toBe(200);
    expect((await land(browser, returned)).status).toBe(401);
  });

  it('code injection: a code of another flow is refused by the provider, for want of its verifier', async () => {
    const victim = server.browser();
    const attacker = await begin(server.browser());
    const stolen = await oidcServer.signIn(attacker.url, newPerson());
    const own = await begin(victim);
    const returned = await oidcServer.signIn(own.url, newPerson());
    returned.url.searchParams.set('code', stolen.parameters.get('code') ?? '');
    expect((await land(victim, returned)).status).toBe(401);
    expect(await userOf(victim)).toBeUndefined();
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example'])(
    'open redirect: returnTo %s is refused',
    async (returnTo) => {
      const { got } = await begin(server.browser(), 'sign-in', { returnTo });
      expect(got.json).toMatchObject({ code: 'InvalidInput', details: { path: 'returnTo' } });
    },
  );

  it('tells of a decline without the provider’s text, on a page or to the application’s own', async () => {
    const person = { ...newPerson(), refuses: true };
    const got = await signIn(server.browser(), person);
    expect([got.status, got.text.includes('did not confirm')]).toEqual([403, true]);
    const pages = { completeIdentityFlow: 'https://www.example.com/failed' };
    const own = await signIn(browserOf({ pages }), person);
    expect(own.headers.get('location')).toBe(
      'https://www.example.com/failed#error=IdentityProviderRefused',
    );
    for (const { text, headers } of [got, own]) {
      expect(text + JSON.stringify([...headers])).not.toContain('canary');
    }
  });

  it('asks for the second factor, on its page or on the application’s own', async () => {
    const person = newPerson();
    const first = server.browser();
    await signIn(first, person);
    const { secret } = (await first.post('/auth/two-factor/enrol', {})).json;
    const app = new TOTP({ secret: Secret.fromBase32(String(secret)) });
    const code = (): string => app.generate({ timestamp: server.clock.now().getTime() });
    expect((await first.post('/auth/two-factor/confirm', { code: code() })).status).toBe(200);
    const browser = server.browser();
    const got = await signIn(browser, person);
    expect(got.text).toContain('action="/auth/sign-in/second-factor"');
    expect(await userOf(browser)).toBeUndefined();
    const pages = { completeIdentityFlow: 'https://www.example.com/failed' };
    const own = browserOf({ pages });
    const at = new URL((await signIn(own, person)).headers.get('location') ?? '');
    const fragment = new URLSearchParams(at.hash.slice(1));
    expect(fragment.get('error')).toBe('TwoFactorRequired');
    server.clock.advance(60_000);
    const challenge = fragment.get('challenge');
    const done = await own.post('/auth/sign-in/second-factor', { challenge, code: code() });
    expect(done.status).toBe(200);
    server.clock.advance(-60_000);
  });

  it('links, lists and unlinks in the session', async () => {
    const person = newPerson();
    const browser = server.browser();
    await browser.post('/auth/sign-up', { username: person.sub, password: PASSWORD });
    const { url } = await begin(browser, 'link', { returnTo: '/settings' });
    const got = await land(browser, await oidcServer.signIn(url, person));
    expect(got.headers.get('location')).toBe('/settings');
    const { identities } = (await browser.send('/auth/identities')).json as {
      readonly identities: readonly { readonly contactId: string }[];
    };
    expect(identities).toMatchObject([{ kind: 'oauth', provider: 'company', value: person.sub }]);
    const [{ contactId } = { contactId: '' }] = identities;
    const other = server.browser();
    await signIn(other, person);
    expect(await userOf(other)).toBe(await userOf(browser));
    const path = `/auth/identities/${contactId}`;
    expect((await browser.send(path, { method: 'DELETE' })).status).toBe(204);
    expect((await browser.send('/auth/identities')).json).toEqual({ identities: [] });
  });

  it('links nothing to the session of somebody else', async () => {
    const person = newPerson();
    const [attacker, victim] = [server.browser(), server.browser()];
    for (const [at, browser] of [attacker, victim].entries()) {
      const username = `${person.sub}.${String(at)}`;
      await browser.post('/auth/sign-up', { username, password: PASSWORD });
    }
    const { url } = await begin(attacker, 'link');
    const returned = await oidcServer.signIn(url, person);
    expect((await land(victim, returned)).status).toBe(401);
    // Not even in the same browser, after somebody else has signed in there.
    const session = victim.cookies.get('__Host-latchkey') ?? '';
    attacker.cookies.set('__Host-latchkey', session);
    expect((await land(attacker, returned)).status).toBe(401);
    expect((await victim.send('/auth/identities')).json).toEqual({ identities: [] });
  });

  describe('of a provider that posts a form (form_post)', () => {
    const path = CALLBACK.replace('company', 'posting');
    /** The form that the provider has the browser post, without the cookies that stay at home. */
    const post = (browser: Browser, parameters: URLSearchParams): Promise<Got> => {
      const cookie = [...browser.cookies]
        .filter(([name]) => name.endsWith('-form-flow'))
        .map(([name, value]) => `${name}=${value}`)
        .join('; ');
      const headers = { ...FORM, ...FROM_ELSEWHERE, cookie };
      return browser.send(path, { method: 'POST', body: parameters.toString(), headers });
    };
    /** Body that the provider would post. */
    const answer = async (url: string, person: Person): Promise<URLSearchParams> => {
      const asLink = new URL(url);
      expect(asLink.searchParams.get('response_mode')).toBe('form_post');
      asLink.searchParams.delete('response_mode');
      return (await oidcServer.signIn(asLink.href, person)).parameters;
    };

    it('signs in by a cookie that comes along with the form, which then goes', async () => {
      const browser = server.browser();
      const { url } = await begin(browser, 'sign-in', { returnTo: '/in' }, 'posting');
      expect(browser.setCookies).toEqual([
        expect.stringMatching(/^__Host-latchkey-form-flow=.*Secure; SameSite=None$/),
      ]);
      const got = await post(browser, await answer(url, newPerson()));
      expect([got.status, got.headers.get('location')]).toEqual([303, '/in']);
      expect(browser.cookies.has('__Host-latchkey-form-flow')).toBe(false);
      expect(await userOf(browser)).toBeDefined();
    });

    it('links by going on with a link, with what may stand in a URL', async () => {
      const person = newPerson();
      const browser = server.browser();
      await browser.post('/auth/sign-up', { username: person.sub, password: PASSWORD });
      const { url } = await begin(browser, 'link', { returnTo: '/in' }, 'posting');
      const parameters = await answer(url, person);
      parameters.set('user', 'canary-name');
      parameters.set('browserSecret', 'canary-secret');
      const bounced = await post(browser, parameters);
      const location = bounced.headers.get('location') ?? '';
      expect([bounced.status, location.startsWith(`${path}?`)]).toEqual([303, true]);
      expect(location).not.toContain('canary');
      const got = await browser.send(location, { headers: FROM_ELSEWHERE });
      expect(got.headers.get('location')).toBe('/in');
      const { identities } = (await browser.send('/auth/identities')).json;
      expect(identities).toMatchObject([{ provider: 'posting' }]);
    });

    it('works without Secure, too, by the way over a link', async () => {
      const browser = browserOf({ cookies: { insecure: true } });
      const { url } = await begin(browser, 'sign-in', { returnTo: '/in' }, 'posting');
      expect(browser.setCookies[0]).toMatch(/^latchkey-flow=.*SameSite=Lax$/);
      const bounced = await post(browser, await answer(url, newPerson()));
      const got = await browser.send(bounced.headers.get('location') ?? '');
      expect(got.headers.get('location')).toBe('/in');
    });

    it('refuses the form of an attacker, whatever it holds', async () => {
      const attacker = server.browser();
      const { url } = await begin(attacker, 'sign-in', {}, 'posting');
      const parameters = await answer(url, newPerson());
      const victim = server.browser();
      await begin(victim, 'sign-in', {}, 'posting');
      expect((await post(victim, parameters)).status).toBe(401);
      const stranger = server.browser();
      const bounced = await post(stranger, parameters);
      expect((await stranger.send(bounced.headers.get('location') ?? '')).status).toBe(401);
      for (const browser of [victim, stranger]) expect(await userOf(browser)).toBeUndefined();
    });
  });

  it('gives a client that keeps its tokens by itself the secret, and takes both as JSON', async () => {
    for (const [options, body] of [
      [{ transport: 'bearer' }, {}],
      [{}, { rememberMe: 'none' }],
    ] as const) {
      const browser = browserOf(options);
      const { url, browserSecret } = await begin(browser, 'sign-in', body);
      expect(browser.setCookies).toEqual([]);
      const { parameters } = await oidcServer.signIn(url, newPerson());
      const shown = { ...Object.fromEntries(parameters), browserSecret };
      const got = await browser.post(CALLBACK, shown);
      expect(got.status).toBe(200);
      expect(got.json).toMatchObject({ authToken: expect.any(String) as string });
      expect(browser.setCookies).toEqual([]);
      const again = await browser.post(CALLBACK, shown);
      expect(again.json).toMatchObject({ code: 'TokenVerificationFailed', status: 401 });
    }
  });

  it('ignores parameters that it does not know, and refuses one that is there twice', async () => {
    const browser = server.browser();
    const { url } = await begin(browser);
    const returned = await oidcServer.signIn(url, newPerson());
    const { pathname, search } = returned.url;
    expect((await browser.send(`${pathname}${search}&state=twice`)).status).toBe(400);
    returned.url.searchParams.set('session_state', 'x');
    expect((await land(browser, returned)).status).toBe(200);
  });

  it('ASVS 7.2.4: ends the session that the browser had before', async () => {
    const browser = server.browser();
    const person = newPerson();
    await browser.post('/auth/sign-up', { username: person.sub, password: PASSWORD });
    const [, before = ''] = /^s\.(.*)$/.exec(browser.cookies.get('__Host-latchkey') ?? '') ?? [];
    expect((await signIn(browser, person)).status).toBe(200);
    const old = server.accounts.handleRequest(requestWith(before));
    await expect(old).rejects.toMatchObject({ code: 'InvalidSession' });
  });

  it('tells the operator of nothing that a client can cause', () => {
    expect(server.reported).toEqual([]);
  });
});
