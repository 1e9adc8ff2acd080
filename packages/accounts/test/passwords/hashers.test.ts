/** @in-turns 3: real parameters are slow. */

import { inspect } from 'node:util';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { Argon2Hasher } from '../../src/passwords/argon2/index.js';
import { BcryptHasher } from '../../src/passwords/BcryptHasher.js';
import { ScryptHasher } from '../../src/passwords/ScryptHasher.js';
import { codeOf } from '../support/errorOf.js';

const HASHERS = [
  {
    name: 'BcryptHasher',
    hasher: new BcryptHasher(),
    busy: new BcryptHasher({ maxQueued: 3 }),
    concurrency: 1, // from TypeScript sources there is no worker file
    form: /^\$hmac-sha384-bcrypt\$v=1\$2b\$10\$[./A-Za-z0-9]{53}$/,
  },
  {
    name: 'ScryptHasher',
    hasher: new ScryptHasher({ ln: 14 }),
    busy: new ScryptHasher({ ln: 14, concurrency: 2, maxQueued: 3 }),
    concurrency: 2,
    form: /^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
  },
  {
    name: 'Argon2Hasher',
    hasher: new Argon2Hasher({ memoryCost: 7168 }),
    busy: new Argon2Hasher({ memoryCost: 7168, concurrency: 2, maxQueued: 3 }),
    concurrency: 2,
    form: /^\$argon2id\$v=19\$m=7168,t=5,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
  },
];

const NAUGHTY = [
  ['64 letters of two bytes', '\u00e9'.repeat(63) + '\u00ea'],
  ['73 bytes', 'a'.repeat(72) + 'b'],
  ['a thousand emoji', '😀'.repeat(999) + '😁'],
  ['a NUL in the middle', 'before\0after'],
  ['a NUL at the end', 'before after\0'],
  ['spaces at both ends', '  Pass word\t'],
  ['line breaks', 'Pass\r\nword\n'],
  ['many scripts', '😀 Grüße 漢字 ‮Абв'],
  ['what looks like a hash', '$2b$10$Abcdefghijklmnopqrstuu'],
] as const;

describe.each(HASHERS)('$name', ({ hasher, busy, concurrency, form }) => {
  it('ASVS 11.4.1, 11.4.2: says in each hash what it is, with a fresh salt of 128 bits', async () => {
    const [first, second] = [
      await hasher.hash('correct horse'),
      await hasher.hash('correct horse'),
    ];
    for (const stored of [first, second, hasher.dummyHash]) {
      expect(stored).toMatch(form);
      expect(hasher.recognises(stored)).toBe(true);
      expect(hasher.needsRehash(stored)).toBe(false);
    }
    expect(first).not.toBe(second);
  });

  it.each(sampleOf(NAUGHTY, 4))(
    'ASVS 6.2.8, 6.2.9: matches %s exactly: longer, swapped case, trimmed and another end fail',
    async (_name, password) => {
      const stored = await hasher.hash(password);
      expect(await hasher.verify(password, stored)).toBe(true);
      const swapped = password.replace(/\p{L}/gu, (letter) =>
        letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
      );
      const others = [
        `${password}x`,
        `${password}\0`,
        swapped,
        password.trim(),
        Array.from(password).slice(0, -1).join(''),
        password.split('\0', 1)[0] ?? '',
        '',
      ];
      for (const other of new Set(others)) {
        if (other !== password) expect(await hasher.verify(other, stored)).toBe(false);
      }
    },
  );

  it('NIST 3.1.1.2: takes composed and decomposed letters for the same', async () => {
    const stored = await hasher.hash('cafe\u0301 cr\u00e8me');
    expect(await hasher.verify('caf\u00e9 cre\u0300me', stored)).toBe(true);
    expect(await hasher.verify('cafe creme', stored)).toBe(false);
  });

  it('refuses to hash a lone surrogate, and never matches one', async () => {
    await expect(hasher.hash('canary\ud800')).rejects.toMatchObject({
      code: 'InvalidInput',
      details: { path: 'password', reason: 'notWellFormed' },
    });
    const stored = await hasher.hash('canary\ufffd'); // what \ud800 becomes as UTF-8
    expect(await hasher.verify('canary\ud800', stored)).toBe(false);
    expect(await hasher.verify('canary\ufffd', stored)).toBe(true);
    const error: unknown = await hasher.hash('canary\ud800').catch((reason: unknown) => reason);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it('ASVS 11.2.5: gives false for whatever else is stored, and never throws', async () => {
    const stored = await hasher.hash('correct horse');
    const flipped = stored.at(-2) === 'a' ? 'b' : 'a';
    for (const other of [
      '',
      '$',
      stored.slice(0, -1),
      stored.slice(1),
      `${stored}.`,
      `${stored}\n`,
      ` ${stored}`,
      stored.toUpperCase(),
      stored.slice(0, -2) + flipped + stored.slice(-1),
      '$'.repeat(1_000_000),
      undefined as unknown as string,
      null as unknown as string,
      42 as unknown as string,
      {} as string,
    ]) {
      expect(await hasher.verify('correct horse', other)).toBe(false);
    }
    expect(await hasher.verify('', hasher.dummyHash)).toBe(false);
    expect(await hasher.verify(hasher.dummyHash, hasher.dummyHash)).toBe(false);
  });

  it('ASVS 15.1.3, 15.2.2: is busy at once when 200 call it together, and free afterwards', async () => {
    const stored = await busy.hash('correct horse');
    const codes = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        codeOf(index % 2 ? busy.hash('correct horse') : busy.verify('correct horse', stored)),
      ),
    );
    expect(codes.slice(0, concurrency + 3)).toEqual(Array(concurrency + 3).fill('none'));
    expect(codes.slice(concurrency + 3)).toEqual(Array(197 - concurrency).fill('TooBusy'));
    expect(await busy.verify('correct horse', stored)).toBe(true);
  });

  it('ASVS 6.3.8: answers no sooner for what is broken than for what is not', async () => {
    const stored = await busy.hash('correct horse');
    const waiting = Array.from({ length: concurrency + 3 }, () => busy.verify('other', stored));
    // Where all places are taken, only what needs none could be answered now.
    const codes = ['', 'plain text', stored.slice(0, -1), `${stored}.`].map((broken) =>
      codeOf(busy.verify('correct horse', broken)),
    );
    codes.push(codeOf(busy.verify('canary\ud800', stored)));
    expect(await Promise.all(codes)).toEqual(Array(5).fill('TooBusy'));
    expect(await Promise.all(waiting)).toEqual(Array(concurrency + 3).fill(false));
  });
});

describe('ASVS 11.4.2, 15.1.3: bounds of the settings', () => {
  const MAKE = {
    BcryptHasher: (options: object) => new BcryptHasher(options),
    ScryptHasher: (options: object) => new ScryptHasher(options),
    Argon2Hasher: (options: object) => new Argon2Hasher(options),
  };

  it.each([
    ['ScryptHasher', { ln: 13 }, 'ln'],
    ['ScryptHasher', { ln: 19 }, 'ln'],
    ['ScryptHasher', { ln: 17.5 }, 'ln'],
    ['ScryptHasher', { ln: 16, p: 1 }, 'p'],
    ['ScryptHasher', { ln: 15, p: 2 }, 'p'],
    ['ScryptHasher', { ln: 14, p: 4 }, 'p'],
    ['ScryptHasher', { ln: 14, p: 17 }, 'p'],
    ['ScryptHasher', { ln: 18, p: 2 }, 'p'],
    ['ScryptHasher', { concurrency: 0 }, 'concurrency'],
    ['ScryptHasher', { maxQueued: -1 }, 'maxQueued'],
    ['Argon2Hasher', { memoryCost: 7167 }, 'memoryCost'],
    ['Argon2Hasher', { memoryCost: 262_145 }, 'memoryCost'],
    ['Argon2Hasher', { memoryCost: 19_455, timeCost: 2 }, 'timeCost'],
    ['Argon2Hasher', { memoryCost: 47_103, timeCost: 1 }, 'timeCost'],
    ['Argon2Hasher', { memoryCost: 262_144, timeCost: 5 }, 'timeCost'],
    ['Argon2Hasher', { timeCost: NaN }, 'timeCost'],
    ['Argon2Hasher', { parallelism: 17 }, 'parallelism'],
    ['BcryptHasher', { threads: -1 }, 'threads'],
    ['BcryptHasher', { threads: 65 }, 'threads'],
    ['BcryptHasher', { maxQueued: 10_001 }, 'maxQueued'],
  ] as const)('refuses %s with %p', (name, options, path) => {
    expect(() => MAKE[name](options)).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: { path, reason: expect.any(String) },
      }),
    );
  });

  it.each([
    ['ScryptHasher', {}, '$scrypt$ln=17,r=8,p=1$'],
    ['ScryptHasher', { ln: 16 }, '$scrypt$ln=16,r=8,p=2$'],
    ['ScryptHasher', { ln: 15, p: 8 }, '$scrypt$ln=15,r=8,p=8$'],
    ['ScryptHasher', { ln: 18 }, '$scrypt$ln=18,r=8,p=1$'],
    ['Argon2Hasher', {}, '$argon2id$v=19$m=19456,t=2,p=1$'],
    ['Argon2Hasher', { memoryCost: 47_104 }, '$argon2id$v=19$m=47104,t=1,p=1$'],
    ['Argon2Hasher', { memoryCost: 9216 }, '$argon2id$v=19$m=9216,t=4,p=1$'],
  ] as const)('takes %s with %p', (name, options, start) => {
    expect(MAKE[name](options).dummyHash.slice(0, start.length)).toBe(start);
  });
});

describe('ASVS 11.2.2: needsRehash', () => {
  const scrypt = (parameters: string, salt = 22, digest = 43): string =>
    `$scrypt$${parameters}$${'a'.repeat(salt)}$${'a'.repeat(digest)}`;
  const argon2 = (parameters: string, salt = 22, digest = 43): string =>
    `$argon2id$v=19$${parameters}$${'a'.repeat(salt)}$${'a'.repeat(digest)}`;

  it.each([
    [scrypt('ln=17,r=8,p=1'), false],
    [scrypt('ln=17,r=8,p=2'), false],
    [scrypt('ln=18,r=8,p=1'), false],
    [scrypt('ln=16,r=8,p=2'), true],
    [scrypt('ln=14,r=8,p=1'), true],
    [scrypt('ln=17,r=7,p=2'), true],
    [scrypt('ln=17,r=8,p=1', 21), true],
    [scrypt('ln=17,r=8,p=1', 22, 42), true],
    [scrypt('ln=17,r=8,p=1', 22, 86), false],
    ['$2b$10$whatever', true],
  ])('of scrypt says of %s: %p', (stored, needed) => {
    expect(new ScryptHasher().needsRehash(stored)).toBe(needed);
  });

  it.each([
    [scrypt('ln=16,r=8,p=2'), false],
    [scrypt('ln=16,r=8,p=1'), true],
    [scrypt('ln=16,r=16,p=1'), false],
    [scrypt('ln=15,r=8,p=8'), true],
  ])('of scrypt with less memory and more work says of %s: %p', (stored, needed) => {
    expect(new ScryptHasher({ ln: 16 }).needsRehash(stored)).toBe(needed);
  });

  it.each([
    [argon2('m=19456,t=2,p=1'), false],
    [argon2('m=65536,t=3,p=4'), false],
    [argon2('m=47104,t=1,p=1'), false],
    [argon2('m=12288,t=4,p=1'), true],
    [argon2('m=19456,t=1,p=1'), true],
    [argon2('m=19456,t=2,p=1', 11), true],
    [argon2('m=19456,t=2,p=1', 22, 22), true],
    ['$2b$10$whatever', true],
  ])('of Argon2 says of %s: %p', (stored, needed) => {
    expect(new Argon2Hasher().needsRehash(stored)).toBe(needed);
  });
});
