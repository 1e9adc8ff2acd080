import type { VerifyEmailWithTokenInput } from '../emailVerification/EmailVerification.js';
import type { PaymentsMode } from '../quota/AppPlan.js';
import type { CreateAccountInput } from '../signUp/parseNewAccount.js';
import type { SessionRequest } from '../requests/SessionRequest.js';

/**
 * How long a client should keep its session: also after the browser is closed (`local`), until then
 * (`session`), or not at all (`none`).
 */
export type RememberMe = 'local' | 'session' | 'none';

/**
 * A profile as `SelfService` accepts it: 1 to 100 keys of 1 to 20, values of 1 to 1000 characters.
 */
export type FlatProfile = Readonly<Record<string, string>>;

/** Session preferences of someone who signs up or in. */
export interface SessionPreferences {
  /**
   * Default: `session`. The application implements it at the client; with `local`, the session may
   * last for `sessions.rememberMeDuration`, otherwise for `sessions.tokenDuration`.
   */
  readonly rememberMe?: RememberMe;
  /**
   * In hours, 0.084 (five minutes) to 8760 (a year); default: 24. The application's options are the
   * upper limit: a longer one is reduced to it.
   */
  readonly sessionLength?: number;
  /**
   * Instead of `sessionLength`: an RFC 3339 date-time with its offset, or a Date; at most 400 days
   * ahead.
   */
  readonly expiredTime?: string | Date;
}

/**
 * Input of {@link SelfService.signUp}: `username`, `email`, or both, beside the application's own
 * fields.
 */
export interface SignUpInput
  extends
    Omit<CreateAccountInput, 'email' | 'password' | 'profile' | 'request'>,
    SessionPreferences {
  /** 8 to 1000 characters, unless configured otherwise. */
  readonly password: string;
  /**
   * E-mail address; a falsy value, such as an empty string, means none. Needed with
   * `requireActivation`.
   */
  readonly email?: string | null | false;
  /** Profile; a falsy value means none. */
  readonly profile?: FlatProfile | null | false;
  /**
   * Values of the application's own fields, from the application and never from a form. Among the
   * form's parameters, only fields listed in `visitorFields` are accepted.
   */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly request: SessionRequest;
}

/** Input of {@link SelfService.signIn}: one identifier of the account, and its password. */
export type SignInInput = SessionPreferences & {
  readonly password: string;
  /** Device token from an earlier sign-in on the same device; an invalid token is ignored. */
  readonly deviceToken?: string | undefined;
  readonly request: SessionRequest;
} & (
    | {
        /** A username, a verified e-mail address or phone number, or an account id. */
        readonly username: string;
        readonly email?: undefined;
        readonly phone?: undefined;
      }
    | { readonly email: string; readonly username?: undefined; readonly phone?: undefined }
    | {
        /** In any form. */
        readonly phone: string;
        /** ISO 3166-1 alpha-2, for a number without country code. */
        readonly country?: string;
        readonly username?: undefined;
        readonly email?: undefined;
      }
  );

/** Input of {@link SelfService.activate}. */
export interface ActivateInput extends VerifyEmailWithTokenInput {
  /** Token from the link. */
  readonly token: string;
}

/** Input of {@link SelfService.resendActivation}. */
export interface ResendActivationInput {
  readonly email: string;
  /** Request of the visitor: counted by address, and stored with the token. */
  readonly request?: SessionRequest;
}

/** Input of {@link SelfService.updateUser}: at least one change. Undefined values are ignored. */
export interface UpdateUserInput {
  /** Request accepted by `handleRequest`. */
  readonly request: SessionRequest;
  readonly username?: string;
  /** Replaces the current address once it is verified; null, false and `''` remove it. */
  readonly email?: string | null | false;
  /** Replaces the whole profile; null and false remove it. */
  readonly profile?: FlatProfile | null | false;
  /** With `newPassword`. */
  readonly currentPassword?: string;
  readonly newPassword?: string;
}

/** A user, as identified by an auth token. */
export interface VerifiedUser {
  readonly username?: string;
  /** The account's id. */
  readonly userId: string;
  readonly creationDate: Date;
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly paymentsMode: PaymentsMode;
  /** End of the trial, if the application's plan has one. */
  readonly trialExpirationDate?: Date;
}

/** A user, as `SelfService` returns it. */
export interface User extends VerifiedUser {
  /** The first verified address, or the first address if none is verified. */
  readonly email?: string;
  /** For the client; undefined if there is no session yet. */
  readonly authToken?: string;
  /**
   * For the client, to pass to the next `signIn`; only with a new session. See {@link
   * CompletedLogin}.
   */
  readonly deviceToken?: string;
  /** When the session expires, if one has begun. */
  readonly expiresAt?: Date;
  /** Confirms the address together with the token from the message, if there is no session yet. */
  readonly handle?: string;
}

/** A user with a session. */
export type SignedInUser = User & { readonly authToken: string };
