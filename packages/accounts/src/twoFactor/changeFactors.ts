import type { TransactOperation } from '@latchkey/entity';
import type { Account } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { createRecoveryCodes } from './createRecoveryCodes.js';
import { deleteTokens } from './deleteFactors.js';
import { parseRecoveryCode } from './parseRecoveryCode.js';
import type { AccountWithFactors } from './readFactors.js';
import { TWO_FACTOR_PURPOSE } from '../core/requiredSecondFactor.js';

/** New recovery codes for an account. */
export interface NewRecoveryCodes {
  /** To be shown to the owner. Only hashes are stored. */
  readonly recoveryCodes: readonly string[];
  readonly operations: readonly TransactOperation<unknown>[];
}

/**
 * Changes an account's factors and ends every other session and every login in progress (ASVS 7.4.3). Of
 * several changes based on the same version of the account, only one succeeds.
 */
export function changeFactors(
  change: AccountChange,
  operations: readonly TransactOperation<unknown>[],
): void {
  const { sessionGeneration }: Account = change.account;
  change.require({ sessionGeneration }).revokeOtherSessions().writeAll(operations);
}

/** Creates the recovery codes that replace those of an account. */
export async function replaceRecoveryCodes(
  core: Pick<AccountsCore, 'passwords' | 'tokens'>,
  { account, recoveryCodes: old }: AccountWithFactors,
): Promise<NewRecoveryCodes> {
  const recoveryCodes = createRecoveryCodes();
  const operations = deleteTokens(core, old);
  // One after the other: ten at once would fill the hasher's queue and delay other users.
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
