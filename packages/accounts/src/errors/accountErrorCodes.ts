/** Details of a code that has nothing to add to its name. */
export type NoDetails = Readonly<Record<string, never>>;

/**
 * What each code carries in `details`. Values are places, limits and reasons that the library
 * wrote itself, never something that a caller sent (ASVS 16.2.5).
 */
export interface AccountErrorDetails {
  /** Some input has the wrong form; `reason` is a machine word such as `notAString`. */
  readonly InvalidInput: { readonly path: string; readonly reason: string };
  /** The chosen password has fewer than `minLength` code points. */
  readonly PasswordTooShort: { readonly path: string; readonly minLength: number };
  /** The chosen password has more than `maxLength` code points. */
  readonly PasswordTooLong: { readonly path: string; readonly maxLength: number };
  /** The chosen password is a common one, made of the account's own words, or known from a breach. */
  readonly PasswordNotAllowed: {
    readonly path: string;
    readonly reason: 'common' | 'context' | 'breached';
  };
  /** Another account owns the username. */
  readonly UsernameAlreadyExists: { readonly path: string };
  /** Another account owns the e-mail address. */
  readonly EmailAlreadyExists: { readonly path: string };
  /** Another account owns the phone number. */
  readonly PhoneAlreadyExists: { readonly path: string };
  /** Another account owns the identity, of another provider or the application's own. */
  readonly IdentityAlreadyExists: { readonly path: string };
  /** Unknown user, wrong password, or anything else that must look the same (ASVS 6.3.8). */
  readonly LoginFailed: NoDetails;
  /** A token was not accepted, for whatever reason. */
  readonly TokenVerificationFailed: { readonly path: string };
  /** The token is genuine, but its session was ended or replaced. */
  readonly InvalidSession: NoDetails;
  /** No account has this id, or it has no such contact. */
  readonly UserNotFound: NoDetails;
  /** The account exists and may not be used. */
  readonly AccountDeactivated: NoDetails;
  /** The account does not have this contact. */
  readonly ContactNotFound: NoDetails;
  /** It is the only way left to log in to the account, or to recover it. */
  readonly LastContact: NoDetails;
  /**
   * Too many failed attempts on this account; the attempt was not looked at. Try again after
   * `retryAfterSeconds`, or recover the account.
   */
  readonly AccountLocked: { readonly retryAfterSeconds: number };
  /** Too many attempts from this client address. */
  readonly TooManyRequests: { readonly retryAfterSeconds: number };
  /** The password was right and a second factor is needed: the error's `challenge`, and a code. */
  readonly TwoFactorRequired: { readonly methods: readonly string[] };
  /** The application demands a second factor, and the account has none yet. */
  readonly TwoFactorEnrolmentRequired: NoDetails;
  /** The application demands a second factor of this account: it can be replaced, not removed. */
  readonly TwoFactorMandatory: NoDetails;
  /** The session's owner proved who they are too long ago for this. */
  readonly RecentLoginRequired: { readonly maxAgeSeconds: number };
  /** The account does not have the permission. */
  readonly PermissionDenied: { readonly permission: string };
  /** Who acts for somebody else may not change how that person logs in. */
  readonly ImpersonatedSession: NoDetails;
  /** A listener of the application has refused it, or has not answered. */
  readonly Vetoed: { readonly event: string };
  /** The application signs tokens with a secret below RFC 7518 §3.2's minimum. */
  readonly SecretTooShort: { readonly minBytes: number };
  /** An option of the library has an unusable value; `reason` is a sentence without that value. */
  readonly InvalidConfiguration: { readonly path: string; readonly reason: string };
  /** More passwords wait to be hashed than the hasher lets wait; the same call may succeed later. */
  readonly TooBusy: NoDetails;
  /** Something that the library depends on did not answer; the same call may succeed later. */
  readonly ServiceUnavailable: NoDetails;
}

/** The stable name of a failure; it decides the shape of `details`. */
export type AccountErrorCode = keyof AccountErrorDetails;

/** The HTTP status and the sentence that belong to one code. */
export interface AccountErrorEntry {
  readonly status: number;
  readonly message: string;
}

/** Every code with its status and sentence. The sentence is fixed, so that it can hold no secret. */
export const accountErrorCodes: Readonly<Record<AccountErrorCode, AccountErrorEntry>> =
  Object.freeze({
    InvalidInput: entry(400, 'The input is not valid.'),
    PasswordTooShort: entry(400, 'The password is too short.'),
    PasswordTooLong: entry(400, 'The password is too long.'),
    PasswordNotAllowed: entry(400, 'The password is too easily guessed.'),
    UsernameAlreadyExists: entry(409, 'The username is already taken.'),
    EmailAlreadyExists: entry(409, 'The e-mail address is already in use.'),
    PhoneAlreadyExists: entry(409, 'The phone number is already in use.'),
    IdentityAlreadyExists: entry(409, 'The identity is already in use.'),
    LoginFailed: entry(401, 'The login failed.'),
    TokenVerificationFailed: entry(401, 'The token could not be verified.'),
    InvalidSession: entry(401, 'The session is not valid any more.'),
    UserNotFound: entry(404, 'The user was not found.'),
    AccountDeactivated: entry(403, 'The account is deactivated.'),
    ContactNotFound: entry(404, 'The contact was not found.'),
    LastContact: entry(409, 'The account needs another way in first.'),
    AccountLocked: entry(429, 'The account takes no attempt for the moment.'),
    TooManyRequests: entry(429, 'The address has sent too many requests for the moment.'),
    TwoFactorRequired: entry(401, 'The second factor is missing.'),
    TwoFactorEnrolmentRequired: entry(401, 'The account needs a second factor first.'),
    TwoFactorMandatory: entry(403, 'The second factor cannot be removed.'),
    RecentLoginRequired: entry(401, 'The last proof of identity is too old.'),
    PermissionDenied: entry(403, 'The permission is missing.'),
    ImpersonatedSession: entry(403, "The operation is for the account's owner only."),
    Vetoed: entry(403, 'The application does not allow this.'),
    SecretTooShort: entry(500, 'The secret that signs tokens is too short.'),
    InvalidConfiguration: entry(500, 'The accounts library is misconfigured.'),
    TooBusy: entry(503, 'The service is too busy for the moment.'),
    ServiceUnavailable: entry(503, 'The service is unavailable for the moment.'),
  });

function entry(status: number, message: string): AccountErrorEntry {
  return Object.freeze({ status, message });
}
