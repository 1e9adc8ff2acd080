import {
  identity,
  profileOf,
  recordOf,
  recordsOf,
  usernameOf,
  withoutEmpty,
  type ExportRecord,
} from './record.js';

/** The names that the library's guides give to providers which Auth0 calls otherwise. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'google-oauth2': 'google',
  windowslive: 'microsoft',
};

/**
 * A user of an Auth0 export: of the job `users-exports`
 * (https://auth0.com/docs/manage-users/user-migration/bulk-user-exports), of the password hashes that
 * Auth0's support gives out, or of both joined. `app_metadata` is left out: a profile is its owner's to
 * change.
 */
export function fromAuth0(user: ExportRecord): ExportRecord {
  const { email, email_verified, phone_number, phone_verified, user_metadata } = user;
  const oid = recordOf(user._id).$oid;
  const foreignId = user.user_id ?? (typeof oid === 'string' ? `auth0|${oid}` : undefined);
  const [totp] = recordsOf(user.mfa_factors).flatMap(
    (factor) => recordOf(factor.totp).secret ?? [],
  );
  const contacts = recordsOf(user.identities).flatMap(({ provider, user_id }) =>
    // Its own databases are no provider, and neither are codes by e-mail and SMS.
    ['auth0', 'email', 'sms'].includes(String(provider))
      ? []
      : [identity(PROVIDERS[String(provider)] ?? provider, user_id)],
  );
  return withoutEmpty({
    foreignId,
    username: usernameOf(user.username, email),
    email,
    emailVerified: email_verified,
    phone: phone_number,
    phoneVerified: phone_verified,
    contacts,
    passwordHash: user.passwordHash,
    totpSecret: totp,
    profile: profileOf({
      name: user.name,
      nickname: user.nickname,
      given_name: user.given_name,
      family_name: user.family_name,
      picture: user.picture,
      ...recordOf(user_metadata),
    }),
    deactivated: user.blocked,
    createdAt: user.created_at,
  });
}
