import type { AccountToken, Infer } from '@latchkey/schema';
import { randomBytes } from 'node:crypto';
import type { Account, StoredToken, Token } from '../core/Account.js';
import type { ChangeCore } from '../core/ChangeCore.js';
import type { Flow } from '../core/changeAccount.js';
import { loadAccount, type LoadCore } from '../core/loadAccount.js';
import { pendingTokens } from '../core/pendingTokens.js';
import type { AccountDocument, ConnectionInfo } from '../requests/SessionRequest.js';
import { ulidAfter } from '../core/ulidAfter.js';
import { AccountError } from '../errors/AccountError.js';
import { digestSecret } from '../tokens/digestSecret.js';
import { parseDuration } from '../tokens/parseDuration.js';
import { parseOneTimeToken } from './parseOneTimeToken.js';
import {
  tokenPolicy,
  type OneTimeTokenKind,
  type OneTimeTokenOptions,
  type TokenPolicy,
} from './tokenPolicy.js';
import { TokenLimit } from './TokenLimit.js';
import { isReplaced, newestOf, type PreparedToken, type TokenPurpose } from './TokenPurpose.js';

/** Result of issuing a token. */
export interface IssuedOneTimeToken {
  /** Secret to send to the owner. It is not stored and cannot be retrieved again. */
  readonly token: string;
  readonly tokenDocument: Infer<typeof AccountToken>;
}

/** A one-time token that was found, and its account, with all that a login reads. */
export interface FoundToken {
  readonly account: Account<StoredToken>;
  readonly token: StoredToken;
}

/** A token that was sent to an address which no account has. */
export interface UnownedToken {
  readonly account?: undefined;
  readonly token: StoredToken;
}

/** The key of a token as its value leads to it, and the account there. */
interface ReadToken {
  readonly key: Awaited<ReturnType<TokensCore['tokens']['findKey']>>['key'];
  readonly account: Account<StoredToken> | null;
}

const TOKEN_BYTES = 32;

type TokensCore = LoadCore & Pick<ChangeCore, 'acceptsIssuedAt' | 'connectionOf' | 'tokens'>;

/**
 * Tokens that are sent to somebody and work once. The table holds their digests; whoever reads it
 * cannot use them.
 */
export class OneTimeTokens {
  readonly #core: TokensCore;
  readonly #policy: TokenPolicy;
  readonly #limit: TokenLimit;

  /** @throws AccountError `InvalidConfiguration` */
  constructor(core: TokensCore, options?: OneTimeTokenOptions) {
    this.#core = core;
    this.#policy = tokenPolicy(options);
    this.#limit = new TokenLimit(core, this.#policy);
  }

  /** How long tokens of a kind are good for, unless they say otherwise. */
  lifetimeMsOf(kind: OneTimeTokenKind): number {
    return this.#policy.lifetimesMs[kind];
  }

  /**
   * Issues a token: one transaction, in which the account must exist. With `onlyNewest`, a request
   * more, for those that it comes after; and one more within a minute of a revocation, whose mark it
   * has to come after. Where as many were issued as may wait, a request to count
   * them, and one for each of up to 25 that are no longer valid, which go in the same transaction.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `TooManyTokens`
   */
  async issue(flow: Flow, purpose: TokenPurpose): Promise<IssuedOneTimeToken> {
    const others = await this.#others(purpose);
    let full: AccountDocument | undefined;
    const onFull = (account: AccountDocument): void => {
      full = account;
    };
    return flow.commit(undefined, async (change) => {
      const atLimit = full;
      // Whoever recounts at the same time leaves room, or the count is at the limit again.
      full = undefined;
      if (atLimit) {
        // A session that has ended removes nothing, and is not told how many there are.
        await flow.actor.assertSessionActive();
        await this.#limit.recount(change, purpose.kind, atLimit);
      } else {
        this.#limit.count(change, purpose.kind, onFull);
      }
      const account = { tokens: others, tokensVoidBefore: change.seen?.tokensVoidBefore };
      const { ulid, token, operation } = this.#prepare({ ...purpose, account });
      // Soon after a revocation, it would be as old as what that has made void.
      change.require({
        $or: [{ tokensVoidBefore: { $exists: false } }, { tokensVoidBefore: { $lt: ulid } }],
      });
      const issued = change.write(operation);
      return () => ({ token, tokenDocument: issued.result });
    });
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
  async find(given: unknown, ...kinds: readonly OneTimeTokenKind[]): Promise<FoundToken> {
    return this.#pendingOf(await this.#read(given), kinds);
  }

  /**
   * {@link find}, also for a token that was sent to an address which no account has: that takes one
   * request more.
   *
   * @throws AccountError `TokenVerificationFailed`
   */
  async findAny(
    given: unknown,
    ...kinds: readonly OneTimeTokenKind[]
  ): Promise<FoundToken | UnownedToken> {
    const read = await this.#read(given);
    if (read.account || !read.key) return this.#pendingOf(read, kinds);
    const { accountId, kind, createdFor, ulid } = read.key;
    const { item: token } = await this.#core.tokens.findOne({
      filter: { accountId, kind, createdFor, ulid },
      consistent: true,
      secrets: true,
    });
    const isPending = token && pendingTokens([token], this.#core, {}).length > 0;
    if (!isPending || !kinds.includes(token.kind as OneTimeTokenKind)) throw tokenRefused();
    return { token };
  }

  async #read(given: unknown): Promise<ReadToken> {
    const value = digestSecret(parseOneTimeToken(given));
    const filter = { value, kind: { $ne: 'password' } } as const;
    const { key } = await this.#core.tokens.findKey({ filter });
    const account = key && (await loadAccount(this.#core, key.accountId, { secrets: true }));
    return { key, account };
  }

  #pendingOf({ key, account }: ReadToken, kinds: readonly OneTimeTokenKind[]): FoundToken {
    const token = account?.tokens.find(({ ulid }) => ulid === key?.ulid);
    if (!account || !token || !kinds.includes(token.kind as OneTimeTokenKind)) throw tokenRefused();
    const isPending = pendingTokens([token], this.#core, account).length > 0;
    if (isPending && !this.#isReplaced(token, account.tokens)) return { account, token };
    throw isConfirmed(account, token)
      ? new AccountError('EmailAlreadyVerified', {})
      : tokenRefused();
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
    const ulid = ulidAfter(account && newestOf(account, purpose), this.#core.table.newUlid());
    const operation = this.#core.tokens.createOneOperation({
      ulid,
      item: {
        ...purpose,
        value: storedAs ?? digestSecret(token),
        expiresAt: new Date(this.#core.table.now().getTime() + lifetimeMs),
        ...(request !== undefined && { location: locationOf(this.#core.connectionOf(request)) }),
      },
    });
    return { ulid, token, operation };
  }

  /** Reads the tokens that a new one replaces. */
  async #others({ accountId, kind, createdFor }: TokenPurpose): Promise<readonly Token[]> {
    if (!this.#policy.onlyNewest.has(kind)) return [];
    const filter = { accountId, kind, createdFor };
    const { items } = await this.#core.tokens.findMany({ filter, consistent: true });
    return items;
  }

  /** Tells whether another one was issued later for the same, where that matters. */
  #isReplaced(token: Infer<typeof AccountToken>, tokens: readonly Token[]): boolean {
    return this.#policy.onlyNewest.has(token.kind as OneTimeTokenKind) && isReplaced(token, tokens);
  }
}

/**
 * Tells whether a token has confirmed the address that it was sent to, which is known to its holder
 * alone.
 */
function isConfirmed({ accessTypes }: Account, { kind, createdFor, used }: Token): boolean {
  return (
    kind === 'email_verification' &&
    used === true &&
    accessTypes.some(
      ({ data, verified }) =>
        verified === true && data.kind === 'email' && data.value === createdFor,
    )
  );
}

/** The one answer to every token that is not valid. */
export function tokenRefused(): AccountError<'TokenVerificationFailed'> {
  return new AccountError('TokenVerificationFailed', { path: 'token' });
}

function locationOf({ ip, userAgent }: ConnectionInfo): { ip: string; device: string } {
  return { ip, device: userAgent };
}
