/**
 * Text of `latchkey table restored`: what belongs into an application's configuration after its table was
 * restored from a backup, and what else there is to do.
 *
 * @param tableName - the restored table.
 * @param now - from when on sessions and tokens are valid.
 */
export function restoredAdvice(tableName: string, now: Date): string {
  return `validFrom: '${now.toISOString()}'

Put this line into the options of every Accounts and Guard that uses the table ${tableName},
before the first of them does, and leave it there. It refuses every session and one-time token
from before, recovery codes among them; everybody has to log in again.

The backup also brings back what validFrom does not undo:
  passwords        changed since the backup: the old ones are right again. Take the accounts of
                   the events SetPasswordSuccess, ChangePasswordSuccess, ResetPasswordSuccess and
                   RemovePasswordSuccess since then from your log, and give their ids to
                   requireNewPasswords of @latchkey/accounts/restore. Without a log: all accounts
  second factors   enabled since: gone; disabled since: back (EnableTwoFactor, DisableTwoFactor)
  passkeys         removed since: back, and log in; added since: gone (AddPasskey, RemovePasskey)
  contacts         removed or replaced since: back, and can reset passwords (AddContact,
                   RemoveContact, VerifyEmail, VerifyPhone)
  accounts         deleted since: back, to be deleted again (DeleteUser); deactivated since:
                   active (DeactivateUser); created since: gone (CreateUser)
  permissions      taken away since: back (UpdateUser)

A restored table lacks what AWS does not restore: TTL, point-in-time recovery, deletion
protection, streams, alarms, auto scaling, tags and policies.
See: latchkey table diff --name ${tableName}
`;
}
