import { oidc, type IdentityProvider } from '@latchkey/accounts/oauth';
import { createHash } from 'node:crypto';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { requestWith, TestClock } from '../support/testAccounts.js';
import { FakeProvider, requested, rsaKeys } from './support/FakeProvider.js';
import { CLIENT_SECRET, createProviderAccounts, providersOf } from './support/providerAccounts.js';

const HONEST = 'https://honest.example';
const EVIL = 'https://evil.example';
const REFUSED = 'TokenVerificationFailed';

/** Attacks that a client of OAuth must withstand (RFC 9700 §4), with providers that do as the attacker says. */
describe('an attack of RFC 9700', () => {
  const clock = new TestClock();
  const provider = new FakeProvider(clock.now);
  let test: Awaited<ReturnType<typeof createProviderAccounts>>;
  /** Claims and header of the next ID token, in place of what is right. */
  let next: { claims?: object; header?: object; answer?: object; key?: 'none' | 'other' } = {};
  let nonce = '';

  const declared = (name: string, issuer: string): IdentityProvider =>
    oidc({
      name,
      issuer,
      clientId: 'latchkey',
      clientSecret: CLIENT_SECRET,
      trustedDomains: 'all',
    });

  beforeAll(async () => {
    const tokenOf = (issuer: string) => (): object => {
      const { privateKey } = rsaKeys();
      const key = next.key === 'none' ? null : next.key === 'other' ? privateKey : undefined;
      const claims = { iss: issuer, sub: 'ada', nonce, ...next.claims };
      return {
        access_token: 'canary-access-token',
        refresh_token: 'canary-refresh-token',
        token_type: 'Bearer',
        id_token: provider.idToken(claims, next.header, key),
        ...next.answer,
      };
    };
    provider
      .publish(HONEST, tokenOf(HONEST), { authorization_response_iss_parameter_supported: true })
      .publish(EVIL, tokenOf(EVIL));
    test = await createProviderAccounts(
      {
        identityProviders: providersOf({
          providers: [declared('honest', HONEST), declared('evil', EVIL)],
          network: { fetch: provider.fetch },
        }),
        throttling: { address: false },
      },
      clock,
    );
  });
  beforeEach(() => {
    next = {};
    provider.requests.length = 0;
  });
  afterAll(() => test.drop());

  const begin = async (name = 'honest') => {
    const begun = await test.accounts.identityProviders.begin({
      provider: name,
      request: requestWith(),
    });
    const sent = requested(begun.url);
    nonce = sent.nonce ?? '';
    return { ...begun, ...sent, state: sent.state ?? '' };
  };
  const complete = (
    { browserSecret }: { readonly browserSecret: string | undefined },
    parameters: Record<string, string>,
    name = 'honest',
  ) =>
    test.accounts.identityProviders.complete({
      provider: name,
      parameters: { code: 'canary-code', iss: name === 'honest' ? HONEST : EVIL, ...parameters },
      browserSecret,
      request: requestWith(),
    });
  const tokenRequests = () => provider.requests.filter(({ url }) => url.endsWith('/token'));

  it('is none where everything is right, or every other test would prove nothing', async () => {
    const begun = await begin();
    const { login } = await complete(begun, { state: begun.state });
    expect(login?.account.accountId).toBeDefined();
    const [request] = tokenRequests();
    expect(request?.body.get('grant_type')).toBe('authorization_code');
  });

  it('GHSA-x445-f3h2-j279, ASVS 10.2.2, mix-up (§4.4): the answer of one provider at the callback of another reaches neither', async () => {
    const begun = await begin('evil');
    expect(await codeOf(complete(begun, { state: begun.state, iss: HONEST }, 'honest'))).toBe(
      REFUSED,
    );
    const again = await begin('honest');
    expect(await codeOf(complete(again, { state: again.state, iss: EVIL }, 'evil'))).toBe(REFUSED);
    expect(tokenRequests()).toEqual([]);
  });

  it.each([
    ['of another issuer', EVIL],
    ['that is missing, from a provider that always sends it', ''],
    ['that only begins like it', `${HONEST}.evil.example`],
    ['with a slash more', `${HONEST}/`],
  ])(
    'mix-up (§4.4.2.1, RFC 9207): an iss %s is refused before the code is sent',
    async (_n, iss) => {
      const begun = await begin();
      expect(await codeOf(complete(begun, { state: begun.state, iss }))).toBe(REFUSED);
      expect(tokenRequests()).toEqual([]);
    },
  );

  it('mix-up (§4.4.2.2): each provider has a redirect URI of its own, exactly the configured one', async () => {
    const uris = [await begin('honest'), await begin('evil')].map(({ url }) => requested(url));
    expect(uris.map(({ redirect_uri }) => redirect_uri)).toEqual([
      'https://app.example.com/auth/identity-providers/honest/callback',
      'https://app.example.com/auth/identity-providers/evil/callback',
    ]);
  });

  it('GHSA-wxw3-q3m9-c3jr, ASVS 7.6.2, 10.1.2, 10.2.1, CSRF (§4.7): the callback of an attacker’s flow is refused in the victim’s browser', async () => {
    const attacker = await begin();
    const victim = await begin();
    for (const browserSecret of [victim.browserSecret, undefined, '', attacker.state]) {
      expect(await codeOf(complete({ browserSecret }, { state: attacker.state }))).toBe(REFUSED);
    }
    expect(tokenRequests()).toEqual([]);
    // The attacker's own browser may still go on: the attempt has not used it up.
    nonce = requested(attacker.url).nonce ?? '';
    expect(await codeOf(complete(attacker, { state: attacker.state }))).toBe('none');
  });

  it('code injection (§4.5): each flow has a verifier of its own, which only its browser can make', async () => {
    const [one, other] = [await begin(), await begin()];
    nonce = requested(one.url).nonce ?? '';
    await complete(one, { state: one.state });
    const verifier = tokenRequests()[0]?.body.get('code_verifier') ?? '';
    const digest = createHash('sha256').update(verifier).digest('base64url');
    expect(digest).toBe(requested(one.url).code_challenge);
    expect(digest).not.toBe(requested(other.url).code_challenge);
    expect(verifier).toHaveLength(43);
  });

  it('code injection (§4.5.3.2): an ID token with the nonce of another flow is refused', async () => {
    const victim = await begin();
    const attacker = await begin();
    expect(nonce).toBe(requested(attacker.url).nonce);
    expect(await codeOf(complete(victim, { state: victim.state }))).toBe(REFUSED);
  });

  it('GHSA-9h47-pqcx-hjr4, PKCE downgrade (§4.8): the challenge is there always, by S256', async () => {
    for (const name of ['honest', 'evil']) {
      const { code_challenge: challenge, code_challenge_method: method } = requested(
        (await begin(name)).url,
      );
      expect(method).toBe('S256');
      expect(challenge).toMatch(/^[\w-]{43}$/);
    }
  });

  it.each([
    ['no nonce', { claims: { nonce: undefined } }],
    ['another nonce', { claims: { nonce: 'another' } }],
    ['another audience', { claims: { aud: 'another-client' } }],
    [
      'an audience beside ours, for whom it was made',
      { claims: { aud: ['latchkey', 'x'], azp: 'x' } },
    ],
    ['another issuer', { claims: { iss: EVIL } }],
    ['an end in the past', { claims: { exp: 1_000_000_000 } }],
    ['no end', { claims: { exp: undefined } }],
    ['no subject', { claims: { sub: undefined } }],
    ['an empty subject', { claims: { sub: '' } }],
    ['a subject that is no text', { claims: { sub: { toString: 'ada' } } }],
    ['a subject that is too long', { claims: { sub: 'x'.repeat(256) } }],
    ['the algorithm none', { header: { alg: 'none' }, key: 'none' }],
    ['the algorithm HS256', { header: { alg: 'HS256' } }],
    ['no signature', { key: 'none' }],
    ['the signature of another key', { key: 'other' }],
    ['a key that nobody has published', { header: { kid: 'unknown' } }],
    ['a critical extension', { header: { crit: ['b64'], b64: false } }],
  ] as const)(
    'ASVS 6.8.2, 10.5.1, 10.5.4, token substitution (OIDC Core §3.1.3.7): an ID token with %s is refused',
    async (_n, odd) => {
      const begun = await begin();
      next = odd;
      expect(await codeOf(complete(begun, { state: begun.state }))).toBe(REFUSED);
    },
  );

  it('token substitution: an answer without an ID token is refused', async () => {
    const begun = await begin();
    next = { answer: { id_token: undefined } };
    expect(await codeOf(complete(begun, { state: begun.state }))).toBe(REFUSED);
  });

  it('token substitution (OIDC Core §5.3.2): userinfo of another subject is refused', async () => {
    const issuer = 'https://userinfo.example';
    const other = new FakeProvider(clock.now, rsaKeys());
    let sub = 'mallory';
    let own = '';
    other
      .publish(
        issuer,
        () => ({
          access_token: 'a',
          token_type: 'Bearer',
          id_token: other.idToken({ iss: issuer, sub: 'ada', nonce: own }),
        }),
        { userinfo_endpoint: `${issuer}/me` },
      )
      .on(`${issuer}/me`, () => ({ sub, email: 'ada@example.com', email_verified: true }));
    const accounts = await createProviderAccounts(
      {
        identityProviders: providersOf({
          providers: [declared('other', issuer)],
          network: { fetch: other.fetch },
        }),
      },
      clock,
    );
    const attempt = async (): Promise<string> => {
      const { identityProviders: providers } = accounts.accounts;
      const request = requestWith();
      const { url, browserSecret } = await providers.begin({ provider: 'other', request });
      const { state, nonce: fresh = '' } = requested(url);
      own = fresh;
      const parameters = { state, code: 'c' };
      return codeOf(providers.complete({ provider: 'other', parameters, browserSecret, request }));
    };
    expect(await attempt()).toBe(REFUSED);
    sub = 'ada';
    expect(await attempt()).toBe('none');
    await accounts.drop();
  });

  it('replay: a state works once, and for ten minutes', async () => {
    const begun = await begin();
    await complete(begun, { state: begun.state });
    expect(await codeOf(complete(begun, { state: begun.state }))).toBe(REFUSED);
    const late = await begin();
    clock.advance(10 * 60 * 1000);
    expect(await codeOf(complete(late, { state: late.state }))).toBe(REFUSED);
  });

  it('GHSA-965c-763c-88jm: a state is no link or code to log in with, nor is a link a state', async () => {
    const begun = await begin();
    const { accountId } = await test.accounts.createAccount({
      email: 'owner@example.com',
      password: 'a long walk in the hills',
    });
    await test.accounts.verifyEmail({ accountId, email: 'owner@example.com' });
    for (const token of [begun.state, begun.browserSecret]) {
      const shown = { token, request: requestWith() };
      for (const use of [
        () => test.accounts.magicLinks.login(shown),
        () => test.accounts.verifyEmailWithToken(shown),
        () => test.accounts.passwords.reset({ token, newPassword: 'a walk in the long hills' }),
        () => test.accounts.tokens.consume({ token, purpose: 'identityProvider' }),
      ]) {
        expect(await codeOf(use())).toBe(REFUSED);
      }
    }
    const { token } = await test.accounts.addResetPasswordToken({ accountId });
    expect(await codeOf(complete(begun, { state: token }))).toBe(REFUSED);
    // Nothing of it has used the state up.
    expect(await codeOf(complete(begun, { state: begun.state }))).toBe('none');
  });

  it('access token injection (§4.6): only a code is asked for, and a token in the callback is ignored', async () => {
    const begun = await begin();
    expect(requested(begun.url)).toMatchObject({ response_type: 'code' });
    const injected = { state: begun.state, code: '', access_token: 'stolen', id_token: 'stolen' };
    expect(await codeOf(complete(begun, injected))).toBe(REFUSED);
  });

  it('a code that the provider refuses gives the same answer, without its text', async () => {
    const begun = await begin();
    provider.on(`${HONEST}/token`, () =>
      Response.json({ error: 'invalid_grant', error_description: 'canary-text' }, { status: 400 }),
    );
    const refused = await errorOf(complete(begun, { state: begun.state }));
    const forged = await errorOf(complete(begun, { state: 'forged' }));
    expect([refused.code, refused.details, refused.message]).toEqual([
      forged.code,
      forged.details,
      forged.message,
    ]);
    expect(`${String(refused.cause)} ${JSON.stringify(refused)}`).not.toContain('canary');
  });

  it.each([
    ['a client that it does not know', 'invalid_client', 401, 'InvalidConfiguration'],
    ['a fault of its own', 'server_error', 503, 'IdentityProviderUnavailable'],
    ['a code that it does not know', 'invalid_grant', 400, REFUSED],
  ])(
    'GHSA-8fpg-xm3f-6cx3: a provider that answers with %s lets nobody in',
    async (_name, error, status, code) => {
      const begun = await begin();
      provider.on(`${HONEST}/token`, () => Response.json({ error }, { status }));
      expect(await codeOf(complete(begun, { state: begun.state }))).toBe(code);
    },
  );

  it.each([
    ['redirects', () => new Response(null, { status: 302, headers: { location: EVIL } })],
    [
      'answers with a page',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    ],
    ['sends more than there is room for', () => new Response('x'.repeat(600 * 1024))],
    ['breaks off', () => Promise.reject(new TypeError('fetch failed'))],
  ])('a provider that %s is not there for the moment', async (_name, answer) => {
    const begun = await begin();
    provider.on(`${HONEST}/token`, answer);
    const error = await errorOf(complete(begun, { state: begun.state }));
    expect([error.code, error.status]).toEqual(['IdentityProviderUnavailable', 503]);
    expect(provider.requests.map(({ url }) => url)).not.toContain(`${EVIL}/`);
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/..//evil.example',
    '/.//evil.example',
    '/\tevil',
    '/\n/evil.example',
    ' /evil',
    'evil',
    '',
    '/é',
    `/${'x'.repeat(1000)}`,
    7,
    ['/a'],
    { toString: () => '/a' },
  ])('GHSA-86j7-9j95-vpqj, open redirect (§4.11): %p is no path to return to', async (returnTo) => {
    const input = { provider: 'honest', request: requestWith(), returnTo: returnTo as string };
    const { commands } = await test.log.costOf(() => test.accounts.identityProviders.begin(input));
    expect(commands).toEqual([]);
    expect((await errorOf(test.accounts.identityProviders.begin(input))).details).toEqual({
      path: 'returnTo',
      reason: 'notAnOwnPath',
    });
  });

  it.each(['/', '/inbox?tab=1#top', '/a/../b', '/%2F/evil.example'])(
    'open redirect (§4.11): %p is one',
    async (returnTo) => {
      const input = { provider: 'honest', request: requestWith(), returnTo };
      expect(await codeOf(test.accounts.identityProviders.begin(input))).toBe('none');
    },
  );

  it('a provider that nobody has configured is refused before anything is written', async () => {
    for (const name of ['unknown', '__proto__', 'constructor', '', 7]) {
      const input = { provider: name as string, request: requestWith() };
      const { commands } = await test.log.costOf(() =>
        test.accounts.identityProviders.begin(input),
      );
      expect(commands).toEqual([]);
      expect(await codeOf(test.accounts.identityProviders.begin(input))).toBe('InvalidInput');
    }
  });

  it('a dump of the table holds no token, code, verifier, state or nonce', async () => {
    provider.on(`${HONEST}/token`, () => ({
      access_token: 'canary-access-token',
      token_type: 'Bearer',
      id_token: provider.idToken({ iss: HONEST, sub: 'dump', nonce }),
    }));
    const waiting = await begin();
    const begun = await begin();
    await complete(begun, { state: begun.state });
    const [request] = tokenRequests();
    const dump = JSON.stringify(await tableItems(test.client, test.table.name));
    expect(dump).toContain('dump');
    const secrets = [waiting, begun].flatMap(({ state, browserSecret, url }) => [
      state,
      browserSecret,
      requested(url).nonce ?? '',
    ]);
    const verifier = request?.body.get('code_verifier') ?? '';
    for (const secret of [...secrets, verifier, 'canary']) {
      expect(secret.length).toBeGreaterThan(5);
      expect(dump).not.toContain(secret);
    }
  });
});
