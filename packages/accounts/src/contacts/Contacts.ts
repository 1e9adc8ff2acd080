import { actingAccount, type ActingAccount } from '../accounts/actingAccount.js';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { inAccountTerms } from '../errors/inAccountTerms.js';
import { requireUlid } from '../errors/requireUlid.js';
import { addContact, isSame, type AddedContact, type NewContact } from './addContact.js';
import type { Contact, ContactData, ContactKind } from './ContactsAndTokens.js';
import { parseContact, parseEmail } from './parseContact.js';
import { parsePhone, type PhoneInput } from './parsePhone.js';
import { readAccount } from './readAccount.js';
import { removeContact } from './removeContact.js';
import { requireRecentLogin } from './requireRecentLogin.js';
import { runForAccount } from './runForAccount.js';

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
   * provider's id of the user counts, together with the provider (ASVS 6.8.1).
   *
   * @throws AccountError `InvalidInput`, `IdentityAlreadyExists`, `UserNotFound`,
   *   `AccountDeactivated`, `ServiceUnavailable`
   */
  readonly addOAuth = async (input: AddOAuthInput): Promise<{ readonly contact: Contact }> =>
    this.#add(ofApplication(input), () => {
      const { provider, value, authToken, meta } = input;
      const given = {
        kind: 'oauth',
        provider,
        value,
        ...(authToken !== undefined && { authToken }),
      };
      return { data: parseContact(given, ''), verified: true, ...(meta && { meta }) };
    });

  /**
   * Adds an identity of the application's own kind, which it has verified: two requests.
   *
   * @throws AccountError as {@link Contacts.addOAuth}
   */
  readonly addCustom = async (input: AddCustomInput): Promise<{ readonly contact: Contact }> =>
    this.#add(ofApplication(input), () => {
      const { value, meta } = input;
      return { data: parseContact({ kind: 'custom', value, meta }, ''), verified: true };
    });

  /**
   * The contacts of an account, by kind, oldest first, without secrets: one request.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`
   */
  readonly list = async (input: ActingAccount): Promise<readonly Contact[]> => {
    const { accountId } = actingAccount(input, this.#core.sessions);
    const { accessTypes } = await inAccountTerms(() => readAccount(this.#core, accountId));
    return accessTypes;
  };

  /**
   * Removes a contact: three requests. It is free for anybody then; tokens that may have been sent
   * there are void; it and the other verified addresses are told. Where it was verified, every session
   * but that of `request` ends.
   *
   * An account keeps a way in: a verified e-mail address or identity, or a password together with a
   * username or a verified phone. What would leave it without one is refused. Only the application may remove an address that is not verified
   * regardless: it is no way in, and may be somebody else's, who has asked for it.
   *
   * @throws AccountError `InvalidInput`; `ContactNotFound`, also for another account's; `LastContact`;
   *   `UserNotFound`, `InvalidSession`, `ImpersonatedSession`, `RecentLoginRequired`,
   *   `ServiceUnavailable`
   */
  readonly remove = async (input: ActingAccount & ContactReference): Promise<void> => {
    await runForAccount(this.#core, 'RemoveContact', input, async (facts) => {
      requireRecentLogin(this.#core, input);
      const isMeant = parseReference(input);
      const { accountId } = facts;
      const { request } = input;
      const { data } = await removeContact(this.#core, { accountId, request, isMeant });
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

  #add(input: ActingAccount, parse: () => NewContact): Promise<AddedContact> {
    return runForAccount(this.#core, 'AddContact', input, async (facts) => {
      requireRecentLogin(this.#core, input);
      const added = parse();
      facts.method = added.data.kind;
      const { contact, token } = await addContact(this.#core, facts.accountId, {
        ...added,
        ...(input.request && { request: input.request }),
      });
      // An owner reads it where it was sent: that is what it proves.
      return { contact, ...(input.request === undefined && token !== undefined && { token }) };
    });
  }
}

/** Nobody vouches for themselves: what a provider has said is for the application to check. */
function ofApplication(input: { readonly accountId: string }): ActingAccount {
  return { accountId: (input as { accountId?: string } | null | undefined)?.accountId ?? '' };
}

function emailOf(value: unknown, path: string): ContactData {
  return { kind: 'email', value: parseEmail(value, path) };
}

function phoneOf(value: unknown, country: unknown, path: string): ContactData {
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
