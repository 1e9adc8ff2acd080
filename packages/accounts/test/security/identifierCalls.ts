import { selfService } from '../support/selfService.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import type { Owner, Owners } from '../contacts/owners.js';

/** An owner with a verified e-mail address and a verified phone number. */
export interface Person extends Owner {
  readonly phone: string;
}

/** Kinds of identifiers that people type. */
export type IdentifierKind = 'email' | 'phone' | 'username';

/** A call with an identifier as somebody typed it; gives what it leads to. */
type Call = (test: Owners, person: Person, typed: string) => Promise<unknown>;

/** A call, and the kinds of identifiers that one of its properties takes. */
interface Row {
  readonly property: string;
  readonly kinds: readonly IdentifierKind[];
  readonly call: Call;
}

const ANY: readonly IdentifierKind[] = ['email', 'phone', 'username'];
const email = (call: Call, property = 'email'): Row => ({ property, kinds: ['email'], call });
const phone = (call: Call, property = 'phone'): Row => ({ property, kinds: ['phone'], call });
const username = (call: Call): Row => ({ property: 'username', kinds: ['username'], call });
const anyName = (call: Call): Row => ({ property: 'username', kinds: ANY, call });

/** A call that sends messages, and what was sent. */
const sending =
  (call: Call): Call =>
  async (test, person, typed) => {
    test.sent();
    await call(test, person, typed);
    await test.accounts.settled();
    return test.sent();
  };

const stranger = { password: PASSWORD };

/** Every public method that takes an identifier. */
export const IDENTIFIER_CALLS: Readonly<Record<string, readonly Row[]>> = {
  'Accounts.createAccount': [
    email(({ accounts }, _, typed) => accounts.createAccount({ ...stranger, email: typed })),
    username(({ accounts }, _, typed) => accounts.createAccount({ ...stranger, username: typed })),
  ],
  'Accounts.createAccountAndLogin': [
    email(({ accounts }, _, typed) =>
      accounts.createAccountAndLogin({ ...stranger, email: typed, request: requestWith() }),
    ),
    username(({ accounts }, _, typed) =>
      accounts.createAccountAndLogin({ ...stranger, username: typed, request: requestWith() }),
    ),
  ],
  'Accounts.requestAccount': [
    email(
      sending(({ accounts }, _, typed) => accounts.requestAccount({ ...stranger, email: typed })),
    ),
  ],
  'Accounts.findUser': [
    anyName(
      async ({ accounts }, _, typed) => (await accounts.findUser({ username: typed }))?.accountId,
    ),
  ],
  'Accounts.userByPasswordLogin': [
    anyName(async ({ accounts }, _, typed) => {
      const login = { username: typed, password: PASSWORD, request: requestWith() };
      return (await accounts.userByPasswordLogin(login)).account.accountId;
    }),
  ],
  'Accounts.pushCustomSession': [
    anyName(async ({ accounts }, _, typed) => {
      const login = await accounts.pushCustomSession({ username: typed, request: requestWith() });
      return login.account.accountId;
    }),
  ],
  'Accounts.verifyEmail': [
    email(async ({ accounts }, { accountId }, typed) => {
      const { data } = await accounts.verifyEmail({ accountId, email: typed });
      return data.value;
    }),
  ],
  'Accounts.addEmailVerificationToken': [
    email(async ({ accounts }, { accountId }, typed) => {
      const issued = await accounts.addEmailVerificationToken({ accountId, email: typed });
      return issued.tokenDocument.createdFor;
    }),
  ],
  'Contacts.addEmail': [
    email(({ accounts: { contacts } }, { accountId }, typed) =>
      contacts.addEmail({ accountId, email: typed }),
    ),
  ],
  'Contacts.addPhone': [
    phone(({ accounts: { contacts } }, { accountId }, typed) =>
      contacts.addPhone({ accountId, phone: typed }),
    ),
  ],
  'Contacts.replaceEmail': [
    email(
      sending(({ accounts: { contacts } }, { accountId, username: name }, typed) =>
        contacts.replaceEmail({ accountId, email: typed, newEmail: `${name}@example.org` }),
      ),
    ),
    email(
      ({ accounts: { contacts } }, { accountId, email: old }, typed) =>
        contacts.replaceEmail({ accountId, email: old, newEmail: typed }),
      'newEmail',
    ),
  ],
  'Contacts.replacePhone': [
    phone(
      sending(({ accounts: { contacts } }, { accountId, phone: old }, typed) =>
        contacts.replacePhone({ accountId, phone: typed, newPhone: `${old}9` }),
      ),
    ),
    phone(
      ({ accounts: { contacts } }, { accountId, phone: old }, typed) =>
        contacts.replacePhone({ accountId, phone: old, newPhone: typed }),
      'newPhone',
    ),
  ],
  'Contacts.requestPhoneVerification': [
    phone(
      sending(({ accounts: { contacts } }, { accountId }, typed) =>
        contacts.requestPhoneVerification({ accountId, phone: typed }),
      ),
    ),
  ],
  'Contacts.verifyPhone': [
    phone(async ({ accounts: { contacts } }, { accountId, phone: own }, typed) => {
      const { code = '' } = await contacts.requestPhoneVerification({ accountId, phone: own });
      return contacts.verifyPhone({ accountId, phone: typed, code });
    }),
  ],
  'Passwords.requestReset': [
    anyName(
      sending(({ accounts: { passwords } }, _, typed) =>
        passwords.requestReset({ username: typed }),
      ),
    ),
    email(
      sending(({ accounts: { passwords } }, _, typed) => passwords.requestReset({ email: typed })),
    ),
  ],
  'MagicLinks.request': [
    email(
      sending(({ accounts: { magicLinks } }, _, typed) => magicLinks.request({ email: typed })),
    ),
  ],
  'PhoneCodes.request': [
    phone(
      sending(({ accounts: { phoneCodes } }, _, typed) => phoneCodes.request({ phone: typed })),
    ),
  ],
  'AccountProfile.changeUsername': [
    username(async (test, _, typed) => {
      const { accountId } = await test.signUp();
      return test.accounts.profile.changeUsername({ accountId, username: typed });
    }),
  ],
  'SelfService.signUp': [
    email(({ accounts }, _, typed) =>
      selfService(accounts).signUp({ ...stranger, email: typed, request: requestWith() }),
    ),
    username(({ accounts }, _, typed) =>
      selfService(accounts).signUp({ ...stranger, username: typed, request: requestWith() }),
    ),
  ],
  'SelfService.signIn': [
    anyName(async ({ accounts }, _, typed) => {
      const form = { username: typed, password: PASSWORD, request: requestWith() };
      return (await selfService(accounts).signIn(form)).userId;
    }),
    email(async ({ accounts }, _, typed) => {
      const form = { email: typed, password: PASSWORD, request: requestWith() };
      return (await selfService(accounts).signIn(form)).userId;
    }),
    phone(async ({ accounts }, _, typed) => {
      const form = { phone: typed, password: PASSWORD, request: requestWith() };
      return (await selfService(accounts).signIn(form)).userId;
    }),
  ],
  'SelfService.resendActivation': [
    email(
      sending(async ({ accounts }, { accountId, email: own }, typed) => {
        // One that waits to be confirmed, and is written like the other.
        await accounts.contacts.addEmail({ accountId, email: `w${own}` });
        await selfService(accounts).resendActivation({ email: typed.replace(/\S/, 'w$&') });
      }),
    ),
  ],
  'SelfService.forgotPassword': [
    anyName(
      sending(({ accounts }, _, typed) =>
        selfService(accounts).forgotPassword({ username: typed }),
      ),
    ),
    email(
      sending(({ accounts }, _, typed) => selfService(accounts).forgotPassword({ email: typed })),
    ),
  ],
  'SelfService.updateUser': [
    email(async ({ accounts }, { request }, typed) => {
      const { email: shown } = await selfService(accounts).updateUser({ request, email: typed });
      return shown;
    }),
    username(async ({ accounts }, { request }, typed) => {
      const user = await selfService(accounts).updateUser({ request, username: typed });
      return user.username;
    }),
  ],
};
