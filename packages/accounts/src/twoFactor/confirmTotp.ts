import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import { replaceRecoveryCodes, deletePending, deleteTokens } from './changeFactors.js';
import { findTotpStep } from './findTotpStep.js';
import { codeRefused, countAttempt, keyOf, type FactorContext } from './proveSecondFactor.js';
import type { AccountWithFactors, StoredToken } from './readFactors.js';
import { openSecret } from './sealedSecret.js';
import { TWO_FACTOR_PURPOSE } from './secondFactorStep.js';

/** What makes a pending authenticator the account's own. */
export interface ConfirmedTotp {
  readonly recoveryCodes: readonly string[];
  readonly operations: readonly TransactOperation<unknown>[];
}

/**
 * Checks the first code of a pending authenticator. It then takes the place of the one that the
 * account may have, and new recovery codes that of the old ones.
 *
 * @throws AccountError `AccountLocked`, `TooManyRequests`; `TokenVerificationFailed` with the path
 *   `code` for a wrong one, and where nothing is pending.
 */
export async function confirmTotp(
  context: FactorContext & { readonly core: Pick<AccountsCore, 'passwords' | 'tokens'> },
  code: string,
): Promise<ConfirmedTotp> {
  const { core, settings, family } = context;
  const now = core.table.now();
  const pending = newestPending(family, now);
  if (!pending) throw codeRefused('code');
  const secret = openSecret(settings.keyring, pending);
  const resetOperation = await countAttempt(context, 'totp');
  const step = findTotpStep({ secret, code, nowMs: now.getTime() });
  if (step === null) throw codeRefused('code');
  const { recoveryCodes, operations } = await replaceRecoveryCodes(core, family);
  return {
    recoveryCodes,
    operations: [
      // The document moves, with its ciphertext: nobody else can confirm it, too.
      core.tokens.updateOneOperation({
        filter: keyOf(pending),
        update: {
          $set: { createdFor: TWO_FACTOR_PURPOSE.totp, lastUsedStep: step },
          $remove: ['expiresAt', 'meta'],
        },
      }),
      ...deleteTokens(core, [family.totp]),
      ...operations,
      ...deletePending(
        core,
        family.pending.filter(({ ulid }) => ulid !== pending.ulid),
      ),
      resetOperation,
    ],
  };
}

/** The one that was enrolled last, if that was for the authenticator that the account has now. */
function newestPending({ pending, totp }: AccountWithFactors, now: Date): StoredToken | undefined {
  const newest = pending.at(-1);
  const isAlive = newest?.expiresAt !== undefined && newest.expiresAt > now;
  return isAlive && newest.meta?.replaces === totp?.ulid ? newest : undefined;
}
