import { google, identityProviders, oidc } from '@latchkey/accounts/oauth';
import { AccountError } from '../../src/errors/AccountError.js';

const secret = { clientId: 'latchkey', clientSecret: 'canary-client-secret-of-the-tests' };
const redirectUri = 'https://app.example.com/{provider}/callback';
const right = { redirectUri, providers: [google(secret)] };
const company = (more: object) => [
  oidc({ name: 'company', issuer: 'https://id.example.com', ...secret, ...more }),
];

/** The path of the option that is refused; `accepted` if none is. */
function refused(options: unknown): string {
  try {
    identityProviders(options as never);
    return 'accepted';
  } catch (error) {
    if (!AccountError.is(error) || error.code !== 'InvalidConfiguration') throw error;
    expect(JSON.stringify(error)).not.toContain('canary');
    return error.details.path;
  }
}

describe('an option of identityProviders', () => {
  it.each([
    [right, 'accepted'],
    [undefined, 'identityProviders'],
    [[], 'identityProviders'],
    [{ ...right, mistyped: 1 }, 'identityProviders.mistyped'],
    [{ ...right, providers: [] }, 'identityProviders.providers'],
    [{ ...right, providers: 'google' }, 'identityProviders.providers'],
    [{ ...right, providers: [google] }, 'identityProviders.providers.0'],
    [
      { ...right, providers: [google(secret), google(secret)] },
      'identityProviders.providers.1.name',
    ],
    [{ ...right, providers: company({ name: 'No Name' }) }, 'identityProviders.providers.0.name'],
    [{ ...right, providers: company({ name: '' }) }, 'identityProviders.providers.0.name'],
    [{ ...right, providers: company({ clientId: '' }) }, 'identityProviders.providers.0.clientId'],
    [
      { ...right, providers: company({ issuer: 'http://id.example.com' }) },
      'identityProviders.providers.0.issuer',
    ],
    [
      { ...right, providers: company({ issuer: 'http://127.0.0.1:1' }) },
      'identityProviders.providers.0.issuer',
    ],
    [
      {
        ...right,
        providers: company({ issuer: 'http://127.0.0.1:1' }),
        network: { insecureLoopback: true },
      },
      'accepted',
    ],
    [
      {
        ...right,
        providers: company({ issuer: 'http://127.0.0.1.evil.example' }),
        network: { insecureLoopback: true },
      },
      'identityProviders.providers.0.issuer',
    ],
    [
      { ...right, providers: company({ trustedDomains: ['Example.com'] }) },
      'identityProviders.providers.0.trustedDomains',
    ],
    [
      { ...right, providers: company({ trustedDomains: ['@example.com'] }) },
      'identityProviders.providers.0.trustedDomains',
    ],
    [
      { ...right, providers: company({ trustedDomains: '*' }) },
      'identityProviders.providers.0.trustedDomains',
    ],
    [
      { ...right, redirectUri: 'https://app.example.com/callback' },
      'identityProviders.redirectUri',
    ],
    [
      { ...right, redirectUri: 'http://app.example.com/{provider}' },
      'identityProviders.redirectUri',
    ],
    [{ ...right, redirectUri: '/{provider}' }, 'identityProviders.redirectUri'],
    [{ ...right, toAccount: {} }, 'identityProviders.toAccount'],
    [{ ...right, network: { timeoutMs: 5 } }, 'identityProviders.network.timeoutMs'],
    [{ ...right, network: { mistyped: 5 } }, 'identityProviders.network.mistyped'],
    [
      { ...right, storeTokens: { encryptionKeys: [] } },
      'identityProviders.storeTokens.encryptionKeys',
    ],
  ])('%#: the path of the first that cannot be used', (options, path) => {
    // A union of several kinds names the option, not what is in it.
    expect(refused(options).replace(/\.trustedDomains\..*$/, '.trustedDomains')).toBe(path);
  });
});
