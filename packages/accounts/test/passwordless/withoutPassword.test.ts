import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { createTestHandler, PASSWORD as WEB_PASSWORD } from '../http/support.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { selfService } from '../support/selfService.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';

const MINUTE_MS = 60_000;
const OWN = 'a long walk in the hills';

let test: Owners;
let people = 0;
beforeAll(async () => {
  test = await createOwners({ throttling: { messages: false, address: false } });
});
afterAll(() => test.drop());

const newAddress = (): string => `without${String(++people)}@example.com`;
const logIn = (username: string, password: string): Promise<string> =>
  codeOf(test.accounts.userByPasswordLogin({ username, password, request: requestWith() }));
const hasPassword = async (accountId: string): Promise<boolean> => {
  const filter = { accountId, kind: 'password' } as const;
  return (await test.accounts.TokenEntity.findMany({ filter })).items.length > 0;
};
const linkTo = async (email: string): Promise<string> => {
  await test.accounts.magicLinks.request({ email });
  await test.accounts.settled();
  return test.lastToken(email);
};
/** Somebody who has removed their password. */
const withoutPassword = async (): Promise<Owner> => {
  const owner = await test.signUp();
  await test.accounts.passwords.remove({ request: owner.request });
  return owner;
};

describe('an account that is created without a password', () => {
  it.each([
    ['an e-mail address', () => ({ email: newAddress() })],
    [
      'an identity',
      () => ({
        username: `identity${String(++people)}`,
        extraContacts: [{ kind: 'oauth', provider: 'p', value: String(people) }] as const,
      }),
    ],
  ])('needs another way in: %s', async (_name, identifiers) => {
    const { accountId } = await test.accounts.createAccount({ ...identifiers(), password: null });
    expect(await hasPassword(accountId)).toBe(false);
  });

  it.each([
    ['a username', { username: 'nobodycomes' }],
    ['a phone', { username: 'nobodycalls', extraContacts: [{ kind: 'phone', value: '+4930123' }] }],
  ])('is refused with nothing but %s', async (_name, identifiers) => {
    let error: unknown;
    const { commands } = await test.log.costOf(async () => {
      error = await errorOf(
        test.accounts.createAccount({ ...identifiers, password: null } as never),
      );
    });
    expect(error).toMatchObject({ code: 'InvalidInput' });
    expect(commands).toEqual([]);
  });

  it.each([
    ['createAccount', () => test.accounts.createAccount({ email: newAddress() } as never)],
    [
      'requestAccount',
      () => test.accounts.requestAccount({ email: newAddress(), password: null } as never),
    ],
    [
      'signUp',
      () =>
        selfService(test.accounts).signUp({
          username: 'form',
          email: newAddress(),
          password: null as never,
          request: requestWith(),
        }),
    ],
  ])('is never made by a password that is missing in a form: %s', async (_name, call) => {
    expect(['InvalidInput', 'PasswordMissing', 'PasswordMustBeString']).toContain(
      await codeOf(call()),
    );
  });

  it.each([{}, { username: 'named' }])(
    'goes to the reader of its mailbox, and keeps nothing of whoever made it: %j',
    async (name) => {
      const email = newAddress();
      const request = requestWith();
      const evil = `evil${email}`;
      const { account } = await test.accounts.createAccountAndLogin({
        ...name,
        email,
        password: null,
        request,
      });
      await test.accounts.contacts.addEmail({ request, email: evil });
      test.clock.advance(1);
      await selfService(test.accounts).resendActivation({ email });
      await test.accounts.settled();
      await test.accounts.verifyEmailWithToken({ token: test.lastToken(email) });
      expect(await codeOf(test.accounts.handleRequest(requestWith(request.authToken)))).toBe(
        'InvalidSession',
      );
      const { accountId } = account;
      const contacts = await test.accounts.contacts.list({ accountId });
      expect(contacts.map(({ data, verified }) => [data.value, verified])).toEqual([[email, true]]);
      expect(await hasPassword(accountId)).toBe(false);
      const owner = requestWith();
      await test.accounts.magicLinks.login({ token: await linkTo(email), request: owner });
      expect(owner.user?.accountId).toBe(accountId);
    },
  );

  it('with newPassword gets one with its address', async () => {
    const email = newAddress();
    await test.accounts.createAccount({ email, password: null });
    await test.accounts.settled();
    const token = test.lastToken(email);
    await test.accounts.verifyEmailWithToken({ token, newPassword: OWN });
    expect(await logIn(email, OWN)).toBe('none');
  });
});

describe('passwords.remove', () => {
  it('takes the password away: other sessions, tokens and devices end, the owner is told', async () => {
    const owner = await test.signUp();
    const { accountId, username, email, request } = owner;
    const other = requestWith();
    const login = { username, password: PASSWORD, request: other };
    await test.accounts.userByPasswordLogin(login);
    const pending = await linkTo(email);
    test.messages.length = 0;
    const events: string[] = [];
    const off = test.accounts.on('*', ({ name, reason }) => events.push(`${name} ${reason ?? ''}`));
    const before = request.authToken;
    let authToken = '';
    const { commands } = await test.log.costOf(async () => {
      ({ authToken } = await test.accounts.passwords.remove({ request }));
    });
    off();
    expect(commands.toSorted()).toEqual(['BatchGetItem', 'GetItem', 'Query', 'TransactWriteItems']);
    expect(events).toEqual(['RemovePasswordSuccess ']);
    expect(test.sent()).toEqual([`PasswordRemoved ${email}`]);
    expect(authToken).toBe(request.authToken);
    expect(authToken).not.toBe(before);
    expect(await codeOf(test.accounts.handleRequest(requestWith(authToken)))).toBe('none');
    for (const ended of [before, other.authToken]) {
      expect(await codeOf(test.accounts.handleRequest(requestWith(ended)))).toBe('InvalidSession');
    }
    const link = { token: pending, request: requestWith() };
    expect(await codeOf(test.accounts.magicLinks.login(link))).toBe('TokenVerificationFailed');
    expect([await hasPassword(accountId), await logIn(username, PASSWORD)]).toEqual([
      false,
      'LoginFailed',
    ]);
    expect(await codeOf(test.accounts.passwords.remove({ request }))).toBe('PasswordNotFound');
  });

  it.each([
    ['nothing but a username', false],
    ['a verified phone number', true],
  ])('keeps the last way in, with %s', async (_name, hasPhone) => {
    const username = `last${String(++people)}`;
    const request = requestWith();
    const { account } = await test.accounts.createAccountAndLogin({
      username,
      password: PASSWORD,
      request,
    });
    const { accountId } = account;
    if (hasPhone) {
      const phone = `+4930${String(400_000 + people)}`;
      await test.accounts.contacts.addPhone({ accountId, phone });
      const code = test.lastToken(phone);
      await test.accounts.contacts.verifyPhone({ accountId, phone, code });
    }
    expect(await codeOf(test.accounts.passwords.remove({ request }))).toBe('LastLoginMethod');
    expect(await logIn(username, PASSWORD)).toBe('none');
  });

  it('and the removal of the last address at once leave one of the two', async () => {
    for (let round = 0; round < 8; round++) {
      const { request, email, accountId } = await test.signUp();
      const [contact] = await test.accounts.contacts.list({ accountId });
      const another = test.another();
      const own = await another.handleRequest(requestWith(request.authToken));
      const outcomes = await Promise.all([
        codeOf(test.accounts.passwords.remove({ request })),
        codeOf(another.contacts.remove({ request: own, contactId: contact?.ulid ?? '' })),
      ]);
      const left = await test.accounts.contacts.list({ accountId });
      expect([outcomes, email, left.length > 0 || (await hasPassword(accountId))]).toEqual([
        expect.anything(),
        email,
        true,
      ]);
      expect(outcomes).toContain('none');
    }
  });

  it('requires a recent login, and the owner', async () => {
    const owner = await test.signUp();
    const acting = await test.impersonated(owner);
    expect(await codeOf(test.accounts.passwords.remove({ request: acting }))).toBe(
      'ImpersonatedSession',
    );
    const { request } = owner;
    test.clock.advance(10 * MINUTE_MS);
    expect(await codeOf(test.accounts.passwords.remove({ request }))).toBe('RecentLoginRequired');
    expect(await codeOf(test.accounts.passwords.remove({} as never))).not.toBe('none');
    expect(await hasPassword(owner.accountId)).toBe(true);
  });
});

describe('without a password', () => {
  it('every flow that asks for one has its answer', async () => {
    const { request, username, email } = await withoutPassword();
    const { accounts } = test;
    const change = { request, currentPassword: PASSWORD, newPassword: OWN };
    expect({
      login: await logIn(username, PASSWORD),
      reauthenticate: await codeOf(accounts.reauthenticate({ request, password: PASSWORD })),
      change: await codeOf(accounts.passwords.change(change)),
      updateUser: await codeOf(selfService(accounts).updateUser(change)),
      signIn: await codeOf(
        selfService(accounts).signIn({ email, password: PASSWORD, request: requestWith() }),
      ),
    }).toEqual({
      login: 'LoginFailed',
      reauthenticate: 'LoginFailed',
      change: 'LoginFailed',
      updateUser: 'CurrentPasswordIncorrect',
      signIn: 'UsernameOrPasswordMismatch',
    });
  });

  it('a reset sets one again, and so does the application', async () => {
    const { username, email, accountId } = await withoutPassword();
    await selfService(test.accounts).forgotPassword({ email });
    await test.accounts.settled();
    await test.accounts.passwords.reset({ token: test.lastToken(email), newPassword: OWN });
    expect(await logIn(username, OWN)).toBe('none');
    const other = await withoutPassword();
    await test.accounts.setPassword({ accountId: other.accountId, newPassword: OWN });
    expect([await logIn(other.username, OWN), await hasPassword(accountId)]).toEqual([
      'none',
      true,
    ]);
  });

  it.each(['link', 'code'] as const)('a %s is a recent login', async (by) => {
    const { email, request } = await withoutPassword();
    test.clock.advance(10 * MINUTE_MS);
    const changed = (): Promise<string> =>
      codeOf(
        test.accounts.profile.changeUsername({ request, username: `renamed${String(++people)}` }),
      );
    expect(await changed()).toBe('RecentLoginRequired');
    const { challenge } = await test.accounts.magicLinks.request({ email });
    await test.accounts.settled();
    const shown =
      by === 'link' ? { token: test.lastToken(email) } : { challenge, code: test.lastCode(email) };
    const before = request.authToken;
    const { authToken } = await test.accounts.reauthenticate({ request, ...shown });
    expect([authToken === request.authToken, authToken === before]).toEqual([true, false]);
    expect(await changed()).toBe('none');
    expect(await codeOf(test.accounts.reauthenticate({ request, ...shown }))).toBe(
      'TokenVerificationFailed',
    );
  });

  it('nobody else’s link is, and it stays theirs', async () => {
    const { request } = await withoutPassword();
    const other = await withoutPassword();
    const token = await linkTo(other.email);
    expect(await codeOf(test.accounts.reauthenticate({ request, token }))).toBe(
      'TokenVerificationFailed',
    );
    await test.accounts.reauthenticate({ request: other.request, token });
  });

  it('nobody else’s link is where neither account has ever revoked its tokens, either', async () => {
    // Nothing but the owner tells the two accounts apart then.
    const [{ request }, other] = [await test.signUp(), await test.signUp()];
    const token = await linkTo(other.email);
    const before = request.authToken;
    expect(await codeOf(test.accounts.reauthenticate({ request, token }))).toBe(
      'TokenVerificationFailed',
    );
    expect(request.authToken).toBe(before);
    await test.accounts.reauthenticate({ request: other.request, token });
  });

  it('of 16 proofs by one code at once, one counts', async () => {
    const { email, request } = await withoutPassword();
    const token = await linkTo(email);
    const requests = await Promise.all(
      Array.from({ length: 16 }, () => test.accounts.handleRequest(requestWith(request.authToken))),
    );
    const outcomes = await Promise.all(
      requests.map((each) => codeOf(test.accounts.reauthenticate({ request: each, token }))),
    );
    expect(outcomes.filter((each) => each === 'none')).toHaveLength(1);
  });

  it('a session that has ended proves nothing, and a stranger’s guesses are counted', async () => {
    const { email, request, accountId } = await withoutPassword();
    const token = await linkTo(email);
    const { challenge } = await test.accounts.magicLinks.request({ email });
    await test.accounts.settled();
    const code = test.lastCode(email) === '000000' ? '000001' : '000000';
    const guesses: string[] = [];
    for (let guess = 0; guess < 6; guess++) {
      guesses.push(await codeOf(test.accounts.reauthenticate({ request, challenge, code })));
    }
    expect(guesses.at(-1)).toBe('AccountLocked');
    await test.accounts.sessions.revokeAllSessions({ accountId });
    expect(await codeOf(test.accounts.reauthenticate({ request, token }))).toBe('InvalidSession');
  });

  it.each([{}, { password: PASSWORD, token: 'abcd' }, { token: 5 }, { code: '123456' }])(
    'is proven by nothing of the form %j',
    async (input) => {
      const { request } = await withoutPassword();
      const outcome = await codeOf(test.accounts.reauthenticate({ request, ...input } as never));
      expect(['InvalidInput', 'LoginFailed']).toContain(outcome);
    },
  );

  it('works over HTTP', async () => {
    const server = await createTestHandler();
    const email = 'ada@example.com';
    const { accountId } = await server.accounts.createAccount({ email, password: WEB_PASSWORD });
    await server.accounts.verifyEmail({ accountId, email });
    const browser = server.browser();
    await browser.post('/auth/sign-in', { email, password: WEB_PASSWORD });
    const removed = await browser.send('/auth/user/password', { method: 'DELETE' });
    expect(removed.status).toBe(204);
    expect((await browser.send('/auth/session')).status).toBe(200);
    const again = await browser.send('/auth/user/password', { method: 'DELETE' });
    expect([again.status, again.json.code]).toEqual([404, 'PasswordNotFound']);
    await server.drop();
  });
});
