import type { AccountDocument } from '../../src/requests/SessionRequest.js';
import { BcryptHasher } from '../../src/passwords/BcryptHasher.js';
import { CountingHasher } from '../support/CountingHasher.js';
import { errorOf } from '../support/errorOf.js';
import { everythingShown } from '../support/everythingShown.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

describe('a login with a password', () => {
  const hasher = new CountingHasher(new BcryptHasher());
  let test: TestAccounts;
  let ada: AccountDocument;
  let nobodysPassword: AccountDocument;

  beforeAll(async () => {
    test = await createTestAccounts({ passwords: { hasher } });
    ada = await test.accounts.createAccount({
      username: 'ada',
      email: 'ada@example.com',
      password: PASSWORD,
    });
    await test.accounts.verifyEmail({ accountId: ada.accountId, email: 'ada@example.com' });
    // As an account that signs in by OAuth only would be.
    nobodysPassword = await test.accounts.createAccount({ username: 'oauth', password: PASSWORD });
    const { accountId } = nobodysPassword;
    const { items } = await test.accounts.TokenEntity.findMany({ filter: { accountId } });
    for (const { kind, createdFor, ulid } of items) {
      await test.accounts.TokenEntity.deleteOne({ filter: { accountId, kind, createdFor, ulid } });
    }
  });
  afterAll(() => test.drop());

  async function login(username: string, password: string): Promise<boolean> {
    const request = requestWith();
    try {
      await test.accounts.userByPasswordLogin({ username, password, request });
      return true;
    } catch {
      expect(request).toEqual(requestWith());
      return false;
    }
  }

  it('ASVS 6.3.8, CVE-2025-22234: fails in one way, whoever does not exist and whatever is wrong', async () => {
    const failures: [string, string][] = [
      ['ada', 'wrong password'],
      ['ada', 'x'],
      ['ada', ''],
      ['ada', 'x'.repeat(73)],
      ['ada', 'wrong\ud800'],
      ['ada@example.com', 'wrong password'],
      [ada.accountId, 'wrong password'],
      ['oauth', PASSWORD],
      ['nobody', 'wrong password'],
      ['nobody', 'wrong\ud800'],
      ['nobody@example.com', PASSWORD],
      ['+4930123456', PASSWORD],
      ['01ARZ3NDEKTSV4RRFFQ69G5FAV', PASSWORD],
    ];
    const shown: string[] = [];
    for (const [username, password] of failures) {
      hasher.verified = [];
      const error = await errorOf(
        test.accounts.userByPasswordLogin({ username, password, request: requestWith() }),
      );
      expect(error.toJSON()).toEqual({
        code: 'LoginFailed',
        status: 401,
        message: 'Login failed.',
        details: {},
      });
      expect(error.cause).toBeUndefined();
      shown.push(everythingShown(Object.assign(error, { stack: '' })));
      // One comparison of the same cost, with the account's hash or with one that nothing matches.
      expect(hasher.verified).toEqual([
        expect.stringMatching(/^\$hmac-sha384-bcrypt\$v=1\$2b\$10\$/),
      ]);
      const isKnown = username.startsWith('ada') || username === ada.accountId;
      expect(hasher.verified[0] === hasher.dummyHash).toBe(!isKnown);
    }
    expect(new Set(shown).size).toBe(1);
  });

  it('compares once when it succeeds, too', async () => {
    hasher.verified = [];
    expect(await login('ada', PASSWORD)).toBe(true);
    expect(hasher.verified).toHaveLength(1);
  });

  it('does not take the dummy hash, nor the stored one, for a password', async () => {
    const [stored = ''] = hasher.verified;
    for (const password of [hasher.dummyHash, stored]) {
      expect(await login('ada', password)).toBe(false);
      expect(await login('nobody', password)).toBe(false);
    }
  });

  it('ASVS 6.2.8: takes the password exactly: longer, shorter, other case, trimmed fail', async () => {
    for (const password of [
      `${PASSWORD}x`,
      `${PASSWORD}\0`,
      ` ${PASSWORD}`,
      PASSWORD.slice(0, -1),
      PASSWORD.toUpperCase(),
    ]) {
      expect(await login('ada', password)).toBe(false);
    }
  });

  it('Okta 2024, ASVS 6.2.9: compares the password alone, not one after a name that leaves no room for it', async () => {
    const long = 'n'.repeat(100);
    const name = `${long.slice(0, 52)}@example.com`;
    const password = `canary ${'p'.repeat(80)} end`;
    const { accountId } = await test.accounts.createAccount({
      username: long,
      email: name,
      password,
    });
    await test.accounts.verifyEmail({ accountId, email: name });
    for (const username of [long, name]) {
      expect(await login(username, password)).toBe(true);
      // bcrypt alone looks at no more than 72 bytes.
      for (const other of [password.slice(0, 72), `${password.slice(0, -1)}D`, long, name, '']) {
        expect([username, other, await login(username, other)]).toEqual([username, other, false]);
      }
    }
  });

  it('ASVS 6.2.9: counts the last of 64 letters of two bytes', async () => {
    const password = '\u00e9'.repeat(64);
    await test.accounts.createAccount({ username: 'long', password });
    expect(await login('long', password)).toBe(true);
    expect(await login('long', '\u00e9'.repeat(63) + '\u00ea')).toBe(false);
    expect(await login('long', '\u00e9'.repeat(63))).toBe(false);
    expect(await login('long', '\u00e9'.repeat(65))).toBe(false);
  });

  it('NIST 3.1.1.2: takes composed and decomposed letters for the same', async () => {
    const composed = 'Gr\u00fc\u00dfe aus K\u00f6ln \u1f82';
    const decomposed = composed.normalize('NFD');
    expect(decomposed).not.toBe(composed);
    await test.accounts.createAccount({ username: 'composed', password: composed });
    await test.accounts.createAccount({ username: 'decomposed', password: decomposed });
    for (const username of ['composed', 'decomposed']) {
      expect(await login(username, composed)).toBe(true);
      expect(await login(username, decomposed)).toBe(true);
      expect(await login(username, 'Grusse aus Koln \u03b1')).toBe(false);
    }
  });

  it('ASVS 6.2.1, 6.2.5: takes 8 code points, and 1000 of four UTF-16 units each', async () => {
    const longest = '\u1f82'.normalize('NFD').repeat(1000);
    for (const [username, password] of [
      ['short', '        '],
      ['longest', longest],
    ] as const) {
      await test.accounts.createAccount({ username, password });
      expect(await login(username, password)).toBe(true);
    }
  });
});
