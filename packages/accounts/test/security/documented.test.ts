import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { tokenPolicy } from '../../src/oneTimeTokens/tokenPolicy.js';
import { DEFAULT_PASSWORD_POLICY } from '../../src/passwords/PasswordPolicy.js';
import { BcryptHasher } from '../../src/passwords/BcryptHasher.js';
import { definePolicy } from '../../src/core/sessionPolicy.js';
import {
  addressPolicy,
  authenticatorPolicy,
  messagePolicy,
} from '../../src/throttling/throttlePolicy.js';
import { parseDuration, type Duration } from '../../src/tokens/parseDuration.js';
import { twoFactorSettings } from '../../src/twoFactor/twoFactorSettings.js';

const PACKAGE = path.join(__dirname, '../..');
const ROOT = path.join(PACKAGE, '../..');
const source = (file: string): string => readFileSync(path.join(PACKAGE, 'src', file), 'utf8');
/** A document on one line, so that it may break its lines where it likes. */
const text = (file: string): string =>
  readFileSync(path.join(ROOT, file), 'utf8').replace(/\s+/g, ' ');
const ms = (duration: string): number => parseDuration(duration as Duration, 'documented');

/** What the comments of an interface say that options are by default; times in milliseconds. */
function documentedDefaults(file: string, name: string): Record<string, number> {
  const code = source(file);
  const start = code.search(new RegExp(`interface ${name}\\b`));
  const block = code.slice(start, code.indexOf('\n}\n', start));
  const options = block.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*readonly (\w+)\?/g);
  const found: Record<string, number> = {};
  for (const [, comment = '', option = ''] of options) {
    const [, number, duration] =
      /[dD]efault: (?:(\d+)\b|`'(\d+\w+)'`)/.exec(comment.replace(/\s*\*?\s+/g, ' ')) ?? [];
    if (number !== undefined) found[option] = Number(number);
    if (duration !== undefined) found[option] = ms(duration);
  }
  return found;
}

const password = authenticatorPolicy({}, '');
const address = addressPolicy({}, '');
const messages = messagePolicy({}, '');
const { lifetimesMs } = tokenPolicy();
const sessions = definePolicy({ getTokenSecret: () => '' });
const twoFactor = twoFactorSettings({
  issuer: 'Tests',
  encryptionKeys: [{ kid: '1', key: Buffer.alloc(32, 7) }],
});

describe('the limits that an option’s comment tells are those that hold', () => {
  it.each<[string, string, string, Record<string, number>]>([
    [
      'ASVS 6.1.1, 2.1.3: attempts at passwords and codes',
      'throttling/throttlePolicy.ts',
      'AuthenticatorThrottling',
      {
        budget: password.budget,
        window: password.windowMs,
        backOff: password.backOffMs,
        maxBackOff: password.maxBackOffMs,
      },
    ],
    [
      'ASVS 6.1.1, 2.1.3: attempts by client address',
      'throttling/throttlePolicy.ts',
      'AddressThrottling',
      { budget: address.budget, window: address.windowMs },
    ],
    [
      'ASVS 2.1.3: messages to an address',
      'throttling/throttlePolicy.ts',
      'MessageThrottling',
      {
        perAddress: messages.perAddress,
        perAccount: messages.perAccount,
        window: messages.windowMs,
      },
    ],
    [
      'ASVS 7.1.1, 7.6.1: lifetimes of sessions',
      'core/sessionPolicy.ts',
      'SessionsOptions',
      {
        tokenDuration: sessions.durationMs,
        rememberMeDuration: sessions.rememberMeDurationMs,
        grace: sessions.graceMs,
        duration: sessions.impersonationDurationMs,
      },
    ],
    [
      'ASVS 2.1.3, NIST 4.2.1.2: lifetimes of one-time tokens',
      'oneTimeTokens/tokenPolicy.ts',
      'OneTimeTokenLifetimes',
      {
        emailVerification: lifetimesMs.email_verification,
        passwordRecovery: lifetimesMs.password_recovery,
        phoneVerification: lifetimesMs.phone_verification,
        magicLink: lifetimesMs.magick_link,
        loginCode: lifetimesMs.login_code,
        contactRecovery: lifetimesMs.contact_recovery,
        twoFactorChallenge: lifetimesMs.twoFactorAuth,
        custom: lifetimesMs.custom,
      },
    ],
    [
      'ASVS 2.1.3: the age of a proof',
      'twoFactor/twoFactorSettings.ts',
      'TwoFactorOptions',
      { recentLogin: parseDuration(twoFactor.recentLogin, '') },
    ],
  ])('%s', (_title, file, name, limits) => {
    expect(documentedDefaults(file, name)).toEqual(limits);
  });

  it('ASVS 6.1.2: the words that a password must not be made of are documented', () => {
    const guide = text('docs/guide/accounts.md');
    expect(guide).toMatch(/words of your own/);
    expect(guide).toMatch(/refuses passwords made from the person's name/);
    const policy = source('passwords/PasswordPolicy.ts').replace(/\s*\*?\s+/g, ' ');
    expect(policy).toMatch(
      /Words that must not make up half of a password[^/]*\*\/ readonly contextWords/,
    );
  });

  it('ASVS 6.1.1, 2.1.3, 2.1.1: as the documents tell them', async () => {
    const { minLength, maxLength } = DEFAULT_PASSWORD_POLICY;
    const cost = /\$2b\$(\d+)\$/.exec(await new BcryptHasher().hash('correct horse'))?.[1];
    const [, recent = ''] = /recentLogin = '(\w+)'/.exec(source('accounts/Accounts.ts')) ?? [];
    const said: [file: string, sentence: RegExp, holds: boolean][] = [
      ['SECURITY.md', /Passwords: 8 to 1000 characters/, minLength === 8 && maxLength === 1000],
      ['SECURITY.md', /bcrypt \(cost 10 by default\)/, cost === '10'],
      ['SECURITY.md', /for up to an hour/, password.maxBackOffMs === ms('1h')],
      ['SECURITY.md', /requires a login within the last ten minutes/, ms(recent) === ms('10m')],
      ['docs/guide/accounts.md', /After 10 failures in a row/, password.budget === 10],
      [
        'docs/guide/accounts.md',
        /doubles with each further failure, up to an hour/,
        password.maxBackOffMs === ms('1h'),
      ],
      [
        'docs/guide/accounts.md',
        /works once, expires after 24 hours/,
        lifetimesMs.email_verification === ms('24h'),
      ],
      [
        'docs/guide/accounts.md',
        /six digits, good for 10 minutes/,
        lifetimesMs.phone_verification === ms('10m'),
      ],
      [
        'docs/guide/accounts.md',
        /for the client, for five minutes/,
        lifetimesMs.twoFactorAuth === ms('5m'),
      ],
      [
        'docs/guide/accounts.md',
        /the same new token again for 30 seconds/,
        sessions.graceMs === ms('30s'),
      ],
      [
        'docs/guide/accounts.md',
        /for up to an hour, in which/,
        sessions.impersonationDurationMs === ms('1h'),
      ],
    ];
    for (const [file, sentence, holds] of said) {
      expect([file, String(sentence), sentence.test(text(file)), holds]).toEqual([
        file,
        String(sentence),
        true,
        true,
      ]);
    }
  });
});

describe('what is made by cryptography', () => {
  const files = readdirSync(path.join(PACKAGE, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(file))
    .map((file) => source(file));
  const all = (pattern: RegExp): string[] =>
    [
      ...new Set(files.flatMap((code) => Array.from(code.matchAll(pattern), ([, it = '']) => it))),
    ].sort();

  it('ASVS 11.1.2, 11.2.1, 11.4.1: is all of it here: nothing else is called, and nothing that is not approved', () => {
    expect(files.length).toBeGreaterThan(100);
    const imported = all(/import (?:type )?{([^}]*)} from 'node:crypto'/g)
      .flatMap((names) => names.split(','))
      .map((name) => name.replace(/\btype\b/, '').trim())
      .filter((name) => name !== '');
    expect([...new Set(imported)].sort()).toEqual([
      'KeyObject',
      'createCipheriv',
      'createDecipheriv',
      'createHash',
      'createHmac',
      // The client's assertion that Apple asks for (ES256).
      'createPrivateKey',
      'createSecretKey',
      // Hashes of other systems, until the next login.
      'pbkdf2 as derive',
      'randomBytes',
      'randomInt',
      'scrypt',
      'sign',
      'timingSafeEqual',
    ]);
    // Hashes and MACs, the cipher, the signature, and RFC 6238's own: apps know no other.
    // MD5 only compares the hashes that phpBB and WordPress had, until their owners' next login.
    expect(all(/create(?:Hash|Hmac)\(\s*'([^']+)'/g)).toEqual(['md5', 'sha256', 'sha384']);
    expect(all(/create(?:Hash|Hmac)\(\s*([^'\s])/g)).toEqual([]);
    // The counter mode is a step of Firebase's hash, and keeps no secret.
    expect(all(/'(aes-[^']+)'/g)).toEqual(['aes-256-ctr', 'aes-256-gcm']);
    expect(all(/'((?:HS|RS|ES|PS)\d{3})'/g)).toEqual(['ES256', 'HS256']);
    expect(all(/'(SHA-?\d+)'/g)).toEqual(['SHA-256', 'SHA1']);
    // In browsers: of the password, before it is sent (decision 22).
    expect(all(/name: '(PBKDF2|[A-Z]+-[A-Z]+)'/g)).toEqual(['PBKDF2']);
  });

  it('ASVS 11.2.1: comes from libraries that others have looked at, and none is of our own', () => {
    const packages = all(/from '((?!node:|\.|@latchkey|@aws-sdk)[^']+)'/g);
    const cryptographic = packages.filter((name) =>
      /crypt|argon|jsonwebtoken|otp|jose|oauth4|webauthn/.test(name),
    );
    expect(cryptographic).toEqual([
      '@node-rs/argon2',
      '@simplewebauthn/server',
      '@simplewebauthn/server/helpers',
      'bcryptjs',
      'jsonwebtoken',
      'oauth4webapi',
      'otpauth',
    ]);
    expect(all(/(Math\.random)\(/g)).toEqual([]);
  });
});
