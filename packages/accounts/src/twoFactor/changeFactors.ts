import { EntityError, type TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../core/AccountsCore.js';
import { noticeRecipients } from '../core/notices.js';
import type { MessageKind } from '../delivery/Delivery.js';
import { AccountError } from '../errors/AccountError.js';
import { tokensAsRead } from '../core/revokeTokens.js';
import type { SessionRequest } from '../core/SessionRequest.js';
import { createRecoveryCodes } from './createRecoveryCodes.js';
import { parseRecoveryCode } from './parseRecoveryCode.js';
import { keyOf } from './proveSecondFactor.js';
import type { AccountWithFactors, StoredToken } from './readFactors.js';
import { TWO_FACTOR_PURPOSE } from './secondFactorStep.js';

/** A change of what an account has of second factors. */
export interface FactorChange {
  readonly family: AccountWithFactors;
  /** Whose session goes on, where there is one. */
  readonly request?: SessionRequest;
  readonly operations: readonly TransactOperation<unknown>[];
}

/** New recovery codes for an account. */
export interface NewRecoveryCodes {
  /** For their owner's eyes. Only hashes are stored. */
  readonly recoveryCodes: readonly string[];
  readonly operations: readonly TransactOperation<unknown>[];
}

/** As long as a transaction has room beside 21 documents with their unique items, and the rest. */
const MAX_DELETED_PENDING = 10;

/**
 * The write that gives an account a new generation, on condition that it has the one that was read:
 * every session and every login under way is over (ASVS 7.4.3), and of changes that were decided on
 * the same state, one is made.
 * Nor must a token have become void since, as it may be one by which this is done.
 */
export function newGeneration(
  { accounts, table }: Pick<AccountsCore, 'accounts' | 'table'>,
  { account }: Pick<AccountWithFactors, 'account'>,
): { readonly sessionGeneration: string; readonly operation: TransactOperation<unknown> } {
  const sessionGeneration = table.newUlid();
  const operation = accounts.updateOneOperation({
    filter: { accountId: account.accountId },
    condition: { sessionGeneration: account.sessionGeneration, ...tokensAsRead(account) },
    update: { $set: { sessionGeneration } },
  });
  return { sessionGeneration, operation };
}

/**
 * Changes an account's factors in one transaction that ends every other session.
 *
 * @throws AccountError `InvalidSession` if the session that should go on has ended meanwhile.
 */
export async function changeFactors(
  core: Pick<AccountsCore, 'accounts' | 'sessionEntity' | 'sessions' | 'table'>,
  { family, request, operations }: FactorChange,
): Promise<void> {
  const { accountId, sessionGeneration: generation } = family.account;
  const { sessionGeneration, operation } = newGeneration(core, family);
  const change = [...operations, operation];
  if (!request) {
    await core.table.transact(change);
    return;
  }
  const { session } = core.sessions.verifiedSessionOf(request);
  const goOn = core.sessionEntity.updateOneOperation({
    filter: { accountId, ulid: session.ulid },
    // One that has ended must not come back to life with the new generation.
    condition: { valid: true, generation },
    update: { $set: { generation: sessionGeneration } },
  });
  try {
    await core.table.transact([...change, goOn]);
  } catch (error) {
    const hasEnded =
      EntityError.is(error) &&
      (error.code === 'ConditionFailed' || error.code === 'NotFound') &&
      error.operation === change.length;
    throw hasEnded ? new AccountError('InvalidSession', {}) : error;
  }
  core.sessions.goesOn(request, sessionGeneration);
}

/** Makes the recovery codes that replace an account's. */
export async function replaceRecoveryCodes(
  core: Pick<AccountsCore, 'passwords' | 'tokens'>,
  { account, recoveryCodes: old }: AccountWithFactors,
): Promise<NewRecoveryCodes> {
  const recoveryCodes = createRecoveryCodes();
  const operations = deleteTokens(core, old);
  // One after the other: ten at once would fill the queue of a hasher for everybody else.
  for (const recoveryCode of recoveryCodes) {
    const parsed = parseRecoveryCode(recoveryCode);
    if (!parsed) throw new Error('A recovery code is not in its own form.');
    operations.push(
      core.tokens.createOneOperation({
        item: {
          accountId: account.accountId,
          kind: 'twoFactorAuth',
          createdFor: `${TWO_FACTOR_PURPOSE.recoveryCode}${String(parsed.index)}`,
          value: await core.passwords.hash(parsed.code),
        },
      }),
    );
  }
  return { recoveryCodes, operations };
}

/** The writes that delete tokens. */
export function deleteTokens(
  { tokens: entity }: Pick<AccountsCore, 'tokens'>,
  tokens: readonly (StoredToken | undefined)[],
): TransactOperation<unknown>[] {
  return tokens.flatMap((token) =>
    token ? [entity.deleteOneOperation({ filter: keyOf(token) })] : [],
  );
}

/** The writes that delete every factor but one, which the same transaction deletes already. */
export function deleteFactors(
  core: Pick<AccountsCore, 'tokens'>,
  { totp, pending, recoveryCodes }: AccountWithFactors,
  except?: string,
): TransactOperation<unknown>[] {
  const factors = [totp, ...recoveryCodes].filter((token) => token?.ulid !== except);
  return [...deleteTokens(core, factors), ...deletePending(core, pending)];
}

/** The writes that delete the secrets that wait for their first code: the newest of them. */
export function deletePending(
  core: Pick<AccountsCore, 'tokens'>,
  pending: AccountWithFactors['pending'],
): TransactOperation<unknown>[] {
  return deleteTokens(core, pending.slice(-MAX_DELETED_PENDING));
}

/** Tells an account's owner, at every verified address, that the second factor has changed. */
export async function tellOfFactors(
  { delivery }: Pick<AccountsCore, 'delivery'>,
  { account, accessTypes }: Pick<AccountWithFactors, 'account' | 'accessTypes'>,
  kind: Extract<MessageKind, 'TwoFactorEnabled' | 'TwoFactorDisabled'>,
): Promise<void> {
  await Promise.all(
    noticeRecipients(accessTypes).map((to) => delivery.deliver({ kind, to, account })),
  );
}
