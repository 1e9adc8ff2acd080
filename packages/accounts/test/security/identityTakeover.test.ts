import { oidc } from '@latchkey/accounts/oauth';
import { Secret, TOTP } from 'otpauth';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { totp } from '../../src/twoFactor/totp.js';
import { createOwners, type Owners } from '../contacts/owners.js';
import { FakeProvider, requested } from '../identityProviders/support/FakeProvider.js';
import {
  providersOf,
  type ProviderAccounts,
} from '../identityProviders/support/providerAccounts.js';
import { codeOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { selfService } from '../support/selfService.js';
import { requestWith, TestClock } from '../support/testAccounts.js';
import { documentedTable } from './documentedTable.js';

const THEIRS = 'a thief walks in the night';
const OWN = 'a long walk in the hills';
const TITLE = 'an address whose owner or stranger has an identity';
const clock = new TestClock();
const provider = new FakeProvider(clock.now);
let claims: object = {};
let people = 0;

const declared = (name: string, trustedDomains: readonly string[]) => {
  const issuer = `https://${name}.example`;
  provider.publish(issuer, () => ({
    access_token: 'a',
    token_type: 'Bearer',
    id_token: provider.idToken({ iss: issuer, ...claims }),
  }));
  return oidc({ name, issuer, clientId: 'latchkey', clientSecret: 'secret', trustedDomains });
};

/** Somebody at a provider. */
interface Somebody {
  readonly provider: 'lax' | 'trusted';
  readonly sub: string;
  readonly email: string;
  readonly isVerified?: boolean;
}

/** What a stranger has prepared with the address of an owner who has not come yet. */
interface Prepared {
  readonly email: string;
  readonly ownSubject: string;
  /** Sessions that the stranger holds. */
  readonly sessions: SessionRequest[];
  readonly identities: Somebody[];
}

describe(TITLE, () => {
  let test: Owners;
  let accounts: ProviderAccounts;

  beforeAll(async () => {
    test = await createOwners(
      {
        passwords: { hasher: new QuickHasher() },
        twoFactor: totp({
          issuer: 'Latchkey',
          encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }],
        }),
        throttling: { messages: false, address: false },
        identityProviders: providersOf({
          providers: [declared('trusted', ['example.org']), declared('lax', [])],
          network: { fetch: provider.fetch },
        }),
      },
      clock,
    );
    accounts = test.accounts as unknown as ProviderAccounts;
  });
  afterAll(() => test.drop());

  const throughProvider = async (
    somebody: Somebody,
    request: SessionRequest,
    what: 'begin' | 'beginLink' = 'begin',
  ) => {
    const { provider: name, sub, email, isVerified = true } = somebody;
    const { url, browserSecret } = await accounts.identityProviders[what]({
      provider: name,
      request,
    });
    const { state = '', nonce } = requested(url);
    claims = { sub, email, email_verified: isVerified, nonce };
    const parameters = { state, code: 'c' };
    const given = { provider: name, parameters, browserSecret, request };
    return accounts.identityProviders.complete(given);
  };
  const signUp = async (
    { email, sessions }: Prepared,
    more: object = {},
  ): Promise<SessionRequest> => {
    const request = requestWith();
    const own = { email, password: THEIRS, request, ...more };
    await accounts.createAccountAndLogin(own);
    sessions.push(request);
    return request;
  };
  const signIn = async ({ sessions, identities }: Prepared, somebody: Somebody) => {
    const request = requestWith();
    identities.push(somebody);
    await throughProvider(somebody, request);
    sessions.push(request);
  };

  /** The ways in which a stranger prepares an account before the owner comes. */
  const waysIn: Readonly<Record<string, (prepared: Prepared) => Promise<unknown>>> = {
    'a password and a session': (prepared) => signUp(prepared),
    'an account with a name of its own': (prepared) =>
      signUp(prepared, { username: `thief${String(people)}` }),
    'an address of their own that is verified': async (prepared) => {
      const request = await signUp(prepared);
      const { accountId } = request.user ??
        (await accounts.handleRequest(requestWith(request.authToken))).user ?? { accountId: '' };
      const email = `evil.${prepared.email}`;
      await accounts.contacts.addEmail({ accountId, email });
      await accounts.verifyEmail({ accountId, email });
    },
    'a second factor': async (prepared) => {
      const request = await signUp(prepared);
      const { secret } = await accounts.twoFactor.enrol({ request });
      const app = new TOTP({ secret: Secret.fromBase32(secret) });
      const code = app.generate({ timestamp: clock.now().getTime() });
      await accounts.twoFactor.confirm({ request, code });
    },
    'a claim on the owner’s identity': (prepared) =>
      signUp(prepared, {
        extraContacts: ['trusted', 'lax'].map((name) => ({
          kind: 'oauth',
          provider: name,
          value: prepared.ownSubject,
        })),
      }),
    'an identity of their own that is linked': async (prepared) => {
      const request = await signUp(prepared);
      const somebody = { provider: 'lax', sub: `evil-${prepared.ownSubject}`, email: '' } as const;
      await throughProvider(somebody, request, 'beginLink');
      prepared.identities.push(somebody);
    },
    'an identity that a lax provider gives the address': (prepared) =>
      signIn(prepared, {
        provider: 'lax',
        sub: `evil-${prepared.ownSubject}`,
        email: prepared.email,
      }),
    'an identity with the address, not verified': (prepared) =>
      signIn(prepared, {
        provider: 'trusted',
        sub: `evil-${prepared.ownSubject}`,
        email: prepared.email,
        isVerified: false,
      }),
  };

  const byProvider =
    (name: Somebody['provider']) =>
    async ({ email, ownSubject }: Prepared): Promise<string> => {
      const somebody = { provider: name, sub: ownSubject, email };
      const { login } = await throughProvider(somebody, requestWith());
      return login?.account.accountId ?? '';
    };
  const byMail =
    (ask: (email: string) => Promise<unknown>) =>
    async ({ email }: Prepared): Promise<string> => {
      await ask(email);
      await accounts.settled();
      const token = test.lastToken(email);
      const code =
        token === ''
          ? 'nothing was sent'
          : await codeOf(accounts.verifyEmailWithToken({ token, newPassword: OWN }));
      if (code !== 'none') {
        // Nobody has the address, or has it any longer.
        const request = requestWith();
        await accounts.createAccountAndLogin({ email, password: OWN, request });
        await accounts.verifyEmailWithToken({ token: test.lastToken(email), request });
      }
      const own = { username: email, password: OWN, request: requestWith() };
      return (await accounts.userByPasswordLogin(own)).account.accountId;
    };

  /** The ways in which the owner of the address comes. */
  const owners: Readonly<Record<string, (prepared: Prepared) => Promise<string>>> = {
    'signs in with a trusted provider': byProvider('trusted'),
    'signs in with another provider': byProvider('lax'),
    'asks for another confirmation': byMail((email) =>
      selfService(test.accounts).resendActivation({ email }),
    ),
    'has forgotten a password': byMail((email) =>
      selfService(test.accounts).forgotPassword({ email }),
    ),
    'asks for a link to log in': byMail((email) => accounts.magicLinks.request({ email })),
  };

  /** The accounts that a stranger still gets into. */
  const openTo = async ({ email, sessions, identities }: Prepared): Promise<string[]> => {
    const asIn = async (open: () => Promise<string | undefined>): Promise<string> =>
      (await open().catch(() => undefined)) ?? '';
    const opened = await Promise.all([
      ...sessions.map(({ authToken }) =>
        asIn(async () => (await accounts.handleRequest(requestWith(authToken))).user?.accountId),
      ),
      ...[email, `evil.${email}`, `thief${String(people)}`].map((username) =>
        asIn(async () => {
          const own = { username, password: THEIRS, request: requestWith() };
          return (await accounts.userByPasswordLogin(own)).account.accountId;
        }),
      ),
    ]);
    // One after the other: the provider knows one person at a time.
    for (const somebody of identities) {
      const open = async () =>
        (await throughProvider(somebody, requestWith())).login?.account.accountId;
      opened.push(await asIn(open));
    }
    return opened;
  };

  it('is the table in docs/security.md', () => {
    expect(documentedTable(TITLE)).toEqual({
      columns: Object.keys(owners),
      rows: Object.keys(waysIn),
    });
  });

  describe.each(sampleOf(Object.keys(waysIn), 3))('and prepared with %s', (way) => {
    it.each(Object.keys(owners))(
      'GHSA-g38m-r43w-p2q7: is not open to the stranger when its owner %s',
      async (by) => {
        const at = String(++people);
        const prepared: Prepared = {
          email: `owner${at}@example.org`,
          ownSubject: `owner-${at}`,
          sessions: [],
          identities: [],
        };
        await waysIn[way]?.(prepared);
        // The stranger does get in before, or there would be nothing to take away.
        expect((await openTo(prepared)).filter((id) => id !== '').length).toBeGreaterThan(0);
        clock.advance(1);
        const owned = (await owners[by]?.(prepared)) ?? '';
        expect(owned).not.toBe('');
        expect(await openTo(prepared)).not.toContain(owned);
        // Once more, the owner comes to the same account, by the same way.
        if (by.startsWith('signs in')) expect(await owners[by]?.(prepared)).toBe(owned);
        // Where the owner has proven the address, it is theirs.
        const found = await accounts.findUser({ username: prepared.email });
        if (by !== 'signs in with another provider') expect(found?.accountId).toBe(owned);
      },
    );
  });

  it('goes to nobody who has the account of its owner by a lax provider', async () => {
    const email = `owner${String(++people)}@example.org`;
    const { accountId } = await accounts.createAccount({ email, password: OWN });
    await accounts.verifyEmail({ accountId, email });
    for (const isVerified of [true, false]) {
      const evil = { provider: 'lax', sub: `evil-${email}`, email, isVerified } as const;
      const attempt = throughProvider(evil, requestWith());
      const opened = await attempt.then(
        ({ login }) => login?.account.accountId,
        () => undefined,
      );
      expect(opened).not.toBe(accountId);
    }
    const contacts = await accounts.contacts.list({ accountId });
    expect(contacts.map(({ data }) => data.value)).toEqual([email]);
  });
});
