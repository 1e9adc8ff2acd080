import type { AccountsCore } from '../flows/AccountsCore.js';
import { claimOperation, takingClaims } from '../core/claims.js';
import type { Contact } from '../core/Account.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import { contactTaken } from '../errors/contactTaken.js';
import { changeByToken } from '../flows/changeByToken.js';
import { mailboxContact } from './verifyContact.js';
import { tokenRefused } from '../oneTimeTokens/OneTimeTokens.js';

/** Input of `Contacts.undoReplacement`. */
export interface UndoReplacementInput {
  /** From the message `ContactRemoved` to the address before. */
  readonly token: string;
  /** The request on which it is shown, which is kept with the token. */
  readonly request?: SessionRequest;
}

/** With their unique items, that a transaction has room for beside the rest. */
const MAX_REMOVED = 20;

/**
 * Gives an account back the mailbox that another took the place of, with all that was added since: see
 * `Contacts.undoReplacement`.
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
      const since = String(token.meta?.replacedBy);
      return takingClaims(core, { contacts: [data], isProven: true }, (claims) =>
        flow.commit(account, (change) => {
          const { accountId, accessTypes } = change.account;
          if (mailboxContact(change.account, data.value)?.verified === true) {
            throw contactTaken('email');
          }
          change
            .requireSameVersion()
            .useToken(token, tokenRefused, usedFrom)
            .revokePending('contacts', 'tokens');
          change.revokeAllSessions();
          const added = accessTypes.filter(
            (each) => each.ulid >= since && each.data.value !== data.value,
          );
          for (const each of added.slice(-MAX_REMOVED)) {
            const filter = { accountId, 'data.kind': each.data.kind, ulid: each.ulid };
            change
              .notify({ kind: 'ContactRemoved', contact: each })
              .write(core.accessTypes.deleteOneOperation({ filter }));
          }
          const item = { accountId, verified: true, data };
          const contact = change.write(claimOperation(core, { item }, claims));
          return () => contact.result;
        }),
      );
    },
  );
}
