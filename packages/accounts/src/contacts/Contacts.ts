import type { ActingAccount } from '../core/actingAccount.js';
import type { AccountsCore } from '../core/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { inAccountTerms } from '../errors/inAccountTerms.js';
import { requireUlid } from '../errors/requireUlid.js';
import { Actor } from '../core/Actor.js';
import { addContact, isSame, type AddedContact, type NewAddress } from './addContact.js';
import type { Contact, ContactKind } from '../core/Contact.js';
import { parseContact, parseEmail } from './parseContact.js';
import { parsePhone, type PhoneInput } from './parsePhone.js';
import { removeContact } from './removeContact.js';
import { requireRecentLogin } from '../core/requireRecentLogin.js';
import { runForAccount } from './runForAccount.js';
import { vouchForContact, type VouchedContact } from './vouchForContact.js';

/** What {@link Contacts.addOAuth} takes. */
export interface AddOAuthInput {
  readonly accountId: string;
  /** The issuer, 1 to 100 characters. */
  readonly provider: string;
  /** The user's id at the provider (`sub`), 1 to 1000 characters; never their e-mail address. */
  readonly value: string;
  /** What the provider gave to act for the user, up to 8192 characters; a secret field. */
  readonly authToken?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** What {@link Contacts.addCustom} takes. */
export interface AddCustomInput {
  readonly accountId: string;
  /** 1 to 1000 characters. */
  readonly value: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** What {@link Contacts.replaceOAuth} takes. */
export interface ReplaceOAuthInput extends AddOAuthInput {
  /** The user's new id at the provider; `authToken` and `meta` belong to it. */
  readonly newValue: string;
  /** The issuer of `newValue` (default: `provider`). */
  readonly newProvider?: string;
}

/** What {@link Contacts.replaceCustom} takes. */
export interface ReplaceCustomInput extends AddCustomInput {
  /** 1 to 1000 characters; `meta` belongs to it. */
  readonly newValue: string;
}

/** One contact of an account: by its `ulid`, or by what it is. */
export type ContactReference =
  | { readonly contactId: string; readonly kind?: undefined }
  | {
      readonly kind: ContactKind;
      readonly value: string;
      /** With `oauth`. */
      readonly provider?: string;
      /** With `phone`, as in {@link PhoneInput}. */
      readonly country?: string;
      readonly contactId?: undefined;
    };

/**
 * The contacts of accounts: e-mail addresses, phone numbers, and identities elsewhere.
 *
 * Each belongs to one account, from the moment it is added. One that is not verified is of no other
 * use: nobody logs in with it, recovers an account by it, or is told anything there.
 *
 * What can be done with `request` is for its owner, and refused to whoever acts for them; what
 * changes anything needs a recent login (`recentLogin`, ASVS 7.5.1). With `accountId`, the application
 * decides. How many messages an address gets, and an account sends, is limited for both
 * (`throttling.messages`).
 *
 * @example
 * ```ts
 * import type { Accounts, SessionRequest } from '@latchkey/accounts';
 *
 * export async function moveTo(accounts: Accounts, request: SessionRequest, newEmail: string) {
 *   const contacts = await accounts.contacts.list({ request });
 *   const old = contacts.find(({ data }) => data.kind === 'email')?.data.value;
 *   if (old === undefined) await accounts.contacts.addEmail({ request, email: newEmail });
 *   else await accounts.contacts.replaceEmail({ request, email: old, newEmail });
 * }
 * ```
 */
export class Contacts {
  readonly #core: AccountsCore;

  /** @internal */
  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Adds an e-mail address, and sends a token there that verifies it: two requests. The addresses
   * that the account has already are told.
   *
   * @returns the contact and, to the application, the token: for 24 hours, unless configured.
   * @throws AccountError `InvalidInput`, `EmailAlreadyExists`, `TooManyRequests`, `UserNotFound`,
   *   `AccountDeactivated`, `InvalidSession`, `ImpersonatedSession`, `RecentLoginRequired`,
   *   `ServiceUnavailable`; `InvalidConfiguration` with a request, but no `delivery`.
   */
  readonly addEmail = async (
    input: ActingAccount & { readonly email: string },
  ): Promise<AddedContact> => this.#add(input, () => ({ data: emailOf(input.email, 'email') }));

  /**
   * Adds a phone number, and sends a code there that verifies it: two requests. It is stored in
   * E.164 form.
   *
   * @returns the contact and, to the application, the code: for 10 minutes, unless configured.
   * @throws AccountError `InvalidInput`, `PhoneAlreadyExists`, `TooBusy`, and as
   *   {@link Contacts.addEmail}.
   */
  readonly addPhone = async (input: ActingAccount & PhoneInput): Promise<AddedContact> =>
    this.#add(input, () => ({ data: phoneOf(input.phone, input.country, 'phone') }));

  /**
   * Adds an identity at another provider, which the application has verified: two requests. The
   * provider's id of the user counts, together with the provider (ASVS 6.8.1). One that the account
   * has already, unverified as a sign-up leaves it, is verified by that: three requests.
   *
   * @throws AccountError `InvalidInput`; `IdentityAlreadyExists` for one that another account has, or
   *   this one, verified; `UserNotFound`, `AccountDeactivated`, `ServiceUnavailable`
   */
  readonly addOAuth = async (input: AddOAuthInput): Promise<{ readonly contact: Contact }> =>
    this.#vouch(input, () => vouchedOAuth(input, input.provider, input.value));

  /**
   * Adds an identity of the application's own kind, which it has verified: as
   * {@link Contacts.addOAuth}.
   *
   * @throws AccountError as {@link Contacts.addOAuth}
   */
  readonly addCustom = async (input: AddCustomInput): Promise<{ readonly contact: Contact }> =>
    this.#vouch(input, () => vouchedCustom(input, input.value));

  /**
   * The contacts of an account, by kind, oldest first, without secrets: one request.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`
   */
  readonly list = async (input: ActingAccount): Promise<readonly Contact[]> => {
    const actor = new Actor(this.#core, input);
    return (await inAccountTerms(() => actor.read())).accessTypes;
  };

  /**
   * Removes a contact: three requests. It is free for anybody then; tokens that may have been sent
   * there are void; it and the other verified addresses are told. Where it was verified, every session
   * but that of `request` ends.
   *
   * An account keeps a way in: a verified e-mail address or identity, or a password together with a
   * username or a verified phone. What would leave it without one is refused. Only the application
   * may remove an address that is not verified regardless: it is no way in, and may be somebody
   * else's, who has asked for it.
   *
   * @throws AccountError `InvalidInput`; `ContactNotFound`, also for another account's; `LastContact`;
   *   `UserNotFound`, `InvalidSession`, `ImpersonatedSession`, `RecentLoginRequired`,
   *   `ServiceUnavailable`
   */
  readonly remove = async (input: ActingAccount & ContactReference): Promise<void> => {
    await runForAccount(this.#core, 'RemoveContact', input, async (facts, actor) => {
      requireRecentLogin(this.#core, input);
      const isMeant = parseReference(input);
      const { data } = await removeContact(this.#core, { actor, isMeant });
      facts.method = data.kind;
    });
  };

  /**
   * Puts a new e-mail address in an old one's place as soon as it is verified; until then the old one
   * stays as it is, so that nobody loses an account by a typo. With the old one go all sessions but
   * that in which the new one is verified. What was to take the same place before
   * is given up. Two requests.
   *
   * @throws AccountError `ContactNotFound`, and as {@link Contacts.addEmail}
   */
  readonly replaceEmail = async (
    input: ActingAccount & { readonly email: string; readonly newEmail: string },
  ): Promise<AddedContact> =>
    this.#add(input, () => ({
      old: emailOf(input.email, 'email'),
      data: emailOf(input.newEmail, 'newEmail'),
    }));

  /**
   * {@link Contacts.replaceEmail}, for a phone number.
   *
   * @param input - `country` is that of either number which has no country code.
   * @throws AccountError `ContactNotFound`, and as {@link Contacts.addPhone}
   */
  readonly replacePhone = async (
    input: ActingAccount & PhoneInput & { readonly newPhone: string },
  ): Promise<AddedContact> =>
    this.#add(input, () => ({
      old: phoneOf(input.phone, input.country, 'phone'),
      data: phoneOf(input.newPhone, input.country, 'newPhone'),
    }));

  /**
   * Puts another identity at a provider, which the application has verified, in an old one's place,
   * in one transaction: three requests. Where the old one was verified, every session of the account
   * ends with it, and every token that was sent out is void. The verified addresses are told.
   *
   * @throws AccountError `ContactNotFound`, and as {@link Contacts.addOAuth}
   */
  readonly replaceOAuth = async (
    input: ReplaceOAuthInput,
  ): Promise<{ readonly contact: Contact }> =>
    this.#vouch(input, () => {
      const { provider, value, newProvider = provider, newValue } = input;
      const old = parseContact({ kind: 'oauth', provider, value }, '');
      return { ...vouchedOAuth(input, newProvider, newValue), old };
    });

  /**
   * {@link Contacts.replaceOAuth}, for an identity of the application's own kind.
   *
   * @throws AccountError as {@link Contacts.replaceOAuth}
   */
  readonly replaceCustom = async (
    input: ReplaceCustomInput,
  ): Promise<{ readonly contact: Contact }> =>
    this.#vouch(input, () => {
      const old = parseContact({ kind: 'custom', value: input.value }, '');
      return { ...vouchedCustom(input, input.newValue), old };
    });

  #add(input: ActingAccount, parse: () => NewAddress): Promise<AddedContact> {
    return runForAccount(this.#core, 'AddContact', input, async (facts, actor) => {
      requireRecentLogin(this.#core, input);
      const added = parse();
      facts.method = added.data.kind;
      const { contact, token } = await addContact(this.#core, actor, added);
      // An owner reads it where it was sent: that is what it proves.
      return { contact, ...(!input.request && token !== undefined && { token }) };
    });
  }

  /** Nobody vouches for themselves: what a provider has said is for the application to check. */
  #vouch(
    input: { readonly accountId: string },
    parse: () => VouchedContact,
  ): Promise<{ readonly contact: Contact }> {
    const { accountId = '' } = (input as { readonly accountId?: string } | null | undefined) ?? {};
    return runForAccount(this.#core, 'AddContact', { accountId }, async (facts, actor) => {
      const vouched = parse();
      facts.method = vouched.data.kind;
      return { contact: await vouchForContact(this.#core, actor, vouched) };
    });
  }
}

function vouchedOAuth(
  { authToken, meta }: Pick<AddOAuthInput, 'authToken' | 'meta'>,
  provider: string,
  value: string,
): VouchedContact {
  const given = { kind: 'oauth', provider, value, ...(authToken !== undefined && { authToken }) };
  return { data: parseContact(given, '') as VouchedContact['data'], meta };
}

function vouchedCustom({ meta }: Pick<AddCustomInput, 'meta'>, value: string): VouchedContact {
  return { data: parseContact({ kind: 'custom', value, meta }, '') as VouchedContact['data'] };
}

function emailOf(value: unknown, path: string): NewAddress['data'] {
  return { kind: 'email', value: parseEmail(value, path) };
}

function phoneOf(value: unknown, country: unknown, path: string): NewAddress['data'] {
  return { kind: 'phone', value: parsePhone(value, country, path) };
}

/** @throws AccountError `InvalidInput` */
function parseReference(input: ContactReference): (contact: Contact) => boolean {
  const { contactId, kind } = input;
  if (contactId !== undefined) {
    requireUlid(contactId, 'contactId');
    if ((kind as unknown) === undefined) return ({ ulid }) => ulid === contactId;
    throw new AccountError('InvalidInput', { path: 'kind', reason: 'notBesideContactId' });
  }
  const { value, provider, country } = input;
  const wanted = parseContact(
    {
      kind,
      value,
      ...(provider !== undefined && { provider }),
      ...(country !== undefined && { country }),
    },
    '',
  );
  return ({ data }) => isSame(data, wanted);
}
