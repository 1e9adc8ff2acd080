import { createTestHandler, ORIGIN as PAGE, PASSWORD as WEB_PASSWORD } from '../http/support.js';
import { passkeys } from '../../src/passkeys/index.js';
import type { PasskeyRequestOptions } from '../../src/passkeys/passkeyInputs.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { requestWith } from '../support/testAccounts.js';
import {
  createPasskeyAccounts,
  Device,
  MINUTE,
  PASSKEYS,
  type PasskeyAccounts,
  type PasskeyOwner,
} from './support.js';

let test: PasskeyAccounts;
beforeAll(async () => {
  test = await createPasskeyAccounts();
});
afterAll(() => test.drop());

const REFUSED = 'TokenVerificationFailed';
const begin = (request: SessionRequest) =>
  test.accounts.passkeys.createReauthenticationOptions({ request });
/** Somebody without a password, whose login by a passkey is ten minutes ago. */
const staleOwner = async (): Promise<PasskeyOwner> => {
  const owner = await test.signUpWithPasskey();
  await test.accounts.passwords.remove({ request: owner.request });
  const request = requestWith();
  await test.login(owner.device, { request });
  test.clock.advance(10 * MINUTE);
  return { ...owner, request };
};
const addAddress = (request: SessionRequest): Promise<string> =>
  codeOf(test.accounts.contacts.addEmail({ request, email: 'new@example.com' }));

describe('reauthentication by a passkey', () => {
  it('is a recent login for an account that has no password, and costs 4 and 5 requests', async () => {
    const { request, device } = await staleOwner();
    expect(await addAddress(request)).toBe('RecentLoginRequired');
    const before = request.authToken;
    let begun: Awaited<ReturnType<typeof begin>> | undefined;
    const first = await test.log.costOf(async () => {
      begun = await begin(request);
    });
    expect(first.commands.toSorted()).toEqual(['BatchGetItem', 'PutItem', 'Query']);
    const { options, browserSecret } = begun ?? (await begin(request));
    expect([options.userVerification, options.allowCredentials.length]).toEqual(['required', 1]);
    const response = device.get(options);
    let authToken = '';
    const second = await test.log.costOf(async () => {
      const input = { request, response, browserSecret };
      ({ authToken } = await test.accounts.passkeys.reauthenticate(input));
    });
    expect(second.commands).toHaveLength(4);
    expect([request.authToken === authToken, authToken === before]).toEqual([true, false]);
    expect(await codeOf(test.accounts.handleRequest(requestWith(before)))).not.toBe('none');
    expect(await codeOf(test.accounts.handleRequest(requestWith(authToken)))).toBe('none');
    expect(await addAddress(request)).toBe('none');
    const again = { request, response, browserSecret };
    expect(await codeOf(test.accounts.passkeys.reauthenticate(again))).toBe(REFUSED);
    expect(test.events.at(-1)).toMatchObject({ name: 'ReauthenticationError', method: 'passkey' });
  });

  it('is not by the passkey of another account, nor by one that has not verified its user', async () => {
    const { request, device } = await staleOwner();
    const other = await test.signUpWithPasskey();
    for (const forge of [
      (options: PasskeyRequestOptions) => other.device.forge(options),
      // Everything of the authenticator's flags but that it has verified its user.
      (options: PasskeyRequestOptions) => device.forge(options, { flags: 25 }),
      (options: PasskeyRequestOptions) => device.forge(options, { userHandle: 'AAAA' }),
    ]) {
      const { options, browserSecret } = await begin(request);
      const shown = { request, response: forge(options), browserSecret };
      expect(await codeOf(test.accounts.passkeys.reauthenticate(shown))).toBe(REFUSED);
    }
    const { options, browserSecret } = await begin(request);
    const forged = { request, response: device.forge(options), browserSecret };
    expect(await codeOf(test.accounts.passkeys.reauthenticate(forged))).toBe('none');
    test.clock.advance(10 * MINUTE);
    expect(await addAddress(request)).toBe('RecentLoginRequired');
  });

  it('belongs to the session that has begun it, and its challenge is no login, nor a login’s one of it', async () => {
    const { request, device } = await staleOwner();
    const sibling = requestWith();
    await test.login(device, { request: sibling });
    const begun = await begin(request);
    const { browserSecret } = begun;
    const response = device.get(begun.options);
    for (const use of [
      () => test.accounts.passkeys.login({ request: requestWith(), response, browserSecret }),
      () => test.accounts.passkeys.register({ request, response, browserSecret }),
    ]) {
      expect(await codeOf(use())).toBe(REFUSED);
    }
    const own = { request: sibling, response, browserSecret };
    expect(await codeOf(test.accounts.passkeys.reauthenticate(own))).toBe(REFUSED);
    const login = await test.accounts.passkeys.createLoginOptions({ request });
    const signed = { response: device.get(login.options), browserSecret: login.browserSecret };
    expect(await codeOf(test.accounts.passkeys.reauthenticate({ request, ...signed }))).toBe(
      REFUSED,
    );
  });

  it('of 16 with one response, one counts', async () => {
    const { request, device } = await staleOwner();
    const { options, browserSecret } = await begin(request);
    const response = device.get(options);
    const requests = await Promise.all(
      Array.from({ length: 16 }, () => test.accounts.handleRequest(requestWith(request.authToken))),
    );
    const outcomes = await Promise.all(
      requests.map((each) =>
        codeOf(test.accounts.passkeys.reauthenticate({ request: each, response, browserSecret })),
      ),
    );
    expect(outcomes.filter((each) => each === 'none')).toHaveLength(1);
  });

  it('is refused in an ended session, without a passkey, and for input that is none', async () => {
    const { accountId, request, device } = await staleOwner();
    const { options, browserSecret } = await begin(request);
    const response = device.get(options);
    await test.accounts.sessions.revokeAllSessions({ accountId });
    const shown = { request, response, browserSecret };
    expect(await codeOf(test.accounts.passkeys.reauthenticate(shown))).toBe('InvalidSession');
    expect(await codeOf(begin(request))).toBe('InvalidSession');
    const { request: bare } = await test.signUp();
    expect(await codeOf(begin(bare))).toBe('PasskeyNotFound');
    for (const input of [null, {}, { request: bare }, { request: bare, response: 5 }]) {
      const { code } = await errorOf(test.accounts.passkeys.reauthenticate(input as never));
      expect(['InvalidInput', 'InvalidSession', REFUSED]).toContain(code);
    }
  });

  it('works over HTTP, where the cookie gets the new token', async () => {
    const server = await createTestHandler(
      {},
      { passkeys: passkeys({ ...PASSKEYS, origins: [PAGE] }) },
    );
    const browser = server.browser();
    await browser.post('/auth/sign-up', { username: 'ada', password: WEB_PASSWORD });
    const device = new Device();
    const creation = await browser.post('/auth/passkeys/options', {});
    await browser.post('/auth/passkeys', {
      response: device.create(creation.json.options as never),
    });
    server.clock.advance(11 * MINUTE);
    const { json } = await browser.post('/auth/session/reauthenticate/passkey/options', {});
    const before = browser.cookies.get('__Host-latchkey');
    const response = device.get(json.options as never);
    const got = await browser.post('/auth/session/reauthenticate/passkey', { response });
    expect([got.status, browser.cookies.get('__Host-latchkey') === before]).toEqual([204, false]);
    const renamed = { method: 'PATCH', body: { username: 'grace' } } as const;
    expect((await browser.send('/auth/user', renamed)).status).toBe(200);
    await server.drop();
  });
});
