import { oidc } from '@latchkey/accounts/oauth';
import { importAccounts } from '../../src/import/importAccounts.js';
import { signUpByLink } from '../../src/passwordless/index.js';
import { createOwners, type Owners } from '../contacts/owners.js';
import { FakeProvider, requested } from '../identityProviders/support/FakeProvider.js';
import {
  providersOf,
  type ProviderAccounts,
} from '../identityProviders/support/providerAccounts.js';
import { PASSWORD, requestWith, TestClock } from '../support/testAccounts.js';

const ISSUER = 'https://provider.example';
const DOMAIN = 'provider.example';

/** The passkeys’ are in `passkeys.test.ts`, those of codes by SMS in `requests.test.ts`. */
describe('the DynamoDB requests of each other way in (DESIGN §9)', () => {
  const clock = new TestClock();
  const provider = new FakeProvider(clock.now);
  let claims: object = {};
  let test: Owners;
  let accounts: ProviderAccounts;

  beforeAll(async () => {
    provider.publish(ISSUER, () => ({
      access_token: 'a',
      token_type: 'Bearer',
      id_token: provider.idToken({ iss: ISSUER, ...claims }),
    }));
    const given = { clientId: 'latchkey', clientSecret: 'secret', trustedDomains: [DOMAIN] };
    test = await createOwners(
      {
        signUpByLink: signUpByLink(),
        identityProviders: providersOf({
          providers: [oidc({ name: 'one', issuer: ISSUER, ...given })],
          network: { fetch: provider.fetch },
        }),
      },
      clock,
    );
    accounts = test.accounts as unknown as ProviderAccounts;
  });
  afterAll(() => test.drop());

  const commandsOf = async (action: () => Promise<unknown>): Promise<readonly string[]> =>
    (await test.log.costOf(action)).commands;
  const askForLink = async (
    email: string,
  ): Promise<{ challenge: string; code: string; token: string }> => {
    const { challenge } = await accounts.magicLinks.request({ email });
    await accounts.settled();
    return { challenge, code: test.lastCode(email), token: test.lastToken(email) };
  };
  const makeClaim = async (email: string, isVerified: boolean): Promise<void> => {
    const { accountId } = await accounts.createAccount({ email, password: PASSWORD });
    if (isVerified) await accounts.verifyEmail({ accountId, email });
  };

  // Five, and one more where somebody else's claim has to be read and given up.
  it.each([
    ['makes an account', 'new', () => Promise.resolve(), 4],
    ['knows the identity', 'new', () => Promise.resolve(), 4],
    ['links it to the account of the address', 'link', (at: string) => makeClaim(at, true), 5],
    ['takes an unproven claim over', 'claimed', (at: string) => makeClaim(at, false), 6],
  ] as const)('the callback of a provider that %s is within its budget', async (...row) => {
    const [, sub, before, most] = row;
    const email = `${sub}@${DOMAIN}`;
    await before(email);
    const request = requestWith();
    const { url, browserSecret } = await accounts.identityProviders.begin({
      provider: 'one',
      request,
    });
    const { state = '', nonce } = requested(url);
    claims = { sub, email, email_verified: true, nonce };
    const parameters = { state, code: 'c' };
    const given = { provider: 'one', parameters, browserSecret, request };
    const commands = await commandsOf(() => accounts.identityProviders.complete(given));
    expect([commands, commands.length <= most]).toEqual([commands, true]);
    expect(commands.at(-1)).toBe('TransactWriteItems');
  });

  it('a link is 4 to ask for and 3 to log in with, a code 5', async () => {
    const { email } = await test.signUp();
    let asked = await askForLink(email);
    const asking = await commandsOf(async () => {
      asked = await askForLink(email);
    });
    expect(asking).toHaveLength(4);
    const { token } = asked;
    const login = await commandsOf(() =>
      accounts.magicLinks.login({ token, request: requestWith() }),
    );
    expect(login).toHaveLength(3);
    const { challenge, code } = await askForLink(email);
    const byCode = await commandsOf(() =>
      accounts.magicLinks.login({ challenge, code, request: requestWith() }),
    );
    expect(byCode).toHaveLength(5);
  });

  it('sign-up by link is 4 to ask for and 4 to make the account and its session, by a code 6', async () => {
    const asking = await commandsOf(() =>
      accounts.magicLinks.request({ email: 'asks@example.com' }),
    );
    expect(asking).toHaveLength(4);
    const { token } = await askForLink('link@example.com');
    const byLink = await commandsOf(() =>
      accounts.magicLinks.login({ token, request: requestWith() }),
    );
    expect(byLink).toEqual(['GetItem', 'Query', 'GetItem', 'TransactWriteItems']);
    const { challenge, code } = await askForLink('code@example.com');
    const byCode = await commandsOf(() =>
      accounts.magicLinks.login({ challenge, code, request: requestWith() }),
    );
    expect(byCode).toHaveLength(6);
  });

  it('a row of an import is one transaction, and a 25th of a read for whoever is there already', async () => {
    const rows = Array.from({ length: 50 }, (_, at) => ({
      foreignId: `row-${String(at)}`,
      username: `row${String(at)}`,
      email: `row${String(at)}@example.com`,
      emailVerified: true,
    }));
    const first = await commandsOf(() => importAccounts(accounts, () => rows));
    const writes = first.filter((command) => command === 'TransactWriteItems');
    expect([first, writes.length <= rows.length]).toEqual([first, true]);
    expect(first.length - writes.length).toBeLessThanOrEqual(rows.length / 5);
    const again = await commandsOf(() => importAccounts(accounts, () => rows));
    expect(again.filter((command) => command.includes('Write'))).toEqual([]);
    expect(again.length).toBeLessThanOrEqual(rows.length / 5);
  });
});
