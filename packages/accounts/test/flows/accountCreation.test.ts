import { injectFaults } from '@latchkey/entity/testing';
import type { Message } from '../../src/delivery/Delivery.js';
import { contentsOf } from '../support/contents.js';
import { CountingHasher } from '../support/CountingHasher.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { totp } from '../../src/twoFactor/totp.js';

describe('a new account', () => {
  let test: TestAccounts;
  let messages: Message[];
  let count = 0;
  const hasher = new CountingHasher();
  const someone = () => {
    const username = `person${String(++count)}`;
    return { username, email: `${username}@example.com`, password: PASSWORD };
  };
  const contactsOf = async (accountId: string) =>
    (await test.accounts.AccessTypeEntity.findMany({ filter: { accountId } })).items;

  beforeAll(async () => {
    test = await createTestAccounts({
      passwords: { hasher },
      delivery: { send: (message) => messages.push(message) },
      throttling: { address: { budget: 1000 } },
    });
  });
  beforeEach(() => {
    messages = [];
  });
  afterAll(() => test.drop());

  it('is one request, its verification token included, which is sent to the address as stored', async () => {
    const input = someone();
    const { commands } = await test.log.costOf(() =>
      test.accounts.createAccount({ ...input, email: input.email.toUpperCase() }),
    );
    expect(commands).toEqual(['TransactWriteItems']);
    expect(messages).toMatchObject([
      { kind: 'EmailVerification', to: { kind: 'email', value: input.email } },
    ]);
    await test.accounts.verifyEmailWithToken({
      token: messages[0]?.token ?? '',
      password: PASSWORD,
    });
    const account = await test.accounts.findUser({ username: input.username });
    expect(await contactsOf(account?.accountId ?? '')).toMatchObject([{ verified: true }]);
  });

  it('has extra contacts, each once in whatever spelling, and none of them verified', async () => {
    const input = someone();
    const other = `other-${input.email}`;
    const { accountId } = await test.accounts.createAccount({
      ...input,
      extraContacts: [
        { kind: 'email', value: other.toUpperCase() },
        { kind: 'email', value: other },
        { kind: 'email', value: input.email.toUpperCase() },
        { kind: 'phone', value: '+4930123456' },
        { kind: 'oauth', provider: 'example', value: 'subject-1' },
        { kind: 'oauth', provider: 'another', value: 'subject-1' },
      ],
    });
    const contacts = await contactsOf(accountId);
    expect(contacts.map(({ data }) => data.value).sort()).toEqual(
      [input.email, other, '+4930123456', 'subject-1', 'subject-1'].sort(),
    );
    expect(contacts.every(({ verified }) => verified !== true)).toBe(true);
  });

  it.each([
    ['a taken phone number', { kind: 'phone', value: '+4930123456' }, 'PhoneAlreadyExists'],
    [
      'a taken identity',
      { kind: 'oauth', provider: 'example', value: 'subject-1' },
      'IdentityAlreadyExists',
    ],
  ] as const)('is not made with %s; nothing of it is left', async (_name, contact, code) => {
    const input = someone();
    const create = test.accounts.createAccount({ ...input, extraContacts: [contact] });
    expect(await codeOf(create)).toBe(code);
    expect(await test.accounts.findUser({ username: input.username })).toBeNull();
    expect(await test.accounts.findUser({ username: input.email })).toBeNull();
    expect(messages).toEqual([]);
  });

  it.each([
    ['no list', { extraContacts: {} }, 'extraContacts'],
    ['null in it', { extraContacts: [null] }, 'extraContacts.0'],
    ['an unknown kind', { extraContacts: [{ kind: 'fax', value: '1' }] }, 'extraContacts.0.kind'],
    [
      'a bad address',
      { extraContacts: [{ kind: 'email', value: 'a@b.example,c@d.example' }] },
      'extraContacts.0.value',
    ],
    [
      'one that calls itself verified',
      { extraContacts: [{ kind: 'email', value: 'v@example.com', verified: true }] },
      'extraContacts.0.verified',
    ],
    [
      'too many',
      { extraContacts: Array.from({ length: 41 }, () => ({ kind: 'custom', value: 'x' })) },
      'extraContacts',
    ],
  ])('with extra contacts of %s costs no request', async (_name, extra, path) => {
    const { commands } = await test.log.costOf(async () => {
      const create = test.accounts.createAccount({ ...someone(), ...(extra as object) });
      expect((await errorOf(create)).toJSON()).toMatchObject({
        code: 'InvalidInput',
        details: { path },
      });
    });
    expect(commands).toEqual([]);
  });

  it('can be logged in at once, in the same request', async () => {
    const request = requestWith();
    const input = someone();
    const { commands } = await test.log.costOf(async () => {
      const login = await test.accounts.createAccountAndLogin({ ...input, request });
      expect(login.account.username).toBe(input.username);
      const { user } = await test.another().handleRequest(requestWith(login.authToken));
      expect(user?.accountId).toBe(login.account.accountId);
    });
    expect(commands).toEqual(['TransactWriteItems']);
    expect(request).toMatchObject({ user: { username: input.username } });
  });

  it('ASVS 6.3.3: waits for a second factor where one is demanded: no session before', async () => {
    const strict = await createTestAccounts({
      twoFactor: totp({
        issuer: 'Tests',
        encryptionKeys: [{ kid: '1', key: Buffer.alloc(32, 'k').toString('base64') }],
        isRequired: () => true,
      }),
    });
    const request = requestWith();
    const input = someone();
    const error = await errorOf(strict.accounts.createAccountAndLogin({ ...input, request }));
    expect(error.code).toBe('TwoFactorEnrolmentRequired');
    expect(error.challenge).toEqual(expect.any(String));
    expect(request).toEqual(requestWith());
    const account = await strict.accounts.findUser({ username: input.username });
    const filter = { accountId: account?.accountId ?? '' };
    expect(await strict.accounts.SessionEntity.count({ filter })).toBe(0);
    await strict.drop();
  });

  it('ASVS 6.2.11: with a password that says who they are is refused', async () => {
    const create = test.accounts.createAccount({
      ...someone(),
      username: 'ada.lovelace',
      password: 'Ada.Lovelace',
    });
    expect(await codeOf(create)).toBe('PasswordNotAllowed');
  });

  it('ASVS 6.6.1: does not log in by an unverified address', async () => {
    const { username, email, password } = someone();
    const { accountId } = await test.accounts.createAccount({ username, email, password });
    const login = (name: string) =>
      test.accounts.userByPasswordLogin({ username: name, password, request: requestWith() });
    expect(await codeOf(login(email))).toBe('LoginFailed');
    expect(await codeOf(login(username))).toBe('none');
    await test.accounts.verifyEmail({ accountId, email });
    expect(await codeOf(login(email))).toBe('none');
  });

  describe('ASVS 6.3.8: requested on a form that must not reveal accounts', () => {
    const request = requestWith();
    /** What asking costs, seen from outside, and what is sent. */
    const ask = async (email: string): Promise<unknown> => {
      messages = [];
      hasher.hashed = 0;
      const cost = await test.log.costOf(async () => {
        const asked = test.accounts.requestAccount({ email, password: PASSWORD, request });
        // Another one every time, whether there is an account or not.
        await expect(asked).resolves.toEqual({ handle: expect.stringMatching(/^[\w-]{43}$/) });
      });
      await test.accounts.settled();
      // The first attempt of a window makes the network's count, whoever it is about.
      return [cost.commands.filter((each) => each !== 'PutItem').slice(0, 2), hasher.hashed];
    };

    it('responds alike, at the same cost, every time, and notifies a known owner', async () => {
      const known = someone();
      const { accountId } = await test.accounts.createAccount(known);
      await test.accounts.verifyEmail({ accountId, email: known.email });
      const fresh = `new-${known.email}`;
      const costs = [await ask(fresh), await ask(known.email), await ask(known.email)];
      expect(messages.map(({ kind, to }) => [kind, to.value])).toEqual([
        ['SignUpAttempt', known.email],
      ]);
      expect(messages[0]).not.toHaveProperty('token');
      costs.push(await ask(fresh));
      // That address has an account now, which nobody has verified: it gets the link that does.
      expect(messages.map(({ kind, to }) => [kind, to.value])).toEqual([
        ['EmailVerification', fresh],
      ]);
      expect(costs).toEqual(Array(4).fill([['UpdateItem', 'TransactWriteItems'], 1]));
    });

    it('sends the first one what there is to verify', async () => {
      const { email } = someone();
      await ask(email);
      expect(messages).toMatchObject([{ kind: 'EmailVerification', to: { value: email } }]);
      await test.accounts.verifyEmailWithToken({
        token: messages[0]?.token ?? '',
        password: PASSWORD,
      });
    });

    it.each([
      ['a username', { username: 'anybody' }, 'username'],
      [
        'more contacts',
        { extraContacts: [{ kind: 'phone', value: '+4930123456' }] },
        'extraContacts',
      ],
    ])('takes no %s, of which it would show whether it is taken', async (_name, extra, path) => {
      const input = { email: someone().email, password: PASSWORD, ...extra };
      const error = await errorOf(test.accounts.requestAccount(input));
      expect(error.toJSON()).toMatchObject({ code: 'InvalidInput', details: { path } });
    });

    it('requestAccount is limited by client address', async () => {
      const few = await createTestAccounts({
        delivery: { send: () => undefined },
        throttling: { address: { budget: 2 } },
      });
      const codes = [];
      for (let at = 0; at < 4; at++) {
        codes.push(
          await codeOf(
            few.accounts.requestAccount({ email: someone().email, password: PASSWORD, request }),
          ),
        );
      }
      expect(codes).toEqual(['none', 'none', 'TooManyRequests', 'TooManyRequests']);
      await few.drop();
    });
  });

  it('is made once when the answer is lost', async () => {
    const fault = injectFaults(test.client).on('TransactWriteItems', 'answerLost');
    await test.accounts.createAccount(someone());
    fault.remove();
    const { problems } = await contentsOf(test.client, test.table.name);
    expect(problems).toEqual([]);
  });
});
