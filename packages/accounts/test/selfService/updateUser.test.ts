import type { SignedInUser } from '@latchkey/accounts/self-service';
import { Accounts } from '../../src/accounts/Accounts.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { Mailbox } from '../oneTimeTokens/Mailbox.js';
import { contentsOf } from '../support/contents.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';
import { QuickHasher } from '../support/QuickHasher.js';

const NEW_PASSWORD = 'a long walk in the hills';
const MESSAGES_PER_ACCOUNT = 3;

describe('updateUser', () => {
  const mailbox = new Mailbox();
  let test: TestAccounts;
  let request: SessionRequest;
  const form = { username: 'ada', email: 'ada@example.com', password: PASSWORD };

  beforeEach(async () => {
    test = await createTestAccounts({
      delivery: mailbox,
      throttling: { messages: { perAccount: MESSAGES_PER_ACCOUNT } },
    });
    request = requestWith();
    await selfService(test.accounts).signUp({ ...form, profile: { name: 'Ada' }, request });
    await selfService(test.accounts).activate({
      token: await mailbox.token('EmailVerification'),
      password: PASSWORD,
    });
    const other = { username: 'eve', email: 'eve@example.com', password: PASSWORD };
    await selfService(test.accounts).signUp({ ...other, request: requestWith() });
    await mailbox.take();
  });
  afterEach(async () => {
    await mailbox.take();
    await test.drop();
  });

  const update = (changes: object): Promise<SignedInUser> =>
    selfService(test.accounts).updateUser({ request, ...changes });
  const signIn = (password: string): Promise<unknown> =>
    selfService(test.accounts).signIn({ username: 'ada', password, request: requestWith() });

  it('ASVS 6.2.3: changes the password by the one before, and ends the other sessions', async () => {
    const { authToken: before = '' } = request;
    const elsewhere = requestWith();
    await selfService(test.accounts).signIn({
      username: 'ada',
      password: PASSWORD,
      request: elsewhere,
    });
    const { authToken } = await update({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
    expect(authToken).toBe(request.authToken);
    expect(authToken).not.toBe(before);
    await selfService(test.accounts).verifyAuthToken(authToken);
    for (const ended of [before, elsewhere.authToken ?? '']) {
      expect(await codeOf(selfService(test.accounts).verifyAuthToken(ended))).toBe(
        'InvalidSession',
      );
    }
    expect(await codeOf(signIn(PASSWORD))).toBe('UsernameOrPasswordMismatch');
    await signIn(NEW_PASSWORD);
  });

  it('ASVS 7.4.1: keeps what it has read again from a session that has ended meanwhile', async () => {
    const { accountId = '' } = request.user ?? {};
    const { authToken = '' } = request;
    const email = 'countess@example.com';
    const other = test.another();
    const steps: string[] = [];
    test.client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const isCommit = JSON.stringify(args.input).includes(email);
          if (steps.length === 0 && isCommit && commandName.startsWith('Transact')) {
            steps.push('the address is added');
            await other.contacts.addEmail({ accountId, email });
          } else if (steps.length === 1 && commandName.startsWith('Query')) {
            steps.push('the session has ended');
            await other.logout({ authToken, request: requestWith() });
          }
          return next(args);
        },
      { step: 'initialize', name: 'meanwhile' },
    );
    const passwords = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect(await codeOf(update({ ...passwords, email }))).toBe('UserNotSignedIn');
    test.client.middlewareStack.remove('meanwhile');
    expect(steps).toEqual(['the address is added', 'the session has ended']);
  });

  it('changes the e-mail address once the new one is confirmed', async () => {
    const changed = await update({ email: 'Countess@Example.com' });
    expect(changed.email).toBe('ada@example.com');
    const token = await mailbox.token('EmailVerification');
    expect(await selfService(test.accounts).activate({ token, password: PASSWORD })).toMatchObject({
      email: 'countess@example.com',
    });
    // Whoever reads at the old address may have begun a session: all have ended.
    expect(await codeOf(update({ profile: { name: 'A' } }))).toBe('UserNotSignedIn');
    expect(await signIn(PASSWORD)).toMatchObject({ email: 'countess@example.com' });
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
  });

  it('takes the address that there is for no change, and removes it and the profile for null or false', async () => {
    await update({ email: 'ADA@example.com' });
    expect(await mailbox.take()).toEqual([]);
    const bare = await update({ email: null, profile: false });
    expect(bare).not.toHaveProperty('email');
    expect(bare).not.toHaveProperty('profile');
    expect(await update({ email: 'new@example.com' })).toMatchObject({ email: 'new@example.com' });
  });

  it.each([
    ['a wrong password', { currentPassword: NEW_PASSWORD }, 'CurrentPasswordIncorrect'],
    ['a taken username', { username: 'EVE' }, 'UsernameAlreadyExists'],
    ['a taken address', { email: 'Eve@Example.com' }, 'EmailAlreadyExists'],
    ['a bad profile', { profile: {} }, 'ProfileCannotBeEmpty'],
    ['a bad username', { username: '' }, 'UsernameCannotBeBlank'],
    ['a weak password', { newPassword: 'short' }, 'PasswordTooShort'],
    ['no current password', { currentPassword: undefined }, 'CurrentPasswordMissing'],
    ['a password of another type', { newPassword: 7 }, 'PasswordMustBeString'],
  ])('changes nothing with %s among the changes', async (_name, bad, code) => {
    const { authToken = '' } = request;
    const all = {
      username: 'countess',
      email: 'countess@example.com',
      profile: { name: 'Countess' },
      currentPassword: PASSWORD,
      newPassword: NEW_PASSWORD,
    };
    expect(await codeOf(update({ ...all, ...bad }))).toBe(code);
    expect(await selfService(test.accounts).verifyAuthToken(authToken)).toMatchObject({
      username: 'ada',
      profile: { name: 'Ada' },
    });
    await signIn(PASSWORD);
    expect(await mailbox.take()).toEqual([]);
  });

  describe('refuses before anything is changed', () => {
    const all = { username: 'countess', currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const nothingChanged = async (): Promise<void> => {
      await signIn(PASSWORD);
      await mailbox.take();
    };

    it('a profile that cannot be stored', async () => {
      expect(await codeOf(update({ ...all, profile: { name: '\ud800' } }))).toBe('InvalidInput');
      await nothingChanged();
    });

    it('the last login method cannot be removed', async () => {
      const own = requestWith();
      const email = 'only@example.com';
      await selfService(test.accounts).signUp({ email, password: PASSWORD, request: own });
      await selfService(test.accounts).activate({
        token: await mailbox.token('EmailVerification'),
        password: PASSWORD,
      });
      const { currentPassword, newPassword } = all;
      const removal = { request: own, email: null, currentPassword, newPassword };
      expect(await codeOf(selfService(test.accounts).updateUser(removal))).toBe('LastLoginMethod');
      await selfService(test.accounts).signIn({
        email,
        password: PASSWORD,
        request: requestWith(),
      });
    });

    it('ASVS 2.4.1: what would be one message too many', async () => {
      for (let at = 0; at < MESSAGES_PER_ACCOUNT; at++) {
        await update({ email: `new${String(at)}@example.com` });
      }
      const change = update({ ...all, email: 'one.more@example.com' });
      expect(await codeOf(change)).toBe('TooManyRequests');
      await nothingChanged();
    });

    it('ASVS 6.3.8: to say whose an address is, after so many tries', async () => {
      const codes: string[] = [];
      for (let at = 0; at <= MESSAGES_PER_ACCOUNT; at++) {
        codes.push(await codeOf(update({ email: 'eve@example.com' })));
      }
      expect(codes.slice(0, -1)).toEqual(
        Array.from({ length: MESSAGES_PER_ACCOUNT }, () => 'EmailAlreadyExists'),
      );
      expect(codes.at(-1)).toBe('TooManyRequests');
    });

    it('an address that nothing can be sent to, as there is no delivery', async () => {
      const silent = new Accounts({
        table: test.table,
        passwords: { hasher: new QuickHasher() },
        sessions: { getTokenSecret: () => SECRET },
      });
      const own = await silent.handleRequest(requestWith(request.authToken));
      const change = selfService(silent).updateUser({
        ...all,
        request: own,
        email: 'new@example.com',
      });
      expect(await codeOf(change)).toBe('InvalidConfiguration');
      await nothingChanged();
    });
  });

  it('sends the message again to an address that waits to be confirmed', async () => {
    await update({ email: 'countess@example.com' });
    await mailbox.take();
    await update({ username: 'countess', email: 'countess@example.com' });
    const token = await mailbox.token('EmailVerification');
    expect(await selfService(test.accounts).activate({ token, password: PASSWORD })).toMatchObject({
      username: 'countess',
      email: 'countess@example.com',
    });
    const { accountId = '' } = request.user ?? {};
    const contacts = await test.accounts.contacts.list({ accountId });
    expect(contacts.map(({ data }) => data.value)).toEqual(['countess@example.com']);
  });

  it('takes a second address of one’s own for the first, which goes', async () => {
    const { accountId = '' } = request.user ?? {};
    await test.accounts.contacts.addEmail({ accountId, email: 'second@example.com' });
    await test.accounts.verifyEmail({ accountId, email: 'second@example.com' });
    const changed = await update({ email: 'second@example.com' });
    expect(changed.email).toBe('second@example.com');
    await selfService(test.accounts).verifyAuthToken(changed.authToken);
    const contacts = await test.accounts.contacts.list({ request });
    expect(contacts.map(({ data }) => data.value)).toEqual(['second@example.com']);
  });

  it('ASVS 7.5.1: wants a recent login for who gets in, and no half of the changes without', async () => {
    test.clock.advance(10 * 60_000 + 1);
    const changes = { username: 'countess', profile: { name: 'Countess' } };
    expect(await codeOf(update(changes))).toBe('RecentLoginRequired');
    expect(await update({ profile: { name: 'A' } })).toMatchObject({ username: 'ada' });
    const passwords = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect(await update({ ...changes, ...passwords })).toMatchObject(changes);
  });

  it('lets one of 16 have a name at the same time', async () => {
    const requests = await Promise.all(
      Array.from({ length: 16 }, async (_, at) => {
        const own = requestWith();
        const username = `person${String(at)}`;
        await selfService(test.accounts).signUp({ username, password: PASSWORD, request: own });
        return own;
      }),
    );
    const codes = await Promise.all(
      requests.map((own) =>
        codeOf(selfService(test.accounts).updateUser({ request: own, username: 'wanted' })),
      ),
    );
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect(codes.filter((code) => code === 'UsernameAlreadyExists')).toHaveLength(15);
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
  });

  it('is refused to an impersonator', async () => {
    const { items } = await test.accounts.AccountEntity.findMany({
      filter: { accountId: request.user?.accountId ?? '' },
    });
    await test.accounts.AccountEntity.updateOne({
      filter: { accountId: items[0]?.accountId ?? '' },
      update: { $set: { permissions: ['impersonate'] } },
    });
    const own = requestWith(request.authToken);
    await test.accounts.handleRequest(own);
    const eve = await test.accounts.findUser({ username: 'eve' });
    const { authToken } = await test.accounts.impersonate({
      request: own,
      accountId: eve?.accountId ?? '',
    });
    const acting = await test.accounts.handleRequest(requestWith(authToken));
    for (const changes of [{ username: 'mallory' }, { profile: { name: 'Mallory' } }]) {
      const code = await codeOf(
        selfService(test.accounts).updateUser({ request: acting, ...changes }),
      );
      expect(code).toBe('ImpersonatedSession');
    }
    expect(await codeOf(selfService(test.accounts).deleteUser({ request: acting }))).toBe(
      'ImpersonatedSession',
    );
  });
});
