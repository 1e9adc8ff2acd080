import {
  identity,
  profileOf,
  recordsOf,
  timeOf,
  withoutEmpty,
  type ExportRecord,
} from './record.js';

/**
 * A user of `firebase auth:export users.json` (https://firebase.google.com/docs/cli/auth#file_format). Its
 * hash is for `firebaseScrypt`. Second factors are not exported.
 */
export function fromFirebase(user: ExportRecord): ExportRecord {
  const { passwordHash, salt, phoneNumber } = user;
  const hasHash = typeof passwordHash === 'string' && passwordHash !== '';
  return withoutEmpty({
    foreignId: user.localId,
    email: user.email,
    emailVerified: user.emailVerified,
    phone: phoneNumber,
    // Firebase takes no number that was not verified.
    phoneVerified: typeof phoneNumber === 'string' && phoneNumber !== '' ? true : undefined,
    contacts: recordsOf(user.providerUserInfo).flatMap(({ providerId, rawId }) =>
      ['password', 'phone', 'emailLink'].includes(String(providerId))
        ? []
        : [identity(String(providerId).replace(/\.com$/, ''), rawId)],
    ),
    passwordHash: hasHash
      ? `$firebase-scrypt$v=1$${standardBase64(salt)}$${standardBase64(passwordHash)}`
      : undefined,
    profile: profileOf({ name: user.displayName, picture: user.photoUrl }),
    deactivated: user.disabled,
    createdAt: timeOf(user.createdAt),
  });
}

/** Exports have the alphabet of URLs, and others that of RFC 4648 §4. */
function standardBase64(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('base64') : '';
}
