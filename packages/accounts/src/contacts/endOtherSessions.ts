import { EntityError, type TransactOperation } from '@latchkey/entity';
import { Session } from '@latchkey/schema';
import type { AccountsCore } from '../core/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountDocument, SessionRequest } from '../core/SessionRequest.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/** The end of an account's sessions but one, as part of a transaction. */
export interface SessionsEnd {
  /** What the transaction writes into the account. */
  readonly fields: { readonly sessionGeneration?: string };
  /** What the account must be like for it. */
  readonly condition: { readonly sessionGeneration?: string };
  /** What else it does. */
  readonly operations: readonly TransactOperation<unknown>[];
  /** To be called after the commit. */
  readonly committed: () => void;
}

/** {@link SessionsEnd} where nothing ends. */
export const NO_END: SessionsEnd = {
  fields: {},
  condition: {},
  operations: [],
  committed: () => undefined,
};

/**
 * Ends every session of an account, except the one in which its owner acts (ASVS 7.4.3).
 *
 * @param request - whose session goes on, if it is this account's own.
 */
export function endOtherSessions(
  core: Pick<AccountsCore, 'sessionEntity' | 'sessions' | 'table'>,
  { accountId, sessionGeneration: generation }: AccountDocument,
  request: SessionRequest | undefined,
): SessionsEnd {
  const sessionGeneration = core.table.newUlid();
  const fields = { sessionGeneration };
  const session = request && sessionOf(core, request);
  if (session?.accountId !== accountId || session.impersonatedBy !== undefined) {
    return { ...NO_END, fields };
  }
  const goOn = core.sessionEntity.updateOneOperation({
    filter: { accountId, ulid: session.ulid },
    // One that has ended must not come back to life with the new generation.
    condition: { valid: true, generation },
    update: { $set: { generation: sessionGeneration } },
  });
  const committed = (): void => {
    if (request) core.sessions.goesOn(request, sessionGeneration);
  };
  return { fields, condition: { sessionGeneration: generation }, operations: [goOn], committed };
}

/** An error as it is, or `InvalidSession` where the session that was to go on has ended. */
export function orSessionEnded(error: unknown): unknown {
  const hasEnded =
    EntityError.is(error) &&
    (error.code === 'ConditionFailed' || error.code === 'NotFound') &&
    error.details.entity === Session.name;
  return hasEnded ? new AccountError('InvalidSession', {}) : error;
}

function sessionOf(
  { sessions }: Pick<AccountsCore, 'sessions'>,
  request: SessionRequest,
): SessionDocument | undefined {
  try {
    return sessions.verifiedSessionOf(request).session;
  } catch (error) {
    // A token was shown by somebody who is not logged in.
    if (AccountError.is(error) && error.code === 'InvalidSession') return undefined;
    throw error;
  }
}
