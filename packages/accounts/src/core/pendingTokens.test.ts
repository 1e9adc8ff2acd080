import type { AccountToken, Infer } from '@latchkey/schema';
import { pendingTokens } from './pendingTokens.js';

type Token = Infer<typeof AccountToken>;

const NOW = new Date('2026-11-21T12:00:00Z');
const LATER = new Date(NOW.getTime() + 1);
const accountId = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

const CORE = { table: { now: () => NOW }, acceptsIssuedAt: (issuedAt: Date) => issuedAt >= NOW };

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
    ['one from before validFrom', { createdAt: new Date(NOW.getTime() - 1) }, false],
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
    expect(pendingTokens(tokens, CORE, {})).toEqual(isPending ? tokens : []);
  });

  it('counts one without an end as none: nobody would ever have to renew it', () => {
    const { expiresAt: _, ...endless } = token({});
    expect(pendingTokens([endless], CORE, {})).toEqual([]);
  });

  it.each(['magick_link', 'twoFactorAuth'] as const)(
    'counts no %s that is not after what is void',
    (kind) => {
      const tokens = [1, 2, 3].map(() => token({ kind, createdFor: 'challenge' }));
      const tokensVoidBefore = tokens[1]?.ulid;
      expect(pendingTokens(tokens, CORE, { tokensVoidBefore })).toEqual(tokens.slice(2));
    },
  );
});
