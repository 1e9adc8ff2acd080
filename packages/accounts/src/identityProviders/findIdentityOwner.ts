import { decideLink, type LinkedIdentity } from '../contacts/linkIdentity.js';
import { mailboxContact, type Account, type Contact } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import { isSame, toTakenClaims, type Claiming, type TakenClaims } from '../core/claims.js';
import { loadAccount } from '../core/loadAccount.js';
import { secondFactorMethods } from '../core/requiredSecondFactor.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { findAccountId } from '../flows/findAccountId.js';
import { parseEmail } from '../identifiers/parseEmail.js';
import type { ProvenAccount } from '../signUp/AccountCreation.js';
import { parseAccountFields } from '../signUp/parseNewAccount.js';
import type { IdentityProvider, ProvidedIdentity } from './IdentityProvider.js';
import type { ProvenIdentity, ProviderTokens } from './ProviderClient.js';
import { assertSameIssuer, toContactData, toMeta, type OAuthData } from './storedIdentity.js';

/** The parts that a login by an identity works with. */
export interface IdentityLoginContext {
  readonly core: AccountsCore;
  readonly provider: IdentityProvider;
  readonly toAccount: (identity: ProvidedIdentity) => Readonly<Record<string, unknown>>;
  /** Encrypts the provider's tokens for an account; undefined where they are not kept. */
  readonly sealTokens: (accountId: string, tokens: ProviderTokens) => string | undefined;
}

/** A login to an account that exists. */
interface LoginTo {
  readonly account: Account;
  /** How the identity is claimed, if it is linked with the login. */
  readonly claiming: Claiming;
  /** Adds what the login leaves behind. */
  readonly decide: (change: AccountChange, claims: TakenClaims) => void;
  readonly newAccount?: undefined;
}

/** An account that a proven identity leads to: one that exists, or a new one. */
export type IdentityOwner =
  LoginTo | { readonly newAccount: ProvenAccount; readonly account?: undefined };

/**
 * Finds the account that a proven identity logs in to: the one that has it; the one with its address, if
 * the provider is trusted for the address and both sides have verified it; or a new one.
 *
 * @throws AccountError `IdentityLinkRequired` for an account with the address whose owner has to be proven
 *   first; `InvalidConfiguration`, `InvalidInput`.
 */
export async function findIdentityOwner(
  context: IdentityLoginContext,
  proven: ProvenIdentity,
): Promise<IdentityOwner> {
  const { core, provider } = context;
  const { identity } = proven;
  const data = toContactData(provider, identity);
  const found = await findHolder(core, data);
  if (found?.contact.verified === true) return loginTo(context, proven, found);
  const email = verifiedEmailOf(identity);
  const isTrusted = email !== undefined && isTrustedFor(provider, email);
  const owner = email === undefined ? undefined : await findMailbox(core, email);
  if (owner?.contact.verified === true) {
    const { account } = owner;
    if (!isTrusted || hasSecondFactor(core, account)) throw linkRequired(provider);
    const linked = linkedIdentity(context, proven, account.accountId);
    const claiming = { contacts: [data], isProven: true };
    return {
      account,
      claiming,
      decide: (change, claims) => void decideLink(core, change, linked, claims),
    };
  }
  const claims = [found, isTrusted ? owner : undefined].flatMap((each) => each?.contact ?? []);
  return { newAccount: newAccountOf(context, proven, isTrusted ? email : undefined, claims) };
}

/** An account, and one of its contacts. */
interface Holder {
  readonly account: Account;
  readonly contact: Contact;
}

function loginTo(
  { core, sealTokens }: IdentityLoginContext,
  { identity, tokens }: ProvenIdentity,
  { account, contact }: Holder,
): LoginTo {
  const { accountId } = account;
  assertSameIssuer(contact.meta, identity);
  const sealed = sealTokens(accountId, tokens);
  return {
    account,
    claiming: { contacts: [] },
    decide: (change) => {
      if (sealed === undefined) return;
      change.write(
        core.accessTypes.updateOneOperation({
          filter: { accountId, 'data.kind': 'oauth', ulid: contact.ulid },
          update: { $set: { 'data.authToken': sealed } },
        }),
      );
    },
  };
}

function newAccountOf(
  context: IdentityLoginContext,
  proven: ProvenIdentity,
  email: string | undefined,
  claims: readonly Contact[],
): ProvenAccount {
  return {
    fields: parseAccountFields(context.toAccount(proven.identity), context.core),
    contactsOf: (accountId) => {
      const { data, meta } = linkedIdentity(context, proven, accountId);
      const mailbox = { data: { kind: 'email', value: email ?? '' }, verified: true } as const;
      return [
        { data, verified: true, ...(meta && { meta }) },
        ...(email === undefined ? [] : [mailbox]),
      ];
    },
    claims: toTakenClaims(claims),
  };
}

/** A proven identity as it is linked to an account, with the provider's tokens if they are kept. */
export function linkedIdentity(
  { provider, sealTokens }: Pick<IdentityLoginContext, 'provider' | 'sealTokens'>,
  { identity, tokens }: ProvenIdentity,
  accountId: string,
): LinkedIdentity {
  const authToken = sealTokens(accountId, tokens);
  const data = toContactData(provider, identity);
  return {
    data: { ...data, ...(authToken !== undefined && { authToken }) },
    meta: toMeta(identity),
  };
}

/** Finds the account that has an identity, or has claimed it. */
async function findHolder(core: AccountsCore, data: OAuthData): Promise<Holder | undefined> {
  const { provider, value } = data;
  const { key } = await core.accessTypes.findKey({
    filter: { 'data.kind': 'oauth', 'data.provider': provider, 'data.value': value },
  });
  return holderOf(key && (await loadAccount(core, key.accountId)), (contact) =>
    isSame(contact.data, data),
  );
}

/** Finds the account that has an address, or has claimed it. */
async function findMailbox(core: AccountsCore, email: string): Promise<Holder | undefined> {
  const accountId = await findAccountId(core, { kind: 'email', value: email });
  const account = accountId === undefined ? null : await loadAccount(core, accountId);
  const contact = account && mailboxContact(account, email);
  if (contact) return { account, contact };
  return holderOf(account, ({ data }) => data.kind === 'email' && data.value === email);
}

function holderOf(
  account: Account | null,
  isMeant: (contact: Contact) => boolean,
): Holder | undefined {
  const contact = account && [...account.accessTypes, ...account._lapsed].find(isMeant);
  return contact ? { account, contact } : undefined;
}

/** The address in its stored form, if the provider says that it is verified. */
function verifiedEmailOf({ email, emailVerified }: ProvidedIdentity): string | undefined {
  if (!emailVerified || email === undefined) return undefined;
  try {
    return parseEmail(email, 'email');
  } catch {
    return undefined;
  }
}

function isTrustedFor({ trustedDomains = [] }: IdentityProvider, email: string): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  return trustedDomains === 'all' || trustedDomains.includes(domain);
}

/** Tells whether an account has a second factor: its owner binds another one only with it (NIST 4.1.2.1). */
function hasSecondFactor(core: AccountsCore, account: Account): boolean {
  return secondFactorMethods(account, account, core).length > 0;
}

function linkRequired({ name }: IdentityProvider): AccountError<'IdentityLinkRequired'> {
  return new AccountError('IdentityLinkRequired', { provider: name });
}
