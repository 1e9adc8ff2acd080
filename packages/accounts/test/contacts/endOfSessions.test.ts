import { injectFaults } from '@latchkey/entity/testing';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, type FullAccounts } from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from './owners.js';

const PHONE = '+4930123456';
const NEW_PHONE = '+4930654321';
const NEW_EMAIL = 'new@example.com';

describe('sessions, when a verified address goes', () => {
  let test: Owners;
  let accounts: FullAccounts;
  let ada: Owner;
  const isIn = (authToken = ''): Promise<boolean> =>
    test
      .another()
      .handleRequest(requestWith(authToken))
      .then(
        ({ user }) => user !== undefined,
        () => false,
      );
  const valuesOf = async (): Promise<string[]> =>
    (await accounts.contacts.list({ accountId: ada.accountId })).map(({ data }) => data.value);
  /** Adds a verified phone, and asks for another one in its place. */
  const replacePhone = async (): Promise<string> => {
    const { accountId } = ada;
    const { token = '' } = await accounts.contacts.addPhone({ accountId, phone: PHONE });
    await accounts.contacts.verifyPhone({ accountId, phone: PHONE, code: token });
    await accounts.contacts.replacePhone({ accountId, phone: PHONE, newPhone: NEW_PHONE });
    return test.lastToken(NEW_PHONE);
  };
  const replaceEmail = async (): Promise<string> => {
    const { accountId, email } = ada;
    await accounts.contacts.replaceEmail({ accountId, email, newEmail: NEW_EMAIL });
    return test.lastToken(NEW_EMAIL);
  };

  /** What takes away a verified address on a request: prepared, and then done. */
  const CHANGES: readonly [
    name: string,
    prepare: () => Promise<(request: SessionRequest) => Promise<void>>,
    /** The answer once all sessions were revoked: a token that is sent out is void then (story 5). */
    afterRevocation: string,
  ][] = [
    [
      'by removal',
      () =>
        Promise.resolve((request) =>
          accounts.contacts.remove({ request, kind: 'email', value: ada.email }),
        ),
      'InvalidSession',
    ],
    [
      'as another e-mail address is verified',
      async () => {
        const token = await replaceEmail();
        return (request) => accounts.verifyEmailWithToken({ token, request });
      },
      // Looked up before it is known whose it is, and so which session would have to be active.
      'TokenVerificationFailed',
    ],
    [
      'as another phone is verified',
      async () => {
        const code = await replacePhone();
        return (request) => accounts.contacts.verifyPhone({ request, phone: NEW_PHONE, code });
      },
      'InvalidSession',
    ],
  ];

  beforeEach(async () => {
    test = await createOwners();
    accounts = test.accounts;
    ada = await test.signUp();
  });
  afterEach(() => test.drop());

  describe.each(CHANGES)('%s', (_name, prepare, afterRevocation) => {
    it('ASVS 7.4.3: end, but that of its owner, whose request is as good as before', async () => {
      const { request, authToken, username } = ada;
      const other = requestWith();
      await accounts.userByPasswordLogin({ username, password: PASSWORD, request: other });
      const change = await prepare();
      expect(await isIn(other.authToken)).toBe(true);
      await change(request);
      expect([await isIn(other.authToken), await isIn(authToken)]).toEqual([false, true]);
      const newPassword = 'another long walk';
      await accounts.passwords.change({ request, currentPassword: PASSWORD, newPassword });
    });

    it.each([
      [
        'was logged out',
        false,
        (authToken: string) => test.another().logout({ authToken, request: requestWith() }),
      ],
      [
        'was revoked with all others',
        true,
        () => test.another().sessions.revokeAllSessions({ accountId: ada.accountId }),
      ],
    ])(
      'ASVS 7.4.1: do not come back to life if it %s meanwhile, and nothing is changed',
      async (_how, endsPending, end) => {
        const { request, authToken } = ada;
        const change = await prepare();
        const before = await valuesOf();
        // What is revoked was there before: of the same moment, the order is not known.
        test.clock.advance(1);
        const meanwhile = injectFaults(test.client).on('Query', {
          name: 'interleave',
          run: () => end(authToken),
        });
        const code = await codeOf(change(request)).finally(() => meanwhile.remove());
        expect(['InvalidSession', 'ServiceUnavailable']).toContain(code);
        expect(await isIn(authToken)).toBe(false);
        // Nor by trying again on the same request.
        const again = endsPending ? afterRevocation : 'InvalidSession';
        expect(await codeOf(change(request))).toBe(again);
        expect(await isIn(authToken)).toBe(false);
        // What waited to take a place ends with all sessions (story 5), and with no other end.
        const isPending = (value: string): boolean => [NEW_PHONE, NEW_EMAIL].includes(value);
        const kept = endsPending ? before.filter((value) => !isPending(value)) : before;
        expect(await valuesOf()).toEqual(kept);
      },
    );
  });

  it('ASVS 8.2.2: all end where whoever shows the token is logged in as somebody else', async () => {
    const eve = await test.signUp();
    const token = await replaceEmail();
    await accounts.verifyEmailWithToken({ token, request: eve.request, password: PASSWORD });
    expect([await isIn(ada.authToken), await isIn(eve.authToken)]).toEqual([false, true]);
    expect(await valuesOf()).toEqual([NEW_EMAIL]);
  });

  it('all end where whoever shows the token acts for the owner', async () => {
    const token = await replaceEmail();
    const request = await test.impersonated(ada);
    const { authToken } = request;
    expect(await isIn(authToken)).toBe(true);
    await accounts.verifyEmailWithToken({ token, request, password: PASSWORD });
    expect([await isIn(ada.authToken), await isIn(authToken)]).toEqual([false, false]);
  });
});
