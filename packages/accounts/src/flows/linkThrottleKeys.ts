import type { TransactOperation } from '@latchkey/entity';
import { AccountAttempts } from '@latchkey/schema';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { placeholderId } from '../identifiers/placeholderId.js';
import type { Attempt } from '../throttling/Throttle.js';
import type { TokensRevoked } from '../core/pendingTokens.js';
import type { OneTimeTokenKind } from '../oneTimeTokens/tokenPolicy.js';

/** A mailbox that links of a kind are sent to. */
export interface LinkTarget {
  readonly kind: OneTimeTokenKind;
  readonly account: TokensRevoked;
  readonly mailbox: string;
}

/**
 * Counter for the links of one kind to one mailbox, kept apart from all accounts. The count begins
 * again when those links have become void: until then, a user whom the count stops has a link that
 * works.
 */
export function mailboxThrottleKey({ kind, account, mailbox }: LinkTarget): Attempt {
  return linkThrottleKey(`${kind}/${account.tokensVoidBefore ?? ''}/${mailbox}`);
}

/** Counter for requests that send nothing, which do not count against any mailbox. */
export function decoyThrottleKey(kind: OneTimeTokenKind, identifier: LoginIdentifier): Attempt {
  return linkThrottleKey(`${kind}/nobody/${identifier.kind}/${identifier.value}`);
}

/**
 * Counter for the messages that tell a mailbox's owner that someone wanted to sign up with the
 * address.
 */
export function signUpAttemptThrottleKey(mailbox: string): Attempt {
  return linkThrottleKey(`sign-up-attempt/${mailbox}`);
}

/** The write by which the links to a mailbox are forgotten, when one of them was followed. */
export function forgetLinks(
  { oneTimeTokens, table }: Pick<AccountsCore, 'oneTimeTokens' | 'table'>,
  target: LinkTarget,
): TransactOperation<unknown> {
  const { accountId, authenticator } = mailboxThrottleKey(target);
  const now = table.now();
  const expiresAt = new Date(now.getTime() + oneTimeTokens.lifetimeMsOf(target.kind));
  return table.entity(AccountAttempts).updateOneOperation({
    filter: { accountId, authenticator },
    update: { $set: { attempts: 0, lastAttemptAt: now, expiresAt } },
    // TTL may have removed it.
    upsert: true,
  });
}

function linkThrottleKey(value: string): Attempt {
  return {
    accountId: placeholderId({ kind: 'username', value: `links/${value}` }),
    authenticator: 'token',
  };
}
