import { EntityError, type TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../core/AccountsCore.js';
import type { Recipient } from '../delivery/Delivery.js';
import { AccountError } from '../errors/AccountError.js';
import { contactTaken } from '../errors/contactTaken.js';
import type { Actor } from '../core/Actor.js';
import type { AccountWithContacts, Contact, ContactData } from '../core/Contact.js';
import { tellOwner } from '../core/notices.js';
import { preparePhoneCode, type CodePurpose, type PreparedCode } from './preparePhoneCode.js';
import { retryOvertaken } from './retryOvertaken.js';
import { voidSentOperations } from './voidSentOperations.js';

/** An address to be added. */
export interface NewAddress {
  readonly data: Extract<ContactData, Recipient>;
  /** What it is to take the place of. */
  readonly old?: ContactData;
}

/** A contact that was added, and the secret that proves it. */
export interface AddedContact {
  readonly contact: Contact;
  /** The token or code that was sent to an address. It is stored as a digest only. */
  readonly token?: string;
}

/** So that nobody keeps addresses from their owners in great numbers (ASVS 15.2.2). */
const MAX_CONTACTS = 50;

/** An address that is written, and what is still to be sent there. */
interface WrittenAddress {
  readonly family: AccountWithContacts;
  readonly contact: Contact;
  readonly proof: PreparedCode;
}

/**
 * Adds an address to an account together with the secret that verifies it, in one transaction, and
 * then sends the secret there, and a notice to the addresses that the account has already. The
 * transaction is conditioned on the account's version, and changes it: of any number of callers, none
 * adds one too many, nor adds to an account that has just ended.
 *
 * @throws AccountError `AccountDeactivated`, `UserNotFound`, `InvalidSession`; `ContactNotFound` where
 *   there is nothing to take the place of; `EmailAlreadyExists`, `PhoneAlreadyExists`; `InvalidInput`
 *   with reason `tooManyContacts`; `TooManyRequests`; `InvalidConfiguration` where the owner would
 *   never see the secret.
 */
export async function addContact(
  core: AccountsCore,
  actor: Actor,
  added: NewAddress,
): Promise<AddedContact> {
  if (actor.request) core.delivery.requireConfigured();
  const { family, contact, proof } = await retryOvertaken(async () =>
    write(core, actor, await actor.read(), added),
  );
  const { accessTypes: _contacts, tokens: _tokens, ...account } = family;
  const { kind, value } = added.data;
  await Promise.all([
    core.delivery.deliver({
      kind: kind === 'email' ? 'EmailVerification' : 'PhoneVerification',
      to: { kind, value },
      account,
      token: proof.token,
    }),
    tellOwner(core, family, { kind: 'ContactAdded', contact }),
  ]);
  return { contact, token: proof.token };
}

async function write(
  core: AccountsCore,
  actor: Actor,
  family: AccountWithContacts,
  { data, old }: NewAddress,
): Promise<WrittenAddress> {
  const { accountId, deactivated, _v: version } = family;
  if (deactivated) throw new AccountError('AccountDeactivated', {});
  const replaces = old && family.accessTypes.find((each) => isSame(each.data, old));
  if (old && !replaces) throw new AccountError('ContactNotFound', {});
  if (family.accessTypes.some((each) => isSame(each.data, data))) throw contactTaken(data.kind);
  assertRoom(family.accessTypes.length + 1, data);
  const proof = await prepareProof(core, data, { account: family, request: actor.request });
  const place = replaces && placeOf(replaces);
  const superseded = place === undefined ? [] : waitingFor(place, family);
  const addresses = [data, ...superseded.map((each) => each.data)].map(({ value }) => value);
  const create = core.accessTypes.createOneOperation({
    item: {
      accountId,
      verified: false,
      data,
      ...(place !== undefined && { replaces: place }),
    },
  });
  try {
    const { results } = await actor.write({
      // As it is: what changes is the version.
      account: { version, update: { $set: { deactivated } } },
      operations: [
        create,
        proof.operation,
        ...core.messageLimit.countOperations({ accountId, to: data }),
        ...superseded.map((contact) => takeBack(core, contact)),
        ...voidSentOperations(core, family, { addresses }),
      ],
    });
    return { family, contact: results[0], proof };
  } catch (error) {
    // Before the answer, so that nobody tries one address after the other.
    if (EntityError.is(error) && error.code === 'UniqueViolation') {
      await core.messageLimit.countRefused({ accountId });
    }
    throw core.messageLimit.inItsTerms(error);
  }
}

/** @throws AccountError `InvalidInput` where an account would have more contacts than it may. */
export function assertRoom(contacts: number, { kind }: ContactData): void {
  if (contacts <= MAX_CONTACTS) return;
  throw new AccountError('InvalidInput', { path: kind, reason: 'tooManyContacts' });
}

function prepareProof(
  core: AccountsCore,
  { kind, value }: NewAddress['data'],
  owner: Omit<CodePurpose, 'phone'>,
): Promise<PreparedCode> | PreparedCode {
  if (kind === 'phone') return preparePhoneCode(core, { ...owner, phone: value });
  const { account, request } = owner;
  return core.oneTimeTokens.prepare({
    accountId: account.accountId,
    account,
    kind: 'email_verification',
    createdFor: value,
    ...(request && { request }),
  });
}

/** Whose place a contact takes: of one that waits itself for a place, it takes that over. */
function placeOf({ ulid, verified, replaces }: Contact): string {
  return verified === true ? ulid : (replaces ?? ulid);
}

/** What was to take the same place before: a typo, most likely. */
function waitingFor(place: string, { accessTypes }: AccountWithContacts): Contact[] {
  return accessTypes.filter(({ verified, replaces }) => verified !== true && replaces === place);
}

function takeBack(
  { accessTypes }: AccountsCore,
  { accountId, ulid, data }: Contact,
): TransactOperation<unknown> {
  return accessTypes.deleteOneOperation({
    filter: { accountId, 'data.kind': data.kind, ulid },
    // Verified at this moment, it has taken the place.
    condition: { verified: { $ne: true } },
  });
}

/** Whether two contacts are one and the same. */
export function isSame(a: ContactData, b: ContactData): boolean {
  const providerOf = (data: ContactData): string | undefined =>
    data.kind === 'oauth' ? data.provider : undefined;
  return a.kind === b.kind && a.value === b.value && providerOf(a) === providerOf(b);
}
