import { TOTP } from 'otpauth';
import { AccountError } from '../errors/AccountError.js';
import { TOTP_DIGITS, TOTP_PERIOD_SECONDS } from './findTotpStep.js';

/** Data that is passed to an authenticator app. */
export interface TotpUriInput {
  /** The application's name, from `parseTotpIssuer`. */
  readonly issuer: string;
  /**
   * Label that the app shows beside the code, to tell accounts apart: a username or an e-mail
   * address.
   */
  readonly label: string;
  /** Secret that `createTotpSecret` returned. */
  readonly secret: string;
}

// Together these leave room in the largest QR code (2953 bytes), even if every letter is an emoji.
const MAX_ISSUER_LENGTH = 64;
const MAX_LABEL_LENGTH = 100;
const FALLBACK_LABEL = 'account';

// The key URI format forbids a colon in issuer and label, which it parts, in any encoding. The
// others (controls, line breaks, direction marks, lone surrogates) could make an app show nonsense.
const UNFIT = /[:\p{C}\p{Zl}\p{Zp}]/u;
const UNFIT_RUN = new RegExp(`${UNFIT.source}+`, 'gu');
// RFC 3986 §2.2 reserves these, but encodeURIComponent, which otpauth uses, leaves them.
const RESERVED = /[!'()*]/g;

/**
 * Writes the URI with which an authenticator app takes up a secret, from a link or a QR code.
 * In the label, what the format cannot hold becomes `_`, and what exceeds 100 code points is cut:
 * the label identifies nothing. The URI holds the secret: it is for its owner only.
 *
 * @returns An ASCII string, `otpauth://totp/<issuer>:<label>?issuer=…&secret=…`.
 */
export function totpUri({ issuer, label, secret }: TotpUriInput): string {
  const totp = new TOTP({
    issuer,
    label: fitLabel(label),
    secret,
    algorithm: 'SHA1',
    digits: TOTP_DIGITS,
    period: TOTP_PERIOD_SECONDS,
  });
  return totp.toString().replace(RESERVED, percentEncoded);
}

/**
 * Checks the name under which authenticator apps list an application, and gives its composed form
 * (NFC).
 *
 * @param value - The option `twoFactor.issuer`, of any type: 1 to 64 code points, without colons,
 *   control characters, line breaks and spaces at the ends.
 * @throws AccountError `InvalidConfiguration` for anything else.
 */
export function parseTotpIssuer(value: unknown): string {
  const issuer = typeof value === 'string' ? value.normalize('NFC') : '';
  const isFit =
    issuer !== '' &&
    Array.from(issuer).length <= MAX_ISSUER_LENGTH &&
    issuer.trim() === issuer &&
    !UNFIT.test(issuer);
  if (isFit) return issuer;
  throw new AccountError('InvalidConfiguration', {
    path: 'twoFactor.issuer',
    reason: 'Use 1 to 64 characters without colons, control characters and spaces at the ends.',
  });
}

function fitLabel(label: string): string {
  const codePoints = Array.from(label.normalize('NFC').replace(UNFIT_RUN, '_').trim());
  return codePoints.slice(0, MAX_LABEL_LENGTH).join('') || FALLBACK_LABEL;
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
