import { NO_PHONES, parseContact } from '../contacts/parseContact.js';
import type { LinkedIdentity } from '../contacts/linkIdentity.js';
import { AccountError } from '../errors/AccountError.js';
import type { EncryptionKeyring } from '../twoFactor/EncryptionKeyring.js';
import type { IdentityProvider, ProvidedIdentity } from './IdentityProvider.js';
import type { ProviderTokens } from './ProviderClient.js';

/** A contact that is an identity at a provider. */
export type OAuthData = Extract<LinkedIdentity['data'], { readonly kind: 'oauth' }>;

/**
 * An identity as a contact: the provider and the person's id there. A provider of several issuers puts the
 * issuer before the id; neither has a space in it.
 *
 * @throws AccountError `InvalidInput`
 */
export function toContactData(
  { issuerOf }: Pick<IdentityProvider, 'issuerOf'>,
  { provider, issuer, subject }: ProvidedIdentity,
): OAuthData {
  const value = issuerOf ? `${issuer} ${subject}` : subject;
  return parseContact({ kind: 'oauth', provider, value }, '', NO_PHONES) as OAuthData;
}

/** Facts that are kept with an identity: its issuer, and the address by which its owner knows it. */
export function toMeta({ issuer, email }: ProvidedIdentity): Readonly<Record<string, unknown>> {
  return { issuer, ...(email !== undefined && { email }) };
}

/**
 * Makes sure that the name of a provider still stands for the issuer that an identity is of.
 *
 * @throws AccountError `InvalidConfiguration`
 */
export function assertSameIssuer(
  meta: Readonly<Record<string, unknown>> | undefined,
  { provider, issuer }: ProvidedIdentity,
): void {
  if (meta?.issuer === undefined || meta.issuer === issuer) return;
  throw new AccountError('InvalidConfiguration', {
    path: `identityProviders.${provider}.name`,
    reason: 'The name was another issuer’s before: give the provider a name of its own.',
  });
}

const contextOf = (accountId: string, provider: string) => ({
  purpose: `identityProvider/${provider}`,
  accountId,
});

/**
 * Encrypts a provider's tokens for one account. The access token is left out if both are too long to be
 * kept; undefined if the refresh token is, too.
 */
export function sealTokens(
  keyring: EncryptionKeyring,
  { accountId, provider }: { readonly accountId: string; readonly provider: string },
  tokens: ProviderTokens,
): string | undefined {
  const { accessToken: _accessToken, ...others } = tokens;
  for (const kept of [tokens, others]) {
    try {
      return keyring.encrypt(JSON.stringify(kept), contextOf(accountId, provider));
    } catch (error) {
      if (!AccountError.is(error) || error.code !== 'InvalidInput') throw error;
    }
  }
  return undefined;
}

/** Decrypts the tokens; null for what no key decrypts. */
export function openTokens(
  keyring: EncryptionKeyring,
  { accountId, provider }: { readonly accountId: string; readonly provider: string },
  sealed: string,
): Partial<ProviderTokens> | null {
  const text = keyring.decrypt(sealed, contextOf(accountId, provider));
  if (text === null) return null;
  const { expiresAt, ...tokens } = JSON.parse(text) as Partial<
    Omit<ProviderTokens, 'expiresAt'> & { readonly expiresAt: string }
  >;
  return { ...tokens, ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }) };
}
