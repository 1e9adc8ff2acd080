import { EntityError, type Condition, type TransactOperation } from '@latchkey/entity';
import { AccountError } from '../errors/AccountError.js';
import type { Account } from './Account.js';
import type { AccountChange, PlannedCondition } from './AccountChange.js';
import type { ChangeCore, AccountEntity } from './ChangeCore.js';
import { notifyOwner } from './notices.js';
import type { AccountDocument } from '../requests/SessionRequest.js';

type AccountWrite = Parameters<AccountEntity['updateOne']>[0];

/**
 * Commits what a flow has decided, in one transaction: the account's item and the session first, so
 * that an ended session is what is told, then the other writes in their order. A change of the
 * account's item alone is one `UpdateItem`. Then the owner is told.
 *
 * @throws AccountError `InvalidSession` for a session that has ended, `UserNotFound`, and the refusals
 *   of the change; EntityError for a conflict, after which the flow may decide anew.
 */
export async function commitChange(
  core: ChangeCore,
  change: AccountChange<Account | undefined>,
): Promise<void> {
  const { plan, account } = change;
  const { writes, sessionWrite } = plan;
  const own = accountWrite(change);
  const first = accountOperations(core, change, own);
  const session = sessionWrite ? [sessionWrite] : [];
  const operations = [...first, ...session, ...writes.map(({ operation }) => operation)];
  let saved: AccountDocument | null = null;
  try {
    if (operations.length === 1 && 'update' in own) {
      ({ item: saved } = await core.accounts.updateOne(own as AccountWrite));
      if (!saved) throw new AccountError('UserNotFound', {});
    } else if (operations.length > 0) {
      const results = await core.table.transact(operations);
      if (first.length > 0) saved = results[0] as AccountDocument | null;
      const others = results.slice(first.length + session.length);
      for (const [at, { committed }] of writes.entries()) committed(others[at]);
    }
  } catch (error) {
    throw refusalOf(change, error, partOf(error, first.length, session.length)) ?? error;
  }
  await plan.committed(saved);
  if (!account) return;
  for (const { notice, verified } of plan.notices) {
    const others = account.accessTypes.filter(
      ({ ulid }) => !verified.some((each) => each.ulid === ulid),
    );
    const accessTypes = [...others, ...verified];
    await notifyOwner(core, { ...account, ...saved, accessTypes }, notice);
  }
}

/** The write of the account's item in a transaction, if there is one. */
function accountOperations(
  { accounts }: ChangeCore,
  { actor }: AccountChange<Account | undefined>,
  own: ReturnType<typeof accountWrite>,
): TransactOperation<AccountDocument | null>[] {
  if ('update' in own) {
    return [accounts.updateOneOperation(own as Parameters<AccountEntity['updateOneOperation']>[0])];
  }
  return actor.request || 'condition' in own ? [withoutResult(accounts.checkOperation(own))] : [];
}

/** The part of a transaction that an error is about: a write by its position. */
function partOf(
  error: unknown,
  accounts: number,
  sessions: number,
): 'account' | 'session' | number {
  const at = EntityError.is(error) ? (error.operation ?? 0) : -1;
  if (at >= 0 && at < accounts) return 'account';
  if (at >= accounts && at < accounts + sessions) return 'session';
  return at - accounts - sessions;
}

/** The account's one write: an update, or the conditions to check. */
function accountWrite({ actor, plan }: AccountChange<Account | undefined>): {
  readonly filter: { readonly accountId: string };
  readonly condition?: Condition<AccountDocument>;
} {
  const { conditions, set, increments, remove, listChanges, version } = plan;
  const parts = [actor.condition, ...conditions.map(({ condition }) => condition)].filter(
    (part) => Object.keys(part).length > 0,
  );
  const counts = Object.keys(increments).length > 0;
  const lists = Object.keys(listChanges).length > 0;
  const isUpdate = Object.keys(set).length > 0 || counts || lists || remove.length > 0;
  return {
    filter: { accountId: actor.accountId },
    ...(parts.length > 0 && { condition: { $and: parts } }),
    ...(isUpdate && {
      update: {
        ...(Object.keys(set).length > 0 && { $set: set }),
        ...(counts && { $inc: increments }),
        ...(remove.length > 0 && { $remove: remove }),
        ...listChanges,
      },
      ...(version !== undefined && { version }),
    }),
  };
}

/**
 * Translates an error into a refusal; undefined for a conflict, and for an error that is not the
 * answer of a condition.
 */
function refusalOf(
  { actor, plan }: AccountChange<Account | undefined>,
  error: unknown,
  part: 'account' | 'session' | number,
): Error | undefined {
  const isAnswer =
    EntityError.is(error) &&
    (error.code === 'ConditionFailed' ||
      error.code === 'NotFound' ||
      error.code === 'VersionConflict');
  if (!isAnswer) return undefined;
  if (part === 'session' || (part === 'account' && actor.hasEndedBy(error))) {
    return new AccountError('InvalidSession', {});
  }
  if (part !== 'account') {
    // Says only that somebody has written in between, and not that the condition is not met.
    return error.code === 'VersionConflict' ? undefined : plan.writes[part]?.refusal?.(error);
  }
  if (error.code === 'NotFound') {
    return plan.goneRefusal?.() ?? new AccountError('UserNotFound', {});
  }
  if (error.code !== 'ConditionFailed') return undefined;
  return refusedBy(plan.conditions, error.details.item as AccountDocument);
}

function refusedBy(
  conditions: readonly PlannedCondition[],
  current: AccountDocument,
): Error | undefined {
  for (const { refusal } of conditions) {
    const refused = refusal(current);
    if (refused) return refused;
  }
  return undefined;
}

function withoutResult(operation: TransactOperation<unknown>): TransactOperation<null> {
  return { prepare: async () => ({ ...(await operation.prepare()), result: null }) };
}
