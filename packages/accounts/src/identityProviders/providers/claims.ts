import type { ProvidedProfile, ProviderClaims } from '../IdentityProvider.js';

/** A claim that is a text and not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Tells whether a claim is true; some providers write it as a text, or as a number. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1';
}

/** An object of JSON's, or an empty one. */
export function objectOf(value: unknown): ProviderClaims {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as ProviderClaims) : {};
}

/** The standard claims of OpenID Connect Core §5.1. */
export function standardProfile(claims: ProviderClaims): ProvidedProfile {
  return {
    subject: textOf(claims.sub) ?? '',
    email: textOf(claims.email),
    emailVerified: isTrue(claims.email_verified),
    name: textOf(claims.name),
  };
}
