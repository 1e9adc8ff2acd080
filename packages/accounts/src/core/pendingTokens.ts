import type { AccountToken, Infer } from '@latchkey/schema';
import type { RequestCore } from './ChangeCore.js';
import { replacementOf } from './contactOrder.js';
import { TWO_FACTOR_PURPOSE } from './requiredSecondFactor.js';

type Token = Infer<typeof AccountToken>;

/**
 * Purposes of the challenges of a waiting login; every other token of kind `twoFactorAuth` is a
 * factor, and lasts.
 */
const CHALLENGES: readonly string[] = [TWO_FACTOR_PURPOSE.challenge, TWO_FACTOR_PURPOSE.enrolment];

/** Marks on an account that concern the tokens that were sent out. */
export interface TokensRevoked {
  /** Those with no greater ulid are void. */
  readonly tokensVoidBefore?: string | undefined;
  /** Tokens that give back what an account had before this are void: it was taken over since. */
  readonly contactsVoidBefore?: string | undefined;
}

/** An account and its tokens, as they were read together. */
export interface AccountWithTokens extends TokensRevoked {
  readonly tokens: readonly Token[];
}

/** Dependencies of {@link pendingTokens}. */
export interface PendingCore {
  readonly table: Pick<RequestCore['table'], 'now'>;
  readonly acceptsIssuedAt: RequestCore['acceptsIssuedAt'];
}

/**
 * Those of an account's tokens that somebody may still use: sent out, neither used nor void, not from
 * before `validFrom`, and not expired by the clock, since TTL removes rows late.
 */
export function pendingTokens<T extends Token>(
  tokens: readonly T[],
  { table, acceptsIssuedAt }: PendingCore,
  { tokensVoidBefore = '', contactsVoidBefore = '' }: TokensRevoked,
): T[] {
  const now = table.now();
  return tokens.filter(
    ({ ulid, kind, createdAt, createdFor, used, expiresAt, meta }) =>
      kind !== 'password' &&
      (kind !== 'twoFactorAuth' || CHALLENGES.includes(createdFor)) &&
      used !== true &&
      acceptsIssuedAt(createdAt) &&
      // What undoes a change must outlive whatever is done by those who have made it.
      (replacementOf({ kind, meta })?.replacedBy ?? ulid) >
        (kind === 'contact_recovery' ? contactsVoidBefore : tokensVoidBefore) &&
      expiresAt !== undefined &&
      expiresAt > now,
  );
}

/**
 * Gives the condition on an account that none of its tokens was revoked since it was read: for what
 * uses one up.
 */
export function tokensUnchanged({ tokensVoidBefore }: TokensRevoked): {
  readonly tokensVoidBefore: string | { readonly $exists: false };
} {
  return { tokensVoidBefore: tokensVoidBefore ?? { $exists: false } };
}
