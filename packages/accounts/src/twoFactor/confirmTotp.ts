import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { StoredToken } from '../core/Account.js';
import { resetCounts } from '../flows/resetCounts.js';
import { replaceRecoveryCodes } from './changeFactors.js';
import { deletePending, deleteTokens, keyOfToken } from './deleteFactors.js';
import { findTotpStep } from './findTotpStep.js';
import { attemptAt, codeRefused, type FactorContext } from './verifySecondFactor.js';
import type { AccountWithFactors } from './readFactors.js';
import { openSecret } from './sealedSecret.js';
import { TWO_FACTOR_PURPOSE } from '../core/requiredSecondFactor.js';

/** Recovery codes, and the operations that make a pending authenticator the account's authenticator. */
export interface ConfirmedTotp {
  readonly recoveryCodes: readonly string[];
  readonly operations: readonly TransactOperation<unknown>[];
}

/** No limit on failures, and short waits: the first code proves a secret that was only just shown. */
const BINDING = { isBinding: true, maxWaitMs: 30_000 } as const;

/**
 * Checks the first code of a pending authenticator. The authenticator then replaces an existing one, and
 * new recovery codes replace the old ones.
 *
 * @throws AccountError `AccountLocked`, `TooManyRequests`; `TokenVerificationFailed` with the path
 *   `code` for a wrong code, and if no authenticator is pending.
 */
export async function confirmTotp(
  context: FactorContext & { readonly core: Pick<AccountsCore, 'passwords' | 'tokens'> },
  code: string,
): Promise<ConfirmedTotp> {
  const { core, settings, factors } = context;
  const now = core.table.now();
  const waiting = pendingOf(factors, now)
    .filter(({ createdAt }) => core.acceptsIssuedAt(createdAt))
    .map((pending) => ({
      pending,
      secret: openSecret(settings.keyring, pending),
    }));
  if (waiting.length === 0) throw codeRefused('code');
  const attempt = { ...attemptAt(context, 'totp'), ...BINDING };
  await core.throttle.recordAttempt(attempt);
  const [shown] = waiting.flatMap(({ pending, secret }) => {
    const step = findTotpStep({ secret, code, nowMs: now.getTime() });
    return step === null ? [] : [{ pending, step }];
  });
  if (!shown) throw codeRefused('code');
  const { pending, step } = shown;
  const { recoveryCodes, operations } = await core.throttle.unlessTooBusy(attempt, () =>
    replaceRecoveryCodes(core, factors),
  );
  return {
    recoveryCodes,
    operations: [
      // The document moves, with its ciphertext, so it can be confirmed only once.
      core.tokens.updateOneOperation({
        filter: keyOfToken(pending),
        update: {
          $set: { createdFor: TWO_FACTOR_PURPOSE.totp, lastUsedStep: step },
          $remove: ['expiresAt', 'meta'],
        },
      }),
      ...deleteTokens(core, [factors.totp]),
      ...operations,
      ...deletePending(
        core,
        factors.pending.filter(({ ulid }) => ulid !== pending.ulid),
      ),
      core.throttle.resetOperation(attempt),
      ...resetCounts(core, factors.account, ['recoveryCode']),
    ],
  };
}

/**
 * Those that were enrolled for the authenticator that the account has now. Each enrolment deletes
 * the others, so that it is one; of several at the same moment, no clock says which is the last.
 */
function pendingOf({ pending, totp }: AccountWithFactors, now: Date): StoredToken[] {
  return pending.filter(
    ({ expiresAt, meta }) =>
      expiresAt !== undefined && expiresAt > now && meta?.replaces === totp?.ulid,
  );
}
