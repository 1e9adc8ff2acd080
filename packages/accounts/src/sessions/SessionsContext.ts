import type { Entity, Table } from '@latchkey/entity';
import type { Session } from '@latchkey/schema';
import type { RequestCore } from '../core/ChangeCore.js';
import type { Events } from '../events/Events.js';
import type { AuthTokens } from '../tokens/AuthTokens.js';
import type { SessionHooks } from './SessionHooks.js';
import type { ActiveSessionPolicy } from '../core/sessionState.js';
import type { ConnectionReader, SessionRequest } from '../requests/SessionRequest.js';
import type { VerifiedRequests } from '../core/VerifiedRequests.js';

/** Dependencies that the parts of one `Sessions` share. */
export interface SessionsContext {
  readonly table: Table;
  readonly accounts: RequestCore['accounts'];
  readonly sessions: Entity<typeof Session>;
  readonly tokens: AuthTokens<SessionRequest>;
  readonly connectionOf: ConnectionReader;
  readonly events: Events;
  readonly hooks: SessionHooks;
  readonly policy: ActiveSessionPolicy;
  readonly verified: VerifiedRequests;
}
