import { inspect } from 'node:util';
import { AccountError } from '../errors/AccountError.js';
import { TokenKeys } from './TokenKeys.js';

const secret = (letter: string): string => letter.repeat(32);

function errorOf(secrets: unknown): AccountError {
  try {
    new TokenKeys().prepare(secrets);
  } catch (error) {
    if (AccountError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('TokenKeys', () => {
  it('gives one key without a kid for a string', () => {
    const [key, ...others] = new TokenKeys().prepare(secret('a'));
    expect(others).toEqual([]);
    expect(key.kid).toBeUndefined();
    expect(key.key.type).toBe('secret');
    expect(key.key.export().toString()).toBe(secret('a'));
  });

  it('keeps the order of several', () => {
    const keys = new TokenKeys().prepare([
      { kid: '2026-11', secret: secret('b') },
      { secret: secret('a') },
    ]);
    expect(keys.map(({ kid }) => kid)).toEqual(['2026-11', undefined]);
  });

  it('converts a secret once', () => {
    const keys = new TokenKeys();
    expect(keys.prepare(secret('a'))[0].key).toBe(keys.prepare(secret('a'))[0].key);
  });

  it('shares no key with another instance', () => {
    const [one] = new TokenKeys().prepare(secret('a'));
    const [other] = new TokenKeys().prepare(secret('a'));
    expect(one.key).not.toBe(other.key);
  });

  it('keeps the 64 keys that were used last, however many tenants there are', () => {
    const keys = new TokenKeys();
    const [used] = keys.prepare(secret('a'));
    for (let tenant = 0; tenant < 200; tenant++) {
      keys.prepare(`tenant ${tenant} ${secret('t')}`);
      keys.prepare(secret('a'));
    }
    expect(keys.cachedKeys).toBe(64);
    expect(keys.prepare(secret('a'))[0].key).toBe(used.key);
  });

  it.each([
    ['a secret of 31 bytes', 's'.repeat(31)],
    ['CVE-2022-23540: an empty secret', ''],
    [
      '31 bytes behind a good secret',
      [
        { kid: 'a', secret: secret('a') },
        { kid: 'b', secret: 's'.repeat(31) },
      ],
    ],
  ])('RFC 7518 §3.2, ASVS 11.2.3: refuses %s', (_name, secrets) => {
    expect(errorOf(secrets)).toMatchObject({
      code: 'SecretTooShort',
      status: 500,
      details: { minBytes: 32 },
    });
  });

  it('counts bytes: 16 two-byte letters are enough', () => {
    expect(new TokenKeys().prepare('\u00e9'.repeat(16))).toHaveLength(1);
    expect(errorOf('\u00e9'.repeat(15) + 'e').code).toBe('SecretTooShort');
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['no secrets', []],
    ['a number', 1e31],
    ['bytes', Buffer.alloc(32)],
    ['an entry without secret', [{ kid: 'a' }]],
    ['an entry that is a string', [secret('a')]],
    ['an entry that is null', [null]],
    ['lone surrogates', '\ud800'.repeat(32)],
    [
      'a repeated kid',
      [
        { kid: 'a', secret: secret('a') },
        { kid: 'a', secret: secret('b') },
      ],
    ],
    ['two without a kid', [{ secret: secret('a') }, { secret: secret('b') }]],
    ['an empty kid', [{ kid: '', secret: secret('a') }]],
    ['a kid with a space', [{ kid: 'a b', secret: secret('a') }]],
    ['a kid outside ASCII', [{ kid: 'sch\u00fcssel', secret: secret('a') }]],
    ['a kid of 65 characters', [{ kid: 'k'.repeat(65), secret: secret('a') }]],
    ['a kid that is no string', [{ kid: 1, secret: secret('a') }]],
  ])('refuses %s', (_name, secrets) => {
    expect(errorOf(secrets)).toMatchObject({
      code: 'InvalidConfiguration',
      details: { path: 'getTokenSecret' },
    });
  });

  it('ASVS 16.2.5: shows no secret in errors or when printed', () => {
    const canary = 'canary-canary';
    for (const bad of [canary, [{ kid: canary.repeat(9), secret: canary.repeat(9) }]]) {
      expect(inspect(errorOf(bad), { depth: 9, showHidden: true })).not.toContain(canary);
    }
    const keys = new TokenKeys();
    keys.prepare(canary.repeat(9));
    expect(inspect(keys, { depth: 9, showHidden: true })).not.toContain(canary);
    expect(JSON.stringify(keys)).not.toContain(canary);
  });
});
