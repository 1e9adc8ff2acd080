import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import * as bcrypt from 'bcryptjs';
import { AccountError } from '../errors/AccountError.js';
import { BcryptHasher } from './BcryptHasher.js';
import { toBcryptInput } from './storedPassword.js';

// The real bcrypt, with a record of what it was asked to do.
jest.mock('bcryptjs', () => {
  const actual = jest.requireActual<typeof import('bcryptjs')>('bcryptjs');
  return {
    ...actual,
    compare: jest.fn((password: string, stored: string) => actual.compare(password, stored)),
  };
});
const compare = jest.mocked(bcrypt.compare);

const hasher = new BcryptHasher();

/** The costs of all comparisons that one verification ran. */
async function costsOf(verification: () => Promise<boolean>): Promise<[boolean, number[]]> {
  compare.mockClear();
  const result = await verification();
  return [result, compare.mock.calls.map(([, stored]) => bcrypt.getRounds(stored))];
}

// Made once by this code; if it fails, existing users can no longer log in.
const GOLDEN =
  '$hmac-sha384-bcrypt$v=1$2b$10$LGUtD55BISMFrT47TwVDyuBkWKI2fQfPygTT/xUBrXITcjUreIk9.';

describe('BcryptHasher', () => {
  it('ASVS 11.4.2: stores the scheme, its version, the cost and a fresh salt of 128 bits', async () => {
    const first = await hasher.hash('correct horse');
    const second = await hasher.hash('correct horse');
    expect(first).toMatch(/^\$hmac-sha384-bcrypt\$v=1\$2b\$10\$[./A-Za-z0-9]{53}$/);
    expect(first.slice(0, 60)).not.toBe(second.slice(0, 60));
  });

  it('still verifies what version 1 stored', async () => {
    expect(await hasher.verify('Gr\u00fc\u00dfe aus K\u00f6ln', GOLDEN)).toBe(true);
    expect(await hasher.verify('Gr\u00fc\u00dfe aus K\u00f6ln', GOLDEN.replace('v=1', 'v=2'))).toBe(
      false,
    );
  });

  it('is bcrypt over base64 of a keyed digest, never over a plain one (shucking)', async () => {
    const digest = createHmac('sha384', 'latchkey/password/v1').update('correct horse');
    const stored = await hasher.hash('correct horse');
    expect(await bcrypt.compare(digest.digest('base64'), stored.slice(-60))).toBe(true);
  });

  it.each([
    ['64 two-byte letters', '\u00e9'.repeat(63) + '\u00ea'],
    ['73 bytes', 'a'.repeat(72) + 'b'],
    ['a NUL in the middle', 'before\0after'],
    ['spaces at both ends', '  Pass word  '],
    ['emoji', '😀 Grüße 漢字'],
  ])(
    'ASVS 6.2.8, 6.2.9, CVE-2025-22228: matches %s exactly: longer, swapped case, trimmed and another end fail',
    async (_name, password) => {
      const stored = await hasher.hash(password);
      expect(await hasher.verify(password, stored)).toBe(true);
      const swapped = password.replace(/\p{L}/gu, (letter) =>
        letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
      );
      const others = [
        `${password}x`,
        swapped,
        password.trim(),
        password.slice(0, -1),
        password.split('\0', 1)[0],
      ];
      for (const other of new Set(others)) {
        if (other === undefined || other === password) continue;
        expect(await hasher.verify(other, stored)).toBe(false);
      }
    },
    20_000,
  );

  it('counts every character of long passwords: no two share a bcrypt input', () => {
    const long = '\u00e9'.repeat(1000);
    const inputs = new Set([long]);
    for (const end of ['', 'x', '\0', ' ', '\u00ea']) inputs.add(toBcryptInput(long + end));
    for (const input of ['', 'p', '\0', '\0\0', 'a'.repeat(72), 'a'.repeat(73)]) {
      inputs.add(toBcryptInput(input));
    }
    expect(inputs.size).toBe(12);
    inputs.delete(long);
    // 64 characters are below bcrypt's 72 bytes; none of them is a NUL.
    for (const input of inputs) expect(input).toMatch(/^[A-Za-z0-9+/]{64}$/);
  });

  it('NIST 3.1.1.2: takes composed and decomposed letters for the same', async () => {
    const stored = await hasher.hash('caf\u00e9 cr\u00e8me');
    expect(await hasher.verify('cafe\u0301 cre\u0300me', stored)).toBe(true);
    expect(await hasher.verify('cafe creme', stored)).toBe(false);
    // Compatibility forms stay apart: NFC, not NFKC.
    expect(toBcryptInput('\ufb01')).not.toBe(toBcryptInput('fi'));
  });

  it('refuses to hash a lone surrogate, and never matches one', async () => {
    await expect(hasher.hash('password\ud800')).rejects.toMatchObject({
      code: 'InvalidInput',
      details: { path: 'password', reason: 'notWellFormed' },
    });
    const stored = await hasher.hash('password\ufffd'); // what \ud800 becomes as UTF-8
    expect(await costsOf(() => hasher.verify('password\ud800', stored))).toEqual([false, [10]]);
  });

  const tail = 'N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
  it.each([
    ['nothing', ''],
    ['a plain bcrypt hash', `$2b$10$${tail}`],
    ['another scheme', `$argon2id$v=19$m=19456,t=2,p=1$${tail}`],
    ['a later version', `$hmac-sha384-bcrypt$v=2$2b$10$${tail}`],
    ['Kratos hash_limits_test: a poisoned cost', `$hmac-sha384-bcrypt$v=1$2b$20$${tail}`],
    ['cost 17', `$hmac-sha384-bcrypt$v=1$2b$17$${tail}`],
    ['cost 31', `$hmac-sha384-bcrypt$v=1$2b$31$${tail}`],
    ['a cost below the minimum', `$hmac-sha384-bcrypt$v=1$2b$09$${tail}`],
    ['cost 0', `$hmac-sha384-bcrypt$v=1$2b$00$${tail}`],
    ['bcrypt 2x', `$hmac-sha384-bcrypt$v=1$2x$10$${tail}`],
    ['a short digest', `$hmac-sha384-bcrypt$v=1$2b$10$${tail.slice(1)}`],
    ['a long digest', `$hmac-sha384-bcrypt$v=1$2b$10$${tail}.`],
    ['characters outside the alphabet', `$hmac-sha384-bcrypt$v=1$2b$10$!${tail.slice(1)}`],
    ['a line break at the end', `$hmac-sha384-bcrypt$v=1$2b$10$${tail}\n`],
    ['a megabyte', '$'.repeat(1_000_000)],
    ['no string at all', undefined as unknown as string],
  ])(
    'ASVS 6.3.8, 11.2.5: gives false for %s as stored password, after one comparison of its own cost',
    async (_name, stored) => {
      expect(await costsOf(() => hasher.verify('correct horse', stored))).toEqual([false, [10]]);
    },
  );

  it('gives false for a truncated, extended or flipped digest of the right password', async () => {
    const stored = await hasher.hash('correct horse');
    const last = stored.at(-2) === 'a' ? 'b' : 'a';
    const flipped = stored.slice(0, -2) + last + stored.slice(-1);
    expect(await hasher.verify('correct horse', flipped)).toBe(false);
    for (const other of [stored.slice(0, -1), `${stored}.`, `${stored}\n`, ` ${stored}`]) {
      expect(await hasher.verify('correct horse', other)).toBe(false);
    }
  });

  it('has a dummy hash of its own cost that costs a comparison and matches nothing', async () => {
    const twelve = new BcryptHasher({ cost: 12 });
    expect(twelve.dummyHash).toMatch(/^\$hmac-sha384-bcrypt\$v=1\$2b\$12\$[./A-Za-z0-9]{53}$/);
    expect(new BcryptHasher().dummyHash).not.toBe(new BcryptHasher().dummyHash);
    for (const password of ['', 'correct horse']) {
      expect(await costsOf(() => hasher.verify(password, hasher.dummyHash))).toEqual([false, [10]]);
    }
  });

  it('ASVS 11.2.2: verifies at the stored cost and says when it is outdated', async () => {
    const eleven = new BcryptHasher({ cost: 11 });
    const stored = await hasher.hash('correct horse');
    expect(await costsOf(() => eleven.verify('correct horse', stored))).toEqual([true, [10]]);
    expect(eleven.needsRehash(stored)).toBe(true);
    expect(hasher.needsRehash(stored)).toBe(false);
    expect(hasher.needsRehash(eleven.dummyHash)).toBe(false);
    expect(hasher.needsRehash('$2b$10$whatever')).toBe(true);
  });

  it.each([9, 17, 4, 0, -10, 10.5, NaN, Infinity, '10' as unknown as number])(
    'ASVS 11.4.2: refuses to be built with cost %p',
    (cost) => {
      expect(() => new BcryptHasher({ cost })).toThrow(
        expect.objectContaining({ code: 'InvalidConfiguration', status: 500 }),
      );
    },
  );

  it('ASVS 16.2.5: puts the password into no error', async () => {
    const error: unknown = await hasher.hash('canary\udfff').catch((reason: unknown) => reason);
    expect(AccountError.is(error)).toBe(true);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
    expect(inspect(hasher, { depth: 9, showHidden: true })).not.toContain('canary');
  });
});
