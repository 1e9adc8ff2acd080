import type { AccountsCore } from '../flows/AccountsCore.js';
import { claimOperation, takingClaims } from '../core/claims.js';
import { mailboxContact, type Contact } from '../core/Account.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import { contactTaken } from '../errors/contactTaken.js';
import { changeByToken } from '../flows/changeByToken.js';
import { isOfReplacement, replacementOf } from '../core/contactOrder.js';
import { removeAdditions } from '../flows/removeAdditions.js';
import { undoneTokens } from './undoToken.js';
import { tokenRefused } from '../oneTimeTokens/OneTimeTokens.js';

/** Input of `Contacts.undoReplacement`. */
export interface UndoReplacementInput {
  /** From the message `ContactRemoved` to the address before. */
  readonly token: string;
  /** The request on which it is shown, which is kept with the token. */
  readonly request?: SessionRequest;
}

/**
 * Gives an account back the mailbox that another took the place of, and removes all that was added since,
 * with the tokens by which later replacements could be undone: see `Contacts.undoReplacement`. One
 * transaction has room for as many contacts and tokens as an account can have.
 */
export function undoReplacement(
  core: AccountsCore,
  { token: given, request }: UndoReplacementInput,
): Promise<Contact> {
  const shown = { token: given, kind: 'contact_recovery', request } as const;
  return changeByToken(
    core,
    { flow: 'VerifyEmail', shown },
    (flow, { account, token, usedFrom }) => {
      const data = { kind: 'email', value: token.createdFor } as const;
      const replacement = replacementOf(token);
      if (!replacement) throw tokenRefused();
      return takingClaims(core, { contacts: [data], isProven: true }, (claims) =>
        flow.commit(account, (change) => {
          const { accountId } = change.account;
          if (mailboxContact(change.account, data.value)?.verified === true) {
            throw contactTaken('email');
          }
          change.useToken(token, tokenRefused, usedFrom).revokePending('contacts', 'tokens');
          change.revokeAllSessions();
          removeAdditions(core, change, {
            after: { ulid: replacement.replaced },
            isOther: ({ ulid }) => isOfReplacement(replacement, ulid),
            restored: data,
          });
          for (const { kind, createdFor, ulid } of undoneTokens(
            core,
            change.account,
            replacement,
          )) {
            const filter = { accountId, kind, createdFor, ulid };
            change.write(core.tokens.deleteOneOperation({ filter }));
          }
          // In its own place: an earlier replacement that is undone later does not remove it.
          const restored = {
            item: { accountId, verified: true, data },
            ulid: replacement.replaced,
          };
          const contact = change.write(claimOperation(core, restored, claims));
          return () => contact.result;
        }),
      );
    },
  );
}
