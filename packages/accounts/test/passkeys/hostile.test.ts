import { generateKeyPairSync } from 'node:crypto';
import { AccountError } from '../../src/errors/AccountError.js';
import { everythingShown } from '../support/everythingShown.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { requestWith } from '../support/testAccounts.js';
import { encodeCose, rewriteAttestation } from './attestation.js';
import type { CredentialJson, Forgery } from './Device.js';
import {
  createPasskeyAccounts,
  Device,
  MINUTE,
  type PasskeyAccounts,
  type PasskeyOwner,
} from './support.js';

let test: PasskeyAccounts;
let owner: PasskeyOwner;
beforeAll(async () => {
  test = await createPasskeyAccounts();
  owner = await test.signUpWithPasskey();
});
afterAll(() => test.drop());

const begin = () => test.accounts.passkeys.createLoginOptions({ request: requestWith() });
const show = (response: unknown, browserSecret: unknown) =>
  test.accounts.passkeys.login({
    request: requestWith(),
    response: response as CredentialJson,
    browserSecret: browserSecret as string,
  });
let counter = 10_000;
/** Signs a challenge of its own as an honest device would, but for the forgery. */
const attempt = async (forgery: Forgery, device = owner.device): Promise<unknown> => {
  const { options, browserSecret } = await begin();
  return show(device.forge(options, { counter: ++counter, ...forgery }), browserSecret);
};
const flip = (text: unknown): string =>
  String(text)
    .replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))
    .replace(/^./, (first) => (first === 'M' ? 'N' : 'M'));

/** The one answer, which says nothing but that. */
async function expectRefusal(call: Promise<unknown>): Promise<void> {
  const error = await errorOf(call);
  expect(error.toJSON()).toEqual({
    code: 'TokenVerificationFailed',
    status: 401,
    message: 'The token could not be verified.',
    details: { path: 'response' },
  });
  expect(error.cause).toBeUndefined();
}

describe('a login with a passkey is refused, by the one answer', () => {
  it('unlike the honest one', async () => {
    expect(await codeOf(attempt({}))).toBe('none');
  });

  const BE_BS = 8 + 16;
  const forgeries: Readonly<Record<string, Forgery>> = {
    'of another origin': { origin: 'https://evil.example.org' },
    'of a subdomain that is not listed': { origin: 'https://other.example.com' },
    'of the same host without TLS': { origin: 'http://app.example.com' },
    'of another relying party': { rpId: 'evil.example.org' },
    'of a relying party below the domain': { rpId: 'app.example.com' },
    'without user verification': { flags: 1 + BE_BS },
    'without user presence': { flags: 4 + BE_BS },
    'that is no longer eligible for backup': { flags: 1 + 4 },
    'that is backed up and not eligible for it': { flags: 1 + 4 + 16 },
    'with a challenge that nobody has issued': { challenge: 'a'.repeat(43) },
    'with a challenge that is none': { challenge: '' },
    'that was made for a registration': { clientData: { type: 'webauthn.create' } },
    'that was made for a payment': { clientData: { type: 'payment.get' } },
    'from a frame of another site': { clientData: { crossOrigin: true } },
    'from a frame that names its top': {
      clientData: { crossOrigin: true, topOrigin: 'https://evil.example.org' },
    },
    'with a tampered signature': { edit: (given) => (given.signature = flip(given.signature)) },
    'with an empty signature': { edit: (given) => (given.signature = '') },
    'with tampered authenticator data': {
      edit: (given) => {
        const bytes = Buffer.from(String(given.authenticatorData), 'base64url');
        bytes.writeUInt32BE(4_000_000_000, 33);
        given.authenticatorData = bytes.toString('base64url');
      },
    },
    'with truncated authenticator data': {
      edit: (given) => (given.authenticatorData = String(given.authenticatorData).slice(0, 20)),
    },
    'with client data that is no JSON': { edit: (given) => (given.clientDataJSON = 'e30x') },
    'with client data that is no object': { edit: (given) => (given.clientDataJSON = 'bnVsbA') },
    'with the user handle of nobody': {
      userHandle: Buffer.from('01ARZ3NDEKTSV4RRFFQ69G5FAV').toString('base64url'),
    },
    'with a user handle that is no account id': { userHandle: 'bm9ib2R5' },
    'without a user handle': { edit: (given) => delete given.userHandle },
    'with an oversized signature': { edit: (given) => (given.signature = 'A'.repeat(20_000)) },
    'with an oversized user handle': { edit: (given) => (given.userHandle = 'A'.repeat(200)) },
    'with oversized client data': { clientData: { padding: 'x'.repeat(10_000) } },
    'with a signature that is not base64url': { edit: (given) => (given.signature = 'a+b/=') },
    'with a signature that is no string': { edit: (given) => (given.signature = {}) },
  };

  it.each(Object.keys(forgeries))('%s', async (name) => {
    await expectRefusal(attempt(forgeries[name] ?? {}));
    const event = test.events.findLast(({ name: told }) => told === 'LoginError');
    expect(event).toMatchObject({ reason: 'TokenVerificationFailed', method: 'passkey' });
  });

  it('with the user handle of another account', async () => {
    const { accountId } = await test.signUpWithPasskey();
    const userHandle = Buffer.from(accountId).toString('base64url');
    await expectRefusal(attempt({ userHandle }));
  });

  it('by a device whose key is another, under the credential id of the account', async () => {
    const thief = await test.signUpWithPasskey();
    const { options, browserSecret } = await begin();
    const signed = thief.device.forge(options, {
      userHandle: Buffer.from(owner.accountId).toString('base64url'),
    });
    const { credentialId: id } = owner.passkey;
    await expectRefusal(show({ ...signed, id, rawId: id }, browserSecret));
  });

  it('where id and rawId differ, or the type is another', async () => {
    for (const edit of [
      { rawId: 'AAAA' },
      { type: 'password' },
      { id: 7 },
      { id: 'a'.repeat(2000) },
    ]) {
      const { options, browserSecret } = await begin();
      const signed = owner.device.forge(options, { counter: ++counter });
      await expectRefusal(show({ ...signed, ...edit }, browserSecret));
    }
  });

  it('a second time, with the same signature (replay)', async () => {
    const { options, browserSecret } = await begin();
    const signed = owner.device.forge(options, { counter: ++counter });
    expect(await codeOf(show(signed, browserSecret))).toBe('none');
    await expectRefusal(show(signed, browserSecret));
  });

  it('after a refusal of the same challenge', async () => {
    const { options, browserSecret } = await begin();
    const forged = owner.device.forge(options, { origin: 'https://evil.example.org' });
    await expectRefusal(show(forged, browserSecret));
    const honest = owner.device.forge(options, { counter: ++counter });
    await expectRefusal(show(honest, browserSecret));
  });

  it('once the challenge has expired', async () => {
    const { options, browserSecret } = await begin();
    const signed = owner.device.forge(options, { counter: ++counter });
    test.clock.advance(10 * MINUTE);
    await expectRefusal(show(signed, browserSecret));
  });

  it.each([undefined, null, '', 7, {}, 'a'.repeat(43), 'a'.repeat(100_000)])(
    'of a browser that shows the secret %j',
    async (browserSecret) => {
      const { options, browserSecret: own } = await begin();
      const signed = owner.device.forge(options, { counter: ++counter });
      await expectRefusal(show(signed, browserSecret));
      // It is not used up for its own browser.
      expect(await codeOf(show(signed, own))).toBe('none');
    },
  );

  it('with a challenge of a registration', async () => {
    const { request } = await test.signUp();
    const { options, browserSecret } = await test.accounts.passkeys.createRegistrationOptions({
      request,
    });
    const signed = owner.device.forge(options as never, { counter: ++counter });
    await expectRefusal(show(signed, browserSecret));
  });

  it('with a counter that goes back or stands still, which an event reports', async () => {
    const { device, accountId } = await test.signUpWithPasskey();
    expect(await codeOf(attempt({ counter: 7 }, device))).toBe('none');
    for (const count of [7, 6, 1, 0]) {
      test.events.length = 0;
      await expectRefusal(attempt({ counter: count }, device));
      expect(test.events.map((event) => [event.name, event.accountId])).toEqual([
        ['PasskeyCounterRollback', accountId],
        ['LoginError', accountId],
      ]);
    }
    // Nothing of it is kept: the true one goes on.
    expect(await codeOf(attempt({ counter: 8 }, device))).toBe('none');
  });

  it('unless the authenticator has no counter at all', async () => {
    const device = new Device({ signCounterIncrement: 0 });
    await test.signUpWithPasskey(device);
    expect(await codeOf(test.login(device))).toBe('none');
    expect(await codeOf(test.login(device))).toBe('none');
  });

  it.each([undefined, null, 7, 'x', []])('for %j, which is no object', async (response) => {
    const { browserSecret } = await begin();
    const { code } = await errorOf(show(response, browserSecret));
    expect(code).toBe(Array.isArray(response) ? 'TokenVerificationFailed' : 'InvalidInput');
  });
});

describe('of 16 parallel uses', () => {
  it('of one challenge, one logs in', async () => {
    for (let round = 0; round < 3; round++) {
      const { options, browserSecret } = await begin();
      const signed = owner.device.forge(options, { counter: ++counter });
      const codes = await Promise.all(
        Array.from({ length: 16 }, () => codeOf(show(signed, browserSecret))),
      );
      expect(codes.filter((code) => code === 'none')).toHaveLength(1);
      expect(new Set(codes)).toEqual(new Set(['none', 'TokenVerificationFailed']));
    }
  });

  it('of one counter with 16 challenges, one logs in', async () => {
    const same = ++counter;
    const begun = await Promise.all(Array.from({ length: 16 }, begin));
    const codes = await Promise.all(
      begun.map(({ options, browserSecret }) =>
        codeOf(show(owner.device.forge(options, { counter: same }), browserSecret)),
      ),
    );
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set(['none', 'TokenVerificationFailed']));
  });

  it('of one challenge of a registration, one passkey is added', async () => {
    const { request, accountId } = await test.signUp();
    const { options, browserSecret } = await test.accounts.passkeys.createRegistrationOptions({
      request,
    });
    const response = new Device().create(options);
    const codes = await Promise.all(
      Array.from({ length: 16 }, () =>
        codeOf(test.accounts.passkeys.register({ request, response, browserSecret })),
      ),
    );
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect((await test.accounts.passkeys.list({ accountId })).passkeys).toHaveLength(1);
  });

  it('of the challenge of a second factor, one logs in', async () => {
    const asked = await createPasskeyAccounts({ asSecondFactor: true });
    try {
      const person = await asked.signUpWithPasskey();
      const first = asked.accounts.userByPasswordLogin({
        username: person.username,
        password: 'canary-password correct horse',
        request: requestWith(),
      });
      const { challenge = '' } = await errorOf(first);
      const begun = await Promise.all(
        Array.from({ length: 16 }, () =>
          asked.accounts.passkeys.createLoginOptions({ request: requestWith(), challenge }),
        ),
      );
      const codes = await Promise.all(
        begun.map(({ options, browserSecret }, at) =>
          codeOf(
            asked.accounts.passkeys.login({
              request: requestWith(),
              response: person.device.forge(options, { counter: 100 + at }),
              browserSecret,
              challenge,
            }),
          ),
        ),
      );
      expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    } finally {
      await asked.drop();
    }
  });
});

describe('a registration is refused, by the one answer', () => {
  const register = async (
    edit: (response: CredentialJson) => CredentialJson,
    origin?: string,
  ): Promise<unknown> => {
    const { request } = await test.signUp();
    const { options, browserSecret } = await test.accounts.passkeys.createRegistrationOptions({
      request,
    });
    const response = edit(new Device().create(options, origin));
    return test.accounts.passkeys.register({ request, response, browserSecret });
  };

  it('unlike the honest one', async () => {
    expect(await codeOf(register((response) => response))).toBe('none');
  });

  it('of another origin below the domain', async () => {
    await expectRefusal(register((response) => response, 'https://other.example.com'));
  });

  it.each([
    ['ES384', 'P-384', -35],
    ['ES512', 'P-521', -36],
  ])('with the algorithm %s, which was not offered', async (_name, namedCurve, alg) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve });
    const cose = encodeCose(publicKey, alg);
    await expectRefusal(register((response) => rewriteAttestation(response, { publicKey: cose })));
  });

  it('with the hash of another relying party', async () => {
    await expectRefusal(
      register((response) => rewriteAttestation(response, { rpId: 'evil.example.org' })),
    );
  });

  it('with an attestation that was not asked for and proves nothing', async () => {
    for (const fmt of ['packed', 'tpm', 'apple', 'android-key', 'fido-u2f', 'nonsense']) {
      await expectRefusal(register((response) => rewriteAttestation(response, { fmt })));
    }
  });

  it.each([
    ['an id that the authenticator has not signed', { id: 'AAAA', rawId: 'AAAA' }],
    ['another type', { type: 'password' }],
    ['no response', { response: {} }],
    ['a response that is no object', { response: 7 }],
    ['an oversized attestation', { response: { attestationObject: 'A'.repeat(20_000) } }],
    ['an attestation that is no CBOR', { response: { attestationObject: 'AAAA' } }],
    ['too many transports', { response: { transports: Array.from({ length: 20 }, () => 'usb') } }],
  ])('with %s', async (_name, edit) => {
    await expectRefusal(
      register((response) => {
        const inner: object | number | undefined = 'response' in edit ? edit.response : undefined;
        const isEdit = typeof inner === 'object' && Object.keys(inner).length > 0;
        return {
          ...response,
          ...edit,
          ...(isEdit && { response: { ...response.response, ...inner } }),
        } as CredentialJson;
      }),
    );
  });

  it('with a challenge of a login', async () => {
    const { request } = await test.signUp();
    const { options } = await test.accounts.passkeys.createRegistrationOptions({ request });
    const login = await begin();
    const response = new Device().create({ ...options, challenge: login.options.challenge });
    const { browserSecret } = login;
    await expectRefusal(test.accounts.passkeys.register({ request, response, browserSecret }));
  });

  it('in another session, of the same account and of another', async () => {
    const one = await test.signUp();
    const other = await test.signUp();
    const same = requestWith();
    await test.accounts.userByPasswordLogin({
      username: one.username,
      password: 'canary-password correct horse',
      request: same,
    });
    for (const request of [same, other.request]) {
      const { options, browserSecret } = await test.accounts.passkeys.createRegistrationOptions({
        request: one.request,
      });
      const response = new Device().create(options);
      await expectRefusal(test.accounts.passkeys.register({ request, response, browserSecret }));
    }
  });

  it('of a credential that another account has, and nothing changes there', async () => {
    const { request, accountId } = await test.signUp();
    const { options, browserSecret } = await test.accounts.passkeys.createRegistrationOptions({
      request,
    });
    const response = rewriteAttestation(new Device().create(options), {
      credentialId: owner.passkey.credentialId,
    });
    await expectRefusal(test.accounts.passkeys.register({ request, response, browserSecret }));
    expect((await test.accounts.passkeys.list({ accountId })).passkeys).toEqual([]);
    expect(await codeOf(attempt({}))).toBe('none');
  });

  it('and no error shows what was sent', async () => {
    const { options, browserSecret } = await begin();
    const signed = owner.device.forge(options, { origin: 'https://canary.example.org' });
    const error: unknown = await show(signed, browserSecret).catch((thrown: unknown) => thrown);
    expect(AccountError.is(error)).toBe(true);
    const shown = everythingShown(error);
    for (const secret of ['canary', options.challenge, browserSecret]) {
      expect(shown).not.toContain(secret);
    }
  });
});
