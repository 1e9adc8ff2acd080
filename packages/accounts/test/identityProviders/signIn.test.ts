import { oidc } from '@latchkey/accounts/oauth';
import { totp } from '@latchkey/accounts/two-factor';
import { Secret, TOTP } from 'otpauth';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, TestClock } from '../support/testAccounts.js';
import { OidcServer, type Person } from './support/OidcServer.js';
import {
  CLIENT_SECRET,
  createProviderAccounts,
  providersOf,
  REDIRECT,
} from './support/providerAccounts.js';

const provider = 'company';
let people = 0;

describe('a sign-in with a provider of OpenID Connect', () => {
  let server: OidcServer;
  let test: Awaited<ReturnType<typeof createProviderAccounts>>;

  beforeAll(async () => {
    server = await OidcServer.start([REDIRECT.replace('{provider}', provider)]);
    const company = oidc({
      name: provider,
      issuer: server.issuer,
      clientId: 'latchkey',
      clientSecret: CLIENT_SECRET,
      trustedDomains: ['example.com'],
    });
    test = await createProviderAccounts(
      {
        identityProviders: providersOf({
          providers: [company],
          toAccount: ({ name }) => ({ ...(name !== undefined && { profile: { name } }) }),
        }),
        twoFactor: totp({
          issuer: 'Tests',
          encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 7) }],
        }),
      },
      new TestClock(Date.now()),
    );
  });
  afterAll(async () => {
    await test.drop();
    await server.stop();
  });

  const newPerson = (more: Partial<Person> = {}): Person => {
    const sub = `person${String(++people)}`;
    return { sub, email: `${sub}@example.com`, email_verified: true, name: 'Ada', ...more };
  };
  const begin = (request = requestWith()) =>
    test.accounts.identityProviders.begin({ provider, request, returnTo: '/inbox' });
  const signIn = async (person: Person, request = requestWith()) => {
    const { url, browserSecret } = await begin(request);
    const { parameters } = await server.signIn(url, person);
    const given = { provider, parameters, browserSecret, request };
    return test.accounts.identityProviders.complete(given);
  };
  const link = async (person: Person, request: ReturnType<typeof requestWith>) => {
    const providers = test.accounts.identityProviders;
    const { url, browserSecret } = await providers.beginLink({ provider, request });
    const { parameters } = await server.signIn(url, person);
    return providers.complete({ provider, parameters, browserSecret, request });
  };
  const contactsOf = async (accountId = ''): Promise<unknown> =>
    (await test.accounts.contacts.list({ accountId })).map(({ data, verified }) => [
      data.kind,
      data.value,
      verified,
    ]);
  const signUp = async (email: string, isVerified: boolean) => {
    const request = requestWith();
    const own = { email, password: PASSWORD, request };
    const { account } = await test.accounts.createAccountAndLogin(own);
    const { accountId } = account;
    if (isVerified) await test.accounts.verifyEmail({ accountId, email });
    return { accountId, request };
  };

  it('makes an account without a password, with the address and the profile, and finds it again', async () => {
    const { sub, email = '', ...person } = newPerson();
    const first = await signIn({ sub, email: email.toUpperCase(), ...person });
    const second = await signIn({ sub, email, ...person });
    expect(first.returnTo).toBe('/inbox');
    expect(first.login?.account.accountId).toBe(second.login?.account.accountId);
    expect(first.login?.account.profile).toEqual({ name: 'Ada' });
    const { accountId } = first.login?.account ?? {};
    expect(await contactsOf(accountId)).toEqual([
      ['email', email, true],
      ['oauth', sub, true],
    ]);
    const { authToken = '' } = second.login ?? {};
    const { user } = await test.accounts.handleRequest(requestWith(authToken));
    expect(user?.accountId).toBe(accountId);
    const { items } = await test.accounts.TokenEntity.findMany({
      filter: { accountId: accountId ?? '' },
    });
    expect(items.filter(({ kind }) => kind === 'password')).toEqual([]);
    const login = { username: email, password: PASSWORD, request: requestWith() };
    expect(await codeOf(test.accounts.userByPasswordLogin(login))).toBe('LoginFailed');
  });

  it('ASVS 10.5.2: keeps two people of one address apart by their subjects', async () => {
    const one = newPerson();
    await signIn(one);
    const other = { ...one, sub: `${one.sub}-other`, email_verified: false };
    const { login } = await signIn(other);
    expect(await contactsOf(login?.account.accountId)).toEqual([['oauth', other.sub, true]]);
  });

  it.each([
    ['of a domain that it is not trusted for', { email: 'grace@elsewhere.example' }],
    ['that it has not verified', { email_verified: false }],
    ['that it does not give', { email: undefined as never }],
    ['that is not an address', { email: 'a@b@example.com' }],
  ])('takes no address into a new account %s', async (_name, more) => {
    const person = newPerson(more);
    const { login } = await signIn(person);
    expect(await contactsOf(login?.account.accountId)).toEqual([['oauth', person.sub, true]]);
  });

  describe('where an account has the address', () => {
    it('links the identity to it if both sides have verified it', async () => {
      const person = newPerson();
      const { accountId } = await signUp(person.email ?? '', true);
      const { login } = await signIn(person);
      expect(login?.account.accountId).toBe(accountId);
      expect((await signIn(person)).login?.account.accountId).toBe(accountId);
    });

    it('makes another account if that one has not verified it, and takes the address', async () => {
      const person = newPerson();
      const { accountId } = await signUp(person.email ?? '', false);
      const { login } = await signIn(person);
      expect(login?.account.accountId).not.toBe(accountId);
      expect(await contactsOf(login?.account.accountId)).toEqual([
        ['email', person.email, true],
        ['oauth', person.sub, true],
      ]);
      expect(await contactsOf(accountId)).toEqual([]);
    });

    it('leaves both as they are if the provider is not trusted for it', async () => {
      const person = newPerson({ email: `p${String(++people)}@elsewhere.example` });
      const { accountId } = await signUp(person.email ?? '', true);
      expect(await codeOf(signIn(person))).toBe('IdentityLinkRequired');
      expect(await contactsOf(accountId)).toEqual([['email', person.email, true]]);
    });

    it('says nothing of it if the provider has not verified it', async () => {
      const person = newPerson({ email_verified: false });
      const { accountId } = await signUp(person.email ?? '', true);
      const { login } = await signIn(person);
      expect(login?.account.accountId).not.toBe(accountId);
    });

    it('asks for the account first if that has a second factor', async () => {
      const person = newPerson();
      const { accountId, request } = await signUp(person.email ?? '', true);
      const { secret } = await test.accounts.twoFactor.enrol({ request });
      const app = new TOTP({ secret: Secret.fromBase32(secret) });
      const code = app.generate({ timestamp: test.clock.now().getTime() });
      await test.accounts.twoFactor.confirm({ request, code });
      expect(await codeOf(signIn(person))).toBe('IdentityLinkRequired');
      expect(await contactsOf(accountId)).toEqual([['email', person.email, true]]);
      await link(person, request);
      // Linked, it is a first factor like any other.
      expect(await codeOf(signIn(person))).toBe('TwoFactorRequired');
    });

    it('does not let anyone in to a deactivated one', async () => {
      const person = newPerson();
      const { accountId } = await signUp(person.email ?? '', true);
      await test.accounts.lifecycle.deactivate({ accountId });
      expect(await codeOf(signIn(person))).toBe('AccountDeactivated');
      expect(await contactsOf(accountId)).toEqual([['email', person.email, true]]);
    });
  });

  describe('that is linked to an account', () => {
    it('is listed, signs in, and is removed again', async () => {
      const person = newPerson();
      const { accountId, request } = await signUp(`own.${person.email ?? ''}`, true);
      const { contact } = await link(person, request);
      expect(contact?.data).toEqual({ kind: 'oauth', provider, value: person.sub });
      expect((await signIn(person)).login?.account.accountId).toBe(accountId);
      const providers = test.accounts.identityProviders;
      const listed = await providers.list({ request });
      expect(listed.map(({ ulid }) => ulid)).toEqual([contact?.ulid]);
      const contactId = contact?.ulid ?? '';
      await providers.unlink({ request, contactId });
      expect(await providers.list({ request })).toEqual([]);
      expect((await signIn(person)).login?.account.accountId).not.toBe(accountId);
      expect(await codeOf(providers.unlink({ request, contactId }))).toBe('ContactNotFound');
    });

    it('is not removed where it is the last way in, and no contact but an identity is', async () => {
      const person = newPerson({ email_verified: false });
      const request = requestWith();
      await signIn(person, request);
      const providers = test.accounts.identityProviders;
      const [identity] = await providers.list({ request });
      const contactId = identity?.ulid ?? '';
      expect(await codeOf(providers.unlink({ request, contactId }))).toBe('LastLoginMethod');
      const { accountId } = identity ?? { accountId: '' };
      const email = `later.${person.email ?? ''}`;
      await test.accounts.contacts.addEmail({ accountId, email });
      const { ulid } = await test.accounts.verifyEmail({ accountId, email });
      expect(await codeOf(providers.unlink({ request, contactId: ulid }))).toBe('ContactNotFound');
      expect(await codeOf(providers.unlink({ request, contactId }))).toBe('none');
    });

    it('is refused to an account where another has it, and after a logout or a new login', async () => {
      const taken = newPerson();
      await signIn(taken);
      const { request } = await signUp(`own.${taken.email ?? ''}`, true);
      expect(await codeOf(link(taken, request))).toBe('IdentityAlreadyExists');

      const providers = test.accounts.identityProviders;
      const person = newPerson();
      const begun = await providers.beginLink({ provider, request });
      const { parameters } = await server.signIn(begun.url, person);
      await test.accounts.logout({ authToken: request.authToken ?? '', request });
      const given = { ...begun, provider, parameters };
      expect(await codeOf(providers.complete({ ...given, request }))).toBe('InvalidSession');
      const { login } = await signIn(person);
      expect(login).toBeDefined();
    });

    it('needs a recent login', async () => {
      const person = newPerson();
      const { request } = await signUp(`own.${person.email ?? ''}`, true);
      test.clock.advance(11 * 60 * 1000);
      const providers = test.accounts.identityProviders;
      expect(await codeOf(providers.beginLink({ provider, request }))).toBe('RecentLoginRequired');
      expect(await codeOf(providers.beginLink({ provider, request: requestWith() }))).toBe(
        'InvalidSession',
      );
      test.clock.advance(-11 * 60 * 1000);
    });
  });

  it('costs 2 requests to begin, 4 to complete, 5 with an address to link, 4 for a new account', async () => {
    const commandsOf = async (person: Person) => {
      const begun: Awaited<ReturnType<typeof begin>>[] = [];
      const beginning = await test.log.costOf(async () => begun.push(await begin()));
      const [{ url, browserSecret } = { url: '', browserSecret: '' }] = begun;
      const { parameters } = await server.signIn(url, person);
      const given = { provider, parameters, browserSecret, request: requestWith() };
      const completion = await test.log.costOf(() =>
        test.accounts.identityProviders.complete(given),
      );
      return [beginning.commands, completion.commands];
    };
    const person = newPerson();
    const begins = ['UpdateItem', 'PutItem'];
    const creation = ['DeleteItem', 'GetItem', 'GetItem', 'TransactWriteItems'];
    expect(await commandsOf(person)).toEqual([begins, creation]);
    const known = ['DeleteItem', 'GetItem', 'Query', 'TransactWriteItems'];
    expect(await commandsOf(person)).toEqual([begins, known]);
    const linked = newPerson();
    await signUp(linked.email ?? '', true);
    const linking = ['DeleteItem', 'GetItem', 'GetItem', 'Query', 'TransactWriteItems'];
    expect(await commandsOf(linked)).toEqual([begins, linking]);
    const claimed = newPerson();
    await signUp(claimed.email ?? '', false);
    const [, taking] = await commandsOf(claimed);
    expect(taking?.length).toBeLessThanOrEqual(6);
  });

  it('tells of a decline in the terms of OAuth, and never the provider’s text', async () => {
    const { url, browserSecret } = await begin();
    const { parameters } = await server.signIn(url, newPerson({ refuses: true }));
    expect(parameters.get('error_description')).toContain('canary');
    const given = { provider, parameters, browserSecret, request: requestWith() };
    const refused = await test.accounts.identityProviders.complete(given).catch((e: unknown) => e);
    expect(refused).toMatchObject({
      code: 'IdentityProviderRefused',
      details: { provider, error: 'access_denied' },
    });
    expect(JSON.stringify(refused) + String(refused)).not.toContain('canary');
  });

  it('lets one of 16 callbacks with one state at once go on', async () => {
    const { url, browserSecret } = await begin();
    const { parameters } = await server.signIn(url, newPerson());
    const codes = await Promise.all(
      Array.from({ length: 16 }, () =>
        codeOf(
          test.accounts.identityProviders.complete({
            provider,
            parameters,
            browserSecret,
            request: requestWith(),
          }),
        ),
      ),
    );
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set(['none', 'TokenVerificationFailed']));
  });

  it('makes one account of several first sign-ins of one person at once', async () => {
    const person = newPerson();
    const begun = [];
    for (let at = 0; at < 4; at++) {
      const { url, browserSecret } = await begin();
      begun.push({ browserSecret, ...(await server.signIn(url, person)) });
    }
    const done = await Promise.all(
      begun.map(({ browserSecret, parameters }) =>
        test.accounts.identityProviders.complete({
          provider,
          parameters,
          browserSecret,
          request: requestWith(),
        }),
      ),
    );
    expect(new Set(done.map(({ login }) => login?.account.accountId)).size).toBe(1);
  });
});
