import type { AccountsCore } from '../flows/AccountsCore.js';
import { claimOperation, takingClaims } from '../core/claims.js';
import { mailboxContact, type Contact, type Token } from '../core/Account.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import { contactTaken } from '../errors/contactTaken.js';
import { changeByToken } from '../flows/changeByToken.js';
import {
  isOfReplacement,
  nextContact,
  replacementOf,
  type Replacement,
} from '../core/contactOrder.js';
import { removeAdditions } from '../flows/removeAdditions.js';
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
          const { accountId, tokens } = change.account;
          if (mailboxContact(change.account, data.value)?.verified === true) {
            throw contactTaken('email');
          }
          change.useToken(token, tokenRefused, usedFrom).revokePending('contacts', 'tokens');
          change.revokeAllSessions();
          removeAdditions(core, change, {
            after: { ulid: replacement.replaced ?? replacement.replacedBy },
            isOther: ({ ulid }) => isOfReplacement(replacement, ulid),
            restored: data,
          });
          for (const { kind, createdFor, ulid } of undoneWith(token, replacement, tokens)) {
            const filter = { accountId, kind, createdFor, ulid };
            change.write(core.tokens.deleteOneOperation({ filter }));
          }
          // In its own place: an earlier replacement that is undone later does not remove it.
          const { replaced: ulid = nextContact(core.table, change) } = replacement;
          const item = { accountId, verified: true, data };
          const contact = change.write(claimOperation(core, { item, ulid }, claims));
          return () => contact.result;
        }),
      );
    },
  );
}

/**
 * The tokens that would give back what came since. One that gives back what was there before stays: whoever
 * undoes a replacement takes no other mailbox's means to return.
 */
function undoneWith(
  { ulid }: Pick<Token, 'ulid'>,
  replacement: Replacement,
  tokens: readonly Token[],
): Token[] {
  return tokens.filter((each) => {
    const other = each.used === true ? undefined : replacementOf(each);
    const given = other && (other.replaced ?? other.replacedBy);
    return each.ulid !== ulid && given !== undefined && isOfReplacement(replacement, given);
  });
}
