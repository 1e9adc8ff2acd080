import { invalidOption } from '../errors/invalidOption.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';

/** Options of {@link passkeys}. */
export interface PasskeyOptions {
  /**
   * Domain that the passkeys belong to, such as `example.com`: that of the pages, or one above it. It
   * cannot be changed later without losing every passkey.
   */
  readonly rpId: string;
  /** Name of the application, which browsers and devices show: 1 to 64 characters. */
  readonly rpName: string;
  /**
   * Origins of the pages that may use the passkeys, such as `https://www.example.com`: 1 to 50. Those
   * outside of `rpId` are its related origins, which browsers ask for at `/.well-known/webauthn`. Apps
   * on Android have `android:apk-key-hash:…`.
   */
  readonly origins: readonly string[];
  /**
   * Tells whether an account with a passkey is asked for it after its password, link or identity
   * (default: false; then only where the account has an authenticator app, or `isRequired` of
   * `twoFactor` demands a second factor).
   */
  readonly asSecondFactor?: boolean;
  /** Maximum age of the last login for adding or removing a passkey (default: `'10m'`). */
  readonly recentLogin?: Duration;
}

/** {@link PasskeyOptions}, checked. */
export interface PasskeySettings {
  readonly rpId: string;
  readonly rpName: string;
  readonly origins: readonly string[];
  readonly asSecondFactor: boolean;
  readonly recentLogin: Duration;
  readonly recentLoginMs: number;
}

const MAX_ORIGINS = 50;
const MAX_NAME = 64;
const MAX_DOMAIN = 253;
const DOMAIN = /^[a-z\d]+(?:-+[a-z\d]+)*(?:\.[a-z\d]+(?:-+[a-z\d]+)*)*$/;
const ANDROID = /^android:apk-key-hash:[\w-]{43}$/;

/** @throws AccountError `InvalidConfiguration` with the path of the option. */
export function passkeySettings(options: PasskeyOptions): PasskeySettings {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw invalidOption('passkeys', 'It must be an object.');
  }
  const { asSecondFactor = false, recentLogin = '10m' } = options;
  if (typeof (asSecondFactor as unknown) !== 'boolean') {
    throw invalidOption('passkeys.asSecondFactor', 'It must be true or false.');
  }
  const rpId = parseRpId(options.rpId);
  return {
    rpId,
    rpName: parseRpName(options.rpName),
    origins: parseOrigins(options.origins, rpId),
    asSecondFactor,
    recentLogin,
    recentLoginMs: parseDuration(recentLogin, 'passkeys.recentLogin'),
  };
}

function parseRpId(rpId: unknown): string {
  const isDomain = typeof rpId === 'string' && rpId.length <= MAX_DOMAIN && DOMAIN.test(rpId);
  // No browser takes a public suffix, such as `com`.
  if (isDomain && (rpId === 'localhost' || rpId.includes('.'))) return rpId;
  throw invalidOption('passkeys.rpId', 'It must be a domain such as example.com, in lower case.');
}

function parseRpName(rpName: unknown): string {
  const isName = typeof rpName === 'string' && rpName.trim() !== '' && rpName.length <= MAX_NAME;
  if (isName) return rpName;
  throw invalidOption('passkeys.rpName', 'It must have 1 to 64 characters.');
}

function parseOrigins(origins: unknown, rpId: string): readonly string[] {
  const isList = Array.isArray(origins) && origins.length > 0 && origins.length <= MAX_ORIGINS;
  if (!isList || !origins.every(isOrigin)) {
    const reason = 'It must be a list of 1 to 50 origins such as https://www.example.com.';
    throw invalidOption('passkeys.origins', reason);
  }
  // Without a page below it, no browser would ever create a passkey for the domain.
  if (!origins.some((origin) => isWithin(origin, rpId))) {
    throw invalidOption('passkeys.origins', 'One of them must be of the domain rpId.');
  }
  return Object.freeze([...(origins as readonly string[])]);
}

function isOrigin(origin: unknown): origin is string {
  if (typeof origin !== 'string') return false;
  if (ANDROID.test(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, origin: parsed } = new URL(origin);
  const isSecure = protocol === 'https:' || (protocol === 'http:' && isLocal(hostname));
  return isSecure && parsed === origin;
}

/** Browsers trust this machine without https. */
function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost');
}

function isWithin(origin: string, rpId: string): boolean {
  if (ANDROID.test(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === rpId || hostname.endsWith(`.${rpId}`);
}
