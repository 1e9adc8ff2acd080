import type { ActingAccount } from '../core/actingAccount.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { requireObject, requireUlid } from '../errors/requireObject.js';
import { Actor } from '../core/Actor.js';
import { changeAccount, Flow } from '../core/changeAccount.js';
import { isSame } from '../core/claims.js';
import { addContact, type AddedContact, type NewAddress } from './addContact.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import type { Contact, ContactKind } from '../core/Account.js';
import { parseEmail } from '../identifiers/parseEmail.js';
import type { PhoneNumbers } from './phoneNumbers/PhoneNumbers.js';
import type { PhoneVerification } from './phoneNumbers/PhoneVerification.js';
import { NO_PHONES, parseContact } from './parseContact.js';
import {
  requirePhones,
  type PhoneInput,
  type MaybePhoneNumbers,
} from '../identifiers/PhoneParser.js';
import { removeContact } from './removeContact.js';
import { undoReplacement, type UndoReplacementInput } from './undoReplacement.js';
import { findByIdentity, type IdentityInput } from './findByIdentity.js';
import { linkIdentity, type LinkedIdentity } from './linkIdentity.js';

/** Input of {@link Contacts.addOAuth}. */
export interface AddOAuthInput {
  readonly accountId: string;
  /** The issuer, 1 to 100 characters. */
  readonly provider: string;
  /** The user's id at the provider (`sub`), 1 to 1000 characters; never their e-mail address. */
  readonly value: string;
  /**
   * Token from the provider for acting on the user's behalf, up to 8192 characters; a secret field.
   */
  readonly authToken?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** Input of {@link Contacts.addCustom}. */
export interface AddCustomInput {
  readonly accountId: string;
  /** 1 to 1000 characters. */
  readonly value: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** Input of {@link Contacts.replaceOAuth}. */
export interface ReplaceOAuthInput extends AddOAuthInput {
  /** The user's new id at the provider; `authToken` and `meta` belong to it. */
  readonly newValue: string;
  /** The issuer of `newValue` (default: `provider`). */
  readonly newProvider?: string;
}

/** Input of {@link Contacts.replaceCustom}. */
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
  readonly #phones: PhoneVerification | undefined;

  /** @internal */
  constructor(core: AccountsCore, phones?: PhoneVerification) {
    this.#core = core;
    this.#phones = phones;
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
  async addEmail(input: ActingAccount & { readonly email: string }): Promise<AddedContact> {
    return addContact(this.#core, input, () => ({ data: emailOf(input.email, 'email') }));
  }

  /**
   * Adds a phone number, and sends a code there that verifies it: two requests. It is stored in
   * E.164 form.
   *
   * @returns the contact and, to the application, the code: for 10 minutes, unless configured.
   * @throws AccountError `InvalidInput`, `PhoneAlreadyExists`, `TooBusy`, and as
   *   {@link Contacts.addEmail}.
   */
  async addPhone(input: ActingAccount & PhoneInput): Promise<AddedContact> {
    return addContact(this.#core, input, () => ({
      data: this.#phone(input.phone, input.country, 'phone'),
    }));
  }

  /**
   * Adds an identity at another provider, which the application has verified: two requests. The
   * provider's id of the user counts, together with the provider (ASVS 6.8.1). One that the account
   * has already, unverified as a sign-up leaves it, is verified by that: three requests.
   *
   * @throws AccountError `InvalidInput`; `IdentityAlreadyExists` for one that another account has, or
   *   this one, verified; `UserNotFound`, `AccountDeactivated`, `ServiceUnavailable`
   */
  async addOAuth(input: AddOAuthInput): Promise<{ readonly contact: Contact }> {
    return linkIdentity(this.#core, input, () => oauthOf(input, input.provider, input.value));
  }

  /**
   * Finds the account of an identity at another provider, for a login by it: two requests, strongly
   * consistent. Only an identity that is verified finds its account: anybody can claim one at a
   * sign-up.
   *
   * @param input - `provider`, and `value`: the provider's id of the user.
   * @returns the account, also a deactivated one; null if there is none.
   * @throws AccountError `InvalidInput`, `ServiceUnavailable`
   */
  findByIdentity(input: IdentityInput): Promise<AccountDocument | null> {
    return findByIdentity(this.#core, input);
  }

  /**
   * Adds an identity of the application's own kind, which it has verified: as
   * {@link Contacts.addOAuth}.
   *
   * @throws AccountError as {@link Contacts.addOAuth}
   */
  async addCustom(input: AddCustomInput): Promise<{ readonly contact: Contact }> {
    return linkIdentity(this.#core, input, () => customOf(input, input.value));
  }

  /**
   * The contacts of an account, by kind, oldest first, without secrets: one request.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`
   */
  async list(input: ActingAccount): Promise<readonly Contact[]> {
    return withAccountErrors(async () => {
      const actor = Actor.of(this.#core, input);
      const flow = new Flow(this.#core, actor, {});
      return (await flow.load({ session: true })).accessTypes;
    });
  }

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
   * @throws AccountError `InvalidInput`; `ContactNotFound`, also for another account's; `LastLoginMethod`;
   *   `UserNotFound`, `InvalidSession`, `ImpersonatedSession`, `RecentLoginRequired`,
   *   `ServiceUnavailable`
   */
  async remove(input: ActingAccount & ContactReference): Promise<void> {
    await changeAccount(this.#core, { flow: 'RemoveContact', input }, async (flow) => {
      flow.requireRecentLogin();
      const isMeant = parseReference(this.#core, input);
      await flow.commit(await flow.load(), (change) => {
        const { data } = removeContact(this.#core, change, isMeant);
        flow.eventContext.method = data.kind;
        return () => undefined;
      });
    });
  }

  /**
   * Puts a new e-mail address in an old one's place as soon as it is verified; until then the old one
   * stays as it is, so that nobody loses an account by a typo. With the old one go all sessions but
   * that in which the new one is verified. What was to take the same place before
   * is given up. Two requests.
   *
   * @throws AccountError `ContactNotFound`, and as {@link Contacts.addEmail}
   */
  async replaceEmail(
    input: ActingAccount & { readonly email: string; readonly newEmail: string },
  ): Promise<AddedContact> {
    return addContact(this.#core, input, () => ({
      old: emailOf(input.email, 'email'),
      data: emailOf(input.newEmail, 'newEmail'),
    }));
  }

  /**
   * {@link Contacts.replaceEmail}, for a phone number.
   *
   * @param input - `country` is that of either number which has no country code.
   * @throws AccountError `ContactNotFound`, and as {@link Contacts.addPhone}
   */
  async replacePhone(
    input: ActingAccount & PhoneInput & { readonly newPhone: string },
  ): Promise<AddedContact> {
    return addContact(this.#core, input, () => ({
      old: this.#phone(input.phone, input.country, 'phone'),
      data: this.#phone(input.newPhone, input.country, 'newPhone'),
    }));
  }

  /**
   * Puts another identity at a provider, which the application has verified, in an old one's place,
   * in one transaction: three requests. Where the old one was verified, every session of the account
   * ends with it, and every token that was sent out is void. The verified addresses are told.
   *
   * @throws AccountError `ContactNotFound`, and as {@link Contacts.addOAuth}
   */
  async replaceOAuth(input: ReplaceOAuthInput): Promise<{ readonly contact: Contact }> {
    return linkIdentity(this.#core, input, () => {
      const { provider, value, newProvider = provider, newValue } = input;
      const old = parseContact({ kind: 'oauth', provider, value }, '', NO_PHONES);
      return { ...oauthOf(input, newProvider, newValue), old };
    });
  }

  /**
   * {@link Contacts.replaceOAuth}, for an identity of the application's own kind.
   *
   * @throws AccountError as {@link Contacts.replaceOAuth}
   */
  async replaceCustom(input: ReplaceCustomInput): Promise<{ readonly contact: Contact }> {
    return linkIdentity(this.#core, input, () => {
      const old = parseContact({ kind: 'custom', value: input.value }, '', NO_PHONES);
      return { ...customOf(input, input.newValue), old };
    });
  }

  /**
   * Undoes that another e-mail address has taken an old one's place, by the token that went to the old
   * one with the message `ContactRemoved`: for 7 days, unless `tokens.contactRecovery` says otherwise,
   * and whatever was done in the account since. The old address is the account's again, verified;
   * contacts that were added since are removed, every session ends, and what is pending is revoked.
   * It sets no password: whoever reads the address can ask for a new one then. Three requests.
   *
   * @returns the contact.
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed`; `EmailAlreadyExists` where another
   *   account has proven the address since; `TooManyRequests`, `ServiceUnavailable`
   */
  async undoReplacement(input: UndoReplacementInput): Promise<Contact> {
    requireObject(input, '');
    return undoReplacement(this.#core, input);
  }

  /**
   * Sends a code of six digits to a phone number of an account: two requests. It is good for 10
   * minutes, unless configured otherwise, and until a newer one is sent. How many a number gets, and
   * an account sends, is limited (`throttling.messages`).
   *
   * @returns to the application, the code.
   * @throws AccountError `InvalidInput`; `ContactNotFound` for a number that the account does not
   *   have; `TooManyRequests`, `UserNotFound`, `AccountDeactivated`, `InvalidSession`,
   *   `ImpersonatedSession`, `TooBusy`, `ServiceUnavailable`; `InvalidConfiguration` with a request,
   *   but no `delivery`.
   */
  async requestPhoneVerification(
    input: ActingAccount & PhoneInput,
  ): Promise<{ readonly code?: string }> {
    return requirePhones(this.#phones).requestPhoneVerification(input);
  }

  /**
   * Verifies a phone number by the code that was sent there; a code works once. Three requests, four
   * with a session. The attempt is counted before the code is looked at, by the number itself:
   * whichever codes were tried, and by whichever account. Only the right one begins the count again
   * (NIST SP 800-63B-4 §3.1.3.2). Where the number takes another's place, every session but that of
   * `request` ends.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a code that is wrong, expired,
   *   used, replaced, or for another number; `AccountLocked` and `TooManyRequests`, whatever the
   *   code; `UserNotFound`, `InvalidSession`, `ImpersonatedSession`, `TooBusy`,
   *   `ServiceUnavailable`.
   */
  async verifyPhone(input: ActingAccount & PhoneInput & { readonly code: string }): Promise<void> {
    return requirePhones(this.#phones).verifyPhone(input);
  }

  #phone(value: unknown, country: unknown, path: string): NewAddress['data'] {
    return { kind: 'phone', value: requirePhones(this.#core.phones).parse(value, country, path) };
  }
}

/** The methods of {@link Contacts} that need the option `phones`. */
type PhoneMethod = 'addPhone' | 'replacePhone' | 'requestPhoneVerification' | 'verifyPhone';

/** {@link Contacts} as far as the options of `Accounts` offer them: what phone numbers need only with them. */
export type ContactsWith<P extends PhoneNumbers | undefined> = P extends PhoneNumbers
  ? Contacts
  : Omit<Contacts, PhoneMethod>;

function oauthOf(
  { authToken, meta }: Pick<AddOAuthInput, 'authToken' | 'meta'>,
  provider: string,
  value: string,
): LinkedIdentity {
  const given = { kind: 'oauth', provider, value, ...(authToken !== undefined && { authToken }) };
  return { data: parseContact(given, '', NO_PHONES) as LinkedIdentity['data'], meta };
}

function customOf({ meta }: Pick<AddCustomInput, 'meta'>, value: string): LinkedIdentity {
  return {
    data: parseContact({ kind: 'custom', value, meta }, '', NO_PHONES) as LinkedIdentity['data'],
  };
}

function emailOf(value: unknown, path: string): NewAddress['data'] {
  return { kind: 'email', value: parseEmail(value, path) };
}

/** @throws AccountError `InvalidInput` */
function parseReference(
  core: MaybePhoneNumbers,
  input: ContactReference,
): (contact: Contact) => boolean {
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
    core,
  );
  return ({ data }) => isSame(data, wanted);
}
