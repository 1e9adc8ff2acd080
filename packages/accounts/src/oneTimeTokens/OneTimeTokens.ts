import { EntityError, type Entity, type Table, type TransactOperation } from '@latchkey/entity';
import type { AccessType, Account, AccountToken, Infer } from '@latchkey/schema';
import { randomBytes } from 'node:crypto';
import type { AccountEntity } from '../accounts/AccountEntity.js';
import { AccountError } from '../errors/AccountError.js';
import { digestSecret } from '../tokens/digestSecret.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import { parseOneTimeToken } from './parseOneTimeToken.js';

/** The kinds of one-time token that this package issues. */
export type OneTimeTokenKind = 'email_verification' | 'password_recovery';

/** How long one-time tokens are good for. */
export interface OneTimeTokenLifetimes {
  /** Default: `'24h'` (NIST SP 800-63B-4 §4.2.1.2). */
  readonly emailVerification?: Duration;
  /** Default: `'1h'`. */
  readonly passwordRecovery?: Duration;
}

/** What issuing gives. */
export interface IssuedOneTimeToken {
  /** For its owner's mailbox. It is not stored, and cannot be had again. */
  readonly token: string;
  readonly tokenDocument: Infer<typeof AccountToken>;
}

/** What a one-time token leads to: its account, with contacts and tokens, and itself. */
export interface TokenHolder {
  readonly account: Infer<typeof Account> & {
    readonly accessTypes: Infer<typeof AccessType>[];
    readonly tokens: Infer<typeof AccountToken>[];
  };
  readonly token: Infer<typeof AccountToken>;
}

/** What a token is issued for. */
interface TokenPurpose {
  readonly accountId: string;
  readonly kind: OneTimeTokenKind;
  readonly createdFor: string;
  readonly reason?: string;
  /** The caller's own token (default: 256 random bits). */
  readonly token?: unknown;
}

const TOKEN_BYTES = 32;

/**
 * Tokens that are sent to somebody and work once. The table holds their digests; whoever reads it
 * cannot use them.
 */
export class OneTimeTokens {
  readonly #table: Table;
  readonly #accounts: AccountEntity;
  readonly #tokens: Entity<typeof AccountToken>;
  readonly #lifetimesMs: Readonly<Record<OneTimeTokenKind, number>>;

  constructor(
    table: Table,
    accounts: AccountEntity,
    tokens: Entity<typeof AccountToken>,
    { emailVerification = '24h', passwordRecovery = '1h' }: OneTimeTokenLifetimes = {},
  ) {
    this.#table = table;
    this.#accounts = accounts;
    this.#tokens = tokens;
    this.#lifetimesMs = {
      email_verification: parseDuration(emailVerification, 'tokens.emailVerification'),
      password_recovery: parseDuration(passwordRecovery, 'tokens.passwordRecovery'),
    };
  }

  /**
   * Issues a token: one transaction, in which the account must exist.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`
   */
  async issue({ token: given, ...purpose }: TokenPurpose): Promise<IssuedOneTimeToken> {
    const token =
      given === undefined
        ? randomBytes(TOKEN_BYTES).toString('base64url')
        : parseOneTimeToken(given);
    const expiresAt = new Date(this.#table.now().getTime() + this.#lifetimesMs[purpose.kind]);
    try {
      const [tokenDocument] = await this.#table.transact([
        this.#tokens.createOneOperation({
          item: { ...purpose, value: digestSecret(token), expiresAt },
        }),
        this.#accounts.checkOperation({ filter: { accountId: purpose.accountId } }),
      ]);
      return { token, tokenDocument };
    } catch (error) {
      if (EntityError.is(error) && error.code === 'NotFound') {
        throw new AccountError('UserNotFound', {});
      }
      if (EntityError.is(error) && error.code === 'UniqueViolation') {
        throw new AccountError('InvalidInput', { path: 'token', reason: 'notUnique' });
      }
      throw error;
    }
  }

  /**
   * Finds what a token leads to, in two requests: its unique item, and its account's partition.
   *
   * @throws AccountError `TokenVerificationFailed`, the same for an unknown, expired or used token
   *   and for one of another kind.
   */
  async find(given: unknown, kind: OneTimeTokenKind): Promise<TokenHolder> {
    const value = digestSecret(parseOneTimeToken(given));
    const { key } = await this.#tokens.findKey({ filter: { value } });
    const { item } = key
      ? await this.#accounts.findOne({
          filter: { accountId: key.accountId },
          include: { accessTypes: true, tokens: true },
          consistent: true,
        })
      : { item: null };
    const token = item?.tokens.find(({ ulid }) => ulid === key?.ulid);
    const isGood =
      token?.kind === kind &&
      token.used !== true &&
      token.expiresAt !== undefined &&
      token.expiresAt > this.#table.now();
    if (!item || !isGood) throw invalidToken();
    return { account: item, token };
  }

  /**
   * Uses a token up together with what it allows, in one transaction: of any number of callers, one
   * succeeds.
   *
   * @throws AccountError `TokenVerificationFailed` for everybody else.
   */
  async consume(
    { token }: TokenHolder,
    effects: readonly TransactOperation<unknown>[],
  ): Promise<void> {
    const use = this.useOperation(token, { used: { $ne: true } });
    try {
      await this.#table.transact([use, ...effects]);
    } catch (error) {
      const isUsed =
        EntityError.is(error) &&
        (error.code === 'ConditionFailed' || error.code === 'NotFound') &&
        error.operation === 0;
      throw isUsed ? invalidToken() : error;
    }
  }

  /** Marks a token used, as part of a transaction. */
  useOperation(
    { accountId, kind, createdFor, ulid }: Infer<typeof AccountToken>,
    condition: { readonly used?: { readonly $ne: true } } = {},
  ): TransactOperation<unknown> {
    return this.#tokens.updateOneOperation({
      filter: { accountId, kind, createdFor, ulid },
      condition,
      update: { $set: { used: true } },
    });
  }
}

function invalidToken(): AccountError<'TokenVerificationFailed'> {
  return new AccountError('TokenVerificationFailed', { path: 'token' });
}
