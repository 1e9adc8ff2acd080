import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  betterAuthScrypt,
  devise,
  firebaseScrypt,
  phpass,
  pbkdf2,
  wordPress,
} from '../../src/passwords/foreign/index.js';
import { BcryptHasher } from '../../src/passwords/BcryptHasher.js';
import { PasswordVerifier } from '../../src/passwords/PasswordVerifier.js';
import { errorOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { FIREBASE_HASH, FIREBASE_SALT, FIREBASE_SIGNER_KEY, FOREIGN } from './foreignVectors.js';

const ALL = FOREIGN.flatMap(({ name: of, hasher, vectors }) =>
  vectors.map((vector) => ({ ...vector, of, hasher })),
);

describe.each(ALL)('$of, by a vector of $source', ({ of, hasher, password, stored }) => {
  it('recognises the hash, matches its password and no other', async () => {
    expect(hasher.recognises(stored)).toBe(true);
    expect(await hasher.verify(password, stored)).toBe(true);
    for (const other of [`${password}x`, password.slice(1), password.toUpperCase() + '!', '']) {
      expect(await hasher.verify(other, stored)).toBe(false);
    }
  });

  it('recognises nothing that was cut off, made longer or put into another string', async () => {
    const broken = [
      ...Array.from({ length: stored.length }, (_, at) => stored.slice(0, at)),
      `${stored}A`,
      `${stored}=`,
      `${stored}\n`,
      ` ${stored}`,
      `x${stored}`,
      stored.slice(1),
      stored.replace(/\$|:/, '\0'),
    ];
    for (const each of broken) {
      expect([each, hasher.recognises(each)]).toEqual([each, false]);
      expect(await hasher.verify(password, each)).toBe(false);
    }
  });

  it('takes no password that is not well-formed, and no value that is not a string', async () => {
    expect(await hasher.verify('\ud800', stored)).toBe(false);
    for (const value of [undefined, null, 7, {}, [stored]]) {
      expect(hasher.recognises(value as string)).toBe(false);
      expect(await hasher.verify(password, value as string)).toBe(false);
    }
  });

  it('is the only one that recognises it, and has it replaced after a right password', async () => {
    const recognising = FOREIGN.filter((each) => each.hasher.recognises(stored));
    expect(recognising.map(({ name }) => name)).toEqual([of]);
    expect(new BcryptHasher().recognises(stored)).toBe(false);
    const verifier = new PasswordVerifier({
      hasher: new QuickHasher(),
      extraHashers: FOREIGN.map((each) => each.hasher),
    });
    expect(verifier.recognises(stored)).toBe(true);
    expect(await verifier.verify(password, stored)).toEqual({ matches: true, needsRehash: true });
    expect(await verifier.verify('wrong', stored)).toEqual({ matches: false, needsRehash: false });
  });
});

/** Well-formed strings that ask for more than anybody should pay. */
const COSTLY = [
  ...['2000000', '4000001', '9999999', '99999999', '1e9', '-1', '0', '00', '4294967296'].flatMap(
    (iterations) => [
      // Two blocks of SHA-256 are twice the work.
      `$pbkdf2-sha256$i=${iterations}1,l=64$c2FsdHNhbHQ$${'A'.repeat(86)}`,
      `pbkdf2_sha256$${iterations}999$salt$${'A'.repeat(43)}=`,
      `$pbkdf2-sha512$${iterations}999$c2FsdHNhbHQ$${'A'.repeat(86)}`,
    ],
  ),
  `$pbkdf2-sha256$i=2000001,l=64$c2FsdHNhbHQ$${'A'.repeat(86)}`,
  ...['H', 'I', 'S', 'z', '4', '.', '/'].map(
    (letter) => `$P$${letter}IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0`,
  ),
  ...['17', '20', '31', '99', '03', '00'].flatMap((cost) => [
    `$wp$2y$${cost}$${'a'.repeat(53)}`,
    `$devise$2a$${cost}$${'a'.repeat(53)}`,
  ]),
];

describe('a hash with a hostile cost', () => {
  it.each(COSTLY)('is not recognised, and nothing is computed: %s', async (stored) => {
    for (const { hasher } of FOREIGN) {
      expect(hasher.recognises(stored)).toBe(false);
      expect(await hasher.verify('password', stored)).toBe(false);
    }
  });
});

describe('the digest of a PBKDF2', () => {
  it.each([
    ['16 bytes of SHA-256', `$pbkdf2-sha256$i=1000,l=16$c2FsdHNhbHQ$${'A'.repeat(27)}`],
    [
      '20 bytes of SHA-256, which do not say so',
      `$pbkdf2-sha256$i=1000$c2FsdHNhbHQ$${'A'.repeat(27)}`,
    ],
    ['another length than it says', `$pbkdf2-sha256$i=1000,l=64$c2FsdHNhbHQ$${'A'.repeat(43)}`],
    ['20 bytes in the form of Django', `pbkdf2_sha256$1000$salt$${'A'.repeat(27)}=`],
  ])('is not recognised with %s', (_name, stored) => {
    expect(pbkdf2().recognises(stored)).toBe(false);
  });
});

it('matches what better-auth itself has just hashed, also in its compatibility form', async () => {
  const passwords = ['correct horse', 'Grüße ﬁn 漢字', '😀'];
  // It is an ES module, which Jest does not load.
  const program = `import { hashPassword } from 'better-auth/crypto';
    for (const each of ${JSON.stringify(passwords)}) console.log(await hashPassword(each));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    program,
  ]);
  for (const [at, stored] of stdout.trim().split('\n').entries()) {
    const password = passwords[at] ?? '';
    expect(await betterAuthScrypt().verify(password, stored)).toBe(true);
    expect(await betterAuthScrypt().verify(password.normalize('NFKD'), stored)).toBe(true);
    expect(await betterAuthScrypt().verify(`${password} `, stored)).toBe(false);
  }
});

it('matches no hash of another Firebase project, of another pepper or with another separator', async () => {
  const stored = `$firebase-scrypt$v=1$${FIREBASE_SALT}$${FIREBASE_HASH}`;
  const others = [
    { signerKey: Buffer.alloc(64, 1).toString('base64') },
    { signerKey: FIREBASE_SIGNER_KEY, saltSeparator: 'CA==' },
    { signerKey: FIREBASE_SIGNER_KEY, rounds: 7 },
    { signerKey: FIREBASE_SIGNER_KEY, memoryCost: 13 },
  ];
  for (const other of others) {
    expect(await firebaseScrypt(other).verify('user1password', stored)).toBe(false);
  }
  const [peppered] = FOREIGN.flatMap(({ name, vectors }) => (name === 'devise' ? vectors : []));
  expect(await devise({ pepper: '*V' }).verify('U*U', peppered?.stored ?? '')).toBe(false);
});

describe('an option that is not valid', () => {
  const signerKey = FIREBASE_SIGNER_KEY;
  it.each([
    ['signerKey', () => firebaseScrypt({ signerKey: '' })],
    ['signerKey', () => firebaseScrypt({ signerKey: 'c2hvcnQ=' })],
    ['signerKey', () => firebaseScrypt({ signerKey: 7 as unknown as string })],
    ['saltSeparator', () => firebaseScrypt({ signerKey, saltSeparator: 'ä' })],
    ['rounds', () => firebaseScrypt({ signerKey, rounds: 9 })],
    ['rounds', () => firebaseScrypt({ signerKey, rounds: 1.5 })],
    ['memoryCost', () => firebaseScrypt({ signerKey, memoryCost: 16 })],
    ['memoryCost', () => firebaseScrypt({ signerKey, memoryCost: 0 })],
    ['pepper', () => devise({ pepper: '' })],
    ['pepper', () => devise({ pepper: undefined as unknown as string })],
  ])('is InvalidConfiguration with the path %s', async (path, make) => {
    const error = await errorOf(Promise.resolve().then(make));
    expect(error).toMatchObject({ code: 'InvalidConfiguration', details: { path } });
    expect(JSON.stringify(error)).not.toContain('c2hvcnQ');
  });
});

it('refuses those who come when too many wait', async () => {
  const [stored = ''] = FOREIGN.flatMap(({ name, vectors }) =>
    name === 'phpass' ? vectors.map((vector) => vector.stored) : [],
  );
  for (const hasher of [phpass()]) {
    const all = await Promise.allSettled(
      Array.from({ length: 80 }, () => hasher.verify('test12345', stored)),
    );
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(80 - 64 - 2);
    expect(refused[0]).toMatchObject({ reason: { code: 'TooBusy' } });
  }
  expect(wordPress().recognises(stored)).toBe(false);
});
