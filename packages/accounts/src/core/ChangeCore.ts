import type { Entity, Table } from '@latchkey/entity';
import type { AccessType, AccountToken, Session, Account, AccountAttempts } from '@latchkey/schema';
import type { Delivery } from '../delivery/Delivery.js';
import type { Events } from '../events/Events.js';
import type { ConnectionReader } from '../requests/SessionRequest.js';
import type { Duration } from '../tokens/parseDuration.js';
import type { AcceptsIssuedAt } from '../tokens/parseValidFrom.js';
import type { ActiveSessionPolicy } from './sessionState.js';
import type { VerifiedRequests } from './VerifiedRequests.js';

/** The parts that checking requests works with. */
export interface RequestCore {
  readonly table: Table;
  readonly accounts: Pick<AccountEntity, 'reference'>;
  readonly sessionEntity: Entity<typeof Session>;
  /** Reads where a request comes from. */
  readonly connectionOf: ConnectionReader;
  readonly events: Events;
  /** The sessions of the requests that were let through. */
  readonly verified: VerifiedRequests;
  readonly sessionPolicy: ActiveSessionPolicy;
  /** The option `validFrom`. */
  readonly acceptsIssuedAt: AcceptsIssuedAt;
}

/** The parts that reading and changing accounts works with. */
export interface ChangeCore extends RequestCore {
  readonly accounts: AccountEntity;
  readonly accessTypes: Entity<typeof AccessType>;
  readonly tokens: Entity<typeof AccountToken>;
  readonly delivery: Delivery;
  /** How long an address is kept for a sign-up that has not proven it. */
  readonly unprovenClaimMs: number;
  /** How long ago an owner may have proven who they are, to change how the account is reached. */
  readonly recentLogin: Duration | false;
}

/** The accounts, with what can be read along with them in one Query. */
export type AccountEntity = Entity<
  typeof Account,
  {
    readonly accessTypes: typeof AccessType;
    readonly attempts: typeof AccountAttempts;
    readonly tokens: typeof AccountToken;
  }
>;
