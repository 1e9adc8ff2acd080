import type { VerifyEmailWithTokenInput } from '../emailVerification/EmailVerification.js';
import type { PaymentsMode } from '../quota/AppPlan.js';
import type { CreateAccountInput } from '../signUp/parseNewAccount.js';
import type { SessionRequest } from '../requests/SessionRequest.js';

/**
 * How long a client is to keep its session: after the browser is closed (`local`), until then
 * (`session`), or not at all (`none`).
 */
export type RememberMe = 'local' | 'session' | 'none';

/** A profile as `SelfService` takes it: 1 to 100 keys of 1 to 20, values of 1 to 1000 characters. */
export type FlatProfile = Readonly<Record<string, string>>;

/** Session preferences of someone who signs up or in. */
export interface SessionPreferences {
  /**
   * Default: `session`. What the client does is the application's affair; with `local`, the session may
   * last for `sessions.rememberMeDuration`, otherwise for `sessions.tokenDuration`.
   */
  readonly rememberMe?: RememberMe;
  /**
   * In hours, 0.084 (five minutes) to 8760 (a year); default: 24. The application's options are the
   * upper bound: a longer one is cut to it.
   */
  readonly sessionLength?: number;
  /** In place of `sessionLength`: an RFC 3339 date-time with its offset, or a Date; in 400 days at most. */
  readonly expiredTime?: string | Date;
}

/**
 * Input of {@link SelfService.signUp}: `username`, `email`, or both, beside the application's own
 * fields.
 */
export interface SignUpInput
  extends Omit<CreateAccountInput, 'email' | 'profile' | 'request'>, SessionPreferences {
  /**
   * E-mail address; a falsy value, such as an empty string, means none. Needed with
   * `requireActivation`.
   */
  readonly email?: string | null | false;
  /** Profile; a falsy value means none. */
  readonly profile?: FlatProfile | null | false;
  /**
   * Values of the application's own fields, from the application and never from a form. Beside the
   * form's parameters, only those stand that `visitorFields` names.
   */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly request: SessionRequest;
}

/** Input of {@link SelfService.signIn}: one name of the account, and its password. */
export type SignInInput = SessionPreferences & {
  readonly password: string;
  /** From an earlier sign-in on the same device; an invalid one is ignored. */
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
  /** From the link. */
  readonly token: string;
}

/** Input of {@link SelfService.resendActivation}. */
export interface ResendActivationInput {
  readonly email: string;
  /** Request of the visitor: counted by address, and kept with the token. */
  readonly request?: SessionRequest;
}

/** Input of {@link SelfService.updateUser}: at least one change. What is undefined is not given. */
export interface UpdateUserInput {
  /** As `handleRequest` has let it through. */
  readonly request: SessionRequest;
  readonly username?: string;
  /** Takes the old one's place once it is verified; null, false and `''` remove that one. */
  readonly email?: string | null | false;
  /** In place of the old one, as a whole; null and false remove that one. */
  readonly profile?: FlatProfile | null | false;
  /** With `newPassword`. */
  readonly currentPassword?: string;
  readonly newPassword?: string;
}

/** A user, by what an auth token leads to. */
export interface VerifiedUser {
  readonly username?: string;
  /** The account's id. */
  readonly userId: string;
  readonly creationDate: Date;
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly paymentsMode: PaymentsMode;
  /** Where the application's plan has a trial. */
  readonly trialExpirationDate?: Date;
}

/** A user, as `SelfService` returns it. */
export interface User extends VerifiedUser {
  /** The first address that is verified; before, the first. */
  readonly email?: string;
  /** For the client; none where there is no session yet. */
  readonly authToken?: string;
  /**
   * For the client, to be given to `signIn` the next time; with a session that has just begun. See
   * {@link CompletedLogin}.
   */
  readonly deviceToken?: string;
  /** When the session ends at the latest, where one has begun. */
  readonly expiresAt?: Date;
  /** Confirms the address together with the token from the message, where there is no session yet. */
  readonly handle?: string;
}

/** A user with a session. */
export type SignedInUser = User & { readonly authToken: string };
