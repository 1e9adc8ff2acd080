import { Secret, TOTP } from 'otpauth';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import {
  createPasskeyAccounts,
  Device,
  MINUTE,
  RP_ID,
  type PasskeyAccounts,
  type Person,
} from './support.js';

let test: PasskeyAccounts;
beforeAll(async () => {
  test = await createPasskeyAccounts();
});
afterAll(() => test.drop());

const optionsFor = (person: Person, conditional = false) =>
  test.accounts.passkeys.createRegistrationOptions({ request: person.request, conditional });
const listOf = ({ accountId }: Person) => test.accounts.passkeys.list({ accountId });
const sent = async (): Promise<string[]> => {
  await test.accounts.settled();
  return test.messages.splice(0).map(({ kind, to }) => `${kind} ${to.value}`);
};
const agentOf = async ({ accountId }: Person) => {
  const username = `agent${accountId.toLowerCase()}`;
  const agent = await test.accounts.createAccount({ username, password: PASSWORD });
  await test.accounts.AccountEntity.updateOne({
    filter: { accountId: agent.accountId },
    update: { $set: { permissions: ['impersonate'] } },
  });
  const own = requestWith();
  await test.accounts.userByPasswordLogin({ username, password: PASSWORD, request: own });
  const { authToken } = await test.accounts.impersonate({ request: own, accountId });
  return test.accounts.handleRequest(requestWith(authToken));
};

describe('a passkey', () => {
  it('is created for the account, by an authenticator that verifies its user', async () => {
    const person = await test.signUp();
    const { options } = await optionsFor(person);
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      rp: { id: RP_ID, name: 'Tests' },
      user: {
        id: Buffer.from(person.accountId).toString('base64url'),
        name: person.username,
        displayName: person.username,
      },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: [],
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
      timeout: 10 * MINUTE,
    });
  });

  it.each(['ES256', 'RS256', 'EdDSA'] as const)(
    'is added, listed and used with %s',
    async (algorithm) => {
      const person = await test.signUp();
      const device = new Device({ algorithmIdentifiers: [algorithm] });
      const passkey = await test.register(person.request, device, ' My phone ');
      expect(passkey).toEqual({
        passkeyId: expect.any(String) as string,
        name: 'My phone',
        credentialId: expect.stringMatching(/^[\w-]+$/) as string,
        backupEligible: true,
        backedUp: true,
        aaguid: expect.any(String) as string,
        createdAt: test.clock.now(),
      });
      expect(await sent()).toEqual([`PasskeyAdded ${person.email}`]);
      expect(await listOf(person)).toEqual({
        passkeys: [passkey],
        signals: {
          rpId: RP_ID,
          userId: Buffer.from(person.accountId).toString('base64url'),
          allAcceptedCredentialIds: [passkey.credentialId],
          name: person.username,
          displayName: person.username,
        },
      });
      expect(await codeOf(test.login(device))).toBe('none');
    },
  );

  it('is told in events, without its names', async () => {
    const person = await test.signUp();
    test.events.length = 0;
    const { passkeyId } = await test.register(person.request, new Device(), 'canary name');
    await test.accounts.passkeys.rename({ ...ofRequest(person), passkeyId, name: 'canary 2' });
    await test.accounts.passkeys.remove({ ...ofRequest(person), passkeyId });
    const own = test.events.filter(({ name }) => name.includes('Passkey'));
    expect(own.map(({ name, accountId, method }) => [name, accountId, method])).toEqual(
      ['EnrolPasskey', 'AddPasskey', 'RenamePasskey', 'RemovePasskey'].map((name) => [
        `${name}Success`,
        person.accountId,
        'passkey',
      ]),
    );
    expect(JSON.stringify(test.events)).not.toContain('canary');
    await sent();
  });

  it('leaves sessions as they are, where it is added', async () => {
    const person = await test.signUp();
    const other = requestWith();
    const { username } = person;
    await test.accounts.userByPasswordLogin({ username, password: PASSWORD, request: other });
    await test.register(person.request, new Device());
    for (const { authToken } of [person.request, other]) {
      expect(await codeOf(test.another().handleRequest(requestWith(authToken)))).toBe('none');
    }
    await sent();
  });

  it('names those that the account has, which browsers do not create again', async () => {
    const { passkey, device, ...person } = await test.signUpWithPasskey();
    const { options } = await optionsFor(person);
    expect(options.excludeCredentials).toEqual([
      { type: 'public-key', id: passkey.credentialId, transports: expect.any(Array) as string[] },
    ]);
    expect(() => device.create(options)).toThrow();
  });

  it('may be created without asking, just after a login, and is then used like any other', async () => {
    const person = await test.signUp();
    const verifications = { userPresent: false, userVerified: false };
    const begun = await optionsFor(person, true);
    expect(begun.options.authenticatorSelection.userVerification).toBe('preferred');
    const silent = new Device({
      verifications,
      userMakeCredentialInteraction: () => ({ options: { uv: false, up: false } }),
    });
    const response = silent.create(begun.options);
    const { request } = person;
    const { browserSecret } = begun;
    await test.accounts.passkeys.register({ request, response, browserSecret });
    expect(await sent()).toEqual([`PasskeyAdded ${person.email}`]);
    // As a first factor, it still has to verify its user.
    const login = await test.accounts.passkeys.createLoginOptions({ request: requestWith() });
    const signed = silent.forge(login.options, { flags: 1 + 8 + 16 });
    const unverified = test.accounts.passkeys.login({
      request: requestWith(),
      response: signed,
      browserSecret: login.browserSecret,
    });
    expect(await codeOf(unverified)).toBe('TokenVerificationFailed');
  });

  it('is refused without presence and verification, where it was not created like that', async () => {
    const person = await test.signUp();
    const { request } = person;
    for (const interaction of [
      { uv: false, up: true },
      { uv: false, up: false },
    ]) {
      const begun = await optionsFor(person);
      const device = new Device({
        userMakeCredentialInteraction: () => ({ options: interaction }),
      });
      // The authenticator is told not to verify, whatever the server asks for.
      const edited = {
        ...begun.options,
        authenticatorSelection: {
          ...begun.options.authenticatorSelection,
          userVerification: 'discouraged',
        },
      };
      const response = device.create(edited as never);
      const { browserSecret } = begun;
      const registered = test.accounts.passkeys.register({ request, response, browserSecret });
      expect(await codeOf(registered)).toBe('TokenVerificationFailed');
    }
    expect((await listOf(person)).passkeys).toEqual([]);
  });

  it('is one of ten at most', async () => {
    const person = await test.signUp();
    const waiting = await optionsFor(person);
    for (let count = 0; count < 10; count++) await test.register(person.request, new Device());
    const refusals = [
      await errorOf(optionsFor(person)),
      await errorOf(
        test.accounts.passkeys.register({
          request: person.request,
          response: new Device().create(waiting.options),
          browserSecret: waiting.browserSecret,
        }),
      ),
    ];
    for (const { code, details } of refusals) {
      expect({ code, details }).toEqual({
        code: 'InvalidInput',
        details: { path: 'passkey', reason: 'tooManyPasskeys' },
      });
    }
    await sent();
  });

  it.each([
    ['', 'notValid'],
    [' ', 'notValid'],
    ['x'.repeat(65), 'notValid'],
    ['a\nb', 'notValid'],
    ['a\u2028b', 'notValid'],
    ['\ud800', 'notValid'],
    [7, 'notValid'],
    [null, 'notValid'],
  ])('is not named %j', async (name, reason) => {
    const { passkey, ...person } = await test.signUpWithPasskey();
    const { passkeyId } = passkey;
    const renamed = test.accounts.passkeys.rename({
      ...ofRequest(person),
      passkeyId,
      name: name as string,
    });
    expect((await errorOf(renamed)).details).toEqual({ path: 'name', reason });
    expect((await listOf(person)).passkeys[0]?.name).toBe('Passkey');
  });

  it('is renamed by its owner, and by the application', async () => {
    const { passkey, ...person } = await test.signUpWithPasskey();
    const { passkeyId } = passkey;
    for (const actor of [ofRequest(person), { accountId: person.accountId }]) {
      const name = `Key of ${Object.keys(actor).join()}`;
      const renamed = await test.accounts.passkeys.rename({ ...actor, passkeyId, name });
      expect(renamed).toEqual({ ...passkey, name });
      expect((await listOf(person)).passkeys).toEqual([{ ...passkey, name }]);
    }
  });

  it('is removed with its unique item and every other session, and the owner is told', async () => {
    const { passkey, device, ...person } = await test.signUpWithPasskey();
    const { authToken } = await test.login(device);
    const { passkeyId } = passkey;
    const signals = await test.accounts.passkeys.remove({ ...ofRequest(person), passkeyId });
    expect(signals).toMatchObject({ rpId: RP_ID, allAcceptedCredentialIds: [] });
    expect(await sent()).toEqual([`PasskeyRemoved ${person.email}`]);
    expect(await codeOf(test.another().handleRequest(requestWith(authToken)))).toBe(
      'InvalidSession',
    );
    const own = requestWith(person.request.authToken);
    expect(await codeOf(test.another().handleRequest(own))).toBe('none');
    expect(await codeOf(test.login(device))).toBe('TokenVerificationFailed');
    // A browser that is told lets go of it.
    device.signal(signals);
    const { options } = await test.accounts.passkeys.createLoginOptions({ request: requestWith() });
    expect(() => device.get(options)).toThrow();
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
    // The same credential can be registered by another account now.
    expect((await listOf(person)).passkeys).toEqual([]);
  });

  it.each(['rename', 'remove'] as const)(
    'of another account is not found by %s, nor is a contact',
    async (method) => {
      const { passkey } = await test.signUpWithPasskey();
      const person = await test.signUp();
      const [contact] = await test.accounts.contacts.list({ accountId: person.accountId });
      for (const passkeyId of [passkey.passkeyId, contact?.ulid ?? '']) {
        const input = { ...ofRequest(person), passkeyId, name: 'Mine' };
        expect(await codeOf(test.accounts.passkeys[method](input))).toBe('PasskeyNotFound');
      }
      const malformed = { ...ofRequest(person), passkeyId: 'x', name: 'Mine' };
      expect(await codeOf(test.accounts.passkeys[method](malformed))).toBe('InvalidInput');
    },
  );

  it('is no contact: it is not listed among them, nor removed as one', async () => {
    const { passkey, accountId, ...person } = await test.signUpWithPasskey();
    const contacts = await test.accounts.contacts.list({ accountId });
    expect(contacts.map(({ data }) => data.kind)).toEqual(['email']);
    const removed = test.accounts.contacts.remove({
      ...ofRequest(person),
      contactId: passkey.passkeyId,
    });
    expect(await codeOf(removed)).toBe('ContactNotFound');
    const claimed = test.accounts.createAccount({
      username: 'claims',
      password: PASSWORD,
      extraContacts: [{ kind: 'passkey', value: 'abc' } as never],
    });
    expect(await codeOf(claimed)).toBe('InvalidInput');
  });

  it('is exported with what is known of it', async () => {
    const { passkey, accountId } = await test.signUpWithPasskey();
    const { contacts } = await test.accounts.lifecycle.export({ accountId });
    expect(contacts.find(({ kind }) => kind === 'passkey')).toMatchObject({
      contactId: passkey.passkeyId,
      value: passkey.credentialId,
      name: 'Passkey',
      publicKey: expect.stringMatching(/^[\w-]+$/) as string,
    });
  });

  it('goes with its account', async () => {
    const { accountId, device } = await test.signUpWithPasskey();
    await test.accounts.lifecycle.delete({ accountId });
    expect(await codeOf(test.login(device))).toBe('TokenVerificationFailed');
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
  });
});

describe('adding and removing a passkey', () => {
  const attempts = {
    options: (person: Person) => optionsFor(person),
    removal: (person: Person, passkeyId: string) =>
      test.accounts.passkeys.remove({ ...ofRequest(person), passkeyId }),
  };

  it.each(Object.entries(attempts))('needs a recent login, for %s', async (_name, attempt) => {
    const { passkey, ...person } = await test.signUpWithPasskey();
    test.clock.advance(10 * MINUTE);
    const { code, details } = await errorOf(attempt(person, passkey.passkeyId));
    expect({ code, details }).toEqual({
      code: 'RecentLoginRequired',
      details: { maxAgeSeconds: 600 },
    });
    await test.accounts.reauthenticate({ request: person.request, password: PASSWORD });
    expect(await codeOf(attempt(person, passkey.passkeyId))).toBe('none');
  });

  it.each(Object.entries(attempts))(
    'ASVS 6.4.4: needs a new login where there is a second factor, which a password does not replace, for %s',
    async (_name, attempt) => {
      const { passkey, device, ...person } = await test.signUpWithPasskey();
      const { secret } = await test.accounts.twoFactor.enrol({ request: person.request });
      const app = new TOTP({ secret: Secret.fromBase32(secret) });
      const code = app.generate({ timestamp: test.clock.now().getTime() });
      await test.accounts.twoFactor.confirm({ request: person.request, code });
      expect(await codeOf(optionsFor(person))).toBe('none');
      test.clock.advance(10 * MINUTE);
      await test.accounts.reauthenticate({ request: person.request, password: PASSWORD });
      expect(await codeOf(attempt(person, passkey.passkeyId))).toBe('RecentLoginRequired');
      const request = requestWith();
      await test.login(device, { request });
      expect(await codeOf(attempt({ ...person, request }, passkey.passkeyId))).toBe('none');
    },
  );

  it('is not for who acts in the owner’s name', async () => {
    const { passkey, ...person } = await test.signUpWithPasskey();
    const request = await agentOf(person);
    const { passkeyId } = passkey;
    const mine = { request, passkeyId, name: 'Mine' };
    for (const call of [
      () => test.accounts.passkeys.createRegistrationOptions({ request }),
      () => test.accounts.passkeys.register({ request, response: {}, browserSecret: 'x' }),
      () => test.accounts.passkeys.list({ request }),
      () => test.accounts.passkeys.rename(mine),
      () => test.accounts.passkeys.remove(mine),
    ]) {
      expect(await codeOf(call())).toBe('ImpersonatedSession');
    }
  });

  it('is over with the session', async () => {
    const { passkey, ...person } = await test.signUpWithPasskey();
    const begun = await optionsFor(person);
    const response = new Device().create(begun.options);
    await test.accounts.sessions.revokeAllSessions({ accountId: person.accountId });
    const { request } = person;
    const { passkeyId } = passkey;
    const { browserSecret } = begun;
    for (const call of [
      () => test.accounts.passkeys.register({ request, response, browserSecret }),
      () => optionsFor(person),
      () => test.accounts.passkeys.list({ request }),
      () => test.accounts.passkeys.rename({ request, passkeyId, name: 'Mine' }),
      () => test.accounts.passkeys.remove({ request, passkeyId }),
    ]) {
      expect(await codeOf(call())).toBe('InvalidSession');
    }
    expect((await listOf(person)).passkeys).toEqual([passkey]);
  });

  it('takes the last login method from nobody, not even 16 times at once', async () => {
    const request = requestWith();
    const { account } = await test.accounts.createAccountAndLogin({
      username: 'onlykeys',
      password: PASSWORD,
      request,
    });
    const { accountId } = account;
    const passkeys = [
      await test.register(request, new Device()),
      await test.register(request, new Device()),
    ];
    // Without a password, the passkeys are the login methods.
    const { items } = await test.accounts.TokenEntity.findMany({
      filter: { accountId, kind: 'password' },
    });
    for (const { createdFor, ulid } of items) {
      const filter = { accountId, kind: 'password', createdFor, ulid } as const;
      await test.accounts.TokenEntity.deleteOne({ filter });
    }
    const codes = await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        codeOf(
          test.accounts.passkeys.remove({
            accountId,
            passkeyId: passkeys[at % 2]?.passkeyId ?? '',
          }),
        ),
      ),
    );
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect((await test.accounts.passkeys.list({ accountId })).passkeys).toHaveLength(1);
    expect(codes).toContain('LastLoginMethod');
  });
});

function ofRequest({ request }: Pick<Person, 'request'>): Pick<Person, 'request'> {
  return { request };
}
