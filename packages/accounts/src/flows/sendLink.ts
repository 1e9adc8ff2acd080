import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from './AccountsCore.js';
import { findAccountId } from './findAccountId.js';
import type { MessageKind, Recipient } from '../delivery/Delivery.js';
import { AccountError } from '../errors/AccountError.js';
import type { EventContext } from '../events/accountEvents.js';
import type { LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { documentOf, type Account } from '../core/Account.js';
import { loadAccount } from '../core/loadAccount.js';
import { placeholderId } from '../identifiers/placeholderId.js';
import { isVerifiedIdentifier } from './isVerifiedIdentifier.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import { mailboxThrottleKey, decoyThrottleKey } from './linkThrottleKeys.js';

/** A link that somebody asks for on a public form. */
export interface LinkRequest {
  readonly identifier: LoginIdentifier;
  readonly kind: 'password_recovery' | 'magick_link' | 'login_code' | 'email_verification';
  readonly message: MessageKind;
  readonly request: SessionRequest | undefined;
  /** The token (default: 256 random bits), and the code that a message of this kind shows with it. */
  readonly secret?: { readonly token: string; readonly code: string };
  /** Writes to an address that no account has (default: nothing is sent there). */
  readonly toNobody?: LinkToNobody | undefined;
  /** Context of the flow's event; the account is added to it. */
  readonly eventContext: EventContext;
}

/** Secret for the reader of an address that no account has. */
export interface Invitation {
  /** Id under which the token is stored; no account has it. */
  readonly accountId: string;
  readonly email: string;
  readonly token: string;
  readonly code?: string;
}

/** Sends an invitation; it is not waited for. */
export type LinkToNobody = (invitation: Invitation) => Promise<void>;

/**
 * Makes a token and hands it over for the account's own stored and verified e-mail address, or, to
 * be confirmed, one that is not; never for what a visitor typed (Django CVE-2019-19844). Four
 * requests, the same for everybody (ASVS 6.3.8): where there is nobody to send it to, the token is
 * written where nobody ever looks, and expires there. With `toNobody`, it is sent to an address that
 * no account has, at most as often as `throttling.messages` allows.
 *
 * How many of a kind a mailbox gets is counted like codes, exactly, and in one write with the client's
 * address. The waits are no longer than a link is good for: whoever is not sent one has one.
 *
 * @throws AccountError `InvalidConfiguration`, `TooManyRequests`, `ServiceUnavailable` alike for
 *   everybody; `UserNotFound` and `AccountLocked`, both after all requests, which must not be shown.
 */
export async function sendLink(
  core: AccountsCore,
  { identifier, kind, message, request, secret, toNobody, eventContext }: LinkRequest,
): Promise<void> {
  const { delivery, oneTimeTokens, table } = core;
  delivery.requireConfigured();
  const counted = request && core.throttle.beginCountAddress(core.connectionOf(request).ip);
  const accountId = (await findAccountId(core, identifier)) ?? placeholderId(identifier);
  const account = await loadAccount(core, accountId);
  if (account) eventContext.accountId = accountId;
  await counted;
  const target =
    account && !account.deactivated ? targetOf(account, { identifier, kind, message }) : undefined;
  const sent = target?.kind ?? kind;
  const isInvited = toNobody !== undefined && isFree(account, identifier);
  const attempt = {
    ...(account && target
      ? mailboxThrottleKey({ kind: sent, account, mailbox: target.to.value })
      : decoyThrottleKey(kind, identifier)),
    maxWaitMs: oneTimeTokens.lifetimeMsOf(sent),
  };
  let lock: AccountError | undefined;
  try {
    await core.throttle.recordAttempt(attempt);
  } catch (error) {
    // Kept until all requests are sent: that a mailbox has had enough must not show.
    if (!AccountError.is(error) || error.code !== 'AccountLocked') throw error;
    lock = error;
  }
  const to = lock ? undefined : target?.to;
  // Each at a place of its own: they must not pile up where the next request would read them.
  const nobody = table.newUlid();
  const { token, operation } = oneTimeTokens.prepare({
    ...(account && to
      ? { accountId, createdFor: to.value, account }
      : { accountId: nobody, createdFor: isInvited && !lock ? identifier.value : nobody }),
    kind: sent,
    ...(secret && { token: secret.token }),
    ...(request && { request }),
  });
  // Without a check that the account is there: it has just been read, and the others have none.
  const invited = toNobody ? (isInvited && !lock ? identifier.value : nobody) : undefined;
  await table.transact([operation, ...countInvitation(core, invited)]).catch((error: unknown) => {
    const refusal = core.messageLimit.toMessageLimitError(error);
    if (!AccountError.is(refusal) || refusal.code !== 'TooManyRequests') throw error;
    // As silent as a mailbox that has had enough.
    lock = new AccountError('AccountLocked', refusal.details);
  });
  if (lock) throw lock;
  if (toNobody && isInvited) {
    const { code } = secret ?? {};
    const invitation = { accountId: nobody, email: identifier.value, token };
    void toNobody({ ...invitation, ...(code !== undefined && { code }) });
    return;
  }
  if (!account || !target || !to) throw new AccountError('UserNotFound', {});
  // Not waited for: how long a message takes would tell that there is one.
  void delivery.deliver({
    kind: target.message,
    to,
    account: documentOf(account),
    // A code to type comes alone.
    ...(sent !== 'login_code' && { token }),
    // The link that confirms an address in its place logs nobody in.
    ...(secret && sent === kind && { code: secret.code }),
  });
}

/** Tells whether no account has an address, or holds it against others. */
function isFree(account: Account | null, { kind, value }: LoginIdentifier): boolean {
  return (
    kind === 'email' &&
    !account?.accessTypes.some(({ data }) => data.kind === 'email' && data.value === value)
  );
}

/** Counts a message to an address of nobody's; at the same cost where none is sent there. */
function countInvitation(
  { messageLimit }: AccountsCore,
  value: string | undefined,
): TransactOperation<unknown>[] {
  if (value === undefined) return [];
  return messageLimit.countFirstOperations({ to: { kind: 'email', value } });
}

/** The link that a request leads to, and where it goes. */
interface LinkSent extends Pick<LinkRequest, 'kind' | 'message'> {
  readonly to: Recipient;
}

/**
 * Finds where a link goes. Whoever asks by an address that nobody has proven, which may be a
 * stranger's claim, is sent the link that confirms it, or takes it from that account.
 */
function targetOf(
  account: Account,
  { identifier, kind, message }: Pick<LinkRequest, 'identifier' | 'kind' | 'message'>,
): LinkSent | undefined {
  if (kind === 'login_code') {
    const phone = isVerifiedIdentifier(account, identifier) ? identifier.value : undefined;
    return phone === undefined ? undefined : { kind, message, to: { kind: 'phone', value: phone } };
  }
  const verified = kind === 'email_verification' ? undefined : mailboxOf(account, identifier);
  if (verified) return { kind, message, to: verified };
  const unproven = unverifiedMailboxOf(account, identifier);
  return unproven && { kind: 'email_verification', message: 'EmailVerification', to: unproven };
}

/** Where to, for an address to be verified: only the one that was named. */
function unverifiedMailboxOf(
  { accessTypes }: Account,
  { value }: LoginIdentifier,
): Recipient | undefined {
  const isWaiting = accessTypes.some(
    ({ data, verified }) => verified !== true && data.kind === 'email' && data.value === value,
  );
  return isWaiting ? { kind: 'email', value } : undefined;
}

/** Where to: the verified address that was named, or, by another name, the account's first. */
function mailboxOf(
  { accessTypes }: Account,
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

/** Error codes that would tell a visitor whether such an account exists (ASVS 6.3.8). */
const TELLING: readonly string[] = ['UserNotFound', 'AccountLocked'];

/** Waits for a flow that a visitor must not learn an account's existence from. */
export async function suppressEnumeration(flow: Promise<void>): Promise<void> {
  try {
    await flow;
  } catch (error) {
    if (!AccountError.is(error) || !TELLING.includes(error.code)) throw error;
  }
}
