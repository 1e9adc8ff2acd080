import { injectFaults } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { digestSecret } from '../../src/tokens/digestSecret.js';
import { everythingShown } from '../support/everythingShown.js';
import { claimsOf } from '../support/forgeToken.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { BcryptHasher } from '../../src/passwords/BcryptHasher.js';

const WRONG_PASSWORD = 'canary-wrong-password';
const ALWAYS = 1000;

describe('secrets', () => {
  let test: TestAccounts;
  /** What the library gave or threw, in every flow. */
  const given: unknown[] = [];
  /** What nobody may find, by name. */
  const secrets = new Map([
    ['the password', PASSWORD],
    ['a wrong password', WRONG_PASSWORD],
    ['the secret that signs', SECRET],
  ]);
  let storedHash = '';
  /** Of each fault, whether the flow that it was meant for came across it. */
  const faultsMet: (readonly [command: string, isMet: boolean])[] = [];

  beforeAll(async () => {
    test = await createTestAccounts({ passwords: { hasher: new BcryptHasher() } });
    const { accounts, client } = test;
    const keep = async (flow: Promise<unknown>): Promise<void> => {
      given.push(await flow.catch((error: unknown) => error));
    };
    const login = (
      password: string,
      username = 'ada',
    ): ReturnType<typeof accounts.userByPasswordLogin> =>
      accounts.userByPasswordLogin({ username, password, request: requestWith() });
    const signUp = (username: string): Promise<unknown> =>
      accounts.createAccount({
        username,
        email: `${username}@example.com`,
        password: PASSWORD,
        request: requestWith(),
      });

    await keep(signUp('ada'));
    await keep(signUp('ada'));
    await keep(accounts.createAccount({ email: 'ada@example.com', password: PASSWORD }));
    await keep(accounts.createAccount({ username: 'a#b', password: PASSWORD }));
    await keep(accounts.findUser({ username: 'ada' }));
    await keep(login(WRONG_PASSWORD));
    await keep(login(WRONG_PASSWORD, 'nobody'));

    const { authToken, account, sessionDocument } = await login(PASSWORD);
    given.push(account, sessionDocument);
    const { jti } = claimsOf(authToken);
    secrets.set('the token', authToken).set("the token's signature", authToken.split('.')[2] ?? '');
    secrets.set("the token's secret", jti);

    for (const [command, flow] of [
      ['TransactWriteItems', () => signUp('grace')],
      ['GetItem', () => login(PASSWORD)],
      ['Query', () => login(PASSWORD)],
      ['PutItem', () => accounts.pushCustomSession({ username: 'ada', request: requestWith() })],
      ['BatchGetItem', () => accounts.handleRequest(requestWith(authToken))],
      ['UpdateItem', () => accounts.logout({ authToken, request: requestWith() })],
    ] as const) {
      for (const inject of [
        () => injectFaults(client).on(command, 'timeout', { times: ALWAYS }),
        () => injectFaults(client).on(command, 'answerLost', { times: ALWAYS }),
      ]) {
        const fault = inject();
        await keep(flow());
        fault.remove();
        faultsMet.push([command, fault.attempts > 0]);
      }
    }
    await keep(accounts.handleRequest(requestWith(`${authToken}x`)));
    await keep(accounts.handleRequest(requestWith(authToken)));
    await keep(accounts.logout({ authToken: `${authToken}x`, request: requestWith() }));

    const { authToken: last } = await login(PASSWORD);
    await accounts.logout({ authToken: last, request: requestWith(last) });
    secrets.set("another token's secret", claimsOf(last).jti).set('another token', last);

    const items = await tableItems(client, test.table.name);
    storedHash = items.find((item) => item._e?.S === 'AccountToken')?.value?.S ?? '';
  });
  afterAll(() => test.drop());

  it('ASVS 7.2.3, 11.4.2, 16.2.5: are in no attribute of any item', async () => {
    const items = await tableItems(test.client, test.table.name);
    expect(items.length).toBeGreaterThan(10);
    const dump = JSON.stringify(items);
    for (const [name, secret] of secrets) {
      for (const text of [
        secret,
        Buffer.from(secret).toString('base64'),
        Buffer.from(secret).toString('hex'),
      ]) {
        expect([name, dump.includes(text)]).toEqual([name, false]);
      }
    }
    expect(dump).not.toContain('canary');
    // What is there instead: a slow hash of the password, a digest of the token's secret.
    expect(storedHash).toMatch(/^\$hmac-sha384-bcrypt\$v=1\$2b\$10\$/);
    expect(dump).toContain(digestSecret(secrets.get("the token's secret") ?? ''));
  });

  it('ASVS 16.5.1: stand in nothing that is returned or thrown, hidden properties and causes included', () => {
    const digests = ["the token's secret", "another token's secret"].map(
      (name) => [`the digest of ${name}`, digestSecret(secrets.get(name) ?? '')] as const,
    );
    const forbidden = [...secrets, ...digests, ['the hash', storedHash] as const];
    expect(given.filter((value) => value instanceof Error).length).toBeGreaterThan(15);
    expect(faultsMet).toHaveLength(12);
    expect(faultsMet.filter(([, isMet]) => !isMet)).toEqual([]);
    expect(storedHash).not.toBe('');
    for (const value of given) {
      const shown = everythingShown(value);
      expect(shown).not.toBe('');
      for (const [name, secret] of forbidden) {
        expect([name, shown.includes(secret), shown]).toEqual([name, false, shown]);
      }
      expect(shown).not.toMatch(/canary/);
    }
  });

  it('stand in nothing that is shown of the objects of the library', () => {
    const { accounts } = test;
    for (const value of [
      accounts,
      accounts.sessions,
      accounts.AccountEntity,
      accounts.TokenEntity,
    ]) {
      const shown = everythingShown(value);
      for (const [name, secret] of secrets)
        expect([name, shown.includes(secret)]).toEqual([name, false]);
    }
  });

  it('ASVS 15.3.1: are not returned by the entities unless they are asked for', async () => {
    const { accounts } = test;
    const account = await accounts.findUser({ username: 'ada' });
    const filter = { accountId: account?.accountId ?? '' };
    const tokens = await accounts.TokenEntity.findMany({ filter });
    const sessions = await accounts.SessionEntity.findMany({ filter });
    expect(tokens.items[0]).not.toHaveProperty('value');
    expect(sessions.items[0]).not.toHaveProperty('token');
    expect(everythingShown([tokens, sessions])).not.toContain(storedHash);
  });
});
