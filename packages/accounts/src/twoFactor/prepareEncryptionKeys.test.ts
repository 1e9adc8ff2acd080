import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { AccountError } from '../errors/AccountError.js';
import { prepareEncryptionKeys } from './prepareEncryptionKeys.js';

const key = randomBytes(32);

function errorOf(keys: unknown): AccountError {
  try {
    prepareEncryptionKeys(keys);
  } catch (error) {
    if (AccountError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('prepareEncryptionKeys', () => {
  it('keeps the order and converts once', () => {
    const keyObject = createSecretKey(key);
    const prepared = prepareEncryptionKeys([
      { kid: 'new', key: keyObject },
      { kid: 'old', key: key.toString('base64') },
    ]);
    expect(prepared.map(({ kid }) => kid)).toEqual(['new', 'old']);
    expect(prepared[0].key).toBe(keyObject);
    expect(prepared[1]?.key.equals(keyObject)).toBe(true);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['no keys', []],
    ['a key outside a list', { kid: 'a', key }],
    ['an entry that is null', [null]],
    ['an entry that is the key', [key]],
    ['31 bytes', [{ kid: 'a', key: key.subarray(1) }]],
    ['33 bytes', [{ kid: 'a', key: Buffer.concat([key, Buffer.of(1)]) }]],
    ['no bytes', [{ kid: 'a', key: new Uint8Array() }]],
    ['a view of other numbers', [{ kid: 'a', key: new Uint16Array(16) }]],
    ['bytes in an array', [{ kid: 'a', key: [...key] }]],
    ['32 characters', [{ kid: 'a', key: key.toString('hex').slice(32) }]],
    ['hex', [{ kid: 'a', key: key.toString('hex') }]],
    ['31 bytes in base64', [{ kid: 'a', key: key.subarray(1).toString('base64') }]],
    ['base64 with a line break', [{ kid: 'a', key: key.toString('base64') + '\n' }]],
    ['43 characters with a space', [{ kid: 'a', key: `${'A'.repeat(42)} ` }]],
    ['both alphabets at once', [{ kid: 'a', key: `+_${'A'.repeat(41)}` }]],
    ['a KeyObject of 16 bytes', [{ kid: 'a', key: createSecretKey(key.subarray(16)) }]],
    ['a public key', [{ kid: 'a', key: generateKeyPairSync('ed25519').publicKey }]],
    ['no key', [{ kid: 'a' }]],
    [
      'a bad key behind a good one',
      [
        { kid: 'a', key },
        { kid: 'b', key: 'canary' },
      ],
    ],
    [
      'a repeated kid',
      [
        { kid: 'a', key },
        { kid: 'a', key: randomBytes(32) },
      ],
    ],
    ['no kid', [{ key }]],
    ['an empty kid', [{ kid: '', key }]],
    ['a kid with a space', [{ kid: 'a b', key }]],
    ['a kid outside ASCII', [{ kid: 'schl\u00fcssel', key }]],
    ['a kid of 65 characters', [{ kid: 'k'.repeat(65), key }]],
    ['a kid that is no string', [{ kid: 1, key }]],
  ])('ASVS 11.2.3: refuses %s', (_name, keys) => {
    expect(errorOf(keys)).toMatchObject({
      code: 'InvalidConfiguration',
      details: { path: 'twoFactor.encryptionKeys' },
    });
  });

  it('ASVS 16.2.5: quotes neither key nor kid', () => {
    for (const bad of [
      { kid: 'a', key: 'canary' },
      { kid: 'canary canary', key },
    ]) {
      expect(inspect(errorOf([bad]), { depth: 9, showHidden: true })).not.toContain('canary');
    }
  });
});
