import { createHmac, generateKeyPairSync, KeyObject, sign as signWithKey } from 'node:crypto';
import { inspect } from 'node:util';
import jwt from 'jsonwebtoken';
import { AccountError } from '../errors/AccountError.js';
import { AuthTokens, type AuthTokensOptions } from './AuthTokens.js';
import { digestMatches, digestSecret } from './digestSecret.js';
import type { TokenSecrets } from './TokenKeys.js';

const SECRET = 'canary-secret-0123456789-0123456789';
const OTHER_SECRET = 'another-secret-9876543210-9876543210';
const NOW = Date.UTC(2026, 10, 21, 12);
const NOW_SECONDS = NOW / 1000;
const ACCOUNT = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const SESSION = '01BX5ZZKBKACTAV9WEVGEMMVRZ';
const subject = {
  accountId: ACCOUNT,
  sessionId: SESSION,
  rotation: 3,
  expiresAtMs: NOW + 3_600_000,
};

type Json = Record<string, unknown>;

function tokensWith(
  secrets: TokenSecrets = SECRET,
  options: Partial<AuthTokensOptions<unknown>> = {},
): AuthTokens {
  return new AuthTokens({ getTokenSecret: () => secrets, now: () => NOW, ...options });
}

const goodHeader: Json = { alg: 'HS256', typ: 'latchkey-session+jwt' };
const goodPayload: Json = {
  iss: 'latchkey',
  aud: 'latchkey',
  sub: ACCOUNT,
  sid: SESSION,
  rot: 3,
  jti: Buffer.alloc(32, 7).toString('base64url'),
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 3600,
};

const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token by hand, so that jsonwebtoken cannot correct what is wrong with it. */
function forge(header: unknown, payload: unknown, secret = SECRET, hash = 'sha256'): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

function without(claims: Json, name: string): Json {
  return Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
}

async function refusalOf(verification: Promise<unknown>): Promise<AccountError> {
  const error: unknown = await verification.then(
    () => new Error('expected a refusal'),
    (reason: unknown) => reason,
  );
  if (AccountError.is(error)) return error;
  throw error;
}

/** Every refusal is the same one, and shows neither token nor secret. */
async function expectRefused(authToken: unknown, tokens: AuthTokens = tokensWith()): Promise<void> {
  const error = await refusalOf(tokens.verify(authToken, {}));
  expect(error.toJSON()).toEqual({
    code: 'TokenVerificationFailed',
    status: 401,
    message: 'The token could not be verified.',
    details: { path: 'authToken' },
  });
  expect(error.cause).toBeUndefined();
  const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
  expect(shown).not.toContain(SECRET);
  if (typeof authToken !== 'string') return;
  for (const segment of authToken.split('.')) {
    if (segment.length > 8) expect(shown).not.toContain(segment.slice(0, 100));
  }
}

describe('AuthTokens.issue', () => {
  it('RFC 8725 §3.1, §3.11: signs an HS256 JWT of its own type', async () => {
    const { authToken } = await tokensWith().issue(subject, {});
    expect(jwt.decode(authToken, { complete: true })).toMatchObject({
      header: goodHeader,
      payload: { ...goodPayload, jti: expect.stringMatching(/^[\w-]{43}$/) },
    });
    expect(jwt.decode(authToken, { complete: true })?.header).toEqual(goodHeader);
  });

  it('ASVS 7.2.3: gives every token a secret of 256 random bits, and its digest to store', async () => {
    const randomBytes = jest.fn((size: number) => Buffer.alloc(size, 7));
    const { authToken, secretDigest } = await tokensWith(SECRET, { randomBytes }).issue(
      subject,
      {},
    );
    expect(randomBytes.mock.calls).toEqual([[32]]);
    expect(jwt.decode(authToken, { json: true })?.jti).toBe(goodPayload.jti);
    expect(secretDigest).toBe(digestSecret(String(goodPayload.jti)));
    expect(authToken).not.toContain(secretDigest);

    const issued = await Promise.all(
      Array.from({ length: 100 }, () => tokensWith().issue(subject, {})),
    );
    expect(new Set(issued.map((token) => token.secretDigest)).size).toBe(100);
  });

  it('signs with the newest of several secrets and names it', async () => {
    const tokens = tokensWith([
      { kid: 'new', secret: SECRET },
      { kid: 'old', secret: OTHER_SECRET },
    ]);
    const { authToken } = await tokens.issue(subject, {});
    expect(jwt.decode(authToken, { complete: true })?.header).toEqual({
      ...goodHeader,
      kid: 'new',
    });
    expect(jwt.verify(authToken, SECRET, { clockTimestamp: NOW_SECONDS })).toBeTruthy();
  });

  it('hands the request to getTokenSecret', async () => {
    const getTokenSecret = jest.fn((request: { tenant: string }) =>
      Promise.resolve(SECRET + request.tenant),
    );
    const tokens = new AuthTokens({ getTokenSecret, now: () => NOW });
    const { authToken } = await tokens.issue(subject, { tenant: 'a' });
    await expect(tokens.verify(authToken, { tenant: 'a' })).resolves.toMatchObject({ rotation: 3 });
    expect((await refusalOf(tokens.verify(authToken, { tenant: 'b' }))).code).toBe(
      'TokenVerificationFailed',
    );
    expect(getTokenSecret.mock.calls).toEqual([
      [{ tenant: 'a' }],
      [{ tenant: 'a' }],
      [{ tenant: 'b' }],
    ]);
  });
});

describe('AuthTokens.verify', () => {
  it('gives what was issued', async () => {
    const tokens = tokensWith();
    const { authToken, secretDigest } = await tokens.issue(subject, {});
    const verified = await tokens.verify(authToken, {});
    expect(verified).toEqual({
      ...subject,
      issuedAtMs: NOW,
      secret: expect.any(String),
      key: expect.any(KeyObject),
    });
    expect(digestMatches(verified.secret, secretDigest)).toBe(true);
  });

  it('accepts the hand-made token that the refusals below are variations of', async () => {
    await expect(tokensWith().verify(forge(goodHeader, goodPayload), {})).resolves.toMatchObject({
      accountId: ACCOUNT,
      secret: goodPayload.jti,
    });
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 1],
    ['an object', { authToken: 'a.b.c' }],
    ['an array of one token', [forge(goodHeader, goodPayload)]],
    ['a String object', Object(forge(goodHeader, goodPayload))],
    ['nothing', ''],
    ['a word', 'token'],
    ['dots', '..'],
    ['a.b.c', 'a.b.c'],
    ['a megabyte', 'a'.repeat(1_000_000)],
    ['a megabyte of dots', '.'.repeat(1_000_000)],
    [
      'a genuine token over 4096 characters',
      forge(goodHeader, { ...goodPayload, x: 'x'.repeat(4096) }),
    ],
    ['two segments', forge(goodHeader, goodPayload).split('.').slice(0, 2).join('.')],
    ['four segments', `${forge(goodHeader, goodPayload)}.e30`],
    ['white space around it', ` ${forge(goodHeader, goodPayload)}`],
    ['a line break at the end', `${forge(goodHeader, goodPayload)}\n`],
    ['padding', `${forge(goodHeader, goodPayload)}=`],
    ['a Bearer prefix', `Bearer ${forge(goodHeader, goodPayload)}`],
    ['a header that is no JSON', forge('canary-no-json', goodPayload)],
    ['a header that is null', forge('null', goodPayload)],
    ['a header that is a list', forge([goodHeader], goodPayload)],
    ['a payload that is no JSON', forge(goodHeader, 'canary-no-json')],
    ['a payload that is null', forge(goodHeader, 'null')],
    ['a payload that is a list', forge(goodHeader, [goodPayload])],
  ])('ASVS 2.2.1, 11.2.5: refuses %s', async (_name, authToken) => {
    await expectRefused(authToken);
  });

  it('ASVS 9.1.2, CVE-2022-23540: refuses unsigned tokens, "none" in any case', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      const unsigned = `${base64url({ ...goodHeader, alg })}.${base64url(goodPayload)}.`;
      await expectRefused(unsigned);
      await expectRefused(forge({ ...goodHeader, alg }, goodPayload));
    }
    await expectRefused(forge(goodHeader, goodPayload).replace(/[^.]+$/, ''));
  });

  it('ASVS 9.1.2, RFC 8725 §3.1, CVE-2022-23541: refuses every other algorithm', async () => {
    await expectRefused(forge({ ...goodHeader, alg: 'HS512' }, goodPayload, SECRET, 'sha512'));
    await expectRefused(forge({ ...goodHeader, alg: 'HS384' }, goodPayload, SECRET, 'sha384'));
    await expectRefused(forge({ ...goodHeader, alg: 'hs256' }, goodPayload));
    await expectRefused(forge({ ...goodHeader, alg: ['HS256'] }, goodPayload));
    await expectRefused(forge(without(goodHeader, 'alg'), goodPayload));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const input = `${base64url({ ...goodHeader, alg: 'RS256' })}.${base64url(goodPayload)}`;
    const signature = signWithKey('sha256', Buffer.from(input), privateKey);
    await expectRefused(`${input}.${signature.toString('base64url')}`);
  });

  it('ASVS 9.1.1: refuses a token of another key', async () => {
    await expectRefused(forge(goodHeader, goodPayload, OTHER_SECRET));
    await expectRefused(forge(goodHeader, goodPayload, ''));
    await expectRefused(forge(goodHeader, goodPayload, `${SECRET}x`));
  });

  it('ASVS 9.1.1: refuses a token with any character changed, in all three segments', async () => {
    const token = forge(goodHeader, goodPayload);
    for (let index = 0; index < token.length; index++) {
      const letter = token.charAt(index);
      if (letter === '.') continue;
      const flipped = letter === 'A' ? 'B' : 'A';
      await expectRefused(token.slice(0, index) + flipped + token.slice(index + 1));
    }
    // The last character of 43 holds two spare bits, which a lenient decoder drops.
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      if (!token.endsWith(last)) await expectRefused(token.slice(0, -1) + last);
    }
  });

  it.each([
    'JWT',
    'latchkey-session',
    'LATCHKEY-SESSION+JWT',
    'application/latchkey-session+jwt',
    '',
    null,
  ])('ASVS 9.2.2, RFC 8725 §3.11: refuses the type %p', async (typ) => {
    await expectRefused(forge({ ...goodHeader, typ }, goodPayload));
  });

  it('CVE-2023-48309: refuses a token without type', async () => {
    await expectRefused(forge(without(goodHeader, 'typ'), goodPayload));
  });

  it.each(['crit', 'jku', 'jwk', 'x5u', 'x5c', 'x5t', 'b64', 'zip', 'cty', 'constructor'])(
    'ASVS 9.1.3, RFC 8725 §3.10: refuses the header %p',
    async (name) => {
      await expectRefused(
        forge({ ...goodHeader, [name]: name === 'crit' ? [] : 'x' }, goodPayload),
      );
      await expectRefused(forge({ ...goodHeader, [name]: null }, goodPayload));
    },
  );

  it.each(Object.keys(goodPayload))(
    'ASVS 9.2.1, 9.2.3: refuses a token without %p, which jsonwebtoken would accept',
    async (claim) => {
      await expectRefused(forge(goodHeader, without(goodPayload, claim)));
      await expectRefused(forge(goodHeader, { ...goodPayload, [claim]: null }));
    },
  );

  it.each<[string, unknown]>([
    ['iss', 'Latchkey'],
    ['iss', ['latchkey']],
    ['aud', 'billing'],
    ['aud', ''],
    ['aud', ['latchkey', 'billing']],
    ['sub', 'admin'],
    ['sub', `${ACCOUNT}#x`],
    ['sub', [ACCOUNT]],
    ['sid', ''],
    ['sid', { $ne: '' }],
    ['rot', -1],
    ['rot', 1.5],
    ['rot', '3'],
    ['rot', 2 ** 53],
    ['jti', 'short'],
    ['jti', 'x'.repeat(21)],
    ['jti', 'x'.repeat(129)],
    ['jti', `${'x'.repeat(42)}+`],
    ['iat', '1'],
    ['iat', -1],
    ['exp', String(NOW_SECONDS + 3600)],
    ['exp', NOW_SECONDS + 0.5],
    ['exp', 1e300],
    ['nbf', '0'],
    ['nbf', null],
  ])('ASVS 2.2.1, 9.2.3: refuses %s of %p', async (claim, value) => {
    await expectRefused(forge(goodHeader, { ...goodPayload, [claim]: value }));
  });

  it('does not mind claims that it does not know, so that old servers read new tokens', async () => {
    const token = forge(goodHeader, { ...goodPayload, amr: ['pwd'] });
    await expect(tokensWith().verify(token, {})).resolves.toMatchObject({ accountId: ACCOUNT });
  });

  it('ASVS 9.2.4, RFC 8725 §3.9: refuses the tokens of another audience with the same secret', async () => {
    const { authToken } = await tokensWith(SECRET, { audience: 'shop' }).issue(subject, {});
    await expectRefused(authToken);
    await expectRefused(forge(goodHeader, goodPayload), tokensWith(SECRET, { audience: 'shop' }));
    const shop = tokensWith(SECRET, { audience: 'shop' });
    await expect(shop.verify(authToken, {})).resolves.toMatchObject({ accountId: ACCOUNT });
  });
});

describe('AuthTokens and time', () => {
  const at = (now: number): AuthTokens => tokensWith(SECRET, { now: () => now });

  it('ASVS 9.2.1: ends a token at its exp, by the injected clock', async () => {
    const { authToken } = await tokensWith().issue(subject, {});
    await expect(at(subject.expiresAtMs - 1).verify(authToken, {})).resolves.toBeTruthy();
    await expectRefused(authToken, at(subject.expiresAtMs));
    await expectRefused(authToken, at(subject.expiresAtMs + 1));
  });

  it.each([1, 250, 999])(
    'RFC 7519 §4.1.4: says the end in whole seconds, and %i ms into one none too early',
    async (into) => {
      const expiresAtMs = subject.expiresAtMs + into;
      const { authToken } = await tokensWith().issue({ ...subject, expiresAtMs }, {});
      // The session's row ends it to the millisecond.
      await expect(at(expiresAtMs - 1).verify(authToken, {})).resolves.toBeTruthy();
      await expectRefused(authToken, at(subject.expiresAtMs + 1000));
    },
  );

  it('does not fall back to the system clock when the injected one says 0', async () => {
    const token = forge(goodHeader, { ...goodPayload, exp: 60 }); // long past for Date.now
    await expect(at(0).verify(token, {})).resolves.toMatchObject({ expiresAtMs: 60_000 });
    await expectRefused(forge(goodHeader, { ...goodPayload, nbf: 60 }), at(0));
    const { authToken } = await at(0).issue(subject, {});
    await expect(at(0).verify(authToken, {})).resolves.toMatchObject({ issuedAtMs: 0 });
  });

  it('accepts a token from a server whose clock is ahead', async () => {
    const { authToken } = await tokensWith().issue(subject, {});
    await expect(at(NOW - 300_000).verify(authToken, {})).resolves.toBeTruthy();
  });

  it('ASVS 9.2.1: honours nbf', async () => {
    const token = forge(goodHeader, { ...goodPayload, nbf: NOW_SECONDS + 10 });
    await expectRefused(token, at(NOW + 9_999));
    await expect(at(NOW + 10_000).verify(token, {})).resolves.toBeTruthy();
    const year2200 = Date.UTC(2200, 0) / 1000; // to come for Date.now
    const future = { ...goodPayload, nbf: year2200, exp: year2200 + 60 };
    const inFuture = at(year2200 * 1000).verify(forge(goodHeader, future), {});
    await expect(inFuture).resolves.toBeTruthy();
  });

  it('ASVS 16.5.3: refuses every token while the clock is broken', async () => {
    await expectRefused(forge(goodHeader, goodPayload), at(NaN));
    await expectRefused(forge(goodHeader, { ...goodPayload, nbf: 0 }), at(NaN));
    const { authToken } = await at(NaN).issue(subject, {});
    await expectRefused(authToken);
  });

  it('can ignore the end, for logout, and nothing else', async () => {
    const late = at(subject.expiresAtMs + 1);
    const logout = { ignoreExpiration: true };
    const verified = await late.verify(forge(goodHeader, goodPayload), {}, logout);
    expect(verified).toMatchObject({ accountId: ACCOUNT, sessionId: SESSION });
    for (const token of [
      forge(goodHeader, goodPayload, OTHER_SECRET),
      forge(goodHeader, without(goodPayload, 'exp')),
      forge(goodHeader, { ...goodPayload, aud: 'billing' }),
      forge(goodHeader, { ...goodPayload, nbf: NOW_SECONDS + 1e6 }),
    ]) {
      const error = await refusalOf(late.verify(token, {}, logout));
      expect(error.code).toBe('TokenVerificationFailed');
    }
  });
});

describe('AuthTokens and several secrets', () => {
  const both = tokensWith([
    { kid: 'new', secret: SECRET },
    { kid: 'old', secret: OTHER_SECRET },
  ]);
  const named = (kid: unknown, secret: string): string =>
    forge({ ...goodHeader, kid }, goodPayload, secret);

  it('ASVS 11.2.2: accepts each by its name while a secret is replaced', async () => {
    await expect(both.verify(named('new', SECRET), {})).resolves.toBeTruthy();
    await expect(both.verify(named('old', OTHER_SECRET), {})).resolves.toBeTruthy();
  });

  it('tries no other key than the one that is named', async () => {
    await expectRefused(named('new', OTHER_SECRET), both);
    await expectRefused(named('old', SECRET), both);
    await expectRefused(forge(goodHeader, goodPayload, SECRET), both);
  });

  it.each(['gone', '', 'NEW', 'new ', '__proto__', '0', 0, null, ['new'], { kid: 'new' }])(
    'ASVS 9.1.3: refuses the unknown kid %p',
    async (kid) => {
      await expectRefused(named(kid, SECRET), both);
    },
  );

  it('refuses a name where the only secret has none', async () => {
    await expectRefused(named('new', SECRET), tokensWith(SECRET));
    await expectRefused(named('undefined', SECRET), tokensWith(SECRET));
  });

  it('replaces a single secret without logging anyone out', async () => {
    const { authToken } = await tokensWith(OTHER_SECRET).issue(subject, {});
    const moved = tokensWith([{ kid: 'new', secret: SECRET }, { secret: OTHER_SECRET }]);
    await expect(moved.verify(authToken, {})).resolves.toMatchObject({ accountId: ACCOUNT });
    await expectRefused(forge(goodHeader, goodPayload, SECRET), moved);
  });
});

describe('AuthTokens, misconfigured', () => {
  it('RFC 7518 §3.2, RFC 8725 §3.5, ASVS 11.2.3: says so before it looks at a token', async () => {
    const tokens = tokensWith('canary-secret-of-thirty-1-bytes');
    for (const run of [
      tokens.issue(subject, {}),
      tokens.verify(undefined, {}),
      tokens.verify('a.b.c', {}),
    ]) {
      const error = await refusalOf(run);
      expect(error).toMatchObject({
        code: 'SecretTooShort',
        status: 500,
        details: { minBytes: 32 },
      });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
    }
  });

  it('ASVS 9.2.3: refuses an audience that would switch the check off', () => {
    for (const audience of ['', null, 0, [], ['latchkey'], /./]) {
      expect(() => tokensWith(SECRET, { audience: audience as string })).toThrow(
        expect.objectContaining({ code: 'InvalidConfiguration' }),
      );
    }
  });

  it('ASVS 16.5.3: fails with 503 while getTokenSecret fails', async () => {
    const cause = new Error('secret store is down');
    const failures: (() => TokenSecrets | Promise<TokenSecrets>)[] = [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ];
    for (const getTokenSecret of failures) {
      const tokens = new AuthTokens({ getTokenSecret });
      const error = await refusalOf(tokens.verify(forge(goodHeader, goodPayload), {}));
      expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503, cause });
    }
  });

  it('ASVS 16.2.5: shows no secret when it is printed', async () => {
    const tokens = tokensWith();
    await tokens.issue(subject, {});
    expect(inspect(tokens, { depth: 9, showHidden: true })).not.toContain('canary');
    expect(JSON.stringify(tokens)).not.toContain('canary');
  });
});
