import type { Account, StoredToken } from '../core/Account.js';
import { documentOf } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import { marksOfRevocation } from '../core/sessionMarks.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { Flow } from '../core/changeAccount.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';
import { AccountError } from '../errors/AccountError.js';
import { resetCounts } from '../flows/resetCounts.js';
import { requirePasswordEnabled } from '../flows/isPasswordDisabled.js';
import type { Attempt } from '../throttling/Throttle.js';
import { removePassword, replacePassword } from './replacePassword.js';

/** The passwords that somebody shows and chooses. */
export interface ShownPasswords {
  readonly password: string;
  /** As `parseNewPassword` gave it. */
  readonly newPassword: string;
  /** The client's address. */
  readonly ip: string;
}

/** A new password's hash, of somebody who has shown the one before. */
export interface ProvenChange {
  readonly value: string;
  readonly attempt: Attempt;
}

/**
 * Compares the current password, after the attempt has been counted, and hashes the new one.
 *
 * @throws AccountError `LoginFailed`, `AccountLocked`, `TooManyRequests`, `AuthenticatorDisabled`,
 *   `TooBusy`
 */
export async function provePassword(
  { passwords, throttle }: Pick<AccountsCore, 'passwords' | 'throttle'>,
  account: Account<StoredToken>,
  { password, newPassword, ip }: ShownPasswords,
): Promise<ProvenChange> {
  const { accountId, tokens } = account;
  const stored = tokens.filter(({ kind }) => kind === 'password').at(-1);
  const attempt = { accountId, authenticator: 'reauthentication', ip } as const;
  requirePasswordEnabled(account, await throttle.recordAttempt(attempt));
  const value = await throttle.unlessTooBusy(attempt, async () => {
    const { matches } = await passwords.verify(password, stored?.value);
    if (!stored || !matches) throw new AccountError('LoginFailed', {});
    return passwords.hash(newPassword);
  });
  return { value, attempt };
}

/** The account's password is to go; its owner has logged in recently. */
export interface NoPassword {
  readonly value: null;
  readonly attempt?: undefined;
}

/** The session in place of the one that has changed the password. */
export interface AnotherSession {
  readonly authToken: string;
  /** In place of the one before, which the new password has made invalid. */
  readonly deviceToken: string;
  readonly session: SessionDocument;
}

/**
 * Gives the account its new password, or takes the password away, and begins the request's session anew, with the end that it had,
 * in the transaction that ends all of the account's: if the one before has not ended in the meantime
 * (ASVS 7.4.1).
 *
 * @param more - decides what else changes along.
 * @throws AccountError `InvalidSession`; `PasswordNotFound` and `LastLoginMethod` where it is to go.
 */
export async function beginAnew<A extends Account>(
  core: AccountsCore,
  flow: Flow,
  account: A,
  { value, attempt }: ProvenChange | NoPassword,
  more: (change: AccountChange<A>) => void | Promise<void> = () => undefined,
): Promise<AnotherSession> {
  const { request, session } = flow.actor;
  if (!request || !session) throw new AccountError('InvalidSession', {});
  const { accountId, ulid, expiresAt, remembered, fixedEnd = false } = session;
  const sessionGeneration = core.table.newUlid();
  const { create, write, complete } = await core.sessions.issuer.prepare(
    { ...documentOf(account), ...marksOfRevocation(sessionGeneration) },
    request,
    { expiresAt, fixedEnd, ...(remembered === true && { rememberMe: true }) },
  );
  const deviceToken = await core.deviceTokens.issue(
    { accountId, generation: sessionGeneration },
    request,
  );
  const document = await write(() =>
    flow.commit(account, async (change) => {
      if (value === null) removePassword(core, change);
      else replacePassword(core, change, value);
      change.revokeAllSessions(sessionGeneration);
      change
        .writeSession(
          core.sessionEntity.updateOneOperation({
            filter: { accountId, ulid },
            condition: { valid: true, generation: change.actor.session?.generation ?? '' },
            update: { $set: { valid: false } },
          }),
        )
        .writeAll([
          ...resetCounts(core, change.account, ['password', 'knownDevice']),
          ...(attempt ? [core.throttle.resetOperation(attempt)] : []),
        ]);
      const begun = change.write(core.sessionEntity.createOneOperation(create));
      await more(change);
      return () => begun.result;
    }),
  );
  const { authToken, sessionDocument } = await complete(document);
  return { authToken, deviceToken, session: sessionDocument };
}
