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
 * What the links of a kind to a mailbox are counted as, beside all accounts. When they have become
 * void, the count begins again: whoever is in its way has a link that works.
 */
export function countOfMailbox({ kind, account, mailbox }: LinkTarget): Attempt {
  return countOf(`${kind}/${account.tokensVoidBefore ?? ''}/${mailbox}`);
}

/** What requests are counted as by which nothing is sent: not at any mailbox's expense. */
export function countOfNobody(kind: OneTimeTokenKind, identifier: LoginIdentifier): Attempt {
  return countOf(`${kind}/nobody/${identifier.kind}/${identifier.value}`);
}

/** What messages to a mailbox are counted as that somebody wanted to sign up with it. */
export function countOfSignUpAttempts(mailbox: string): Attempt {
  return countOf(`sign-up-attempt/${mailbox}`);
}

/** The write by which the links to a mailbox are forgotten, when one of them was followed. */
export function forgetLinks(
  { oneTimeTokens, table }: Pick<AccountsCore, 'oneTimeTokens' | 'table'>,
  target: LinkTarget,
): TransactOperation<unknown> {
  const { accountId, authenticator } = countOfMailbox(target);
  const now = table.now();
  const expiresAt = new Date(now.getTime() + oneTimeTokens.lifetimeMsOf(target.kind));
  return table.entity(AccountAttempts).updateOneOperation({
    filter: { accountId, authenticator },
    update: { $set: { attempts: 0, lastAttemptAt: now, expiresAt } },
    // TTL may have removed it.
    upsert: true,
  });
}

function countOf(value: string): Attempt {
  return {
    accountId: placeholderId({ kind: 'username', value: `links/${value}` }),
    authenticator: 'token',
  };
}
