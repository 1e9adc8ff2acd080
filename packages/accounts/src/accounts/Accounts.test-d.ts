import { expectTypeOf } from 'expect-type';
import type { AccountError, AnyAccountError } from '../errors/AccountError.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import type { LoginResult } from '../sessions/Sessions.js';
import type { PasswordLoginInput } from '../login/PasswordLogin.js';
import type { Contacts } from '../contacts/Contacts.js';
import type { PhoneNumbers } from '../contacts/phoneNumbers/PhoneNumbers.js';
import type { TwoFactor, TwoFactorPart } from '../twoFactor/TwoFactor.js';
import { Accounts, type AccountsOptions, type AccountsWith } from './Accounts.js';
import type { CreateAccountInput } from '../signUp/parseNewAccount.js';

declare const accounts: Accounts;
declare const request: SessionRequest;

// Whose request it is: an account without secrets, or nobody.
expectTypeOf(request.user).toEqualTypeOf<AccountDocument | undefined>();
expectTypeOf<AccountDocument['accountId']>().toEqualTypeOf<string>();
expectTypeOf<AccountDocument['username']>().toEqualTypeOf<string | undefined>();
expectTypeOf<AccountDocument['permissions']>().toEqualTypeOf<string[]>();
expectTypeOf<AccountDocument['deactivated']>().toEqualTypeOf<boolean>();
expectTypeOf<AccountDocument['createdAt']>().toEqualTypeOf<Date>();
expectTypeOf<AccountDocument>().not.toHaveProperty('password');
expectTypeOf<AccountDocument>().not.toHaveProperty('value');

// A request keeps what its own type adds.
interface HttpRequest extends SessionRequest {
  readonly path: string;
}
declare const httpRequest: HttpRequest;
const handled = accounts.handleRequest(httpRequest);
expectTypeOf(handled).resolves.toHaveProperty('path').toEqualTypeOf<string>();
expectTypeOf(handled).resolves.toHaveProperty('user').toEqualTypeOf<AccountDocument | undefined>();

// What a session's row keeps secret is not in its document.
expectTypeOf<LoginResult['sessionDocument']>().not.toHaveProperty('token');
expectTypeOf<LoginResult['sessionDocument']>().not.toHaveProperty('previousToken');
expectTypeOf<LoginResult['authToken']>().toEqualTypeOf<string>();
expectTypeOf<Accounts['userByPasswordLogin']>().returns.resolves.toEqualTypeOf<CompletedLogin>();
expectTypeOf<Accounts['findUser']>().returns.resolves.toEqualTypeOf<AccountDocument | null>();
expectTypeOf<Accounts['logout']>().returns.resolves.toEqualTypeOf<boolean>();

// Sign-up takes these, …
const password = 'correct horse';
expectTypeOf<{ username: string; password: string }>().toExtend<CreateAccountInput>();
expectTypeOf<{ email: string; password: string }>().toExtend<CreateAccountInput>();
expectTypeOf<{
  username: string;
  password: string;
  request: SessionRequest;
}>().toExtend<CreateAccountInput>();
expectTypeOf<{
  email: string;
  password: string;
  profile: { name: string };
}>().toExtend<CreateAccountInput>();

// … and no password that is missing or no string, …
expectTypeOf<{ username: string }>().not.toExtend<CreateAccountInput>();
expectTypeOf<{ username: string; password: number }>().not.toExtend<CreateAccountInput>();
expectTypeOf<{ username: string; password: undefined }>().not.toExtend<CreateAccountInput>();
expectTypeOf<{ username: null; password: string }>().not.toExtend<CreateAccountInput>();
expectTypeOf<{
  email: string;
  password: string;
  profile: string;
}>().not.toExtend<CreateAccountInput>();

// … and no field that only the library sets (ASVS 15.3.3).
// @ts-expect-error -- permissions are not the caller's to choose.
void accounts.createAccount({ username: 'ada', password, permissions: ['root'] });
// @ts-expect-error -- nor is the account's id.
void accounts.createAccount({ username: 'ada', password, accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' });
// @ts-expect-error -- nor whether it is deactivated.
void accounts.createAccount({ username: 'ada', password, deactivated: false });
// @ts-expect-error -- nor which sessions are valid.
void accounts.createAccount({ username: 'ada', password, sessionGeneration: '1' });

// A login says where it comes from.
expectTypeOf<PasswordLoginInput['request']>().toEqualTypeOf<SessionRequest>();
expectTypeOf<Omit<SessionRequest, 'requestIp'>>().not.toExtend<SessionRequest>();
expectTypeOf<Omit<SessionRequest, 'userAgent'>>().not.toExtend<SessionRequest>();
expectTypeOf<Omit<SessionRequest, 'onCallDestroySession'>>().not.toExtend<SessionRequest>();

// A secret must be given, and may be looked up.
expectTypeOf<{ table: AccountsOptions['table'] }>().not.toExtend<AccountsOptions>();
expectTypeOf<() => Promise<string>>().toExtend<AccountsOptions['sessions']['getTokenSecret']>();
expectTypeOf<() => undefined>().not.toExtend<AccountsOptions['sessions']['getTokenSecret']>();

// Each error of the union is one of the class.
expectTypeOf<AnyAccountError>().toExtend<AccountError>();

// What an option does not give is not offered: phone numbers, and a second factor.
declare const options: Pick<AccountsOptions, 'table' | 'sessions'>;
declare const phones: PhoneNumbers;
declare const twoFactor: TwoFactorPart;
const bare = new Accounts(options);
const withPhones = new Accounts({ ...options, phones });
const withBoth = new Accounts({ ...options, phones, twoFactor });
expectTypeOf(bare.contacts).not.toHaveProperty('addPhone');
expectTypeOf(bare.twoFactor).toEqualTypeOf<TwoFactor | undefined>();
expectTypeOf(withPhones.twoFactor).toEqualTypeOf<TwoFactor | undefined>();
expectTypeOf(withPhones.contacts).toEqualTypeOf<Contacts>();
expectTypeOf(withBoth.twoFactor).toEqualTypeOf<TwoFactor>();
expectTypeOf(withBoth).toExtend<AccountsWith<'phones' | 'twoFactor'>>();
// Whoever needs neither takes any.
expectTypeOf(withBoth).toExtend<Accounts>();
expectTypeOf(bare).toExtend<Accounts>();
expectTypeOf(bare).not.toExtend<AccountsWith<'phones'>>();
expectTypeOf(bare).not.toExtend<AccountsWith<'twoFactor'>>();
// @ts-expect-error -- a type alone gives no second factor.
export const promised: AccountsWith<'twoFactor'> = new Accounts(options);
