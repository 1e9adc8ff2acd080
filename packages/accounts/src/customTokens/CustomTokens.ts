import { documentOf } from '../core/Account.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { ActingAccount } from '../core/actingAccount.js';
import { changeAccount } from '../core/changeAccount.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import { AccountError } from '../errors/AccountError.js';
import { readObject, requireObject } from '../errors/requireObject.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import { changeByToken } from '../flows/changeByToken.js';
import { tokenRefused, type IssuedOneTimeToken } from '../oneTimeTokens/OneTimeTokens.js';

/** Input of {@link CustomTokens.issue}. */
export type IssueTokenInput = ActingAccount & {
  /**
   * Purpose of the token, to which the token is bound: 2 to 300 characters, such as
   * `'invite-member'`.
   */
  readonly purpose: string;
  /** Data that `consume` returns; at most 10 KB as JSON. The data is stored unencrypted. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Lifetime of the token: 1 ms to 400 days (default: `tokens.custom`). */
  readonly lifetime?: Duration;
  /**
   * Value of the token, 4 to 1000 characters (default: 256 random bits). A short value can be
   * guessed, and is stored under a fast digest that only protects long random tokens.
   */
  readonly token?: string;
};

/** Input of {@link CustomTokens.consume}. */
export interface ConsumeTokenInput {
  readonly token: string;
  /** Purpose that the token was issued for; it must match exactly. */
  readonly purpose: string;
  /**
   * Request that presents the token, which is stored with it. A token of fewer than 22 characters
   * requires it, since attempts at such a token are counted by address, and works only if
   * `throttling.address` is on.
   */
  readonly request?: SessionRequest;
}

/** Result of consuming one of the application's own tokens. */
export interface ConsumedToken {
  readonly accountId: string;
  readonly account: AccountDocument;
  /** Data that the token was issued with. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
}

const MIN_PURPOSE = 2;
const MAX_PURPOSE = 300;
// Every login reads the account's tokens along.
const MAX_META_BYTES = 10 * 1024;

/**
 * One-time tokens for the application's own purposes: invitations, downloads, confirmations.
 *
 * @example
 * ```ts
 * import type { Accounts } from '@latchkey/accounts';
 *
 * export async function invite(accounts: Accounts, accountId: string, team: string) {
 *   const meta = { team };
 *   return accounts.tokens.issue({ accountId, purpose: 'join-team', lifetime: '7d', meta });
 * }
 *
 * export async function join(accounts: Accounts, token: string) {
 *   const { accountId, meta } = await accounts.tokens.consume({ token, purpose: 'join-team' });
 *   return { accountId, team: meta?.['team'] };
 * }
 * ```
 */
export class CustomTokens {
  readonly #core: AccountsCore;

  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Issues a token that works once, for one purpose of the application's own: one request. Since
   * its recipient is unknown, it is revoked when the account's password changes, or when any of its
   * addresses is removed or replaced. If another server with a clock ahead of this one has just
   * done that, it takes two requests. An account can have 200 unused tokens (`tokens.maxPending`);
   * once that many were issued, the next call counts them, in a few more requests.
   *
   * @throws AccountError `InvalidInput`; `InvalidSession`, `ImpersonatedSession` with a request;
   *   `TooManyTokens`, `UserNotFound`, `ServiceUnavailable`.
   */
  async issue(input: IssueTokenInput): Promise<IssuedOneTimeToken> {
    input = readObject(input, '');
    const { request, token } = input;
    return changeAccount(
      this.#core,
      { flow: 'IssueToken', method: 'custom', input },
      async (flow) => {
        const purpose = {
          accountId: flow.actor.accountId,
          kind: 'custom',
          createdFor: parsePurpose(input.purpose),
          ...parseMeta(input.meta),
          ...parseLifetime(input.lifetime),
          ...(token !== undefined && { token }),
          ...(request !== undefined && { request }),
        } as const;
        return this.#core.oneTimeTokens.issue(flow, purpose);
      },
    );
  }

  /**
   * Consumes a token for the purpose that it was issued for. Of concurrent calls, only one
   * succeeds. Three requests, and one more for a token that is short enough to be guessed.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a token that is unknown,
   *   expired, used, revoked, or of another kind or purpose; `AccountDeactivated`, which does not
   *   consume it; `TooManyRequests`, `ServiceUnavailable`.
   */
  async consume(input: ConsumeTokenInput): Promise<ConsumedToken> {
    input = readObject(input, '');
    const { token: given, request } = input;
    const shown = { token: given, kind: 'custom', request } as const;
    let purpose = '';
    const begin = (): void => {
      purpose = parsePurpose(input.purpose);
    };
    return changeByToken(
      this.#core,
      { flow: 'ConsumeToken', shown, begin },
      (flow, { account, token, usedFrom }) => {
        if (token.createdFor !== purpose) throw tokenRefused();
        return flow.commit(account, (change) => {
          const { accountId, deactivated } = change.account;
          if (deactivated) throw new AccountError('AccountDeactivated', {});
          change.useToken(token, tokenRefused, usedFrom);
          return () => ({ accountId, account: documentOf(change.account), meta: token.meta });
        });
      },
    );
  }
}

function parsePurpose(value: unknown): string {
  if (typeof value !== 'string') throw invalid('purpose', 'notAString');
  const isValid =
    value.length >= MIN_PURPOSE && value.length <= MAX_PURPOSE && value.isWellFormed();
  if (!isValid) throw invalid('purpose', 'notValid');
  return value;
}

function parseMeta(meta: unknown): { meta?: Record<string, unknown> } {
  if (meta === undefined) return {};
  requireObject(meta, 'meta');
  if (Array.isArray(meta)) throw invalid('meta', 'notAnObject');
  if (!isSmall(meta)) throw invalid('meta', 'tooLarge');
  return { meta: meta as Record<string, unknown> };
}

function isSmall(meta: object): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(meta)) <= MAX_META_BYTES;
  } catch {
    return true; // Circles and bigints are no JSON: the table refuses them, and says where.
  }
}

function parseLifetime(lifetime: Duration | undefined): { lifetime?: Duration } {
  if (lifetime === undefined) return {};
  try {
    return { lifetime: parseDuration(lifetime, 'lifetime') };
  } catch {
    // It is somebody's input here, not the application's configuration.
    throw invalid('lifetime', 'notADuration');
  }
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason });
}
