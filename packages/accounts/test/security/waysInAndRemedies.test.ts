import { AccessType, AccountToken } from '@latchkey/schema';
import { Secret, TOTP } from 'otpauth';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { importAccounts } from '../../src/import/importAccounts.js';
import { verifyElsewhere } from '../../src/login/elsewhere/index.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { selfService } from '../support/selfService.js';
import { passkeys } from '../../src/passkeys/index.js';
import type { AccountsWith } from '../../src/accounts/Accounts.js';
import { Device } from '../passkeys/Device.js';
import { PASSKEYS } from '../passkeys/support.js';
import { documentedTable } from './documentedTable.js';
import { totp } from '../../src/twoFactor/totp.js';

const THEIRS = 'a thief walks in the night';
const OWN = 'a long walk in the hills';
const DAY_MS = 24 * 60 * 60 * 1000;

/** Somebody else's account, made with the address of who has not signed up yet. */
interface Prepared {
  readonly email: string;
  readonly evil: string;
  readonly request: SessionRequest;
  readonly accountId: string;
  /** Of the stranger, with a passkey. */
  readonly device?: Device;
}

/** How a stranger makes the account (default: with a password, and signed in). */
type Form = 'withPassword' | 'withoutPassword' | 'imported';

const options = {
  passwords: { hasher: new QuickHasher() },
  twoFactor: totp({ issuer: 'Latchkey', encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }] }),
  passkeys: passkeys(PASSKEYS),
  verifyElsewhere: verifyElsewhere(({ password }) => password === THEIRS),
  throttling: { messages: false, address: false },
} as const;

/** The passkeys of accounts that were made with {@link options}. */
const passkeysOf = (test: Owners): AccountsWith<'passkeys'>['passkeys'] =>
  (test.accounts as unknown as AccountsWith<'passkeys'>).passkeys;

/** Adds a passkey, by a device of whoever has the session. */
async function addPasskey(test: Owners, request: SessionRequest, device: Device): Promise<void> {
  const begun = await passkeysOf(test).createRegistrationOptions({ request });
  const response = device.create(begun.options);
  await passkeysOf(test).register({ request, response, browserSecret: begun.browserSecret });
}

/** Logs in with a device, if it has a passkey: the outcome as a code. */
async function passkeyLogin(test: Owners, device: Device | undefined): Promise<string> {
  if (!device) return 'TokenVerificationFailed';
  const request = requestWith();
  const { options: given, browserSecret } = await passkeysOf(test).createLoginOptions({ request });
  const response = device.get(given);
  return codeOf(passkeysOf(test).login({ request, response, browserSecret }));
}

let people = 0;

/** Runs a stranger's steps in a session: whatever is refused, is not prepared. */
async function enrol(test: Owners, request: SessionRequest): Promise<void> {
  const { secret } = await test.accounts.twoFactor.enrol({ request });
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = app.generate({ timestamp: test.clock.now().getTime() });
  await test.accounts.twoFactor.confirm({ request, code });
}

describe('an address that a stranger has signed up with', () => {
  let test: Owners;
  beforeAll(async () => {
    test = await createOwners(options);
  });
  afterAll(() => test.drop());

  const isIn = (request: SessionRequest): Promise<boolean> =>
    test
      .another()
      .handleRequest(requestWith(request.authToken))
      .then(
        ({ user }) => user !== undefined,
        () => false,
      );
  const canLogIn = (username: string, password: string): Promise<string> =>
    codeOf(test.accounts.userByPasswordLogin({ username, password, request: requestWith() }));

  /** The things that a stranger adds in the session that the sign-up has begun. */
  const additions: Readonly<Record<string, (prepared: Prepared) => Promise<unknown>>> = {
    'an address of their own that waits': ({ request, evil }) =>
      test.accounts.contacts.addEmail({ request, email: evil }),
    'an address of their own that replaces': ({ request, evil, email }) =>
      test.accounts.contacts.replaceEmail({ request, email, newEmail: evil }),
    'a second factor': ({ request }) => enrol(test, request),
    'a token of the application': ({ accountId }) =>
      test.accounts.tokens.issue({ accountId, purpose: 'invite', token: `invite-${accountId}` }),
    'a reset token': ({ accountId }) =>
      test.accounts.addResetPasswordToken({ accountId, token: `reset-${accountId}` }),
    'a phone': ({ request }) =>
      test.accounts.contacts.addPhone({ request, phone: `+4930${String(100000 + ++people)}` }),
    'a passkey': ({ request, device = new Device() }) => addPasskey(test, request, device),
  };
  const addition = Object.keys(additions);

  /** The ways in which a stranger prepares the account before its owner comes. */
  const waysIn: Readonly<Record<string, { readonly form: Form; readonly adds?: string }>> = {
    'a password and a session': { form: 'withPassword' },
    ...Object.fromEntries(addition.map((adds) => [adds, { form: 'withPassword', adds }])),
    'an imported password of another system': { form: 'imported' },
    'a session and no password': { form: 'withoutPassword' },
    ...Object.fromEntries(
      addition.map((adds) => [`${adds}, and no password`, { form: 'withoutPassword', adds }]),
    ),
  };

  /** The ways in which the owner of the mailbox comes, and what they do then. */
  const remedies: Readonly<Record<string, (email: string) => Promise<unknown>>> = {
    'asks for another confirmation': (email) =>
      selfService(test.accounts).resendActivation({ email }),
    'has forgotten a password': (email) => selfService(test.accounts).forgotPassword({ email }),
    'asks for a link to log in': (email) => test.accounts.magicLinks.request({ email }),
    'signs up where nobody is told': (email) =>
      test.accounts.requestAccount({ email, password: OWN }),
  };

  const prepare = async (way: string, username?: string): Promise<Prepared> => {
    const at = ++people;
    const email = `owner${String(at)}@example.org`;
    const evil = `evil${String(at)}@example.org`;
    const request = requestWith();
    const { form = 'withPassword', adds = '' } = waysIn[way] ?? {};
    const name = username !== undefined && { username: `${username}${String(at)}` };
    const identity = { kind: 'oauth', provider: 'evil', value: `subject-${String(at)}` } as const;
    let accountId: string;
    if (form === 'imported') {
      const row = { foreignId: email, email, verifyElsewhere: true, contacts: [identity] };
      const { outcome } = await importAccounts(test.accounts, () => [{ ...row, ...name }]);
      expect(outcome).toBe('imported');
      accountId = (await test.accounts.findUser({ foreignId: email }))?.accountId ?? '';
    } else {
      const password = form === 'withPassword' ? THEIRS : null;
      const own = { email, password, extraContacts: [identity], ...name };
      ({ accountId } = (await test.accounts.createAccountAndLogin({ ...own, request })).account);
    }
    const device = adds === 'a passkey' ? { device: new Device() } : {};
    const prepared = { email, evil, request, accountId, ...device };
    await additions[adds]?.(prepared);
    test.clock.advance(1);
    return prepared;
  };
  /** The link that a message brought. */
  const linkTo = async (email: string): Promise<string> => {
    await test.accounts.settled();
    return test.lastToken(email);
  };
  /** The ways in that are left to whoever has prepared an account. */
  const leftTo = async (prepared: Prepared): Promise<unknown> => {
    const { request, email, evil, accountId } = prepared;
    await selfService(test.accounts).resendActivation({ email: evil });
    const { challenge } = await test.accounts.magicLinks.request({ email: evil });
    await test.accounts.settled();
    const token = test.lastToken(evil);
    const code = test.lastCode(evil);
    const bearer = { token: token === '' ? 'there was no token that was sent' : token };
    return {
      session: await isIn(request),
      passkey: await passkeyLogin(test, prepared.device),
      password: await canLogIn(email, THEIRS),
      link: await codeOf(test.accounts.magicLinks.login({ ...bearer, request: requestWith() })),
      code: await codeOf(
        test.accounts.magicLinks.login({
          challenge,
          code: code === '' ? '000000' : code,
          request: requestWith(),
        }),
      ),
      confirmation: await codeOf(
        test.accounts.verifyEmailWithToken({ ...bearer, request: requestWith() }),
      ),
      reset: await codeOf(
        selfService(test.accounts).resetPassword({
          token: `reset-${accountId}`,
          newPassword: THEIRS,
        }),
      ),
      invitation: await codeOf(
        test.accounts.tokens.consume({ token: `invite-${accountId}`, purpose: 'invite' }),
      ),
    };
  };
  const NOTHING = {
    session: false,
    passkey: 'TokenVerificationFailed',
    password: 'LoginFailed',
    link: 'TokenVerificationFailed',
    code: 'TokenVerificationFailed',
    confirmation: 'TokenVerificationFailed',
    reset: 'ResetTokenNotValid',
    invitation: 'TokenVerificationFailed',
  };

  it('is the table in docs/security.md', () => {
    expect(documentedTable('an address that a stranger has signed up with')).toEqual({
      columns: Object.keys(remedies),
      rows: Object.keys(waysIn),
    });
  });

  describe.each(sampleOf(Object.keys(waysIn), 4))('and prepared with %s', (way) => {
    it.each(Object.keys(remedies))(
      'GHSA-qq9h-g4jm-xgf3: is its owner’s alone, who %s',
      async (remedy) => {
        const prepared = await prepare(way);
        const { email, accountId } = prepared;
        await remedies[remedy]?.(email);
        const token = await linkTo(email);
        const isWithout = waysIn[way]?.form === 'withoutPassword';
        // The token alone shows who reads the mailbox, and nothing else: nothing is done yet, unless the
        // account has no password that could be anybody's.
        expect(await codeOf(test.accounts.verifyEmailWithToken({ token }))).toBe(
          isWithout ? 'none' : 'NewPasswordRequired',
        );
        expect(await canLogIn(email, THEIRS)).toBe('LoginFailed');
        if (!isWithout) await test.accounts.verifyEmailWithToken({ token, newPassword: OWN });
        expect(await leftTo(prepared)).toEqual(NOTHING);
        const contacts = await test.accounts.contacts.list({ accountId });
        expect(contacts.map(({ data, verified }) => [data.value, verified])).toEqual([
          [email, true],
        ]);
        // No second factor stands in the owner's way, either.
        const request = requestWith();
        if (isWithout) {
          await test.accounts.magicLinks.request({ email });
          await test.accounts.magicLinks.login({ token: await linkTo(email), request });
        } else {
          await test.accounts.userByPasswordLogin({ username: email, password: OWN, request });
        }
        expect(request.user?.accountId).toBe(accountId);
      },
    );

    // How an account is made makes no difference to what follows: with a password will do.
    if (waysIn[way]?.form === 'withoutPassword') return;

    it('goes to its owner where the account has a name of its own', async () => {
      const prepared = await prepare(way, 'thief');
      const { email, accountId } = prepared;
      await selfService(test.accounts).resendActivation({ email });
      const token = await linkTo(email);
      expect(await codeOf(test.accounts.verifyEmailWithToken({ token }))).toBe('EmailRemoved');
      const request = requestWith();
      const { account } = await test.accounts.createAccountAndLogin({
        email,
        password: OWN,
        request,
      });
      expect(account.accountId).not.toBe(accountId);
      await test.accounts.verifyEmailWithToken({ token: test.lastToken(email), request });
      expect([await canLogIn(email, THEIRS), await canLogIn(email, OWN)]).toEqual([
        'LoginFailed',
        'none',
      ]);
    });

    it.each(['createAccount', 'requestAccount'] as const)(
      'is free for the next sign-up by %s once the claim has lapsed',
      async (call) => {
        const prepared = await prepare(way, 'thief');
        const { email } = prepared;
        const own = { email, password: OWN };
        if (call === 'createAccount') {
          expect(await codeOf(test.accounts.createAccount(own))).toBe('EmailAlreadyExists');
        }
        test.clock.advance(7 * DAY_MS);
        await test.accounts[call](own);
        const token = await linkTo(email);
        await test.accounts.verifyEmailWithToken({ token, password: OWN });
        expect([await canLogIn(email, THEIRS), await canLogIn(email, OWN)]).toEqual([
          'LoginFailed',
          'none',
        ]);
        const theirs = await test.accounts.contacts.list({ accountId: prepared.accountId });
        expect(theirs.map(({ data }) => data.value)).not.toContain(email);
      },
    );
  });

  it('has a row for every kind of contact and token that an account can hold', async () => {
    const kinds = new Set<string>();
    for (const way of Object.keys(waysIn)) {
      const { accountId } = await prepare(way);
      const filter = { accountId };
      const { items: tokens } = await test.accounts.TokenEntity.findMany({ filter });
      const { items: contacts } = await test.accounts.AccessTypeEntity.findMany({ filter });
      for (const { kind } of [...tokens, ...contacts.map(({ data }) => data)]) kinds.add(kind);
    }
    const { kind } = AccountToken.schema.shape;
    const known = [
      ...kind.options,
      ...AccessType.schema.shape.data.options.map(({ shape }) => shape.kind.value),
    ];
    // Not by a stranger before the address is verified: these go to verified addresses, or are the owner's.
    const elsewhere = ['contact_recovery', 'login_code', 'magick_link'];
    expect([...kinds, ...elsewhere].sort()).toEqual([...new Set(known)].sort());
  });

  it('goes to its owner where the stranger has proven an address of their own', async () => {
    const prepared = await prepare('an address of their own that waits');
    const { email, evil, request, accountId } = prepared;
    await test.accounts.verifyEmailWithToken({ token: test.lastToken(evil), request });
    await selfService(test.accounts).resendActivation({ email });
    const token = await linkTo(email);
    const shown = { token, newPassword: OWN };
    expect(await codeOf(test.accounts.verifyEmailWithToken(shown))).toBe('EmailRemoved');
    expect(await codeOf(test.accounts.createAccount({ email, password: OWN }))).toBe('none');
    expect(await test.accounts.contacts.list({ accountId })).toHaveLength(2);
  });

  it('is confirmed by its creator: in the session, by the password, or by the handle', async () => {
    for (const by of ['session', 'password'] as const) {
      const { email, request } = await prepare('a password and a session');
      const token = test.lastToken(email);
      const proof = by === 'session' ? { request } : { password: THEIRS };
      await test.accounts.verifyEmailWithToken({ token, ...proof });
      expect([by, await canLogIn(email, THEIRS), await isIn(request)]).toEqual([by, 'none', true]);
    }
    const email = 'handle@example.org';
    const { handle } = await test.accounts.requestAccount({ email, password: OWN });
    const second = await test.accounts.requestAccount({ email, password: THEIRS });
    await test.accounts.settled();
    const token = test.lastToken(email);
    expect(second.handle).not.toBe(handle);
    for (const proof of [{ handle: second.handle }, { password: THEIRS }]) {
      expect(await codeOf(test.accounts.verifyEmailWithToken({ token, ...proof }))).not.toBe(
        'none',
      );
    }
    await test.accounts.verifyEmailWithToken({ token, handle });
    expect([await canLogIn(email, OWN), await canLogIn(email, THEIRS)]).toEqual([
      'none',
      'LoginFailed',
    ]);
  });

  it('tells who shows the true token again that it is confirmed, and nobody else', async () => {
    const { email, request } = await prepare('a password and a session');
    const token = test.lastToken(email);
    await test.accounts.verifyEmailWithToken({ token, request });
    expect(await codeOf(test.accounts.verifyEmailWithToken({ token }))).toBe(
      'EmailAlreadyVerified',
    );
    expect(await codeOf(test.accounts.verifyEmailWithToken({ token: `${token}x` }))).toBe(
      'TokenVerificationFailed',
    );
  });

  it('gives way to an identity that the application has verified', async () => {
    await prepare('a password and a session');
    const value = `subject-${String(people)}`;
    const { accountId } = await test.accounts.createAccount({ username: 'real', password: OWN });
    await test.accounts.contacts.addOAuth({ accountId, provider: 'evil', value });
    const contacts = await test.accounts.contacts.list({ accountId });
    expect(contacts.map(({ data, verified }) => [data.value, verified])).toEqual([[value, true]]);
  });
});

describe('an account that somebody else has a session of', () => {
  let test: Owners;
  beforeAll(async () => {
    test = await createOwners(options);
  });
  afterAll(() => test.drop());

  const evilOf = ({ username }: Owner): string => `evil.${username}@example.org`;
  const phoneOf = ({ username }: Owner): string =>
    `+4930${String(200000 + Number(username.slice('owner'.length)))}`;

  /** The ways in which somebody prepares what is to outlive the session. */
  const waysIn: Readonly<
    Record<string, (request: SessionRequest, owner: Owner) => Promise<unknown>>
  > = {
    'a session alone': () => Promise.resolve(),
    'an address that is added': (request, owner) =>
      test.accounts.contacts.addEmail({ request, email: evilOf(owner) }),
    'an address that is to replace the owner’s': (request, owner) =>
      test.accounts.contacts.replaceEmail({ request, email: owner.email, newEmail: evilOf(owner) }),
    'a phone that is added': (request, owner) =>
      test.accounts.contacts.addPhone({ request, phone: phoneOf(owner) }),
    'a second factor that waits': (request) => test.accounts.twoFactor.enrol({ request }),
    'a phone whose codes are to log in': async (request, owner) => {
      await test.accounts.contacts.addPhone({ request, phone: phoneOf(owner) });
      await test.accounts.phoneCodes.request({ phone: phoneOf(owner) });
    },
    'a token of the application': (request, { accountId }) =>
      test.accounts.tokens.issue({ request, purpose: 'invite', token: `invite-${accountId}` }),
  };

  /** The ways in which the owner comes back. */
  const remedies: Readonly<Record<string, (owner: Owner) => Promise<unknown>>> = {
    'resets the password': async ({ email }) => {
      await selfService(test.accounts).forgotPassword({ email });
      await test.accounts.settled();
      await selfService(test.accounts).resetPassword({
        token: test.lastToken(email),
        newPassword: OWN,
      });
    },
    'changes the password': ({ request }) =>
      test.accounts.passwords.change({ request, currentPassword: PASSWORD, newPassword: OWN }),
    'changes it among other things': ({ request, username }) =>
      selfService(test.accounts).updateUser({
        request,
        username: `${username}x`,
        currentPassword: PASSWORD,
        newPassword: OWN,
      }),
    'is given a password by the application': ({ accountId }) =>
      test.accounts.setPassword({ accountId, newPassword: OWN }),
    'removes the password': ({ request }) => test.accounts.passwords.remove({ request }),
    'ends all sessions': ({ request }) => test.accounts.sessions.revokeAllSessions({ request }),
    'has the application end them': ({ accountId }) =>
      test.accounts.sessions.revokeAllSessions({ accountId }),
    'ends all other sessions': ({ request }) =>
      test.accounts.sessions.revokeOtherSessions({ request }),
    'deactivates the account for a while': async ({ request, accountId }) => {
      await test.accounts.lifecycle.deactivate({ request });
      await test.accounts.lifecycle.reactivate({ accountId });
    },
  };

  it('is the table in docs/security.md', () => {
    expect(documentedTable('an account that somebody else has a session of')).toEqual({
      columns: Object.keys(remedies),
      rows: Object.keys(waysIn),
    });
  });

  describe.each(sampleOf(Object.keys(waysIn), 4))('and prepared with %s', (way) => {
    it.each(Object.keys(remedies))('is its owner’s alone, who %s', async (remedy) => {
      const owner = await test.signUp();
      const { accountId, email, username } = owner;
      const request = requestWith();
      await test.accounts.userByPasswordLogin({ username, password: PASSWORD, request });
      await waysIn[way]?.(request, owner);
      test.clock.advance(1);
      const sent = test.lastToken(evilOf(owner));
      await remedies[remedy]?.(owner);

      const evil = evilOf(owner);
      await selfService(test.accounts).resendActivation({ email: evil });
      await test.accounts.magicLinks.request({ email: evil });
      await test.accounts.settled();
      const tokens = [sent, test.lastToken(evil)].filter((token) => token !== '');
      for (const token of tokens) {
        for (const shown of [{ token }, { token, password: PASSWORD }, { token, password: OWN }]) {
          expect(await codeOf(test.accounts.verifyEmailWithToken(shown))).toBe(
            'TokenVerificationFailed',
          );
        }
      }
      const code = test.lastToken(phoneOf(owner));
      if (code !== '') {
        const phone = { accountId, phone: phoneOf(owner), code };
        expect(await codeOf(test.accounts.contacts.verifyPhone(phone))).toBe(
          'TokenVerificationFailed',
        );
      }
      const invitation = { token: `invite-${accountId}`, purpose: 'invite' };
      expect({
        session: await codeOf(test.another().handleRequest(requestWith(request.authToken))),
        act: await codeOf(test.accounts.profile.update({ request, profile: { name: 'Eve' } })),
        invitation: await codeOf(test.accounts.tokens.consume(invitation)),
        contacts: (await test.accounts.contacts.list({ accountId })).map(({ data, verified }) => [
          data.value,
          verified,
        ]),
      }).toEqual({
        session: 'InvalidSession',
        act: 'InvalidSession',
        // The application's own tokens outlive a deactivation, and nothing else.
        invitation:
          remedy.startsWith('deactivates') && way === 'a token of the application'
            ? 'none'
            : 'TokenVerificationFailed',
        contacts: [[email, true]],
      });
      // What had lapsed is anybody's, the account's own as well.
      expect(await codeOf(test.accounts.contacts.addEmail({ accountId, email: evil }))).toBe(
        'none',
      );
    });
  });
});

describe('a passkey that somebody else has added in a session', () => {
  let test: Owners;
  beforeAll(async () => {
    test = await createOwners(options);
  });
  afterAll(() => test.drop());

  const reset = async (email: string): Promise<void> => {
    await selfService(test.accounts).forgotPassword({ email });
    await test.accounts.settled();
    const token = test.lastToken(email);
    await selfService(test.accounts).resetPassword({ token, newPassword: OWN });
  };

  /** The ways in which the owner comes back, and whether the passkey is gone then. */
  const remedies: Readonly<
    Record<string, readonly [isGone: boolean, remedy: (owner: Owner) => Promise<unknown>]>
  > = {
    'resets the password': [true, ({ email }) => reset(email)],
    'is given a password by the application': [
      true,
      ({ accountId }) => test.accounts.setPassword({ accountId, newPassword: OWN }),
    ],
    'restores a replaced address': [
      true,
      async ({ email }) => {
        const token = test.lastToken(email);
        await test.accounts.contacts.undoReplacement({ token });
      },
    ],
    'removes it from the list': [
      true,
      async ({ accountId, request }) => {
        const { passkeys: listed } = await passkeysOf(test).list({ accountId });
        const passkeyId = listed[0]?.passkeyId ?? '';
        await passkeysOf(test).remove({ request, passkeyId });
      },
    ],
    'changes the password': [
      false,
      ({ request }) =>
        test.accounts.passwords.change({ request, currentPassword: PASSWORD, newPassword: OWN }),
    ],
    'ends all sessions': [
      false,
      ({ accountId }) => test.accounts.sessions.revokeAllSessions({ accountId }),
    ],
  };

  it('is the table in docs/security.md', () => {
    expect(documentedTable('a passkey that somebody else has added in a session')).toEqual({
      columns: Object.keys(remedies),
      rows: ['within 7 days', 'earlier'],
    });
  });

  it.each(
    Object.keys(remedies).flatMap((remedy) =>
      ['within 7 days', 'earlier'].map((when) => ({ remedy, when })),
    ),
  )('$when is told to its owner, who $remedy', async ({ remedy, when }) => {
    const owner = await test.signUp();
    const { email, username } = owner;
    const request = requestWith();
    await test.accounts.userByPasswordLogin({ username, password: PASSWORD, request });
    if (remedy === 'restores a replaced address') {
      const newEmail = `evil.${email}`;
      await test.accounts.contacts.replaceEmail({ request, email, newEmail });
      await test.accounts.verifyEmailWithToken({ token: test.lastToken(newEmail), request });
    }
    const device = new Device();
    test.messages.length = 0;
    await addPasskey(test, request, device);
    await test.accounts.settled();
    expect(test.messages.map(({ kind }) => kind)).toEqual(['PasskeyAdded']);
    test.clock.advance(when === 'earlier' ? 7 * DAY_MS - 1 : DAY_MS);
    if (when === 'earlier' && remedy !== 'restores a replaced address') test.clock.advance(1);
    if (remedy === 'removes it from the list' || remedy === 'changes the password') {
      await test.accounts.userByPasswordLogin({
        username,
        password: PASSWORD,
        request: owner.request,
      });
    }
    const [isGone = false, act] = remedies[remedy] ?? [];
    await act?.(owner);
    // What a recovery removes is what is new; a restored address takes all that came after it.
    const isOld = when === 'earlier' && remedy.includes('password');
    expect([remedy, await passkeyLogin(test, device)]).toEqual([
      remedy,
      isGone && !isOld ? 'TokenVerificationFailed' : 'none',
    ]);
  });

  it('ASVS 6.4.3: stays where it is the account’s second factor, which no reset removes', async () => {
    const own = await createOwners({
      ...options,
      passkeys: passkeys({ ...PASSKEYS, asSecondFactor: true }),
    });
    try {
      const { request, email } = await own.signUp();
      const device = new Device();
      await addPasskey(own, request, device);
      await selfService(own.accounts).forgotPassword({ email });
      await own.accounts.settled();
      const token = own.lastToken(email);
      await selfService(own.accounts).resetPassword({ token, newPassword: OWN });
      const login = { username: email, password: OWN, request: requestWith() };
      expect(await codeOf(own.accounts.userByPasswordLogin(login))).toBe('TwoFactorRequired');
      expect(await passkeyLogin(own, device)).toBe('none');
    } finally {
      await own.drop();
    }
  });
});

describe('an address that its owner has mistyped', () => {
  let test: Owners;
  beforeEach(async () => {
    test = await createOwners(options);
  });
  afterEach(() => test.drop());

  it.each([
    ['within a day', 0],
    ['400 days later', 400 * DAY_MS],
  ])('gives a stranger who reads it nothing, %s', async (_when, waitMs) => {
    const { request, email, accountId, authToken } = await test.signUp();
    const typo = 'stranger@example.org';
    await test.accounts.contacts.replaceEmail({ request, email, newEmail: typo });
    test.clock.advance(waitMs);
    await selfService(test.accounts).resendActivation({ email: typo });
    await test.accounts.settled();
    const token = test.lastToken(typo);
    expect(await codeOf(test.accounts.verifyEmailWithToken({ token }))).not.toBe('none');
    const stranger = await test.signUp();
    const shown = { token, request: stranger.request };
    expect(await codeOf(test.accounts.verifyEmailWithToken(shown))).not.toBe('none');
    const contacts = await test.accounts.contacts.list({ accountId });
    expect(contacts.map(({ data }) => data.value)).toEqual([email]);
    if (waitMs === 0) {
      const { user } = await test.another().handleRequest(requestWith(authToken));
      expect(user?.accountId).toBe(accountId);
    }
  });

  it('is confirmed in the account’s own session or with its password, and undone from the address before', async () => {
    for (const by of ['session', 'password'] as const) {
      const { request, email, accountId, authToken, username } = await test.signUp();
      const newEmail = `new.${email}`;
      await test.accounts.contacts.replaceEmail({ request, email, newEmail });
      const token = test.lastToken(newEmail);
      const proof = by === 'session' ? { request } : { password: PASSWORD };
      await test.accounts.verifyEmailWithToken({ token, ...proof });
      const undo = test.lastToken(email);
      // Whatever whoever is in the account does then.
      await test.accounts.setPassword({ accountId, newPassword: THEIRS });
      await test.accounts.contacts.addEmail({ accountId, email: `later.${email}` });
      await test.accounts.verifyEmail({ accountId, email: `later.${email}` });
      test.clock.advance(6 * DAY_MS);
      const contact = await test.accounts.contacts.undoReplacement({ token: undo });
      expect(contact).toMatchObject({ data: { kind: 'email', value: email }, verified: true });
      const contacts = await test.accounts.contacts.list({ accountId });
      expect(contacts.map(({ data }) => data.value)).toEqual([email]);
      expect(await codeOf(test.another().handleRequest(requestWith(authToken)))).toBe(
        'InvalidSession',
      );
      const again = test.accounts.contacts.undoReplacement({ token: undo });
      expect(await codeOf(again)).toBe('TokenVerificationFailed');
      await selfService(test.accounts).forgotPassword({ email });
      await test.accounts.settled();
      await selfService(test.accounts).resetPassword({
        token: test.lastToken(email),
        newPassword: OWN,
      });
      const login = { username, password: OWN, request: requestWith() };
      expect(await codeOf(test.accounts.userByPasswordLogin(login))).toBe('none');
    }
  });

  it('cannot be undone after its time, nor where somebody has proven the address since', async () => {
    const { request, email } = await test.signUp();
    const newEmail = `new.${email}`;
    await test.accounts.contacts.replaceEmail({ request, email, newEmail });
    await test.accounts.verifyEmailWithToken({ token: test.lastToken(newEmail), request });
    const undo = test.lastToken(email);
    const { accountId } = await test.accounts.createAccount({ email, password: OWN });
    await test.accounts.verifyEmail({ accountId, email });
    expect(await codeOf(test.accounts.contacts.undoReplacement({ token: undo }))).toBe(
      'EmailAlreadyExists',
    );
    test.clock.advance(7 * DAY_MS);
    expect(await codeOf(test.accounts.contacts.undoReplacement({ token: undo }))).toBe(
      'TokenVerificationFailed',
    );
  });
});
