import type { Contact, Token } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import {
  isFirstMailbox,
  isOfReplacement,
  replacementBy,
  replacementOf,
  type Replacement,
} from '../core/contactOrder.js';
import { pendingTokens, type AccountWithTokens } from '../core/pendingTokens.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { tooManyTokens } from '../errors/tooManyTokens.js';

/** Dependencies for undo tokens. */
export type UndoCore = Pick<AccountsCore, 'acceptsIssuedAt' | 'oneTimeTokens' | 'table'>;

/** How many undo tokens of an account wait at most: using the first removes all others, in one transaction. */
const MAX_PENDING = 5;

/**
 * Adds the token by which the reader of the account's first mailbox gets it back, if it is that which goes; see
 * `Contacts.undoReplacement`. No other address gets one: whoever has a session can add an address, and its token would
 * outlive the owner's remedies.
 *
 * @param replacedBy - ulid of the contact that takes its place , or one that comes after every contact.
 * @returns the token; undefined for another contact.
 * @throws AccountError `TooManyTokens`
 */
export function writeUndoToken(
  core: UndoCore,
  change: AccountChange,
  old: Contact,
  replacedBy: string,
): string | undefined {
  const { account } = change;
  if (!isFirstMailbox(account, old)) return undefined;
  const pending = pendingUndoTokens(core, account);
  if (pending.length >= MAX_PENDING) throw tooManyTokens(MAX_PENDING, pending, core.table.now());
  const { token, operation } = core.oneTimeTokens.prepare({
    accountId: account.accountId,
    account,
    kind: 'contact_recovery',
    createdFor: old.data.value,
    meta: { ...replacementBy(account, old, replacedBy) },
  });
  change.write(operation);
  return token;
}

/**
 * Returns the undo tokens that would give back what came with a replacement or since. One that gives back what was
 * there before stays: whoever undoes a replacement takes no other mailbox's means to return.
 */
export function undoneTokens(
  core: UndoCore,
  account: AccountWithTokens,
  replacement: Replacement,
): Token[] {
  return pendingUndoTokens(core, account).filter((token) => {
    const other = replacementOf(token);
    return other !== undefined && isOfReplacement(replacement, other.replaced);
  });
}

function pendingUndoTokens(core: UndoCore, account: AccountWithTokens): Token[] {
  return pendingTokens(account.tokens, core, account).filter(
    ({ kind }) => kind === 'contact_recovery',
  );
}
