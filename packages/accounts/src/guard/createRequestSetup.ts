import type { Table } from '@latchkey/entity';
import { Session, type AccountFields } from '@latchkey/schema';
import type { AccountListing } from '../core/AccountListing.js';
import type { RequestCore } from '../core/ChangeCore.js';
import { definePolicy, type SessionsOptions } from '../core/sessionPolicy.js';
import { VerifiedRequests } from '../core/VerifiedRequests.js';
import { Events, type EventsOptions } from '../events/Events.js';
import { readConnectionInfo } from '../requests/SessionRequest.js';
import { parseTrustedProxies } from '../requests/trustedProxies.js';
import { parseValidFrom } from '../tokens/parseValidFrom.js';
import { audienceOf, parseAppId } from './appId.js';
import type { NoFields } from './OwnFields.js';

/** The options by which requests are checked: of `Guard`, and of `Accounts` among others. */
export interface GuardOptions<F extends AccountFields = NoFields> {
  /** Where the accounts live; `table.namespace(…)` for one tenant of several. */
  readonly table: Table;
  /**
   * Which application of several in the table: each has its own users, in a namespace of the table,
   * and the audience of its tokens is `latchkey/<appId>` unless `sessions.audience` is given. 1 to 64
   * letters, digits, `.`, `_` and `-`. See {@link AccountsRegistry}.
   */
  readonly appId?: string;
  readonly sessions: SessionsOptions;
  /**
   * The proxies between clients and the application, where `requestIp` is a chain such as
   * `X-Forwarded-For`: their addresses and networks (`['10.0.0.0/8', '2001:db8::7']`), or how many of
   * the chain's last addresses are theirs. The client's address is the rightmost that is not one of
   * them (default: the last one).
   */
  readonly trustedProxies?: number | readonly string[];
  /**
   * When the table was restored from a backup, which brings back revoked sessions and used tokens: a `Date`,
   * or ISO 8601 with its zone. Every session and one-time token from before is refused, without another
   * request; so are recovery codes, and devices are no longer known. Not in the future, but for the 5 minutes
   * that clocks may differ (default: no restore). See `docs/guide/restoring.md`.
   */
  readonly validFrom?: Date | string;
  /** How long those who are told or asked may take. */
  readonly events?: EventsOptions;
  /** Fields of the application's own that every account has, by name, as zod schemas. */
  readonly accountFields?: F;
  /**
   * Lists of accounts for an operator: `accountListing()` of `@latchkey/accounts/listing`, which needs a
   * global secondary index in the table (default: accounts cannot be listed). A `Guard` needs it only if it
   * has the same `Table` object as an `Accounts` with it.
   */
  readonly listing?: AccountListing;
}

/** Parts that {@link GuardOptions} lead to. */
export interface RequestSetup {
  readonly appId: string | undefined;
  readonly core: Omit<RequestCore, 'accounts'>;
  /** The options of the sessions, with the audience that they have. */
  readonly sessions: SessionsOptions & { readonly audience: string };
}

/**
 * Reads the options by which requests are checked.
 *
 * @throws AccountError `InvalidConfiguration` with the option's path.
 */
export function createRequestSetup(options: GuardOptions<AccountFields>): RequestSetup {
  const appId = options.appId === undefined ? undefined : parseAppId(options.appId, 'appId');
  const table = appId === undefined ? options.table : options.table.namespace(appId);
  const now = (): Date => table.now();
  const audience = options.sessions.audience ?? audienceOf(appId);
  const sessions = { ...options.sessions, audience };
  const trustedProxies = parseTrustedProxies(options.trustedProxies);
  const acceptsIssuedAt = parseValidFrom(options.validFrom, now());
  return {
    appId,
    core: {
      table,
      sessionEntity: table.entity(Session),
      connectionOf: (request) => readConnectionInfo(request, trustedProxies),
      events: new Events(now, options.events, trustedProxies),
      verified: new VerifiedRequests(now),
      sessionPolicy: { ...definePolicy(sessions), acceptsIssuedAt },
      acceptsIssuedAt,
    },
    sessions,
  };
}
