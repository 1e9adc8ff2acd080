import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import type { Attempt } from '../throttling/Throttle.js';
import { findTotpStep, stepStart } from './findTotpStep.js';
import type { SecondFactor } from './parseSecondFactor.js';
import type { StoredToken } from '../core/Account.js';
import { keyOfToken } from './deleteFactors.js';
import { unusedRecoveryCodes, type AccountWithFactors } from './readFactors.js';
import { TWO_FACTOR_PURPOSE } from '../core/requiredSecondFactor.js';
import { openSecret, sealSecret } from './sealedSecret.js';
import type { TwoFactorSettings } from './twoFactorSettings.js';

/** A second factor that is right, as far as has been read: whether it is new shows when it is used. */
export interface ProvenFactor {
  readonly token: StoredToken;
  /** Uses it up, as part of a transaction. */
  readonly useOperation: TransactOperation<unknown>;
  /** Deletes it instead, if it is not used up. */
  readonly deleteOperation: TransactOperation<unknown>;
  /** Forgets the attempts, as part of the same transaction. */
  readonly resetOperation: TransactOperation<unknown>;
  /** As it was counted. */
  readonly attempt: Attempt;
  /** How many attempts failed since the last success, as far as it was known at the beginning. */
  readonly failures: number;
}

/** Dependencies for verifying a second factor. */
export interface FactorContext {
  readonly core: Pick<
    AccountsCore,
    'acceptsIssuedAt' | 'passwords' | 'table' | 'throttle' | 'tokens'
  >;
  readonly settings: TwoFactorSettings;
  readonly factors: AccountWithFactors;
  /** The client's address. */
  readonly ip: string;
}

/**
 * Checks a second factor against an account's, after the attempt has been counted: on the account,
 * whatever challenge or session it comes with (ASVS 6.6.3; NIST SP 800-63B-4 §3.1.3.2).
 *
 * @throws AccountError `AccountLocked`, `TooManyRequests`, `AuthenticatorDisabled`;
 *   `TokenVerificationFailed` with the path
 *   `code` or `recoveryCode`; `InvalidConfiguration` if no key opens the secret; `TooBusy`.
 */
export function verifySecondFactor(
  context: FactorContext,
  factor: SecondFactor,
): Promise<ProvenFactor> {
  return factor.authenticator === 'totp'
    ? proveTotp(context, factor.code)
    : proveRecoveryCode(context, factor.recoveryCode);
}

async function proveTotp(context: FactorContext, code: string): Promise<ProvenFactor> {
  const { core, settings, factors } = context;
  const { accountId } = factors.account;
  const { totp } = factors;
  if (!totp) throw codeRefused('code');
  // Before the attempt is counted: a fault of the server must not lock its owner out.
  const secret = openSecret(settings.keyring, totp);
  const attempt = attemptAt(context, 'totp');
  await core.throttle.recordAttempt(attempt);
  const step = findTotpStep({ secret, code, nowMs: core.table.now().getTime() });
  if (step === null || step <= (totp.lastUsedStep ?? Infinity)) throw codeRefused('code');
  // A restored table does not know that it was used.
  if (!core.acceptsIssuedAt(stepStart(step))) throw codeRefused('code');
  const reencrypted = settings.keyring.needsReencryption(totp.value)
    ? { value: sealSecret(settings.keyring, accountId, secret) }
    : {};
  // Each step once, and only forward (RFC 6238 §5.2, ASVS 6.5.1).
  const condition = { lastUsedStep: { $lt: step } };
  const filter = keyOfToken(totp);
  return {
    token: totp,
    useOperation: core.tokens.updateOneOperation({
      filter,
      condition,
      update: { $set: { lastUsedStep: step, ...reencrypted } },
    }),
    deleteOperation: core.tokens.deleteOneOperation({ filter, condition }),
    resetOperation: core.throttle.resetOperation(attempt),
    attempt,
    failures: failuresOf(context, 'totp'),
  };
}

async function proveRecoveryCode(
  context: FactorContext,
  { index, code }: { readonly index: number; readonly code: string },
): Promise<ProvenFactor> {
  const { core, factors } = context;
  const attempt = attemptAt(context, 'recoveryCode');
  await core.throttle.recordAttempt(attempt);
  const createdFor = `${TWO_FACTOR_PURPOSE.recoveryCode}${String(index)}`;
  const stored = unusedRecoveryCodes(core, factors)
    .filter((token) => token.createdFor === createdFor)
    .at(-1);
  const { matches } = await core.throttle.unlessTooBusy(attempt, () =>
    core.passwords.verify(code, stored?.value),
  );
  if (!matches || !stored) throw codeRefused('recoveryCode');
  const condition = { used: { $ne: true } } as const;
  const filter = keyOfToken(stored);
  return {
    token: stored,
    useOperation: core.tokens.updateOneOperation({
      filter,
      condition,
      update: { $set: { used: true } },
    }),
    deleteOperation: core.tokens.deleteOneOperation({ filter, condition }),
    resetOperation: core.throttle.resetOperation(attempt),
    attempt,
    failures: failuresOf(context, 'recoveryCode'),
  };
}

/** The attempt at an account's second factor, by whatever challenge or session. */
export function attemptAt(
  { factors, ip }: Pick<FactorContext, 'factors' | 'ip'>,
  authenticator: SecondFactor['authenticator'],
): Attempt {
  return { accountId: factors.account.accountId, authenticator, ip };
}

/** The one answer to a factor that was used up in between. */
export function factorRefused({
  token,
}: Pick<ProvenFactor, 'token'>): AccountError<'TokenVerificationFailed'> {
  return codeRefused(token.createdFor === TWO_FACTOR_PURPOSE.totp ? 'code' : 'recoveryCode');
}

/** The one answer to every code that is not valid. */
export function codeRefused(
  path: 'code' | 'recoveryCode',
): AccountError<'TokenVerificationFailed'> {
  return new AccountError('TokenVerificationFailed', { path });
}

function failuresOf(
  { core, factors }: Pick<FactorContext, 'core' | 'factors'>,
  name: SecondFactor['authenticator'],
): number {
  return core.throttle.recentFailures(factors.account.attempts, name);
}
