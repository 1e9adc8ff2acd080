import type { Json, JsonObject } from '../lifecycle/JsonObject.js';

/** How long a client keeps a session, and how long it lasts. */
export interface SessionChoice {
  /**
   * `local`: a cookie that outlives the browser; `session` (the default): a cookie that goes with it;
   * `none`: no cookie, but the token in the answer, for the page's memory.
   */
  readonly rememberMe?: 'local' | 'session' | 'none';
  /** In hours, 0.084 (five minutes) to 8760 (a year); default: 24, at most what the server allows. */
  readonly sessionLength?: number;
  /** Instead of `sessionLength`: an RFC 3339 date-time with its offset. */
  readonly expiredTime?: string;
}

/** Input of `signUp`: a username, an e-mail address, or both; and fields that the server lets visitors set. */
export interface SignUpBody extends SessionChoice {
  readonly username?: string;
  readonly email?: string;
  readonly password: string;
  /** 1 to 100 keys of 1 to 20, values of 1 to 1000 characters. */
  readonly profile?: Readonly<Record<string, string>>;
}

/** Input of `requestAccount`. */
export interface RequestAccountBody {
  readonly email: string;
  readonly password: string;
  readonly profile?: JsonObject;
}

/** Input of `activate`. */
export interface ActivateBody {
  readonly token: string;
  /** Any of these proves that the same person signed up; a session does, too. */
  readonly password?: string;
  readonly handle?: string;
  /** After the error `NewPasswordRequired`: everything that was set before is discarded. */
  readonly newPassword?: string;
}

/** Input of `signIn`: one of username, address and phone number. */
export interface SignInBody extends SessionChoice {
  readonly username?: string;
  readonly email?: string;
  readonly phone?: string;
  /** ISO 3166-1 alpha-2, for a phone number without country code. */
  readonly country?: string;
  readonly password: string;
  /** From an earlier sign-in on this device; in browsers, a cookie brings it. */
  readonly deviceToken?: string;
}

/** A code of the authenticator app, or a recovery code. */
export interface SecondFactorBody {
  readonly code?: string;
  readonly recoveryCode?: string;
}

/** Input of `signInWithSecondFactor`. */
export interface SecondStepBody extends SecondFactorBody {
  /** From the problem `TwoFactorRequired`. */
  readonly challenge: string;
  /** As at the first step. */
  readonly rememberMe?: SessionChoice['rememberMe'];
}

/** Input of `signInWithMagicLink`: the token, or the code from the message and the challenge. */
export interface MagicLinkBody {
  /** From the link. */
  readonly token?: string;
  /** Six digits, for who has asked for the message. */
  readonly code?: string;
  /** From the answer of `requestMagicLink`. */
  readonly challenge?: string;
  readonly rememberMe?: SessionChoice['rememberMe'];
}

/** Input of `signInWithPhoneCode`. */
export interface PhoneCodeBody {
  /** Six digits, for who has asked for the message. */
  readonly code: string;
  /** From the answer of `requestPhoneCode`. */
  readonly challenge: string;
  readonly rememberMe?: SessionChoice['rememberMe'];
}

/** Input of `reauthenticate`: the password, the token of a link, or a code and its challenge. */
export interface ReauthenticateBody {
  readonly password?: string;
  /** From a link. */
  readonly token?: string;
  /** Six digits, for who has asked for the message. */
  readonly code?: string;
  /** From the answer of `requestMagicLink` or `requestPhoneCode`. */
  readonly challenge?: string;
}

/** Input of `passwordSalt`: a name as for `signIn`, or none for the user of the session. */
export interface PasswordSaltBody {
  readonly username?: string;
  readonly email?: string;
  readonly phone?: string;
  /** ISO 3166-1 alpha-2, for a phone number without country code. */
  readonly country?: string;
}

/** Input of `updateUser`: at least one change. */
export interface UpdateUserBody {
  readonly username?: string;
  /** Replaces the current address once it is confirmed; null removes it. */
  readonly email?: string | null;
  /** Replaces the whole profile; null removes it. */
  readonly profile?: Readonly<Record<string, string>> | null;
  /** With `newPassword`. */
  readonly currentPassword?: string;
  readonly newPassword?: string;
}

/** A phone number. */
export interface PhoneBody {
  /** In any form. */
  readonly phone: string;
  /** ISO 3166-1 alpha-2, for a number without country code. */
  readonly country?: string;
}

/** A user, as a client sees it. */
export interface UserAnswer {
  readonly userId: string;
  readonly username?: string;
  readonly email?: string;
  readonly profile?: JsonObject;
  /** A date-time, like every date of an answer. */
  readonly creationDate: string;
  readonly paymentsMode: string;
  readonly trialExpirationDate?: string;
}

/** A user and the session that has begun. */
export interface SignedInAnswer {
  readonly user: UserAnswer;
  /** When the session ends; undefined if none has begun, since the address must be confirmed first. */
  readonly expiresAt?: string;
  /** The session's token, for a client that keeps it by itself. */
  readonly authToken?: string;
  /** For the next sign-in on this device, for a client that keeps it by itself. */
  readonly deviceToken?: string;
  /** Confirms the address together with the token from the message. */
  readonly handle?: string;
}

/** The session of a request. */
export interface SessionAnswer {
  readonly user: UserAnswer;
  readonly expiresAt: string;
}

/** One session of a list. */
export interface ListedSessionAnswer {
  readonly sessionId: string;
  /** Tells whether it is the one of the request. */
  readonly current: boolean;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastSeenAt?: string;
  readonly ip?: string;
  readonly userAgent?: string;
  /** Tells whether somebody acts in it for the owner. */
  readonly impersonated: boolean;
}

/** A page of sessions. */
export interface SessionsAnswer {
  /** May be fewer than were asked for, even none, where `after` leads on. */
  readonly sessions: readonly ListedSessionAnswer[];
  /** For the next page; undefined on the last. */
  readonly after?: string;
}

/** A contact of the user. */
export interface ContactAnswer {
  readonly contactId: string;
  readonly kind: string;
  readonly value: string;
  readonly provider?: string;
  readonly verified: boolean;
  readonly createdAt: string;
}

/** Parameters of an identity provider's callback, with the secret of a client that keeps it by itself. */
export interface IdentityCallbackBody {
  readonly state?: string;
  readonly code?: string;
  readonly iss?: string;
  readonly error?: string;
  /** JSON of Apple's, with the person's name. */
  readonly user?: string;
  /** From the answer of `beginIdentitySignIn`; in browsers, a cookie brings it. */
  readonly browserSecret?: string;
}

/** A sign-in with an identity provider that has begun. */
export interface BegunIdentityAnswer {
  /** The URL at the provider to go to. */
  readonly url: string;
  /** For the callback, for a client that keeps it by itself. */
  readonly browserSecret?: string;
}

/** Answer to the callback: of a sign-in, with the contact that was linked, or of a reauthentication. */
export interface IdentityCallbackAnswer extends Partial<SignedInAnswer> {
  readonly contact?: ContactAnswer;
  readonly returnTo?: string;
}

/** A passkey of the user. */
export interface PasskeyAnswer {
  readonly passkeyId: string;
  readonly name: string;
  /** In base64url, as browsers know it. */
  readonly credentialId: string;
  /** Tells whether it can be synchronised between devices. */
  readonly backupEligible: boolean;
  /** Tells whether it was synchronised at its last use. */
  readonly backedUp: boolean;
  /** Model of the authenticator or password manager. */
  readonly aaguid?: string;
  readonly createdAt: string;
  readonly lastUsedAt?: string;
}

/** Data for `signalAllAcceptedCredentials` and `signalCurrentUserDetails` of `PublicKeyCredential`. */
export interface PasskeySignalsAnswer {
  readonly rpId: string;
  readonly userId: string;
  readonly allAcceptedCredentialIds: readonly string[];
  readonly name: string;
  readonly displayName: string;
}

/** Options of a ceremony with a passkey. */
export interface PasskeyOptionsAnswer {
  /** For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`. */
  readonly options: JsonObject;
  /** To be sent with the response, by a client that keeps no cookies. */
  readonly browserSecret?: string;
}

/** The response of an authenticator. */
export interface PasskeyResponseBody {
  /** The credential's `toJSON()`. */
  readonly response: object;
  /** From the options, for a client that keeps no cookies. */
  readonly browserSecret?: string;
}

/** Everything that is stored about a user. */
export interface ExportAnswer {
  readonly account: JsonObject;
  readonly contacts: readonly JsonObject[];
  readonly sessions: readonly JsonObject[];
  readonly tokens: readonly JsonObject[];
  readonly related: Readonly<Record<string, Json>>;
}

/** Input and answer of one operation. */
export interface Operation {
  readonly body?: object;
  readonly query?: object;
  /** Names of the parameters in its path. */
  readonly params?: string;
  /** Undefined for a response without content. */
  readonly answer: object | undefined;
}

/** A token from a message. */
interface TokenBody {
  readonly token: string;
}

/**
 * Every operation that a client may call, by name. The server's routes, the OpenAPI document and the
 * client are typed by it.
 */
export interface AccountsApi {
  readonly signUp: { readonly body: SignUpBody; readonly answer: SignedInAnswer };
  readonly requestAccount: {
    readonly body: RequestAccountBody;
    readonly answer: { readonly handle: string };
  };
  readonly activate: {
    readonly body: ActivateBody;
    readonly answer: { readonly user: UserAnswer };
  };
  readonly resendActivation: {
    readonly body: { readonly email: string };
    readonly answer: undefined;
  };
  readonly signIn: { readonly body: SignInBody; readonly answer: SignedInAnswer };
  readonly signInWithSecondFactor: {
    readonly body: SecondStepBody;
    readonly answer: SignedInAnswer;
  };
  readonly requestMagicLink: {
    readonly body: { readonly email: string };
    readonly answer: { readonly challenge: string };
  };
  readonly signInWithMagicLink: {
    readonly body: MagicLinkBody;
    readonly answer: SignedInAnswer;
  };
  readonly requestPhoneCode: {
    readonly body: PhoneBody;
    readonly answer: { readonly challenge: string };
  };
  readonly signInWithPhoneCode: {
    readonly body: PhoneCodeBody;
    readonly answer: SignedInAnswer;
  };
  readonly listIdentityProviders: { readonly answer: { readonly providers: readonly string[] } };
  readonly beginIdentitySignIn: {
    readonly params: 'provider';
    readonly body: {
      readonly returnTo?: string;
      readonly rememberMe?: SessionChoice['rememberMe'];
    };
    readonly answer: BegunIdentityAnswer;
  };
  readonly beginIdentityLink: {
    readonly params: 'provider';
    readonly body: { readonly returnTo?: string };
    readonly answer: BegunIdentityAnswer;
  };
  readonly beginIdentityReauthentication: {
    readonly params: 'provider';
    readonly body: { readonly returnTo?: string };
    readonly answer: BegunIdentityAnswer;
  };
  readonly completeIdentityFlow: {
    readonly params: 'provider';
    readonly body: IdentityCallbackBody;
    readonly answer: IdentityCallbackAnswer;
  };
  readonly listIdentities: { readonly answer: { readonly identities: readonly ContactAnswer[] } };
  readonly unlinkIdentity: { readonly params: 'contactId'; readonly answer: undefined };
  readonly passkeySignInOptions: {
    readonly body: { readonly challenge?: string; readonly browserSecret?: string };
    readonly answer: PasskeyOptionsAnswer;
  };
  readonly signInWithPasskey: {
    readonly body: PasskeyResponseBody & {
      /** From the problem `TwoFactorRequired`. */
      readonly challenge?: string;
      readonly rememberMe?: SessionChoice['rememberMe'];
    };
    readonly answer: SignedInAnswer;
  };
  readonly passkeyReauthenticationOptions: {
    readonly body: { readonly browserSecret?: string };
    readonly answer: PasskeyOptionsAnswer;
  };
  readonly reauthenticateWithPasskey: {
    readonly body: PasskeyResponseBody;
    readonly answer: undefined;
  };
  readonly passkeyRegistrationOptions: {
    readonly body: { readonly conditional?: boolean; readonly browserSecret?: string };
    readonly answer: PasskeyOptionsAnswer;
  };
  readonly registerPasskey: {
    readonly body: PasskeyResponseBody & { readonly name?: string };
    readonly answer: { readonly passkey: PasskeyAnswer };
  };
  readonly listPasskeys: {
    readonly answer: {
      readonly passkeys: readonly PasskeyAnswer[];
      readonly signals: PasskeySignalsAnswer;
    };
  };
  readonly renamePasskey: {
    readonly params: 'passkeyId';
    readonly body: { readonly name: string };
    readonly answer: { readonly passkey: PasskeyAnswer };
  };
  readonly removePasskey: {
    readonly params: 'passkeyId';
    readonly answer: { readonly signals: PasskeySignalsAnswer };
  };
  readonly passwordSalt: {
    readonly body: PasswordSaltBody;
    readonly answer: { readonly salt: string };
  };
  readonly signOut: { readonly answer: undefined };
  readonly session: { readonly answer: SessionAnswer };
  readonly refresh: { readonly answer: SessionAnswer };
  readonly reauthenticate: {
    readonly body: ReauthenticateBody;
    readonly answer: undefined;
  };
  readonly listSessions: {
    readonly query: { readonly first?: number; readonly after?: string };
    readonly answer: SessionsAnswer;
  };
  readonly revokeSession: { readonly params: 'sessionId'; readonly answer: undefined };
  readonly revokeOtherSessions: { readonly answer: undefined };
  readonly revokeAllSessions: { readonly answer: undefined };
  readonly updateUser: {
    readonly body: UpdateUserBody;
    readonly answer: { readonly user: UserAnswer };
  };
  readonly deleteUser: { readonly answer: undefined };
  readonly exportUser: { readonly answer: ExportAnswer };
  readonly forgotPassword: {
    readonly body: { readonly username?: string; readonly email?: string };
    readonly answer: undefined;
  };
  readonly resetPassword: {
    readonly body: TokenBody & { readonly newPassword: string };
    readonly answer: undefined;
  };
  readonly changePassword: {
    readonly body: { readonly currentPassword: string; readonly newPassword: string };
    readonly answer: undefined;
  };
  readonly removePassword: { readonly answer: undefined };
  readonly listContacts: { readonly answer: { readonly contacts: readonly ContactAnswer[] } };
  readonly addEmail: {
    readonly body: { readonly email: string };
    readonly answer: { readonly contact: ContactAnswer };
  };
  readonly replaceEmail: {
    readonly body: { readonly email: string; readonly newEmail: string };
    readonly answer: { readonly contact: ContactAnswer };
  };
  readonly addPhone: {
    readonly body: PhoneBody;
    readonly answer: { readonly contact: ContactAnswer };
  };
  readonly replacePhone: {
    readonly body: PhoneBody & { readonly newPhone: string };
    readonly answer: { readonly contact: ContactAnswer };
  };
  readonly requestPhoneVerification: { readonly body: PhoneBody; readonly answer: undefined };
  readonly verifyPhone: {
    readonly body: PhoneBody & { readonly code: string };
    readonly answer: undefined;
  };
  readonly removeContact: { readonly params: 'contactId'; readonly answer: undefined };
  readonly restoreContact: {
    readonly body: TokenBody;
    readonly answer: { readonly contact: ContactAnswer };
  };
  readonly twoFactorStatus: {
    readonly answer: { readonly enabled: boolean; readonly recoveryCodesLeft: number };
  };
  readonly enrolTwoFactor: {
    readonly body: SecondFactorBody & { readonly challenge?: string };
    readonly answer: { readonly secret: string; readonly uri: string; readonly qrCode: string };
  };
  readonly confirmTwoFactor: {
    readonly body: {
      readonly code: string;
      readonly challenge?: string;
      readonly rememberMe?: SessionChoice['rememberMe'];
    };
    readonly answer: Partial<SignedInAnswer> & { readonly recoveryCodes: readonly string[] };
  };
  readonly regenerateRecoveryCodes: {
    readonly body: { readonly code: string };
    readonly answer: { readonly recoveryCodes: readonly string[] };
  };
  readonly disableTwoFactor: { readonly body: SecondFactorBody; readonly answer: undefined };
}

/** The name of an operation. */
export type OperationName = keyof AccountsApi;

/** Input without fields. */
export type NoInput = Readonly<Record<string, never>>;

/** Input of an operation's body; an empty object for one without. */
export type BodyOf<N extends OperationName> = AccountsApi[N] extends { readonly body: infer B }
  ? B
  : NoInput;

/** Input of an operation's query; an empty object for one without. */
export type QueryOf<N extends OperationName> = AccountsApi[N] extends { readonly query: infer Q }
  ? Q
  : NoInput;

/** Names of the parameters in an operation's path. */
export type ParamsOf<N extends OperationName> = AccountsApi[N] extends {
  readonly params: infer P extends string;
}
  ? P
  : never;

/** Answer of an operation; undefined for one without content. */
export type AnswerOf<N extends OperationName> = AccountsApi[N]['answer'];
