import {
  apple,
  github,
  google,
  microsoft,
  type IdentityProvider,
  type IdentityProvidersOptions,
} from '@latchkey/accounts/oauth';
import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { codeOf } from '../support/errorOf.js';
import { requestWith, TestClock } from '../support/testAccounts.js';
import { FakeProvider, requested } from './support/FakeProvider.js';
import { createProviderAccounts, providersOf } from './support/providerAccounts.js';

const clock = new TestClock();
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const secret = { clientId: 'latchkey', clientSecret: 'canary-client-secret-of-the-tests' };
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const MICROSOFT = 'https://login.microsoftonline.com';

/** One provider with accounts of its own. */
async function world(declared: IdentityProvider, more: Partial<IdentityProvidersOptions> = {}) {
  const provider = new FakeProvider(clock.now);
  const test = await createProviderAccounts(
    {
      identityProviders: providersOf({
        providers: [declared],
        network: { fetch: provider.fetch },
        ...more,
      }),
    },
    clock,
  );
  const { identityProviders: providers } = test.accounts;
  /** Claims of the next ID token. */
  let claims: object = {};
  const signIn = async (own: object, parameters: Record<string, string> = {}) => {
    const request = requestWith();
    const { url, browserSecret } = await providers.begin({ provider: declared.name, request });
    const { state = '', nonce } = requested(url);
    claims = { nonce, ...own };
    const { login } = await providers.complete({
      provider: declared.name,
      parameters: { state, code: 'canary-code', ...parameters },
      browserSecret,
      request,
    });
    const accountId = login?.account.accountId ?? '';
    const contacts = await test.accounts.contacts.list({ accountId });
    return {
      accountId,
      account: login?.account,
      contacts: contacts.map(({ data, verified }) => [data.kind, data.value, verified]),
      identity: contacts.find(({ data }) => data.kind === 'oauth'),
    };
  };
  const token =
    (answer: object = {}) =>
    (): object => ({
      access_token: 'canary-access-token',
      refresh_token: 'canary-refresh-token',
      token_type: 'Bearer',
      expires_in: 3600,
      id_token: provider.idToken(claims),
      ...answer,
    });
  return { provider, signIn, token, providers, ...test };
}

describe('Apple', () => {
  const ISSUER = 'https://appleid.apple.com';
  const options = { clientId: 'latchkey', teamId: 'TEAM', keyId: 'KEY', privateKey: PEM };

  it('posts a form, says the name the first time only, and takes a signed secret', async () => {
    const test = await world(apple({ ...options, trustedDomains: ['privaterelay.appleid.com'] }), {
      toAccount: ({ name }) => ({ ...(name !== undefined && { profile: { name } }) }),
    });
    test.provider.publish(ISSUER, test.token());
    const { url, formPost } = await test.providers.begin({
      provider: 'apple',
      request: requestWith(),
    });
    expect(formPost).toBe(true);
    expect(requested(url)).toMatchObject({
      response_mode: 'form_post',
      response_type: 'code',
      scope: 'openid name email',
    });
    const claims = {
      iss: ISSUER,
      sub: '001.ab',
      email: 'x@privaterelay.appleid.com',
      // As Apple writes it.
      email_verified: 'true',
      is_private_email: 'true',
    };
    const user = JSON.stringify({
      name: { firstName: 'Ada', lastName: 'Lovelace' },
      email: 'victim@example.com',
    });
    const first = await test.signIn(claims, { user });
    expect(first.account?.profile).toEqual({ name: 'Ada Lovelace' });
    expect(first.contacts).toEqual([
      ['email', 'x@privaterelay.appleid.com', true],
      ['oauth', '001.ab', true],
    ]);
    expect((await test.signIn(claims)).accountId).toBe(first.accountId);
    const sent = test.provider.requests.find(({ url: at }) => at.endsWith('/token'));
    const jwt = sent?.body.get('client_secret') ?? '';
    const [header = '', payload = '', signature = ''] = jwt.split('.');
    const parts = [header, payload].map(
      (part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object,
    );
    expect(parts).toMatchObject([
      { alg: 'ES256', kid: 'KEY' },
      { iss: 'TEAM', sub: 'latchkey', aud: ISSUER },
    ]);
    const key = { key: createPublicKey(privateKey), dsaEncoding: 'ieee-p1363' } as const;
    const isRight = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      key,
      Buffer.from(signature, 'base64url'),
    );
    expect(isRight).toBe(true);
    await test.drop();
  });

  it.each(['{', '[]', '"x"', 'null', '{"name":7}', '{"name":{"firstName":{}}}', 'x'.repeat(5000)])(
    'signs in all the same with the nonsense %p as user',
    async (user) => {
      const test = await world(apple(options));
      test.provider.publish(ISSUER, test.token());
      const { contacts } = await test.signIn({ iss: ISSUER, sub: 'a' }, { user });
      expect(contacts).toEqual([['oauth', 'a', true]]);
      await test.drop();
    },
  );

  it.each(['', 'canary', PEM.replaceAll('A', 'B'), Buffer.alloc(32).toString('base64')])(
    'is refused with the key %#, which is not in the error',
    (key) => {
      const attempt = (): unknown => apple({ ...options, privateKey: key });
      expect(attempt).toThrow(
        expect.objectContaining({
          code: 'InvalidConfiguration',
          details: {
            path: 'identityProviders.apple.privateKey',
            reason: 'It must be a private key of P-256 in PEM form.',
          },
        }) as Error,
      );
    },
  );
});

describe('GitHub', () => {
  const API = 'https://api.github.com';
  const setUp = async (emails: unknown, user: object = {}) => {
    const test = await world(github({ ...secret, trustedDomains: 'all' }));
    test.provider
      .on('https://github.com/login/oauth/access_token', () => ({
        access_token: 'canary-access-token',
        token_type: 'bearer',
        scope: 'read:user,user:email',
      }))
      .on(`${API}/user`, () => ({
        id: 583231,
        login: 'octocat',
        email: 'public@x.example',
        ...user,
      }))
      .on(`${API}/user/emails`, () => emails as object);
    return test;
  };
  const email = (address: string, more: object = {}) => ({
    email: address,
    primary: false,
    verified: true,
    visibility: null,
    ...more,
  });

  it.each([
    [
      'the primary one',
      [email('a@x.example'), email('b@x.example', { primary: true })],
      'b@x.example',
    ],
    [
      'a verified one',
      [email('a@x.example', { primary: true, verified: false }), email('b@x.example')],
      'b@x.example',
    ],
    [
      'none that is not verified',
      [email('a@x.example', { primary: true, verified: false })],
      undefined,
    ],
    [
      'none that leads nowhere',
      [email('1+o@users.noreply.github.com', { primary: true })],
      undefined,
    ],
    ['none of nonsense', [7, null, { verified: true }, 'x'], undefined],
    ['none of an object', { message: 'Bad' }, undefined],
  ])('has no ID token, and of several addresses %s counts', async (_name, emails, expected) => {
    const test = await setUp(emails);
    const { contacts } = await test.signIn({});
    expect(contacts).toEqual([
      ...(expected === undefined ? [] : [['email', expected, true]]),
      ['oauth', '583231', true],
    ]);
    const [asked] = test.provider.requests.filter(({ url }) => url.startsWith(API));
    expect(asked?.headers.get('authorization')).toBe('Bearer canary-access-token');
    await test.drop();
  });

  it('finds a person by the id, whatever the login is', async () => {
    const test = await setUp([]);
    const first = await test.signIn({});
    test.provider.on(`${API}/user`, () => ({ id: 583231, login: 'renamed' }));
    expect((await test.signIn({})).accountId).toBe(first.accountId);
    test.provider.on(`${API}/user`, () => ({ id: 7, login: 'octocat' }));
    expect((await test.signIn({})).accountId).not.toBe(first.accountId);
    await test.drop();
  });

  it.each([{}, { id: null }, { id: '583231' }, { id: 1.5 }, { id: [1] }])(
    'lets nobody in with %p in place of a person',
    async (user) => {
      const test = await setUp([]);
      test.provider.on(`${API}/user`, () => user);
      expect(await codeOf(test.signIn({}))).toBe('TokenVerificationFailed');
      await test.drop();
    },
  );

  it.each([
    ['bad_verification_code', 'TokenVerificationFailed'],
    ['incorrect_client_credentials', 'InvalidConfiguration'],
    ['redirect_uri_mismatch', 'InvalidConfiguration'],
  ])('says %s with a status of 200', async (error, code) => {
    const test = await setUp([]);
    test.provider.on('https://github.com/login/oauth/access_token', () => ({
      error,
      error_description: 'canary-text',
    }));
    expect(await codeOf(test.signIn({}))).toBe(code);
    await test.drop();
  });

  it('is not there if its API is not', async () => {
    const test = await setUp([]);
    test.provider.on(`${API}/user`, () => Response.json({}, { status: 502 }));
    expect(await codeOf(test.signIn({}))).toBe('IdentityProviderUnavailable');
    await test.drop();
  });
});

describe('Google', () => {
  const iss = 'https://accounts.google.com';

  it.each([
    ['its own addresses', { email: 'a@gmail.com', email_verified: true }, true],
    ['a verification written as text', { email: 'a@gmail.com', email_verified: 'true' }, true],
    [
      'the domain of a customer',
      { email: 'a@x.example', email_verified: true, hd: 'x.example' },
      true,
    ],
    [
      'no address of another customer',
      { email: 'a@x.example', email_verified: true, hd: 'y.example' },
      false,
    ],
    [
      'no address that an account was made with',
      { email: 'a@x.example', email_verified: true },
      false,
    ],
    ['none that is not verified', { email: 'a@gmail.com', email_verified: 'false' }, false],
    ['none that is not said to be', { email: 'a@gmail.com' }, false],
  ])('answers for %s', async (_name, claims, isTaken) => {
    const test = await world(google({ ...secret, trustedDomains: 'all' }));
    test.provider.publish(iss, test.token());
    const { contacts } = await test.signIn({ iss, sub: '1', ...claims });
    expect(contacts).toEqual([
      ...(isTaken ? [['email', claims.email, true]] : []),
      ['oauth', '1', true],
    ]);
    await test.drop();
  });
});

describe('Microsoft', () => {
  const issuerOf = (tenant: string): string => `${MICROSOFT}/${tenant}/v2.0`;
  const setUp = async (tenant?: string) => {
    const declared = microsoft({
      ...secret,
      trustedDomains: 'all',
      ...(tenant !== undefined && { tenant }),
    });
    const test = await world(declared);
    const at = issuerOf(tenant ?? 'common');
    const issuer = tenant === undefined ? `${MICROSOFT}/{tenantid}/v2.0` : at;
    test.provider.publish(at, test.token(), { issuer });
    return test;
  };

  it('has an issuer for each tenant, and identities that are kept apart by it', async () => {
    const test = await setUp();
    const other = TENANT.replace('72', '00');
    const one = await test.signIn({ iss: issuerOf(TENANT), tid: TENANT, sub: 's' });
    const two = await test.signIn({ iss: issuerOf(other), tid: other, sub: 's' });
    expect(one.accountId).not.toBe(two.accountId);
    expect(one.contacts).toEqual([['oauth', `${issuerOf(TENANT)} s`, true]]);
    const again = await test.signIn({ iss: issuerOf(TENANT), tid: TENANT, sub: 's' });
    expect(again.accountId).toBe(one.accountId);
    await test.drop();
  });

  it.each([
    [
      'of another tenant than its issuer',
      { iss: issuerOf(TENANT), tid: TENANT.replace('72', '00') },
    ],
    ['without a tenant', { iss: issuerOf(TENANT) }],
    ['of a tenant that is a path', { iss: `${MICROSOFT}/../x/v2.0`, tid: '../x' }],
    ['of another host', { iss: `https://evil.example/${TENANT}/v2.0`, tid: TENANT }],
    ['of the template', { iss: issuerOf('{tenantid}'), tid: '{tenantid}' }],
  ])('lets nobody in with an ID token %s', async (_name, claims) => {
    const test = await setUp();
    expect(await codeOf(test.signIn({ sub: 's', ...claims }))).toBe('TokenVerificationFailed');
    await test.drop();
  });

  it('may name its issuer at the callback (RFC 9207), but no other than that of the ID token', async () => {
    const test = await setUp();
    const other = TENANT.replace('72', '00');
    const claims = { iss: issuerOf(TENANT), tid: TENANT, sub: 's' };
    expect(await codeOf(test.signIn(claims, { iss: issuerOf(TENANT) }))).toBe('none');
    for (const iss of [issuerOf(other), issuerOf('{tenantid}'), 'https://evil.example']) {
      expect(await codeOf(test.signIn(claims, { iss }))).toBe('TokenVerificationFailed');
    }
    await test.drop();
  });

  it('of one tenant lets nobody of another in', async () => {
    const test = await setUp(TENANT);
    const other = TENANT.replace('72', '00');
    const claims = { iss: issuerOf(other), tid: other, sub: 's' };
    expect(await codeOf(test.signIn(claims))).toBe('TokenVerificationFailed');
    const { contacts } = await test.signIn({ iss: issuerOf(TENANT), tid: TENANT, sub: 's' });
    expect(contacts).toEqual([['oauth', 's', true]]);
    await test.drop();
  });

  it.each([
    [undefined, false],
    [false, false],
    ['0', false],
    [true, true],
    ['1', true],
    [1, true],
  ])('says that an address is verified by xms_edov alone: %p', async (edov, isTaken) => {
    const test = await setUp(TENANT);
    const email = `${randomBytes(4).toString('hex')}@x.example`;
    const { contacts } = await test.signIn({
      iss: issuerOf(TENANT),
      tid: TENANT,
      sub: 's',
      email,
      email_verified: true,
      ...(edov !== undefined && { xms_edov: edov }),
    });
    expect(contacts.some(([kind]) => kind === 'email')).toBe(isTaken);
    await test.drop();
  });
});

describe('the tokens of a provider', () => {
  const iss = 'https://accounts.google.com';
  const storeTokens = { encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 9) }] };

  it('RFC 10017: are kept only on request, encrypted for one account, and renewed with each login', async () => {
    for (const isKept of [false, true]) {
      const test = await world(google(secret), isKept ? { storeTokens } : {});
      test.provider.publish(iss, test.token());
      const { accountId, identity } = await test.signIn({ iss, sub: '1' });
      const contactId = identity?.ulid ?? '';
      const dump = async () => JSON.stringify(await tableItems(test.client, test.table.name));
      expect(await dump()).not.toContain('canary');
      const tokens = await test.providers.tokens({ accountId, contactId });
      expect(tokens).toEqual(
        isKept
          ? {
              accessToken: 'canary-access-token',
              refreshToken: 'canary-refresh-token',
              expiresAt: new Date(clock.now().getTime() + 3_600_000),
            }
          : null,
      );
      test.provider.publish(
        iss,
        test.token({ access_token: 'canary-newer', refresh_token: undefined }),
      );
      await test.signIn({ iss, sub: '1' });
      const newer = await test.providers.tokens({ accountId, contactId });
      expect(newer?.accessToken).toBe(isKept ? 'canary-newer' : undefined);
      expect(await dump()).not.toContain('canary');
      expect(JSON.stringify(await test.providers.list({ accountId }))).not.toContain('authToken');
      await test.drop();
    }
  });

  it('leave the access token out if there is no room for it', async () => {
    const test = await world(google(secret), { storeTokens });
    test.provider.publish(iss, test.token({ access_token: 'x'.repeat(7000) }));
    const { accountId, identity } = await test.signIn({ iss, sub: '1' });
    const contactId = identity?.ulid ?? '';
    const tokens = await test.providers.tokens({ accountId, contactId });
    expect(Object.keys(tokens ?? {}).sort()).toEqual(['expiresAt', 'refreshToken']);
    await test.drop();
  });
});

it('the metadata of a provider is read once an hour, and kept while the provider is away', async () => {
  const iss = 'https://accounts.google.com';
  const test = await world(google(secret));
  const begin = () => test.providers.begin({ provider: 'google', request: requestWith() });
  expect(await codeOf(begin())).toBe('IdentityProviderUnavailable');
  test.provider.publish(iss, test.token());
  test.provider.requests.length = 0;
  await Promise.all([begin(), begin(), begin()]);
  await begin();
  expect(test.provider.requests).toHaveLength(1);
  clock.advance(60 * 60 * 1000);
  test.provider.on(
    `${iss}/.well-known/openid-configuration`,
    () => new Response('', { status: 503 }),
  );
  expect(await codeOf(begin())).toBe('none');
  expect(test.provider.requests).toHaveLength(2);
  await test.drop();
});

it('metadata of another issuer is a fault of the configuration', async () => {
  const iss = 'https://accounts.google.com';
  const test = await world(google(secret));
  test.provider.publish(iss, test.token(), { issuer: 'https://evil.example' });
  const begun = test.providers.begin({ provider: 'google', request: requestWith() });
  expect(await codeOf(begun)).toBe('InvalidConfiguration');
  await test.drop();
});

it('the name of a provider that was another issuer’s lets nobody in', async () => {
  const test = await world(google(secret));
  test.provider.publish('https://accounts.google.com', test.token());
  const { accountId, identity } = await test.signIn({
    iss: 'https://accounts.google.com',
    sub: '1',
  });
  await test.accounts.AccessTypeEntity.updateOne({
    filter: { accountId, 'data.kind': 'oauth', ulid: identity?.ulid ?? '' },
    update: { $set: { meta: { issuer: 'https://before.example' } } },
  });
  const again = test.signIn({ iss: 'https://accounts.google.com', sub: '1' });
  expect(await codeOf(again)).toBe('InvalidConfiguration');
  await test.drop();
});
