import { TOTP } from 'otpauth';

/** Key of the authenticator that this page plays, until it is loaded again. */
let key: string | undefined;

/** Keeps the key, as an authenticator app does when it scans the picture. */
export function remember(secret: string): void {
  key = secret;
}

/** Forgets the key. */
export function forget(): void {
  key = undefined;
}

/** The code that the app shows now; undefined without a key. */
export function currentCode(): string | undefined {
  return key === undefined ? undefined : new TOTP({ secret: key }).generate();
}
