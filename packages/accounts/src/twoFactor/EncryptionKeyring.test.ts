import { createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { AccountError } from '../errors/AccountError.js';
import { createTotpSecret } from './createTotpSecret.js';
import { EncryptionKeyring, type EncryptionContext } from './EncryptionKeyring.js';

const context: EncryptionContext = { purpose: 'totpSecret', accountId: 'account-1' };
const oldKey = { kid: '2025.11', key: randomBytes(32) };
const newKey = { kid: '2026.11', key: randomBytes(32) };
const keyring = new EncryptionKeyring([newKey, oldKey]);

function errorOf(action: () => unknown): AccountError {
  try {
    action();
  } catch (error) {
    if (AccountError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('EncryptionKeyring', () => {
  it('decrypts what it encrypted, whatever it is', () => {
    const text = fc.string({ unit: 'grapheme' });
    const kid = fc.stringMatching(/^[\x21-\x7e]{1,64}$/);
    fc.assert(
      fc.property(text, text, text, kid, (plaintext, purpose, accountId, anyKid) => {
        const own = new EncryptionKeyring([{ ...newKey, kid: anyKid }]);
        const ciphertext = own.encrypt(plaintext, { purpose, accountId });
        expect(ciphertext).toMatch(/^[\x21-\x7e]+$/);
        expect(own.decrypt(ciphertext, { purpose, accountId })).toBe(plaintext);
        expect(own.needsReencryption(ciphertext)).toBe(false);
      }),
    );
  });

  it('ASVS 11.3.2, 11.3.3: stores AES-256-GCM with its version, kid, nonce and a full tag', () => {
    const plaintext = createTotpSecret();
    const ciphertext = keyring.encrypt(plaintext, context);
    const [, nonce = '', body = ''] =
      /^v1\.2026\.11\.([\w-]{16})\.([\w-]+)$/.exec(ciphertext) ?? [];
    const bytes = Buffer.from(body, 'base64url');
    expect(bytes).toHaveLength(plaintext.length + 16);

    const decipher = createDecipheriv('aes-256-gcm', newKey.key, Buffer.from(nonce, 'base64url'));
    decipher.setAAD(Buffer.from('["v1","2026.11","totpSecret","account-1"]'));
    decipher.setAuthTag(bytes.subarray(-16));
    const decrypted = decipher.update(bytes.subarray(0, -16), undefined, 'utf8');
    expect(decrypted + decipher.final('utf8')).toBe(plaintext);
  });

  it('ASVS 11.3.4: takes a fresh nonce each time', () => {
    const rounds = 5000;
    const nonces = Array.from({ length: rounds }, () =>
      keyring.encrypt('same', context).split('.').at(-2),
    );
    expect(new Set(nonces).size).toBe(rounds);
  });

  it('ASVS 11.3.1, 11.2.5: refuses a change of any character, bit or length', () => {
    // 16, 17 and 18 bytes: base64url ends in every way that it can.
    for (const plaintext of ['', 'a', 'ab', createTotpSecret()]) {
      const ciphertext = keyring.encrypt(plaintext, context);
      expect(keyring.decrypt(ciphertext, context)).toBe(plaintext);
      for (let at = 0; at < ciphertext.length; at++) {
        const [before, after] = [ciphertext.slice(0, at), ciphertext.slice(at + 1)];
        for (const other of 'Aa0-_.=\n\u0100' + nextOf(ciphertext.charAt(at))) {
          if (other === ciphertext.charAt(at)) continue;
          expect(keyring.decrypt(before + other + after, context)).toBeNull();
        }
        expect(keyring.decrypt(before + after, context)).toBeNull();
        expect(keyring.decrypt(before, context)).toBeNull();
      }
      for (const more of ['A', '=', '.', '\n', ' ', '.AAAA']) {
        expect(keyring.decrypt(ciphertext + more, context)).toBeNull();
        expect(keyring.decrypt(more + ciphertext, context)).toBeNull();
      }
    }
  });

  it('ASVS 11.3.3: refuses every flipped bit of nonce, ciphertext and tag', () => {
    const { front, nonce, body } = partsOf(keyring.encrypt(createTotpSecret(), context));
    const bytes = Buffer.concat([nonce, body]);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      const stored = storedAs(front, changed.subarray(0, 12), changed.subarray(12));
      expect(keyring.decrypt(stored, context)).toBeNull();
    }
    expect(keyring.decrypt(storedAs(front, nonce, body), context)).not.toBeNull();
  });

  it('ASVS 11.3.3: refuses a shortened tag, even one that fits its beginning', () => {
    const { front, nonce, body: tag } = partsOf(keyring.encrypt('', context));
    expect(tag).toHaveLength(16);
    for (let length = 0; length < 16; length++) {
      const stored = storedAs(front, nonce, tag.subarray(0, length));
      expect(keyring.decrypt(stored, context)).toBeNull();
    }
  });

  it('refuses a ciphertext that was copied to another account or purpose', () => {
    const ciphertext = keyring.encrypt('canary', context);
    for (const other of [
      { ...context, accountId: 'account-2' },
      { ...context, purpose: 'other' },
      { purpose: context.accountId, accountId: context.purpose },
      { purpose: 'totpSecreta', accountId: 'ccount-1' },
      { purpose: 'totpSecret","account-1', accountId: '' },
    ]) {
      expect(keyring.decrypt(ciphertext, other)).toBeNull();
    }
  });

  it('tells contexts apart whatever they are made of', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, text, text, (purpose, accountId, otherPurpose, otherAccountId) => {
        fc.pre(purpose !== otherPurpose || accountId !== otherAccountId);
        const ciphertext = keyring.encrypt('canary', { purpose, accountId });
        const other = { purpose: otherPurpose, accountId: otherAccountId };
        expect(keyring.decrypt(ciphertext, other)).toBeNull();
      }),
    );
  });

  it('ASVS 11.2.2: encrypts with the newest key and decrypts with any', () => {
    const byOld = new EncryptionKeyring([oldKey]).encrypt('canary', context);
    expect(keyring.decrypt(byOld, context)).toBe('canary');
    expect(keyring.needsReencryption(byOld)).toBe(true);

    const byNew = keyring.encrypt('canary', context);
    expect(keyring.needsReencryption(byNew)).toBe(false);
    expect(new EncryptionKeyring([newKey]).decrypt(byNew, context)).toBe('canary');
  });

  it('refuses an unknown kid, and the right kid with another key', () => {
    const ciphertext = keyring.encrypt('canary', context);
    expect(new EncryptionKeyring([oldKey]).decrypt(ciphertext, context)).toBeNull();
    const impostor = new EncryptionKeyring([{ ...newKey, key: randomBytes(32) }]);
    expect(impostor.decrypt(ciphertext, context)).toBeNull();
  });

  it('refuses another kid on a ciphertext even if both stand for the same key', () => {
    const alias = { kid: 'alias', key: newKey.key };
    const both = new EncryptionKeyring([newKey, alias]);
    const renamed = both.encrypt('canary', context).replace(newKey.kid, alias.kid);
    expect(both.decrypt(renamed, context)).toBeNull();
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 1],
    ['nothing', ''],
    ['dots', 'v1...'],
    ['another version', 'v2.2026.11.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA'],
    ['a ciphertext in an array', [keyring.encrypt('canary', context)]],
    ['a megabyte', `v1.2026.11.AAAAAAAAAAAAAAAA.${'A'.repeat(1_000_000)}`],
    ['a name of every object', 'v1.__proto__.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA'],
  ])('ASVS 11.2.5: gives null for %s', (_name, value) => {
    expect(keyring.decrypt(value, context)).toBeNull();
  });

  it('decrypts the longest plaintext that it encrypts, and refuses a longer one', () => {
    const longKid = new EncryptionKeyring([{ ...newKey, kid: 'k'.repeat(64) }]);
    const longest = 'x'.repeat(6000);
    expect(longKid.decrypt(longKid.encrypt(longest, context), context)).toBe(longest);
    for (const bad of [longest + 'x', 'canary\ud800']) {
      const error = errorOf(() => keyring.encrypt(bad, context));
      expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'plaintext' } });
    }
  });

  it.each([
    ['bytes', newKey.key],
    ['a Uint8Array', new Uint8Array(newKey.key)],
    ['base64', newKey.key.toString('base64')],
    ['base64 without padding', newKey.key.toString('base64').replace('=', '')],
    ['base64url', newKey.key.toString('base64url')],
    ['a KeyObject', createSecretKey(newKey.key)],
  ])('takes a key as %s', (_name, key) => {
    const ciphertext = new EncryptionKeyring([{ kid: newKey.kid, key }]).encrypt('canary', context);
    expect(keyring.decrypt(ciphertext, context)).toBe('canary');
  });

  it('does not follow later changes of what it was given', () => {
    const bytes = Buffer.from(newKey.key);
    const keys = [{ kid: newKey.kid, key: bytes }];
    const own = new EncryptionKeyring(keys);
    bytes.fill(0);
    keys.length = 0;
    expect(keyring.decrypt(own.encrypt('canary', context), context)).toBe('canary');
  });

  it('ASVS 16.2.5: shows no key when printed', () => {
    const shown = inspect(keyring, { depth: 9, showHidden: true }) + JSON.stringify(keyring);
    for (const encoding of ['base64', 'hex'] as const) {
      expect(shown).not.toContain(newKey.key.toString(encoding));
    }
  });
});

/** A ciphertext's parts; `front` is version and kid. */
function partsOf(ciphertext: string): { front: string; nonce: Buffer; body: Buffer } {
  const [, front = '', nonce = '', body = ''] = /^(.+)\.([\w-]+)\.([\w-]+)$/.exec(ciphertext) ?? [];
  return {
    front,
    nonce: Buffer.from(nonce, 'base64url'),
    body: Buffer.from(body, 'base64url'),
  };
}

function storedAs(front: string, nonce: Uint8Array, body: Uint8Array): string {
  const encoded = [nonce, body].map((bytes) => Buffer.from(bytes).toString('base64url'));
  return [front, ...encoded].join('.');
}

function nextOf(character: string): string {
  // The next one in the alphabet often differs in the last bits only, which may not count.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt((alphabet.indexOf(character) + 1) % 64);
}
