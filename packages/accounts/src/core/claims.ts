import { EntityError, type TransactOperation } from '@latchkey/entity';
import { AccessType } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import type { ChangeCore } from './ChangeCore.js';
import type { Contact, ContactData } from './Account.js';
import { isLapsed } from './isLapsed.js';
import type { LoadCore } from './loadAccount.js';
import { transferUnique } from './transferUnique.js';

type ClaimCore = LoadCore & Pick<ChangeCore, 'accessTypes'>;

/** A new contact, as it is stored. */
export type NewContact = Parameters<ChangeCore['accessTypes']['createOneOperation']>[0];

/** Claims that others, or the account itself, have made and not proven, and that are taken over. */
export type TakenClaims = ReadonlyMap<string, Contact>;

/** How contacts are claimed. */
export interface Claiming {
  readonly contacts: readonly ContactData[];
  /**
   * Tells whether any claim that is not proven gives way, because this one is proven; otherwise
   * only those that have lapsed do.
   */
  readonly isProven?: boolean;
  /** Claims that are known to give way before anything is tried (default: none). */
  readonly known?: TakenClaims;
  /** Is called before the refusal, where a contact stays taken. */
  readonly onTaken?: () => Promise<void>;
}

const MAX_ROUNDS = 3;

/**
 * Commits a change that claims contacts. Where a claim stands in the way that was never proven, the
 * change is committed again, and takes that over in its one transaction.
 *
 * @param commit - is given the claims to hand on to {@link claimOperation}.
 */
export async function takingClaims<T>(
  core: ClaimCore,
  claiming: Claiming,
  commit: (claims: TakenClaims) => Promise<T>,
): Promise<T> {
  let claims: TakenClaims = claiming.known ?? new Map();
  for (let round = 1; ; round++) {
    try {
      return await commit(claims);
    } catch (error) {
      if (claims.size > 0 && round < MAX_ROUNDS && isClaimProven(error)) {
        // Without the claim, the contact is found to be taken.
        claims = new Map();
        continue;
      }
      if (!isContactTaken(error)) throw error;
      const { contacts, isProven = false, onTaken } = claiming;
      const found =
        round === MAX_ROUNDS
          ? []
          : await Promise.all(contacts.map((data) => findClaim(core, data, isProven)));
      claims = toTakenClaims(found.flatMap((claim) => claim ?? []));
      if (claims.size > 0) continue;
      await onTaken?.();
      throw error;
    }
  }
}

/** Claims that give way, as {@link claimOperation} takes them. */
export function toTakenClaims(claims: readonly Contact[]): TakenClaims {
  return new Map(claims.map((claim) => [identityOf(claim.data), claim]));
}

const TAKEN: readonly string[] = [
  'EmailAlreadyExists',
  'IdentityAlreadyExists',
  'PhoneAlreadyExists',
];

/**
 * Tells whether an error, of the table or as it is told, says that somebody has a contact already.
 */
export function isContactTaken(error: unknown): boolean {
  if (AccountError.is(error)) return TAKEN.includes(error.code);
  return (
    EntityError.is(error) &&
    error.code === 'UniqueViolation' &&
    error.details.entity === AccessType.name
  );
}

/** Tells whether a claim that was to give way was proven since it was read. */
function isClaimProven(error: unknown): boolean {
  const failure = AccountError.is(error) ? error.cause : error;
  return (
    EntityError.is(failure) &&
    failure.code === 'ConditionFailed' &&
    failure.details.entity === AccessType.name
  );
}

/** The write that creates a contact; one that stands in its way goes in the same transaction. */
export function claimOperation(
  { accessTypes }: Pick<ChangeCore, 'accessTypes'>,
  input: NewContact,
  claims: TakenClaims,
): TransactOperation<Contact> {
  const create = accessTypes.createOneOperation(input);
  const taken = claims.get(identityOf(input.item.data));
  if (!taken) return create;
  const { accountId, ulid, data } = taken;
  const remove = accessTypes.deleteOneOperation({
    filter: { accountId, 'data.kind': data.kind, ulid },
    // Proven at this moment, it stays.
    condition: { verified: { $ne: true } },
  });
  return transferUnique(remove, create);
}

/** Names a contact beside all others: two with one name are the same. */
function identityOf(data: ContactData): string {
  return JSON.stringify([data.kind, data.value, data.kind === 'oauth' ? data.provider : null]);
}

/** Tells whether two contacts are one and the same. */
export function isSame(a: ContactData, b: ContactData): boolean {
  return identityOf(a) === identityOf(b);
}

/** Finds the claim that stands in the way of a contact, if it gives way. */
export async function findClaim(
  core: ClaimCore,
  data: ContactData,
  isProven: boolean,
): Promise<Contact | undefined> {
  const { key } = await core.accessTypes.findKey({
    filter: {
      'data.kind': data.kind,
      'data.value': data.value,
      ...(data.kind === 'oauth' && { 'data.provider': data.provider }),
    },
  });
  if (!key) return undefined;
  const { accountId } = key;
  const [claim, owner] = await core.table.batchGet(
    [core.accessTypes.reference(key), core.accounts.reference({ accountId })],
    { consistent: true },
  );
  if (!claim || !owner || claim.verified === true) return undefined;
  const { table, unprovenClaimMs } = core;
  return isProven || isLapsed(claim, owner, { now: table.now(), unprovenClaimMs })
    ? claim
    : undefined;
}
