import type { AccountsCore } from '../core/AccountsCore.js';
import { findAccountId } from '../accounts/findAccountId.js';
import type { MessageKind, Recipient } from '../delivery/Delivery.js';
import { AccountError } from '../errors/AccountError.js';
import type { EventFacts } from '../events/accountEvents.js';
import type { LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { AccountOfLogin } from '../login/AccountOfLogin.js';
import { placeholderId } from '../login/placeholderId.js';
import { readConnectionInfo, type SessionRequest } from '../core/SessionRequest.js';
import type { Attempt } from '../throttling/Throttle.js';
import { countOfMailbox, countOfNobody } from './linkCount.js';

/** A link that somebody asks for on a public form. */
export interface LinkRequest {
  readonly identifier: LoginIdentifier;
  readonly kind: 'password_recovery' | 'magick_link' | 'email_verification';
  readonly message: MessageKind;
  readonly request: SessionRequest | undefined;
  /** What the flow's event tells; the account is added to it. */
  readonly facts: EventFacts;
}

/**
 * Makes a token and hands it over for the account's own stored and verified e-mail address, or, to
 * be verified, one that is not; never for what a visitor typed (Django CVE-2019-19844). Four
 * requests, the same for everybody (ASVS 6.3.8): where there is nobody to send it to, the token is
 * written where nobody ever looks, and expires there.
 *
 * How many of a kind a mailbox gets is counted like codes, exactly, and in one write with the client's
 * address. The waits are no longer than a link is good for: whoever is not sent one has one.
 *
 * @throws AccountError `InvalidConfiguration`, `TooManyRequests`, `ServiceUnavailable` alike for
 *   everybody; `UserNotFound` and `AccountLocked`, both after all requests, which must not be shown.
 */
export async function sendLink(
  core: AccountsCore,
  { identifier, kind, message, request, facts }: LinkRequest,
): Promise<void> {
  const { delivery, oneTimeTokens, table } = core;
  delivery.requireConfigured();
  const ip = request && readConnectionInfo(request).ip;
  const accountId = (await findAccountId(core, identifier)) ?? placeholderId(identifier);
  const { item: account } = await core.accounts.findOne({
    filter: { accountId },
    include: { accessTypes: true, tokens: true },
    consistent: true,
  });
  if (account) facts.accountId = accountId;
  const addressOf = kind === 'email_verification' ? unverifiedMailboxOf : mailboxOf;
  const mailbox = account && !account.deactivated ? addressOf(account, identifier) : undefined;
  const lock = await countLink(core, {
    ...(account && mailbox
      ? countOfMailbox({ kind, account, mailbox: mailbox.value })
      : countOfNobody(kind, identifier)),
    maxWaitMs: oneTimeTokens.lifetimeMsOf(kind),
    ...(ip !== undefined && { ip }),
  });
  const to = lock ? undefined : mailbox;
  // Each at a place of its own: they must not pile up where the next request would read them.
  const nobody = table.newUlid();
  const { token, operation } = oneTimeTokens.prepare({
    ...(account && to
      ? { accountId, createdFor: to.value, account }
      : { accountId: nobody, createdFor: nobody }),
    kind,
    ...(request && { request }),
  });
  // Without a check that the account is there: it has just been read, and the others have none.
  await table.transact([operation]);
  if (lock) throw lock;
  if (!account || !to) throw new AccountError('UserNotFound', {});
  const { accessTypes: _contacts, tokens: _tokens, ...document } = account;
  // Not waited for: how long a message takes would tell that there is one.
  void delivery.deliver({ kind: message, to, account: document, token });
}

/** Counts a link; gives, rather than throws, what says that a mailbox has had enough of them. */
export async function countLink(
  { throttle }: Pick<AccountsCore, 'throttle'>,
  attempt: Attempt,
): Promise<AccountError | undefined> {
  try {
    await throttle.count(attempt);
    return undefined;
  } catch (error) {
    if (AccountError.is(error) && error.code === 'AccountLocked') return error;
    throw error;
  }
}

/** Where to, for an address to be verified: only the one that was named. */
function unverifiedMailboxOf(
  { accessTypes }: AccountOfLogin,
  { value }: LoginIdentifier,
): Recipient | undefined {
  const isWaiting = accessTypes.some(
    ({ data, verified }) => verified !== true && data.kind === 'email' && data.value === value,
  );
  return isWaiting ? { kind: 'email', value } : undefined;
}

/** Where to: the verified address that was named, or, by another name, the account's first. */
function mailboxOf(
  { accessTypes }: AccountOfLogin,
  { kind, value }: LoginIdentifier,
): Recipient | undefined {
  const verified = accessTypes.filter((contact) => contact.verified === true);
  const isNamed =
    (kind !== 'email' && kind !== 'phone') ||
    verified.some(({ data }) => data.kind === kind && data.value === value);
  const mailboxes = verified.flatMap(({ data }) => (data.kind === 'email' ? [data.value] : []));
  const mailbox = kind === 'email' ? mailboxes.find((each) => each === value) : mailboxes[0];
  return isNamed && mailbox !== undefined ? { kind: 'email', value: mailbox } : undefined;
}
