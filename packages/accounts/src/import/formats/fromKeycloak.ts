import { UnreadableRow } from '../ImportRow.js';
import {
  identity,
  parseJson,
  phcBase64,
  profileOf,
  recordOf,
  recordsOf,
  timeOf,
  usernameOf,
  withoutEmpty,
  type ExportRecord,
} from './record.js';
import { toBase32 } from './toBase32.js';

const PBKDF2: Readonly<Record<string, string>> = {
  pbkdf2: 'sha1',
  'pbkdf2-sha256': 'sha256',
  'pbkdf2-sha512': 'sha512',
};

/**
 * A user of `kc.sh export --users same_file` (https://www.keycloak.org/server/importExport). Its hashes are
 * for `pbkdf2` and, from Keycloak 25 on, `Argon2Hasher`. Of attributes, all are put into the profile.
 *
 * @returns undefined for the account of a client, which is nobody's.
 */
export function fromKeycloak(user: ExportRecord): ExportRecord | UnreadableRow | undefined {
  if (typeof user.serviceAccountClientId === 'string') return undefined;
  const credentials = recordsOf(user.credentials);
  const otp = credentials.find(({ type }) => type === 'otp');
  const totpSecret = otp && totpSecretOf(otp);
  // Without it, the account would be open to who has the password alone.
  if (totpSecret === null) return new UnreadableRow('otpNotSupported');
  const password = credentials.find(({ type }) => type === 'password');
  return withoutEmpty({
    foreignId: user.id,
    username: usernameOf(user.username, user.email),
    email: user.email,
    emailVerified: user.emailVerified,
    contacts: recordsOf(user.federatedIdentities).map(({ identityProvider, userId }) =>
      identity(identityProvider, userId),
    ),
    passwordHash: password && hashOf(password),
    totpSecret,
    profile: profileOf({
      given_name: user.firstName,
      family_name: user.lastName,
      ...recordOf(user.attributes),
    }),
    deactivated: user.enabled === false,
    createdAt: timeOf(user.createdTimestamp),
  });
}

/** A hash as a PHC string; one of another algorithm names it, and nothing recognises it. */
function hashOf(credential: ExportRecord): string {
  const { algorithm, hashIterations, additionalParameters } = dataOf(credential);
  const { value, salt } = secretOf(credential);
  const digest = phcBase64(value);
  const iterations = String(hashIterations);
  const pbkdf2 = PBKDF2[String(algorithm)];
  if (pbkdf2 !== undefined) {
    const bytes = Buffer.from(digest, 'base64').length;
    return `$pbkdf2-${pbkdf2}$i=${iterations},l=${bytes}$${phcBase64(salt)}$${digest}`;
  }
  if (algorithm !== 'argon2') return `$keycloak-${String(algorithm)}$`;
  const parameter = (name: string): string =>
    String([recordOf(additionalParameters)[name]].flat()[0]);
  const costs = `m=${parameter('memory')},t=${iterations},p=${parameter('parallelism')}`;
  return `$argon2${parameter('type')}$v=19$${costs}$${phcBase64(salt)}$${digest}`;
}

/** The secret of an authenticator app in base32; null for other settings than this library has. */
function totpSecretOf(credential: ExportRecord): string | null {
  const { subType, digits, period, algorithm, secretEncoding } = dataOf(credential);
  const { value } = secretOf(credential);
  const isSupported =
    subType === 'totp' && digits === 6 && period === 30 && algorithm === 'HmacSHA1';
  if (!isSupported || typeof value !== 'string') return null;
  return secretEncoding === 'BASE32' ? value : toBase32(Buffer.from(value));
}

function dataOf({ credentialData }: ExportRecord): ExportRecord {
  return recordOf(parseJson(credentialData));
}

function secretOf({ secretData }: ExportRecord): ExportRecord {
  return recordOf(parseJson(secretData));
}
