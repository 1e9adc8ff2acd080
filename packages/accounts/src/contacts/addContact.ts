import { EntityError, type TransactOperation, type TransactResults } from '@latchkey/entity';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { contactTaken } from '../errors/contactTaken.js';
import { voidOperations } from '../oneTimeTokens/voidOperations.js';
import type { SessionRequest } from '../sessions/SessionRequest.js';
import type { AccountWithContacts, Contact, ContactData } from './ContactsAndTokens.js';
import { tellOwner } from './notices.js';
import { preparePhoneCode, type CodePurpose, type PreparedCode } from './preparePhoneCode.js';

/** A contact to be added. */
export interface NewContact {
  readonly data: ContactData;
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Whether the application vouches for it (default: false). */
  readonly verified?: boolean;
  /** The contact that it is to take the place of. */
  readonly replaces?: Contact;
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

/**
 * Adds a contact to an account together with the secret that verifies it, in one transaction, and
 * then sends the secret there, and a notice to the addresses that the account has already.
 *
 * @param family - the account, as it was read.
 * @throws AccountError `AccountDeactivated`, `UserNotFound`; `EmailAlreadyExists`,
 *   `PhoneAlreadyExists`, `IdentityAlreadyExists`; `InvalidInput` with reason `tooManyContacts`.
 */
export async function addContact(
  core: AccountsCore,
  family: AccountWithContacts,
  { data, meta, verified = false, replaces, request }: NewContact,
): Promise<AddedContact> {
  const { accountId } = family;
  assertRoom(family, data);
  const proof = await prepareProof(core, data, { accountId, ...(request && { request }) });
  const place = replaces && placeOf(replaces);
  const create = core.accessTypes.createOneOperation({
    item: {
      accountId,
      verified,
      data,
      ...(meta && { meta }),
      ...(place !== undefined && { replaces: place }),
    },
  });
  const [contact] = await transactFor(core, [
    create,
    // An account that is being deleted gets nothing more: nobody would ever free it again.
    core.accounts.checkOperation({ filter: { accountId }, condition: { deactivated: false } }),
    ...(proof ? [proof.operation] : []),
    ...supersede(core, family, place),
  ]);
  const { accessTypes: _contacts, tokens: _tokens, ...account } = family;
  const isAddress = data.kind === 'email' || data.kind === 'phone';
  await Promise.all([
    ...(isAddress && proof
      ? [
          core.delivery.deliver({
            kind: data.kind === 'email' ? 'EmailVerification' : 'PhoneVerification',
            to: { kind: data.kind, value: data.value },
            account,
            token: proof.token,
          }),
        ]
      : []),
    tellOwner(core, family, { kind: 'ContactAdded', contact }),
  ]);
  return { contact, ...(proof && { token: proof.token }) };
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

/** The writes that take back who was to take the same place before: a typo, most likely. */
function supersede(
  core: AccountsCore,
  { accountId, accessTypes, tokens }: AccountWithContacts,
  place: string | undefined,
): TransactOperation<unknown>[] {
  if (place === undefined) return [];
  const earlier = accessTypes.filter(
    ({ verified, replaces }) => verified !== true && replaces === place,
  );
  return earlier.flatMap(({ ulid, data }) => [
    core.accessTypes.deleteOneOperation({
      filter: { accountId, 'data.kind': data.kind, ulid },
      // Verified at this moment, it has taken the place.
      condition: { verified: { $ne: true } },
    }),
    ...voidOperations(
      core,
      tokens.filter(({ createdFor }) => createdFor === data.value),
      { now: core.table.now() },
    ),
  ]);
}

/** Carries out writes of which the second checks that the account may have them. */
async function transactFor<const O extends readonly TransactOperation<unknown>[]>(
  { table }: AccountsCore,
  operations: O,
): Promise<TransactResults<O>> {
  try {
    return await table.transact(operations);
  } catch (error) {
    if (EntityError.is(error) && error.operation === 1) {
      if (error.code === 'NotFound') throw new AccountError('UserNotFound', {});
      if (error.code === 'ConditionFailed') throw new AccountError('AccountDeactivated', {});
    }
    throw error;
  }
}

/** Whether two contacts are one and the same. */
export function isSame(a: ContactData, b: ContactData): boolean {
  const providerOf = (data: ContactData): string | undefined =>
    data.kind === 'oauth' ? data.provider : undefined;
  return a.kind === b.kind && a.value === b.value && providerOf(a) === providerOf(b);
}
