import { nonceOf, verifierOf } from '../../src/identityProviders/ProviderClient.js';

describe('the verifier and the nonce of a flow', () => {
  const flow = { state: 'state', browserSecret: 'secret', redirectUri: 'https://app.example.com' };

  it.each([
    ['verifier', verifierOf],
    ['nonce', nonceOf],
  ])('the %s follows from both the state and the secret of the browser', (_name, secretOf) => {
    const secrets = [
      secretOf(flow),
      secretOf({ ...flow, state: 'other' }),
      secretOf({ ...flow, browserSecret: 'other' }),
      secretOf({ ...flow, state: 'secret', browserSecret: 'state' }),
    ];
    expect(new Set(secrets).size).toBe(4);
    expect(secretOf({ ...flow })).toBe(secrets[0]);
    for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/);
  });

  it('are not the same', () => {
    expect(verifierOf(flow)).not.toBe(nonceOf(flow));
  });
});
