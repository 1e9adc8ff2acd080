export type { CreateAccountAndLoginInput, RequestAccountInput } from './signUp/AccountCreation.js';
export {
  Accounts,
  type AccountsOptions,
  type AccountsWith,
  type FindUserInput,
} from './accounts/Accounts.js';
export type {
  AccountListing,
  AccountPage,
  ListAccountsInput,
  ListedAccount,
  ListedBy,
} from './core/AccountListing.js';
export type { ActingAccount } from './core/actingAccount.js';
export type { AccountEntityWith, InputWith, LoginResultWith } from './accounts/OwnFields.js';
export type { GuardOptions } from './guard/createRequestSetup.js';
export type { AccountWith, NoFields, RequestWith } from './guard/OwnFields.js';
export type { CreateAccountInput } from './signUp/parseNewAccount.js';
export type { PasswordOptions } from './passwords/PasswordService.js';
export type { EmailOfAccount } from './flows/readEmailOfAccount.js';
export type { AccountQuota, QuotaBackfill, QuotaUsage } from './quota/AccountQuota.js';
export {
  AccountsRegistry,
  type AccountsRegistryOptions,
  type AppOptions,
} from './apps/AccountsRegistry.js';
export type { AppPlan, PaymentsMode } from './quota/AppPlan.js';
export type { AddedContact } from './contacts/addContact.js';
export type { UndoReplacementInput } from './contacts/undoReplacement.js';
export type {
  Contacts,
  AddCustomInput,
  AddOAuthInput,
  ContactReference,
  ReplaceCustomInput,
  ReplaceOAuthInput,
} from './contacts/Contacts.js';
export type { Contact, ContactData, ContactKind } from './core/Account.js';
export type { ContactInput } from './contacts/parseContact.js';
export type { PhoneInput } from './identifiers/PhoneParser.js';
export type { DeliveryOptions, Message, MessageKind, Recipient } from './delivery/Delivery.js';
export type { MailFrom } from './delivery/templates/addresses.js';
export { escapeHtml } from './delivery/templates/escapeHtml.js';
export type { LinkOptions } from './delivery/templates/LinkBuilder.js';
export type { RenderedMessage, RenderOptions } from './delivery/templates/MessageRenderer.js';
export type {
  LocalTemplate,
  MessageContent,
  MessageTemplate,
  MessageTemplates,
  RenderedContent,
  TemplateFacts,
} from './delivery/templates/MessageTemplate.js';
export { renderMessage } from './delivery/templates/renderMessage.js';
export { sendBy, type Send, type SendersByKind } from './delivery/templates/sendBy.js';
export {
  AccountError,
  type AccountErrorJson,
  type AccountErrorOptions,
  type AnyAccountError,
} from './errors/AccountError.js';
export type { AccountErrorCode, AccountErrorDetails } from './errors/accountErrorCodes.js';
export type {
  AccountEvent,
  AccountEventListener,
  AccountEventName,
  AccountFlow,
  AccountNotice,
  EventContext,
  ValidateEvent,
  ValidateEventListener,
  ValidateEventName,
} from './events/accountEvents.js';
export type { EventsOptions } from './events/Events.js';
export type { AccountExport, ExportAccountInput } from './lifecycle/AccountExporter.js';
export type { AccountLifecycle, DeletedAccount } from './lifecycle/AccountLifecycle.js';
export type { IdentityInput } from './contacts/findByIdentity.js';
export type { AccountProfile } from './lifecycle/AccountProfile.js';
export type { PermissionInput, Permissions } from './lifecycle/Permissions.js';
export type { Profile } from './flows/parseProfile.js';
export type { Json, JsonObject } from './lifecycle/JsonObject.js';
export type { ReauthenticateByCodeInput } from './login/LoginCodes.js';
export type {
  PhoneCodeLoginInput,
  PhoneCodes,
  RequestPhoneCodeInput,
} from './contacts/phoneNumbers/PhoneCodes.js';
export type { PasswordLoginInput, ReauthenticateInput } from './login/PasswordLogin.js';
export type {
  MagicLinkLoginInput,
  MagicLinks,
  RequestMagicLinkInput,
} from './magicLinks/MagicLinks.js';
export type {
  ConsumedToken,
  ConsumeTokenInput,
  CustomTokens,
  IssueTokenInput,
} from './customTokens/CustomTokens.js';
export type {
  AddEmailVerificationTokenInput,
  VerifyEmailWithTokenInput,
} from './emailVerification/EmailVerification.js';
export type { IssuedOneTimeToken } from './oneTimeTokens/OneTimeTokens.js';
export type {
  MaxPendingTokens,
  OneTimeTokenLifetimes,
  OneTimeTokenOptions,
  SentTokenKind,
} from './oneTimeTokens/tokenPolicy.js';
export type {
  AddResetPasswordTokenInput,
  ChangePasswordInput,
  Passwords,
  RequestPasswordResetInput,
  ResetPasswordInput,
  SetPasswordInput,
} from './passwordChanges/Passwords.js';
export { BcryptHasher, type BcryptHasherOptions } from './passwords/BcryptHasher.js';
export type { CommonPasswords } from './passwords/CommonPasswords.js';
export type { ElsewherePart } from './flows/AccountsCore.js';
// An application that exports its `accounts` has them in its own declarations.
export type { PhoneNumbers } from './contacts/phoneNumbers/PhoneNumbers.js';
export type { IdentityProvidersPart } from './identityProviders/IdentityProviders.js';
export type { PasskeysPart } from './passkeys/Passkeys.js';
export type { TwoFactorPart } from './twoFactor/TwoFactor.js';
export type { ForeignHasher } from './passwords/ForeignHasher.js';
export type { PasswordHasher } from './passwords/PasswordHasher.js';
export type { ExtraHasher } from './passwords/PasswordVerifier.js';
export type {
  BreachCheck,
  PasswordPolicy,
  PasswordPolicyOptions,
  PasswordPolicyPreset,
} from './passwords/PasswordPolicy.js';
export { ScryptHasher, type ScryptHasherOptions } from './passwords/ScryptHasher.js';
export type { Environment, ResetSandboxInput, Sandbox } from './sandbox/Sandbox.js';
export type { PushCustomSessionInput } from './login/CustomLogin.js';
export type { ImpersonateInput } from './login/Impersonation.js';
export type {
  RefreshedTokens,
  SessionHookRegistry,
  UpsertSessionFailure,
} from './sessions/SessionHooks.js';
export type { CompletedLogin } from './login/completeLogin.js';
export type { ConnectionChangeAction } from './core/sessionPolicy.js';
export type { AccountDocument, ConnectionInfo, SessionRequest } from './requests/SessionRequest.js';
export type {
  Sessions,
  BeginSessionOptions,
  ListedSession,
  ListSessionsInput,
  LoginResult,
  LogoutInput,
  PreparedSession,
  RefreshTokensInput,
  SessionDocument,
  SessionsOptions,
  VerifiedSession,
} from './sessions/Sessions.js';
export type {
  AddressThrottling,
  AuthenticatorThrottling,
  MessageThrottling,
  ThrottlingOptions,
} from './throttling/throttlePolicy.js';
export type { Duration, DurationUnit } from './tokens/parseDuration.js';
export type { TokenSecret, TokenSecrets } from './tokens/TokenKeys.js';
