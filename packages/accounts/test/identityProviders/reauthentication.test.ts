import { oidc } from '@latchkey/accounts/oauth';
import { createAccountsHandler } from '@latchkey/accounts/http';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf } from '../support/errorOf.js';
import { requestWith, TestClock } from '../support/testAccounts.js';
import { FakeProvider, requested } from './support/FakeProvider.js';
import { createProviderAccounts, providersOf } from './support/providerAccounts.js';

const ISSUER = 'https://provider.example';
const OTHER = 'https://other.example';
const REFUSED = 'TokenVerificationFailed';
const MINUTE_MS = 60_000;

describe('reauthentication by an identity provider', () => {
  const clock = new TestClock();
  const provider = new FakeProvider(clock.now);
  let claims: object = {};
  let people = 0;
  let test: Awaited<ReturnType<typeof createProviderAccounts>>;

  beforeAll(async () => {
    const declared = (name: string, issuer: string) => {
      provider.publish(issuer, () => ({
        access_token: 'a',
        token_type: 'Bearer',
        id_token: provider.idToken({ iss: issuer, ...claims }),
      }));
      return oidc({ name, issuer, clientId: 'latchkey', clientSecret: 'secret' });
    };
    test = await createProviderAccounts(
      {
        identityProviders: providersOf({
          providers: [declared('one', ISSUER), declared('other', OTHER)],
          network: { fetch: provider.fetch },
        }),
        throttling: { address: false },
      },
      clock,
    );
  });
  afterAll(() => test.drop());

  const complete = async (
    begun: { readonly url: string; readonly browserSecret: string },
    request: SessionRequest,
    given: object,
    name = 'one',
  ) => {
    const { state = '', nonce } = requested(begun.url);
    claims = { nonce, ...given };
    return test.accounts.identityProviders.complete({
      provider: name,
      parameters: { state, code: 'c' },
      browserSecret: begun.browserSecret,
      request,
    });
  };
  /** Somebody who has nothing but an identity, and has signed in ten minutes ago. */
  const stale = async () => {
    const sub = `person-${String(++people)}`;
    const request = requestWith();
    const begun = await test.accounts.identityProviders.begin({ provider: 'one', request });
    await complete(begun, request, { sub });
    clock.advance(10 * MINUTE_MS);
    return { sub, request };
  };
  const begin = (request: SessionRequest, name = 'one') =>
    test.accounts.identityProviders.beginReauthentication({ provider: name, request });
  const rename = (request: SessionRequest): Promise<string> =>
    codeOf(test.accounts.profile.changeUsername({ request, username: `name${String(++people)}` }));
  const nowSeconds = (): number => Math.floor(clock.now().getTime() / 1000);

  it('is a recent login for an account that has nothing but an identity, in 2 and 4 requests', async () => {
    const { sub, request } = await stale();
    expect(await rename(request)).toBe('RecentLoginRequired');
    const before = request.authToken;
    let begun: Awaited<ReturnType<typeof begin>> | undefined;
    const first = await test.log.costOf(async () => {
      begun = await begin(request);
    });
    expect(first.commands).toEqual(['PutItem']);
    const flow = begun ?? (await begin(request));
    expect(requested(flow.url).max_age).toBe('0');
    let outcome: object = {};
    const second = await test.log.costOf(async () => {
      outcome = await complete(flow, request, { sub, auth_time: nowSeconds() });
    });
    expect(second.commands).toEqual([
      'DeleteItem',
      expect.stringMatching(/^(BatchGetItem|Query)$/),
      expect.stringMatching(/^(BatchGetItem|Query)$/),
      'TransactWriteItems',
    ]);
    expect(outcome).toEqual({ rememberMe: false, authToken: request.authToken });
    expect(request.authToken).not.toBe(before);
    expect(await rename(request)).toBe('none');
    expect(await codeOf(complete(flow, request, { sub }))).toBe(REFUSED);
  });

  it('is not by another person at the provider, an identity of another account, or another provider', async () => {
    const { sub, request } = await stale();
    const other = await stale();
    for (const wrong of [`${sub}x`, other.sub]) {
      expect(await codeOf(complete(await begin(request), request, { sub: wrong }))).toBe(REFUSED);
    }
    const elsewhere = await begin(request, 'other');
    expect(await codeOf(complete(elsewhere, request, { sub }, 'other'))).toBe(REFUSED);
    expect(await rename(request)).toBe('RecentLoginRequired');
  });

  it('is not by a sign-in at the provider that was earlier, if the provider says so', async () => {
    const { sub, request } = await stale();
    const early = { sub, auth_time: nowSeconds() - 120 };
    expect(await codeOf(complete(await begin(request), request, early))).toBe(REFUSED);
    expect(await rename(request)).toBe('RecentLoginRequired');
    expect(await codeOf(complete(await begin(request), request, { sub }))).toBe('none');
  });

  it('belongs to the session that has begun it, and to one that has not ended', async () => {
    const { sub, request } = await stale();
    const other = await stale();
    expect(await codeOf(complete(await begin(request), other.request, { sub }))).toBe(
      'InvalidSession',
    );
    expect(await codeOf(complete(await begin(request), requestWith(), { sub }))).not.toBe('none');
    const begun = await begin(request);
    await test.accounts.sessions.revokeAllSessions({
      accountId: request.user?.accountId ?? '',
    });
    expect(await codeOf(complete(begun, request, { sub }))).toBe('InvalidSession');
    expect(await codeOf(begin(requestWith()))).not.toBe('none');
  });

  it('works over HTTP, and leads the browser back to where it was', async () => {
    const { sub, request } = await stale();
    const handler = createAccountsHandler(test.accounts);
    const origin = 'https://app.example.com';
    const cookie = `__Host-latchkey=s.${request.authToken ?? ''}`;
    const got = await handler(
      new Request(`${origin}/auth/identity-providers/one/reauthenticate`, {
        method: 'POST',
        headers: { cookie, origin, 'content-type': 'application/json' },
        body: JSON.stringify({ returnTo: '/settings' }),
      }),
    );
    const { url } = (await got.json()) as { readonly url: string };
    const flow = got.headers.getSetCookie().map((each) => each.split(';', 1)[0]);
    const { state = '', nonce } = requested(url);
    claims = { nonce, sub };
    const back = await handler(
      new Request(`${origin}/auth/identity-providers/one/callback?state=${state}&code=c`, {
        headers: { cookie: [cookie, ...flow].join('; ') },
      }),
    );
    expect([back.status, back.headers.get('location')]).toEqual([303, '/settings']);
    const renewed = back.headers.getSetCookie().find((each) => each.startsWith('__Host-latchkey='));
    const [, authToken] = /^__Host-latchkey=s\.([^;]+)/.exec(renewed ?? '') ?? [];
    const next = await test.accounts.handleRequest(requestWith(authToken));
    expect(await rename(next)).toBe('none');
  });
});
