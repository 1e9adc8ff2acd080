import type { TransactOperation } from '@latchkey/entity';
import type { AccountToken, Infer } from '@latchkey/schema';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { Duration } from '../tokens/parseDuration.js';
import type { OneTimeTokenKind } from './tokenPolicy.js';
import type { Token } from '../core/Account.js';
import type { AccountWithTokens } from '../core/pendingTokens.js';

/** Purpose that a token is issued for. */
export interface TokenPurpose {
  readonly accountId: string;
  readonly kind: OneTimeTokenKind;
  /**
   * Subject that the token is bound to, besides its kind: an address, an account's id, a purpose.
   */
  readonly createdFor: string;
  readonly reason?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  /** The caller's own token (default: 256 random bits). How hard it is to guess is their affair. */
  readonly token?: unknown;
  /**
   * Value that is stored in place of the token (default: the token's digest); for a token that can
   * be guessed, a slow hash.
   */
  readonly storedAs?: string;
  /** How long it is good for (default: as configured for its kind). */
  readonly lifetime?: Duration;
  /** On whose request it is issued, which is kept as its `location`. */
  readonly request?: SessionRequest;
  /** As it was read: the token comes after what is void, and others, whatever the clocks say. */
  readonly account?: AccountWithTokens;
}

/** A token that is ready to be written. */
export interface PreparedToken {
  readonly token: string;
  readonly operation: TransactOperation<Infer<typeof AccountToken>>;
}

/** Tells whether another token was issued later for the same. */
export function isReplaced(token: Token, tokens: readonly Token[]): boolean {
  return tokens.some(
    ({ kind, createdFor, ulid }) =>
      kind === token.kind && createdFor === token.createdFor && ulid > token.ulid,
  );
}

/** The newest of what a token must come after. */
export function newestOf(
  { tokens, tokensVoidBefore = '' }: AccountWithTokens,
  { kind, createdFor }: Pick<TokenPurpose, 'kind' | 'createdFor'>,
): string {
  const others = tokens.filter((each) => each.kind === kind && each.createdFor === createdFor);
  return others.map(({ ulid }) => ulid).reduce((a, b) => (a > b ? a : b), tokensVoidBefore);
}
