import * as z from 'zod';
import { AccountError } from '../errors/AccountError.js';
import { method, object } from '../guard/optionKinds.js';
import { EncryptionKeyring } from '../twoFactor/EncryptionKeyring.js';
import type { EncryptionKey } from '../twoFactor/prepareEncryptionKeys.js';
import type { IdentityProvider, ProvidedIdentity } from './IdentityProvider.js';
import { isAllowed, type NetworkOptions } from './providerFetch.js';

/** Options of {@link identityProviders}. */
export interface IdentityProvidersOptions {
  readonly providers: readonly IdentityProvider[];
  /**
   * URL of the callbacks, exactly as it is registered with each provider, with `{provider}` in place of
   * the provider's name: `https://www.example.com/auth/identity-providers/{provider}/callback` for
   * `createAccountsHandler`.
   */
  readonly redirectUri: string;
  /**
   * Makes the fields of a new account: `username`, `profile` and the application's own (default: none).
   * Called before anything is written; what it throws ends the sign-in.
   */
  readonly toAccount?: (identity: ProvidedIdentity) => Readonly<Record<string, unknown>>;
  /** Keeps the providers' tokens, encrypted, for the application's own calls (default: not kept). */
  readonly storeTokens?: StoreTokensOptions;
  readonly network?: NetworkOptions;
}

/** Keys for the providers' tokens. */
export interface StoreTokensOptions {
  /** 32 random bytes each, the newest first; those of the second factor will do. */
  readonly encryptionKeys: readonly EncryptionKey[];
}

/** {@link IdentityProvidersOptions}, checked. */
export interface IdentityProviderSettings {
  readonly providers: readonly IdentityProvider[];
  readonly redirectUriOf: (provider: string) => string;
  readonly toAccount: (identity: ProvidedIdentity) => Readonly<Record<string, unknown>>;
  readonly keyring: EncryptionKeyring | undefined;
  readonly network: NetworkOptions;
}

const PLACE = '{provider}';
const DOMAIN = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/;

const text = z.string('It must be a string.').min(1, 'It must not be empty.');
const texts = z.array(text, 'It must be a list of strings.');

const provider = object({
  name: z
    .string('It must be a string.')
    .regex(/^[a-z][\da-z-]{0,49}$/, 'It must have 1 to 50 lower-case letters, digits and hyphens.'),
  clientId: text,
  issuer: text.max(200, 'It must have at most 200 characters.'),
  scopes: texts,
  trustedDomains: z
    .union(
      [z.literal('all'), z.array(z.string().regex(DOMAIN))],
      "It must be 'all' or a list of domains in lower case, such as example.com.",
    )
    .optional(),
  parameters: z.record(z.string(), z.string(), 'It must be an object of strings.').optional(),
  readProfile: method,
});

const options = z.strictObject(
  {
    providers: z.array(provider, 'It must be a list of providers.').min(1, 'It must not be empty.'),
    redirectUri: text,
    toAccount: method.optional(),
    storeTokens: object({}).optional(),
    network: z
      .strictObject(
        {
          timeoutMs: z
            .int('It must be a whole number.')
            .min(100, 'It must be at least 100.')
            .max(60_000, 'It must be at most 60000.')
            .optional(),
          insecureLoopback: z.boolean('It must be true or false.').optional(),
          fetch: method.optional(),
        },
        'It must be an object.',
      )
      .optional(),
  },
  'It must be an object.',
);

/** @throws AccountError `InvalidConfiguration` with the path of the option. */
export function providerSettings(given: IdentityProvidersOptions): IdentityProviderSettings {
  const issue = options.safeParse(given).error?.issues[0];
  if (issue) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const path = [...issue.path, ...keys].map(String).join('.');
    throw invalid(path, keys.length > 0 ? 'There is no option of this name.' : issue.message);
  }
  const { providers, redirectUri, toAccount = () => ({}), storeTokens, network = {} } = given;
  providers.forEach(({ name, issuer }, at) => {
    const path = `providers.${String(at)}`;
    if (providers.findIndex((each) => each.name === name) !== at) {
      throw invalid(`${path}.name`, 'Each provider needs a name of its own.');
    }
    if (!isUrl(issuer, network)) throw invalid(`${path}.issuer`, 'It must be an https URL.');
  });
  if (redirectUri.split(PLACE).length !== 2 || !isUrl(redirectUri, network)) {
    // One URI for each provider tells their answers apart (RFC 9700 §4.4.2.2).
    throw invalid('redirectUri', `It must be an https URL with ${PLACE} in it, once.`);
  }
  return {
    providers,
    redirectUriOf: (name) => redirectUri.replace(PLACE, name),
    toAccount,
    keyring:
      storeTokens &&
      new EncryptionKeyring(
        storeTokens.encryptionKeys,
        'identityProviders.storeTokens.encryptionKeys',
      ),
    network,
  };
}

function isUrl(value: string, { insecureLoopback = false }: NetworkOptions): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return isAllowed(url, insecureLoopback) && url.search === '' && url.hash === '';
}

function invalid(path: string, reason: string): AccountError<'InvalidConfiguration'> {
  const full = path === '' ? 'identityProviders' : `identityProviders.${path}`;
  return new AccountError('InvalidConfiguration', { path: full, reason });
}
