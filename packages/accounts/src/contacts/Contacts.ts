import type { ActingAccount } from '../core/actingAccount.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { readInput, readObject, requireUlid } from '../errors/requireObject.js';
import { Actor } from '../core/Actor.js';
import { changeAccount, Flow } from '../core/changeAccount.js';
import { isSame } from '../core/claims.js';
import { isPasskey } from '../core/PasskeyPolicy.js';
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

/** Names one contact of an account: by `contactId`, its `ulid`, or by its kind and value. */
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
 * A contact belongs to one account from the moment it is added. An unverified contact only reserves its
 * value: it cannot be used to log in or to recover the account, and gets no notices.
 *
 * With `request`, the owner acts; impersonators are refused, and changes require a recent login
 * (`recentLogin`, ASVS 7.5.1). With `accountId`, the application acts. In both cases, messages are
 * limited for each address and for each account (`throttling.messages`).
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
   * Adds an e-mail address, and sends a token that verifies it to the address: two requests. The
   * account's other verified addresses are notified.
   *
   * @returns the contact and, only to the application, the token, which is valid for 24 hours by default.
   * @throws AccountError `InvalidInput`, `EmailAlreadyExists`, `TooManyRequests`, `UserNotFound`,
   *   `AccountDeactivated`, `InvalidSession`, `ImpersonatedSession`, `RecentLoginRequired`,
   *   `ServiceUnavailable`; `InvalidConfiguration` with a request, but no `delivery`.
   */
  async addEmail(input: ActingAccount & { readonly email: string }): Promise<AddedContact> {
    input = readInput(input);
    return addContact(this.#core, input, () => ({ data: emailOf(input.email, 'email') }));
  }

  /**
   * Adds a phone number, and sends a code that verifies it to the phone: two requests. The number is
   * stored in E.164 form.
   *
   * @returns the contact and, only to the application, the code, which is valid for 10 minutes by
   *   default.
   * @throws AccountError `InvalidInput`, `PhoneAlreadyExists`, `TooBusy`, and as
   *   {@link Contacts.addEmail}.
   */
  async addPhone(input: ActingAccount & PhoneInput): Promise<AddedContact> {
    input = readInput(input);
    return addContact(this.#core, input, () => ({
      data: this.#phone(input.phone, input.country, 'phone'),
    }));
  }

  /**
   * Adds an identity at another provider, which the application has verified: two requests. An identity
   * is the provider together with the provider's id of the user (ASVS 6.8.1). If a sign-up has left the
   * identity in the account unverified, this verifies it: three requests.
   *
   * @throws AccountError `InvalidInput`; `IdentityAlreadyExists` if this or another account has the
   *   identity verified; `UserNotFound`, `AccountDeactivated`, `ServiceUnavailable`
   */
  async addOAuth(input: AddOAuthInput): Promise<{ readonly contact: Contact }> {
    input = readInput(input);
    return linkIdentity(this.#core, input, () => oauthOf(input, input.provider, input.value));
  }

  /**
   * Finds the account of an identity at another provider, for a login with that provider: two strongly
   * consistent requests. Only a verified identity is found, since anyone can claim one at a sign-up.
   *
   * @param input - `provider`, and `value`: the provider's id of the user.
   * @returns the account, which may be deactivated; null if there is none.
   * @throws AccountError `InvalidInput`, `ServiceUnavailable`
   */
  findByIdentity(input: IdentityInput): Promise<AccountDocument | null> {
    return findByIdentity(this.#core, input);
  }

  /**
   * Adds an identity of the application's own kind, which the application has verified, in the same way
   * as {@link Contacts.addOAuth}.
   *
   * @throws AccountError as {@link Contacts.addOAuth}
   */
  async addCustom(input: AddCustomInput): Promise<{ readonly contact: Contact }> {
    input = readInput(input);
    return linkIdentity(this.#core, input, () => customOf(input, input.value));
  }

  /**
   * Lists the contacts of an account by kind, oldest first, without secrets: one request.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`
   */
  async list(input: ActingAccount): Promise<readonly Contact[]> {
    input = readInput(input);
    return withAccountErrors(async () => {
      const actor = Actor.of(this.#core, input);
      const flow = new Flow(this.#core, actor, {});
      const { accessTypes } = await flow.load({ session: true });
      return accessTypes.filter((each) => !isPasskey(each));
    });
  }

  /**
   * Removes a contact: three requests. Other accounts can add it afterwards. Tokens that may have been
   * sent to it become invalid; the contact and the other verified addresses are notified. If the contact
   * was verified, every session except that of `request` ends.
   *
   * The last login method cannot be removed: a verified e-mail address or identity, or a password
   * together with a username or a verified phone number. The application may remove an unverified address
   * even if the account has no login method: the address may belong to someone else, who wants it removed.
   *
   * @throws AccountError `InvalidInput`; `ContactNotFound`, also for a contact of another account;
   *   `LastLoginMethod`; `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `RecentLoginRequired`, `ServiceUnavailable`
   */
  async remove(input: ActingAccount & ContactReference): Promise<void> {
    input = readInput(input);
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
   * Replaces an e-mail address as soon as the new one is verified: two requests. Until then the old
   * address stays valid, so that a typo does not lock the owner out. With the replacement, every session
   * ends except the one in which the new address is verified. An earlier replacement of the same address
   * that is still pending is cancelled.
   *
   * @throws AccountError `ContactNotFound`, and as {@link Contacts.addEmail}
   */
  async replaceEmail(
    input: ActingAccount & { readonly email: string; readonly newEmail: string },
  ): Promise<AddedContact> {
    input = readInput(input);
    return addContact(this.#core, input, () => ({
      old: emailOf(input.email, 'email'),
      data: emailOf(input.newEmail, 'newEmail'),
    }));
  }

  /**
   * Replaces a phone number, in the same way as {@link Contacts.replaceEmail}.
   *
   * @param input - `country`: applies to each of the two numbers that has no country code.
   * @throws AccountError `ContactNotFound`, and as {@link Contacts.addPhone}
   */
  async replacePhone(
    input: ActingAccount & PhoneInput & { readonly newPhone: string },
  ): Promise<AddedContact> {
    input = readInput(input);
    return addContact(this.#core, input, () => ({
      old: this.#phone(input.phone, input.country, 'phone'),
      data: this.#phone(input.newPhone, input.country, 'newPhone'),
    }));
  }

  /**
   * Replaces an identity at a provider with another one, which the application has verified, in one
   * transaction: three requests. If the old identity was verified, every session of the account ends,
   * and every token that was sent becomes invalid. The verified addresses are notified.
   *
   * @throws AccountError `ContactNotFound`, and as {@link Contacts.addOAuth}
   */
  async replaceOAuth(input: ReplaceOAuthInput): Promise<{ readonly contact: Contact }> {
    input = readInput(input);
    return linkIdentity(this.#core, input, () => {
      const { provider, value, newProvider = provider, newValue } = input;
      const old = parseContact({ kind: 'oauth', provider, value }, '', NO_PHONES);
      return { ...oauthOf(input, newProvider, newValue), old };
    });
  }

  /**
   * Replaces an identity of the application's own kind, in the same way as
   * {@link Contacts.replaceOAuth}.
   *
   * @throws AccountError as {@link Contacts.replaceOAuth}
   */
  async replaceCustom(input: ReplaceCustomInput): Promise<{ readonly contact: Contact }> {
    input = readInput(input);
    return linkIdentity(this.#core, input, () => {
      const old = parseContact({ kind: 'custom', value: input.value }, '', NO_PHONES);
      return { ...customOf(input, input.newValue), old };
    });
  }

  /**
   * Undoes the replacement of an e-mail address, with the token that the old address got in the message
   * `ContactRemoved`: three requests. The token is valid for 7 days by default
   * (`tokens.contactRecovery`), whatever else is changed in the account.
   *
   * The account has the old address again, verified. Contacts that were added since, or have been verified
   * since, are removed, with the tokens that would give those back; every session ends, and pending tokens
   * and contacts are revoked. The password stays as it is; the owner of
   * the address can reset it afterwards.
   *
   * @returns the restored contact.
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed`; `EmailAlreadyExists` if another
   *   account has verified the address since; `TooManyRequests`, `ServiceUnavailable`
   */
  async undoReplacement(input: UndoReplacementInput): Promise<Contact> {
    input = readObject(input, '');
    return undoReplacement(this.#core, input);
  }

  /**
   * Sends a code of six digits to a phone number of an account: two requests. The code is valid for 10
   * minutes by default, and until a newer one is sent. Codes are limited for each number and for each
   * account (`throttling.messages`).
   *
   * @returns the code, only to the application.
   * @throws AccountError `InvalidInput`; `ContactNotFound` for a number that the account does not
   *   have; `TooManyRequests`, `UserNotFound`, `AccountDeactivated`, `InvalidSession`,
   *   `ImpersonatedSession`, `TooBusy`, `ServiceUnavailable`; `InvalidConfiguration` with a request,
   *   but no `delivery`.
   */
  async requestPhoneVerification(
    input: ActingAccount & PhoneInput,
  ): Promise<{ readonly code?: string }> {
    input = readInput(input);
    return requirePhones(this.#phones).requestPhoneVerification(input);
  }

  /**
   * Verifies a phone number with the code that was sent to it; a code works once. Three requests, four
   * with a session. Attempts are counted for each number, across all codes and accounts, before the code
   * is checked. Only the right code resets the count (NIST SP 800-63B-4 §3.1.3.2). If the number replaces
   * another one, every session except that of `request` ends.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a code that is wrong, expired,
   *   used, replaced, or for another number; `AccountLocked` and `TooManyRequests`, even for the right
   *   code; `UserNotFound`, `InvalidSession`, `ImpersonatedSession`, `TooBusy`, `ServiceUnavailable`.
   */
  async verifyPhone(input: ActingAccount & PhoneInput & { readonly code: string }): Promise<void> {
    return requirePhones(this.#phones).verifyPhone(readInput(input));
  }

  #phone(value: unknown, country: unknown, path: string): NewAddress['data'] {
    return { kind: 'phone', value: requirePhones(this.#core.phones).parse(value, country, path) };
  }
}

/** The methods of {@link Contacts} that need the option `phones`. */
type PhoneMethod = 'addPhone' | 'replacePhone' | 'requestPhoneVerification' | 'verifyPhone';

/** {@link Contacts}, with the methods for phone numbers only if the option `phones` is given. */
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
    if ((kind as unknown) === undefined) {
      return (contact) => contact.ulid === contactId && !isPasskey(contact);
    }
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
