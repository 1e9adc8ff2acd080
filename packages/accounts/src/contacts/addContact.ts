import { EntityError, type TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import type { Recipient } from '../delivery/Delivery.js';
import { AccountError } from '../errors/AccountError.js';
import { contactTaken } from '../errors/contactTaken.js';
import type { SessionRequest } from '../sessions/SessionRequest.js';
import type { AccountWithContacts, Contact, ContactData } from './ContactsAndTokens.js';
import { tellOwner } from './notices.js';
import { preparePhoneCode, type CodePurpose, type PreparedCode } from './preparePhoneCode.js';
import { readAccount } from './readAccount.js';
import { retryOvertaken } from './retryOvertaken.js';
import { voidSentOperations } from './voidSentOperations.js';

/** A contact to be added. */
export interface NewContact {
  readonly data: ContactData;
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Whether the application vouches for it (default: false). */
  readonly verified?: boolean;
  /** What it is to take the place of. */
  readonly old?: ContactData | undefined;
  /** On whose request, which is kept with the secret. */
  readonly request?: SessionRequest;
}

/** A contact that was added, and the secret that proves it. */
export interface AddedContact {
  readonly contact: Contact;
  /** The token or code that was sent to an address. It is stored as a digest only. */
  readonly token?: string;
}

/** So that nobody keeps addresses from their owners in great numbers (ASVS 15.2.2). */
const MAX_CONTACTS = 50;

/** A contact that is written, and what is still to be sent. */
interface WrittenContact {
  readonly family: AccountWithContacts;
  readonly contact: Contact;
  readonly proof: PreparedCode | undefined;
}

/**
 * Adds a contact to an account together with the secret that verifies it, in one transaction, and
 * then sends the secret there, and a notice to the addresses that the account has already. The
 * transaction is conditioned on the account's version, and changes it: of any number of callers, none
 * adds one too many, nor adds to an account that has just ended.
 *
 * @throws AccountError `AccountDeactivated`, `UserNotFound`; `ContactNotFound` where there is nothing
 *   to take the place of; `EmailAlreadyExists`, `PhoneAlreadyExists`, `IdentityAlreadyExists`;
 *   `InvalidInput` with reason `tooManyContacts`; `TooManyRequests`; `InvalidConfiguration` where the
 *   owner would never see the secret.
 */
export async function addContact(
  core: AccountsCore,
  accountId: string,
  added: NewContact,
): Promise<AddedContact> {
  const to = addressOf(added.data);
  if (to && added.request) core.delivery.requireConfigured();
  const { family, contact, proof } = await retryOvertaken(async () =>
    write(core, await readAccount(core, accountId), added),
  );
  const { accessTypes: _contacts, tokens: _tokens, ...account } = family;
  await Promise.all([
    ...(to && proof
      ? [
          core.delivery.deliver({
            kind: to.kind === 'email' ? 'EmailVerification' : 'PhoneVerification',
            to,
            account,
            token: proof.token,
          }),
        ]
      : []),
    tellOwner(core, family, { kind: 'ContactAdded', contact }),
  ]);
  return { contact, ...(proof && { token: proof.token }) };
}

async function write(
  core: AccountsCore,
  family: AccountWithContacts,
  { data, meta, verified = false, old, request }: NewContact,
): Promise<WrittenContact> {
  const { accountId, deactivated, _v: version } = family;
  const replaces = old && family.accessTypes.find((each) => isSame(each.data, old));
  if (old && !replaces) throw new AccountError('ContactNotFound', {});
  assertRoom(family, data);
  const proof = await prepareProof(core, data, {
    accountId,
    account: family,
    ...(request && { request }),
  });
  const place = replaces && placeOf(replaces);
  const superseded = place === undefined ? [] : waitingFor(place, family);
  const addresses = [data, ...superseded.map((each) => each.data)].map(({ value }) => value);
  const to = addressOf(data);
  const create = core.accessTypes.createOneOperation({
    item: {
      accountId,
      verified,
      data,
      ...(meta && { meta }),
      ...(place !== undefined && { replaces: place }),
    },
  });
  try {
    const [contact] = await core.table.transact([
      create,
      // As it is: what changes is the version.
      core.accounts.updateOneOperation({
        filter: { accountId },
        version,
        update: { $set: { deactivated } },
      }),
      ...(proof ? [proof.operation] : []),
      ...(to ? core.messageLimit.countOperations({ accountId, to }) : []),
      ...superseded.map((contact) => takeBack(core, contact)),
      ...voidSentOperations(core, family, { addresses }),
    ]);
    return { family, contact, proof };
  } catch (error) {
    const isTaken = EntityError.is(error) && error.code === 'UniqueViolation';
    // Before the answer, so that nobody tries one address after the other.
    if (to && isTaken) await core.messageLimit.countRefused({ accountId });
    throw core.messageLimit.inItsTerms(error);
  }
}

/** Refuses what the account has already, and what would be one too many. */
function assertRoom({ deactivated, accessTypes }: AccountWithContacts, data: ContactData): void {
  if (deactivated) throw new AccountError('AccountDeactivated', {});
  if (accessTypes.some((each) => isSame(each.data, data))) throw contactTaken(data.kind);
  if (accessTypes.length < MAX_CONTACTS) return;
  throw new AccountError('InvalidInput', { path: data.kind, reason: 'tooManyContacts' });
}

async function prepareProof(
  core: AccountsCore,
  { kind, value }: ContactData,
  owner: Omit<CodePurpose, 'phone'>,
): Promise<PreparedCode | undefined> {
  if (kind === 'phone') return preparePhoneCode(core, { ...owner, phone: value });
  if (kind !== 'email') return undefined;
  return core.oneTimeTokens.prepare({ ...owner, kind: 'email_verification', createdFor: value });
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

/** Where there is something to send to. */
function addressOf({ kind, value }: ContactData): Recipient | undefined {
  return kind === 'email' || kind === 'phone' ? { kind, value } : undefined;
}

/** Whether two contacts are one and the same. */
export function isSame(a: ContactData, b: ContactData): boolean {
  const providerOf = (data: ContactData): string | undefined =>
    data.kind === 'oauth' ? data.provider : undefined;
  return a.kind === b.kind && a.value === b.value && providerOf(a) === providerOf(b);
}
