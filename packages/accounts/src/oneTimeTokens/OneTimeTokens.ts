import {
  EntityError,
  type Entity,
  type Table,
  type TransactOperation,
  type TransactResults,
} from '@latchkey/entity';
import { Account, type AccountAttempts, type AccountToken, type Infer } from '@latchkey/schema';
import { randomBytes } from 'node:crypto';
import type { AccountEntity } from '../core/AccountEntity.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountOfLogin } from '../login/AccountOfLogin.js';
import { readConnectionInfo, type ConnectionInfo } from '../core/SessionRequest.js';
import { ulidAfter } from '../core/ulidAfter.js';
import { digestSecret } from '../tokens/digestSecret.js';
import { parseDuration } from '../tokens/parseDuration.js';
import { parseOneTimeToken } from './parseOneTimeToken.js';
import { pendingTokens, type TokensVoided } from '../core/pendingTokens.js';
import {
  tokenPolicy,
  type OneTimeTokenKind,
  type OneTimeTokenOptions,
  type TokenPolicy,
} from './tokenPolicy.js';
import {
  newestOf,
  type IssueOptions,
  type PreparedToken,
  type TokenPurpose,
} from './TokenPurpose.js';
import { tokensAsRead } from '../core/revokeTokens.js';

/** What issuing gives. */
export interface IssuedOneTimeToken {
  /** For its owner's mailbox. It is not stored, and cannot be had again. */
  readonly token: string;
  readonly tokenDocument: Infer<typeof AccountToken>;
}

/** What a one-time token leads to: its account, with all that a login reads, and itself. */
export interface TokenHolder {
  readonly account: AccountOfLogin & {
    readonly attempts: readonly Infer<typeof AccountAttempts>[];
  };
  readonly token: Infer<typeof AccountToken>;
}

/** A token, and of its account what shows whether it is void by now. */
export interface FoundToken {
  readonly account: TokensVoided;
  readonly token: Infer<typeof AccountToken>;
}

/** How a token is used up. */
export interface ConsumeOptions {
  /** Kept as the token's `usageLocations`. */
  readonly usedFrom?: ConnectionInfo | undefined;
  /**
   * Whether one of the effects writes or checks the account, since a transaction can do that once;
   * it must do so on the condition {@link tokensAsRead} (default: false).
   */
  readonly writesAccount?: boolean;
}

const TOKEN_BYTES = 32;
/** How often all tokens of an account may become void while one is issued. */
const MAX_ATTEMPTS = 5;

/**
 * Tokens that are sent to somebody and work once. The table holds their digests; whoever reads it
 * cannot use them.
 */
export class OneTimeTokens {
  readonly #table: Table;
  readonly #accounts: AccountEntity;
  readonly #tokens: Entity<typeof AccountToken>;
  readonly #policy: TokenPolicy;

  /** @throws AccountError `InvalidConfiguration` */
  constructor(
    table: Table,
    accounts: AccountEntity,
    tokens: Entity<typeof AccountToken>,
    options?: OneTimeTokenOptions,
  ) {
    this.#table = table;
    this.#accounts = accounts;
    this.#tokens = tokens;
    this.#policy = tokenPolicy(options);
  }

  /** How long tokens of a kind are good for, unless they say otherwise. */
  lifetimeMsOf(kind: OneTimeTokenKind): number {
    return this.#policy.lifetimesMs[kind];
  }

  /**
   * Issues a token: one transaction, in which the account must exist. With `onlyNewest`, a request
   * more, for those that it comes after; and one more where, by this server's clock, it would be as
   * old as those that have just become void.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`
   */
  async issue(purpose: TokenPurpose, options: IssueOptions = {}): Promise<IssuedOneTimeToken> {
    let after = await this.#afterOthers(purpose);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#issue(after, options);
      } catch (error) {
        const { tokens = [], tokensVoidBefore } = after.account ?? {};
        const current = voidUpTo(error);
        if (current === tokensVoidBefore || attempt === MAX_ATTEMPTS) throw error;
        after = { ...after, account: { tokens, tokensVoidBefore: current } };
      }
    }
  }

  /**
   * Makes a token ready to be written, as part of a transaction.
   *
   * @throws AccountError `InvalidInput`
   */
  prepare(purpose: TokenPurpose): PreparedToken {
    const { token, operation } = this.#prepare(purpose);
    return { token, operation };
  }

  /**
   * Finds what a token leads to, in two requests: its unique item, and its account's partition.
   *
   * @throws AccountError `TokenVerificationFailed`, the same for an unknown, expired, used or
   *   replaced token and for one of another kind.
   */
  async find(given: unknown, kind: OneTimeTokenKind): Promise<TokenHolder> {
    const value = digestSecret(parseOneTimeToken(given));
    const { key } = await this.#tokens.findKey({ filter: { value, kind: { $ne: 'password' } } });
    const { item } = key
      ? await this.#accounts.findOne({
          filter: { accountId: key.accountId },
          include: { accessTypes: true, attempts: true, tokens: true },
          consistent: true,
        })
      : { item: null };
    const pending = item ? pendingTokens(item.tokens, this.#table.now(), item) : [];
    const token = pending.find(({ ulid }) => ulid === key?.ulid);
    if (!item || token?.kind !== kind || this.#isReplaced(token, item.tokens)) {
      throw tokenRefused();
    }
    return { account: item, token };
  }

  /**
   * Uses a token up together with what it allows, in one transaction: of any number of callers, one
   * succeeds, and none if the token has become void since it was found.
   *
   * @throws AccountError `TokenVerificationFailed` for everybody else.
   */
  async consume<const O extends readonly TransactOperation<unknown>[]>(
    { account, token }: FoundToken,
    effects: O,
    { usedFrom, writesAccount = false }: ConsumeOptions = {},
  ): Promise<TransactResults<O>> {
    const { accountId, kind, createdFor, ulid } = token;
    const use = this.#tokens.updateOneOperation({
      filter: { accountId, kind, createdFor, ulid },
      condition: { used: { $ne: true } },
      update: {
        $set: { used: true, ...(usedFrom && { usageLocations: [locationOf(usedFrom)] }) },
      },
    });
    const condition = tokensAsRead(account);
    const check = this.#accounts.checkOperation({ filter: { accountId }, condition });
    try {
      const [, ...results] = await this.#table.transact([
        use,
        ...effects,
        ...(writesAccount ? [] : [check]),
      ]);
      return results.slice(0, effects.length) as TransactResults<O>;
    } catch (error) {
      throw isNoGood(error, account) ? tokenRefused() : error;
    }
  }

  async #issue(
    purpose: TokenPurpose,
    { condition = {}, checks = [] }: IssueOptions,
  ): Promise<IssuedOneTimeToken> {
    const { ulid, token, operation } = this.#prepare(purpose);
    const account = this.#accounts.checkOperation({
      filter: { accountId: purpose.accountId },
      condition: {
        $or: [{ tokensVoidBefore: { $exists: false } }, { tokensVoidBefore: { $lt: ulid } }],
        ...(Object.keys(condition).length > 0 && { $and: [condition] }),
      },
    });
    try {
      const [tokenDocument] = await this.#table.transact([operation, account, ...checks]);
      return { token, tokenDocument };
    } catch (error) {
      if (isOfAccount(error, 'NotFound')) throw new AccountError('UserNotFound', {});
      if (EntityError.is(error) && error.code === 'UniqueViolation') {
        throw new AccountError('InvalidInput', { path: 'token', reason: 'notUnique' });
      }
      throw error;
    }
  }

  #prepare({
    token: given,
    storedAs,
    lifetime,
    request,
    account,
    ...purpose
  }: TokenPurpose): PreparedToken & { readonly ulid: string } {
    const token =
      given === undefined
        ? randomBytes(TOKEN_BYTES).toString('base64url')
        : parseOneTimeToken(given);
    const lifetimeMs =
      lifetime === undefined
        ? this.#policy.lifetimesMs[purpose.kind]
        : parseDuration(lifetime, 'lifetime');
    const ulid = ulidAfter(account && newestOf(account, purpose), this.#table.newUlid());
    const operation = this.#tokens.createOneOperation({
      ulid,
      item: {
        ...purpose,
        value: storedAs ?? digestSecret(token),
        expiresAt: new Date(this.#table.now().getTime() + lifetimeMs),
        ...(request !== undefined && { location: locationOf(readConnectionInfo(request)) }),
      },
    });
    return { ulid, token, operation };
  }

  async #afterOthers(purpose: TokenPurpose): Promise<TokenPurpose> {
    const { accountId, kind, createdFor } = purpose;
    if (!this.#policy.onlyNewest.has(kind)) return purpose;
    const filter = { accountId, kind, createdFor };
    const { items: tokens } = await this.#tokens.findMany({ filter, consistent: true });
    return { ...purpose, account: { tokens } };
  }

  /** Whether another one was issued later for the same, where that matters. */
  #isReplaced(
    token: Infer<typeof AccountToken>,
    tokens: TokenHolder['account']['tokens'],
  ): boolean {
    if (!this.#policy.onlyNewest.has(token.kind as OneTimeTokenKind)) return false;
    return tokens.some(
      ({ kind, createdFor, ulid }) =>
        kind === token.kind && createdFor === token.createdFor && ulid > token.ulid,
    );
  }
}

/** Up to which tokens are void, by the account that has refused to take one. */
function voidUpTo(error: unknown): string | undefined {
  if (!isOfAccount(error, 'ConditionFailed')) return undefined;
  return (error.details.item as TokensVoided).tokensVoidBefore;
}

function isOfAccount<C extends 'NotFound' | 'ConditionFailed'>(
  error: unknown,
  code: C,
): error is EntityError<C> {
  return (
    EntityError.is(error) &&
    error.code === code &&
    'entity' in error.details &&
    error.details.entity === Account.name
  );
}

/** Whether a token was used up, or has become void, since it was found. */
function isNoGood(error: unknown, { tokensVoidBefore }: TokensVoided): boolean {
  if (!EntityError.is(error)) return false;
  const isOurs =
    error.operation === 0 || ('entity' in error.details && error.details.entity === Account.name);
  if (error.code === 'NotFound') return isOurs;
  if (error.code !== 'ConditionFailed' || !isOurs) return false;
  // An effect may set the account other conditions as well.
  const { tokensVoidBefore: current } = error.details.item as TokensVoided;
  return error.operation === 0 || current !== tokensVoidBefore;
}

/** The one answer to every token that is no good. */
export function tokenRefused(): AccountError<'TokenVerificationFailed'> {
  return new AccountError('TokenVerificationFailed', { path: 'token' });
}

function locationOf({ ip, userAgent }: ConnectionInfo): { ip: string; device: string } {
  return { ip, device: userAgent };
}
