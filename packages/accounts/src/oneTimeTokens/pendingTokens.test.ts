import type { AccountToken, Infer } from '@latchkey/schema';
import { pendingTokens, tokensSentTo } from './pendingTokens.js';

type Token = Infer<typeof AccountToken>;

const NOW = new Date('2026-11-21T12:00:00Z');
const LATER = new Date(NOW.getTime() + 1);
const accountId = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

let count = 0;
const token = (fields: Partial<Token>): Token => ({
  id: '',
  ulid: `01ARZ3NDEKTSV4RRFFQ69G5${String(++count).padStart(3, '0')}`,
  createdAt: NOW,
  updatedAt: NOW,
  accountId,
  kind: 'custom',
  createdFor: 'purpose',
  expiresAt: LATER,
  ...fields,
});

describe('pendingTokens', () => {
  it.each([
    ['one that was sent out', {}, true],
    ['one that expires now', { expiresAt: NOW }, false],
    ['one that has expired', { expiresAt: new Date(0) }, false],
    ['one that was used', { used: true }, false],
    ['a password', { kind: 'password', expiresAt: undefined }, false],
    ['a password with an end', { kind: 'password' }, false],
    ['a challenge', { kind: 'twoFactorAuth', createdFor: 'challenge' }, true],
    ['an enrolment', { kind: 'twoFactorAuth', createdFor: 'enrolment' }, true],
    ['an authenticator', { kind: 'twoFactorAuth', createdFor: 'totp' }, false],
    ['one that is set up', { kind: 'twoFactorAuth', createdFor: 'totp-pending' }, false],
    ['a recovery code', { kind: 'twoFactorAuth', createdFor: 'recovery-code-7' }, false],
  ] as const)('%s: %#', (_name, fields, isPending) => {
    const tokens = [token(fields)];
    expect(pendingTokens(tokens, NOW)).toEqual(isPending ? tokens : []);
  });

  it('counts one without an end as none: nobody would ever have to renew it', () => {
    const { expiresAt: _, ...endless } = token({});
    expect(pendingTokens([endless], NOW)).toEqual([]);
  });
});

describe('tokensSentTo', () => {
  const address = 'ada@example.com';

  it.each([
    ['a magic link to it', { kind: 'magick_link', createdFor: address }, true],
    ['a magic link to another', { kind: 'magick_link', createdFor: 'eve@example.com' }, false],
    ['its verification', { kind: 'email_verification', createdFor: address }, true],
    ['a reset that went to it', { kind: 'password_recovery', createdFor: address }, true],
    ['a reset to another', { kind: 'password_recovery', createdFor: 'eve@example.com' }, false],
    ['a reset to wherever', { kind: 'password_recovery', createdFor: accountId }, true],
    ['one of the application’s own', { kind: 'custom' }, true],
    ['a password', { kind: 'password', createdFor: accountId }, false],
    ['a challenge', { kind: 'twoFactorAuth', createdFor: 'challenge' }, false],
  ] as const)('%s: %#', (_name, fields, isSent) => {
    const tokens = [token(fields)];
    expect(tokensSentTo(tokens, address)).toEqual(isSent ? tokens : []);
  });
});
