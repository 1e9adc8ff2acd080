import type { TransactOperation } from '@latchkey/entity';
import { documentOf, type Account, type Contact, type ContactData } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { ActingAccount } from '../core/actingAccount.js';
import { changeAccount, type Flow } from '../core/changeAccount.js';
import {
  claimOperation,
  isSame,
  takingClaims,
  type Claiming,
  type TakenClaims,
} from '../core/claims.js';
import { assertRoom, nextContact } from '../core/contactOrder.js';
import type { Recipient } from '../delivery/Delivery.js';
import { AccountError } from '../errors/AccountError.js';
import { contactTaken } from '../errors/contactTaken.js';
import { createPhoneCode, type PhoneCode } from './createPhoneCode.js';
import { revokeSentOperations } from './revokeSentOperations.js';

/** An address to be added. */
export interface NewAddress {
  readonly data: Extract<ContactData, Recipient>;
  /** The contact that it will replace. */
  readonly old?: ContactData;
}

/** A contact that was added, and the secret that verifies it. */
export interface AddedContact {
  readonly contact: Contact;
  /** The token or code that was sent to an address. It is stored as a digest only. */
  readonly token?: string;
}

/** An address that is about to be written, with what is stored of a code for it. */
export interface PreparedAddress extends NewAddress {
  readonly code: PhoneCode | undefined;
}

/** Maximum number of lapsed contacts that an addition removes, so that they do not accumulate. */
const MAX_REMOVED = 5;

/**
 * Adds an address to an account together with the secret that verifies it, in one transaction. Then it
 * sends the secret to the address, and a notice to the account's other addresses. Until it is verified,
 * the address is pending, and lapses with its token.
 *
 * The transaction requires the account's version and changes it, so that concurrent calls cannot exceed
 * the limit, or add to an account that was just deactivated or deleted.
 *
 * @param parse - validates the input, after the actor was authenticated.
 * @throws AccountError `AccountDeactivated`, `UserNotFound`, `InvalidSession`; `ContactNotFound` if the
 *   contact to replace does not exist; `EmailAlreadyExists`, `PhoneAlreadyExists`; `InvalidInput` with
 *   reason `tooManyContacts`; `TooManyRequests`; `InvalidConfiguration` if an owner acts, but nothing
 *   can be sent.
 */
export function addContact(
  core: AccountsCore,
  input: ActingAccount,
  parse: () => NewAddress,
): Promise<AddedContact> {
  return changeAccount(core, { flow: 'AddContact', input }, async (flow) => {
    flow.requireRecentLogin();
    const added = parse();
    flow.eventContext.method = added.data.kind;
    if (flow.actor.request) core.delivery.requireConfigured();
    const account = await flow.load();
    assertAddable(account, added);
    const prepared = await prepareAddress(core, added);
    const { contact, token } = await takingClaims(
      core,
      claimingAddress(core, flow, added.data),
      (claims) => flow.commit(account, (change) => decideAddition(core, change, prepared, claims)),
    );
    // An owner reads it where it was sent: that is what it proves.
    return { contact, ...(!flow.actor.request && token !== undefined && { token }) };
  });
}

/** Creates the code for a phone, which takes time to hash; a token for a mailbox is created with its write. */
export async function prepareAddress(
  core: AccountsCore,
  added: NewAddress,
): Promise<PreparedAddress> {
  return { ...added, code: added.data.kind === 'phone' ? await createPhoneCode(core) : undefined };
}

/**
 * Describes how an address is claimed. If another account has it, the attempt counts as a message, so
 * that addresses cannot be tried one after the other.
 */
export function claimingAddress(
  { messageLimit }: AccountsCore,
  { actor: { accountId } }: Flow,
  data: ContactData,
): Claiming {
  return { contacts: [data], onTaken: () => messageLimit.countRefused({ accountId }) };
}

/** @throws AccountError `AccountDeactivated`, `ContactNotFound`, `EmailAlreadyExists`, … */
function assertAddable({ accessTypes, deactivated }: Account, { data, old }: NewAddress): void {
  if (deactivated) throw new AccountError('AccountDeactivated', {});
  if (old && !accessTypes.some((each) => isSame(each.data, old))) {
    throw new AccountError('ContactNotFound', {});
  }
  if (accessTypes.some((each) => isSame(each.data, data))) throw contactTaken(data.kind);
  assertRoom(accessTypes.length + 1, data.kind);
}

/** Adds the writes of a new address to a change, and after the commit sends its secret. */
export function decideAddition(
  core: AccountsCore,
  change: AccountChange,
  added: PreparedAddress,
  claims: TakenClaims,
): () => AddedContact {
  const { account, actor } = change;
  const { accountId } = account;
  const { data, old, code } = added;
  assertAddable(account, added);
  const { token, operation } = prepareProof(core, change, added);
  const replaces = old && account.accessTypes.find((each) => isSame(each.data, old));
  const place = replaces && placeOf(replaces);
  const superseded = place === undefined ? [] : waitingFor(place, account);
  const addresses = [data, ...superseded.map((each) => each.data)].map(({ value }) => value);
  const item = {
    accountId,
    verified: false,
    data,
    pendingUntil: pendingUntil(core, data, actor.request === undefined),
    ...(place !== undefined && { replaces: place }),
  };
  const ulid = nextContact(core.table, change);
  const contact = change.requireSameVersion().write(claimOperation(core, { item, ulid }, claims));
  // One that is claimed anew goes with the claim: a transaction names an item once.
  const lapsed = account._lapsed.filter((each) => !isSame(each.data, data)).slice(0, MAX_REMOVED);
  change
    .writeAll([operation])
    .writeAll(
      core.messageLimit.countOperations({ accountId, to: data }),
      core.messageLimit.toMessageLimitError,
    )
    .writeAll([...superseded, ...lapsed].map((each) => removeUnverified(core, each)))
    .writeAll(revokeSentOperations(core, account, { addresses }))
    .notify({ kind: 'ContactAdded', contact: { ...item } as unknown as Contact })
    .afterCommit(() =>
      core.delivery.deliver({
        kind: data.kind === 'email' ? 'EmailVerification' : 'PhoneVerification',
        to: { kind: data.kind, value: data.value },
        account: documentOf(account),
        token: code?.code ?? token,
      }),
    );
  return () => ({ contact: contact.result, token: code?.code ?? token });
}

/** A mailbox's claim lapses with its token; a phone's code is renewed by the account alone. */
function pendingUntil(
  { oneTimeTokens, table, unprovenClaimMs }: AccountsCore,
  { kind }: ContactData,
  isByApplication: boolean,
): Date {
  const tokenMs = oneTimeTokens.lifetimeMsOf('email_verification');
  const isShort = kind === 'email' && !isByApplication;
  const lifetimeMs = isShort ? tokenMs : Math.max(tokenMs, unprovenClaimMs);
  return new Date(table.now().getTime() + lifetimeMs);
}

function prepareProof(
  core: AccountsCore,
  { account, marks, actor: { request } }: AccountChange,
  { data, code }: PreparedAddress,
): { readonly token: string; readonly operation: TransactOperation<unknown> } {
  return core.oneTimeTokens.prepare({
    accountId: account.accountId,
    account: { ...account, ...marks },
    kind: data.kind === 'phone' ? 'phone_verification' : 'email_verification',
    createdFor: data.value,
    ...(code && { token: code.code, storedAs: code.hash }),
    ...(request && { request }),
  });
}

/** Returns the contact to replace; for a contact that is itself a pending replacement, the one it replaces. */
function placeOf({ ulid, verified, replaces }: Contact): string {
  return verified === true ? ulid : (replaces ?? ulid);
}

/** Finds earlier pending replacements of the same contact: most likely typos. */
function waitingFor(place: string, { accessTypes }: Account): Contact[] {
  return accessTypes.filter(({ verified, replaces }) => verified !== true && replaces === place);
}

function removeUnverified(
  { accessTypes }: AccountsCore,
  { accountId, ulid, data }: Contact,
): TransactOperation<unknown> {
  return accessTypes.deleteOneOperation({
    filter: { accountId, 'data.kind': data.kind, ulid },
    // Verified at this moment, it has taken the place.
    condition: { verified: { $ne: true } },
  });
}
