import type * as NodeArgon2 from '@node-rs/argon2';
import * as bcrypt from 'bcryptjs';
import fc from 'fast-check';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { Argon2Hasher } from '../../src/passwords/argon2/index.js';
import { BcryptHasher } from '../../src/passwords/BcryptHasher.js';
import type { PasswordHasher } from '../../src/passwords/PasswordHasher.js';
import { PasswordVerifier } from '../../src/passwords/PasswordVerifier.js';
import { ScryptHasher } from '../../src/passwords/ScryptHasher.js';
import { CountingHasher } from '../support/CountingHasher.js';

const PASSWORD = 'Gr\u00fc\u00dfe aus K\u00f6ln \u6f22\u5b57';

// Made by other implementations (libxcrypt, OpenSSL by way of Python, argon2-cffi).
const FOREIGN = [
  ['$2a$', PASSWORD, '$2a$05$abcdefghijklmnopqrstuu4DJj1Ic3CDDCeFY5jKy.R1gL1aUCzb6'],
  ['$2b$', PASSWORD, '$2b$05$abcdefghijklmnopqrstuu4DJj1Ic3CDDCeFY5jKy.R1gL1aUCzb6'],
  ['$2y$', PASSWORD, '$2y$05$abcdefghijklmnopqrstuu4DJj1Ic3CDDCeFY5jKy.R1gL1aUCzb6'],
  [
    'scrypt',
    PASSWORD,
    '$scrypt$ln=10,r=8,p=2$c29kaXVtIGNobG9yaWRlIQ$3UYYe53YofUVHv4pKAg4svm5W8hwuaepDksxLVawmDM',
  ],
  [
    'scrypt of RFC 7914 §12',
    'pleaseletmein',
    '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw',
  ],
  [
    'argon2id',
    'correct horse battery staple',
    '$argon2id$v=19$m=65536,t=3,p=4$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg',
  ],
] as const;

/** A hasher that writes down what it compares. */
function recorded(hasher: PasswordHasher): PasswordHasher & { readonly verified: string[] } {
  const verified: string[] = [];
  return {
    dummyHash: hasher.dummyHash,
    verified,
    hash: (password) => hasher.hash(password),
    verify: (password, stored) => {
      verified.push(stored);
      return hasher.verify(password, stored);
    },
    needsRehash: (stored) => hasher.needsRehash?.(stored) ?? false,
    recognises: (stored) => hasher.recognises?.(stored) ?? false,
  };
}

const OWN = [
  ['bcrypt', new BcryptHasher()],
  ['scrypt', new ScryptHasher({ ln: 14 })],
  ['argon2', new Argon2Hasher({ memoryCost: 7168 })],
] as const;

describe.each(OWN)('a PasswordVerifier with %s', (_name, own) => {
  const argon2 = new Argon2Hasher();
  const verifier = new PasswordVerifier({ hasher: own, extraHashers: [argon2] });

  it('asks for no rehash of what its own hasher makes now', async () => {
    const stored = await own.hash(PASSWORD);
    expect(await verifier.verify(PASSWORD, stored)).toEqual({ matches: true, needsRehash: false });
    expect(await verifier.verify(`${PASSWORD}x`, stored)).toEqual({
      matches: false,
      needsRehash: false,
    });
  });

  it.each(sampleOf(FOREIGN, 3))(
    'ASVS 11.2.2: verifies %s, and says that it is to be replaced',
    async (name, password, stored) => {
      const isOwn = name === 'argon2id' && own instanceof Argon2Hasher;
      expect(await verifier.verify(password, stored)).toEqual({
        matches: true,
        needsRehash: !isOwn,
      });
      for (const other of [`${password}x`, password.slice(1), password.toUpperCase(), '']) {
        expect(await verifier.verify(other, stored)).toEqual({
          matches: false,
          needsRehash: false,
        });
      }
    },
  );

  it('verifies what this library made by an earlier hasher', async () => {
    const made = await Promise.all(OWN.map(([, hasher]) => hasher.hash(PASSWORD)));
    for (const stored of made) {
      expect(await verifier.verify(PASSWORD, stored)).toMatchObject({ matches: true });
      expect(await verifier.verify('', stored)).toMatchObject({ matches: false });
    }
  });
});

describe('ASVS 6.3.8, 11.2.5, 15.1.3: what costs one comparison of the own hasher', () => {
  const tail = 'N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
  const scrypt = (parameters: string, salt = 'c29kaXVtIGNobG9yaWRlIQ'): string =>
    `$scrypt$${parameters}$${salt}$3UYYe53YofUVHv4pKAg4svm5W8hwuaepDksxLVawmDM`;
  const argon2 = (parameters: string): string =>
    `$argon2id$${parameters}$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg`;

  const own = recorded(new BcryptHasher());
  const extra = recorded(new Argon2Hasher());
  const verifier = new PasswordVerifier({ hasher: own, extraHashers: [extra] });

  it.each([
    ['nobody', undefined],
    ['nothing', ''],
    ['no hash', 'correct horse'],
    ['a megabyte', '$2b$'.repeat(250_000)],
    ['a number', 42 as unknown as string],
    ['null', null as unknown as string],
    ['an object', { toString: () => `$2b$10$${tail}` } as unknown as string],
    ['Kratos hash_limits_test: a poisoned bcrypt cost', `$2b$20$${tail}`],
    ['bcrypt of cost 17', `$2y$17$${tail}`],
    ['bcrypt of cost 31', `$2a$31$${tail}`],
    ['bcrypt of cost 3', `$2a$03$${tail}`],
    ['bcrypt 2x', `$2x$10$${tail}`],
    ['bcrypt 2', `$2$10$${tail}`],
    ['a short bcrypt digest', `$2b$10$${tail.slice(1)}`],
    ['a long bcrypt digest', `$2b$10$${tail}.`],
    ['bcrypt and a line break', `$2b$10$${tail}\n`],
    ['a poisoned cost of this library', `$hmac-sha384-bcrypt$v=1$2b$20$${tail}`],
    ['a later version of this library', `$hmac-sha384-bcrypt$v=2$2b$10$${tail}`],
    ['scrypt of 2 GiB', scrypt('ln=21,r=8,p=1')],
    ['scrypt of 256 MiB and more', scrypt('ln=18,r=9,p=1')],
    ['scrypt of too much work', scrypt('ln=17,r=8,p=3')],
    ['scrypt of ln 31', scrypt('ln=31,r=1,p=1')],
    ['scrypt of ln 99', scrypt('ln=99,r=99,p=99')],
    ['RFC 7914 §2: scrypt that is none', scrypt('ln=16,r=1,p=1')],
    ['scrypt of no blocks', scrypt('ln=14,r=0,p=1')],
    ['scrypt in another order', scrypt('r=8,ln=14,p=1')],
    ['scrypt with a salt of 4 bytes', scrypt('ln=14,r=8,p=1', 'TmFDbA')],
    ['scrypt with padding', scrypt('ln=14,r=8,p=1', 'c29kaXVtIGNobG9yaWRlIQ==')],
    ['Argon2 of 4 GiB', argon2('v=19$m=4194304,t=1,p=1')],
    ['Argon2 of 256 MiB and more', argon2('v=19$m=262145,t=1,p=1')],
    ['Argon2 of too many passes', argon2('v=19$m=19456,t=54,p=1')],
    ['Argon2 of 999 passes', argon2('v=19$m=65536,t=999,p=1')],
    ['Argon2 of 17 lanes', argon2('v=19$m=65536,t=1,p=17')],
    ['Argon2 of version 16', argon2('v=16$m=19456,t=2,p=1')],
    ['Argon2i', argon2('v=19$m=19456,t=2,p=1').replace('id', 'i')],
    ['PBKDF2', '$pbkdf2-sha256$600000$c29kaXVtIGNobG9yaWRlIQ$3UYYe53YofUVHv4pKAg4'],
  ])('%s', async (_name, stored) => {
    own.verified.length = 0;
    expect(await verifier.verify('correct horse', stored)).toEqual({
      matches: false,
      needsRehash: false,
    });
    expect(own.verified).toEqual([own.dummyHash]);
    expect(extra.verified).toEqual([]);
  });

  it('and it is one comparison with what is stored, right or wrong, too', async () => {
    const stored = await own.hash(PASSWORD);
    for (const password of [PASSWORD, 'wrong', 'wrong\ud800', 'x'.repeat(4000)]) {
      own.verified.length = 0;
      await verifier.verify(password, stored);
      expect(own.verified).toEqual([stored]);
    }
  });

  it('none of it matches by the dummy hash', async () => {
    expect(await verifier.verify(own.dummyHash, undefined)).toMatchObject({ matches: false });
    expect(await verifier.verify('', undefined)).toMatchObject({ matches: false });
  });
});

describe('the edges of what a stored string may cost', () => {
  const own = recorded(new BcryptHasher());
  const argon2 = new Argon2Hasher();
  const verifier = new PasswordVerifier({ hasher: own, extraHashers: [argon2] });

  it.each([
    '$2b$16$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
    '$2a$04$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
  ])('accepts %s', (stored) => {
    expect(new BcryptHasher().recognises(stored)).toBe(true);
  });

  it.each([
    '$scrypt$ln=18,r=8,p=1$c29kaXVtIGNobG9yaWRlIQ$3UYYe53YofUVHv4pKAg4svm5W8hwuaepDksxLVawmDM',
    '$scrypt$ln=17,r=8,p=2$c29kaXVtIGNobG9yaWRlIQ$3UYYe53YofUVHv4pKAg4svm5W8hwuaepDksxLVawmDM',
    '$scrypt$ln=1,r=1,p=99$c29kaXVtIGNobG9yaWRlIQ$3UYYe53YofUVHv4pKAg4svm5W8hwuaepDksxLVawmDM',
    '$scrypt$ln=15,r=1,p=1$c29kaXVtIGNobG9yaWRlIQ$3UYYe53YofUVHv4pKAg4svm5W8hwuaepDksxLVawmDM',
    '$argon2id$v=19$m=262144,t=4,p=16$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg',
    '$argon2id$v=19$m=8,t=1,p=1$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg',
  ])('pays for %s, and not for a dummy', async (stored) => {
    own.verified.length = 0;
    expect(await verifier.verify('wrong', stored)).toMatchObject({ matches: false });
    expect(own.verified).toEqual([]);
  });

  it('pays for a dummy where Argon2 itself refuses what looks right', async () => {
    // 16 lanes need 128 KiB.
    const stored =
      '$argon2id$v=19$m=8,t=1,p=16$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg';
    const compared = jest.spyOn(jest.requireActual<typeof NodeArgon2>('@node-rs/argon2'), 'verify');
    expect(await verifier.verify('wrong', stored)).toMatchObject({ matches: false });
    const [[first] = [], [second] = []] = compared.mock.calls;
    expect(compared).toHaveBeenCalledTimes(2);
    expect([first, second]).toEqual([stored, argon2.dummyHash]);
    compared.mockRestore();
  });
});

describe('passwords of more than 72 bytes, in hashes of other systems', () => {
  const hasher = new BcryptHasher();

  it('ASVS 6.2.8: match by their first 72 bytes, as there, and are replaced at once', async () => {
    // libxcrypt's of 36 two-byte letters, with and without more behind them.
    const stored = '$2b$05$abcdefghijklmnopqrstuu9CyuiEyTnupb4rnoYIlshaDzoYa6ZaS';
    const verifier = new PasswordVerifier({ hasher });
    const first = '\u00e9'.repeat(36);
    for (const password of [first, `${first}tail`, `${first}${'x'.repeat(3000)}`]) {
      expect(await verifier.verify(password, stored)).toEqual({ matches: true, needsRehash: true });
    }
    expect(await verifier.verify(first.slice(1), stored)).toMatchObject({ matches: false });
    expect(await verifier.verify(`x${first}`, stored)).toMatchObject({ matches: false });

    const replaced = await hasher.hash(`${first}tail`);
    expect(await verifier.verify(`${first}tail`, replaced)).toMatchObject({ matches: true });
    expect(await verifier.verify(first, replaced)).toMatchObject({ matches: false });
    expect(await verifier.verify(`${first}tall`, replaced)).toMatchObject({ matches: false });
  });

  it.each([
    ['72 letters', 'a'.repeat(72)],
    ['73 letters', 'a'.repeat(73)],
    ['a character that ends at byte 72', `${'a'.repeat(68)}😀b`],
    ['a character cut after its first byte', `${'a'.repeat(71)}😀b`],
    ['a character cut before its last byte', `${'a'.repeat(69)}😀b`],
    ['nothing but long characters', '\u6f22'.repeat(30)],
  ])('count as in bcrypt: %s', async (_name, password) => {
    const stored = bcrypt.hashSync(password, 4);
    expect(await hasher.verify(password, stored)).toBe(true);
    for (const at of [0, 60, 70, 71, 72, 73]) {
      const other = `${password.slice(0, at)}~${password.slice(at + 1)}`.toWellFormed();
      expect(await hasher.verify(other, stored)).toBe(bcrypt.compareSync(other, stored));
    }
  });

  it('count every byte up to the 72nd, wherever characters end', async () => {
    const unit = fc.constantFrom('a', '\u00e9', '\u6f22', '😀');
    const text = fc.string({ unit, minLength: 60, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(text, fc.nat(79), async (password, at) => {
        const other = `${password.slice(0, at)}~${password.slice(at + 1)}`.toWellFormed();
        const stored = bcrypt.hashSync(password, 4);
        expect(await hasher.verify(password, stored)).toBe(true);
        const bytes = [password, other].map((each) => Buffer.from(each).subarray(0, 72));
        const same = bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0)) ?? false;
        expect(await hasher.verify(other, stored)).toBe(same);
      }),
      { numRuns: 60 },
    );
  });

  it('are compared as they were typed, for those systems did not compose letters', async () => {
    const stored = bcrypt.hashSync('cafe\u0301 creme', 4);
    expect(await hasher.verify('cafe\u0301 creme', stored)).toBe(true);
    expect(await hasher.verify('caf\u00e9 creme', stored)).toBe(false);
  });
});

describe('hashers of the application', () => {
  it('are given whatever is stored, if they do not say what they recognise', async () => {
    const counting = new CountingHasher();
    const hasher = {
      dummyHash: counting.dummyHash,
      verified: counting.verified,
      hash: (password: string) => counting.hash(password),
      verify: (password: string, stored: string) => counting.verify(password, stored),
    };
    const verifier = new PasswordVerifier({ hasher });
    const stored = await hasher.hash(PASSWORD);
    expect(await verifier.verify(PASSWORD, stored)).toEqual({ matches: true, needsRehash: false });
    await verifier.verify(PASSWORD, 'whatever');
    await verifier.verify(PASSWORD, undefined);
    expect(hasher.verified).toEqual([stored, 'whatever', hasher.dummyHash]);
  });

  it('must say what they recognise to be extra ones', () => {
    const hasher = new BcryptHasher();
    const { dummyHash } = hasher;
    const silent = {
      dummyHash,
      hash: () => Promise.resolve(dummyHash),
      verify: () => Promise.resolve(false),
    };
    const extraHashers = [new Argon2Hasher(), silent];
    expect(() => new PasswordVerifier({ hasher, extraHashers })).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: { path: 'extraHashers.1', reason: expect.any(String) },
      }),
    );
  });

  it('does not verify Argon2 unless a hasher for it is given', async () => {
    const hasher = new CountingHasher();
    const recognising = recorded(hasher);
    const stored = FOREIGN[5][2];
    const own = { ...recognising, recognises: (value: string) => value.startsWith('$hmac') };
    expect(await new PasswordVerifier({ hasher: own }).verify(FOREIGN[5][1], stored)).toEqual({
      matches: false,
      needsRehash: false,
    });
    expect(hasher.verified).toEqual([hasher.dummyHash]);
  });

  it('may be too busy, which does not count as a wrong password', async () => {
    const hasher = new BcryptHasher({ maxQueued: 0 });
    const verifier = new PasswordVerifier({ hasher });
    const first = verifier.verify('x', undefined);
    await expect(verifier.verify('x', undefined)).rejects.toMatchObject({ code: 'TooBusy' });
    expect(await first).toMatchObject({ matches: false });
  });
});
