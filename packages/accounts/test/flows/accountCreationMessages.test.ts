import type { Accounts, AccountsOptions } from '../../src/accounts/Accounts.js';
import type { Message } from '../../src/delivery/Delivery.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

const STRANGER = 'stranger@example.com';
const DAY = 24 * 60 * 60_000;

describe('messages of sign-ups', () => {
  let test: TestAccounts;
  let accounts: Accounts;
  let messages: Message[];

  const withAccounts = async (options: Partial<AccountsOptions> = {}): Promise<void> => {
    messages = [];
    test = await createTestAccounts({
      delivery: { send: (message) => messages.push(message) },
      ...options,
    });
    accounts = test.accounts;
  };
  afterEach(() => test.drop());

  let count = 0;
  /** Signs somebody up with the address of a stranger, and takes the account back. */
  const flood = async (sign: 'with' | 'without'): Promise<string> => {
    const own = { username: `flood${String(++count)}`, email: STRANGER, password: PASSWORD };
    const request = requestWith();
    const code = await codeOf(
      sign === 'with'
        ? accounts.createAccountAndLogin({ ...own, request })
        : accounts.createAccount(own),
    );
    const user = await accounts.findUser({ username: own.username });
    if (user) await accounts.lifecycle.delete({ accountId: user.accountId });
    return code;
  };
  /** Asks for an account by a form that says nothing, from an address of its own. */
  const ask = (email: string): Promise<string> => {
    const requestIp = `198.51.100.${String(++count % 250)}`;
    const request = { ...requestWith(), requestIp };
    return codeOf(accounts.requestAccount({ email, password: PASSWORD, request }));
  };

  describe.each(['with', 'without'] as const)('that end again, %s a login', (sign) => {
    it('ASVS 6.3.1: are counted by address: no more than perAddress a day', async () => {
      await withAccounts();
      const codes = [];
      for (let at = 0; at < 12; at++) codes.push(await flood(sign));
      expect(codes).toEqual([
        ...Array<string>(10).fill('none'),
        'TooManyRequests',
        'TooManyRequests',
      ]);
      expect(messages.filter(({ to }) => to.value === STRANGER)).toHaveLength(10);
      // Nothing is left of what was refused, and other addresses are not meant.
      expect(await accounts.findUser({ username: `flood${String(count)}` })).toBeNull();
      await accounts.createAccount({ email: 'other@example.com', password: PASSWORD });
      test.clock.advance(DAY);
      expect(await flood(sign)).toBe('none');
    });
  });

  it('share the count of an address with those of contacts', async () => {
    await withAccounts({ throttling: { messages: { perAddress: 2 } } });
    const ada = await accounts.createAccount({ username: 'ada', password: PASSWORD });
    const { accountId } = ada;
    await flood('without');
    const { contact } = await accounts.contacts.addEmail({ accountId, email: STRANGER });
    await accounts.contacts.remove({ accountId, contactId: contact.ulid });
    const error = await errorOf(accounts.createAccount({ email: STRANGER, password: PASSWORD }));
    expect(error).toMatchObject({ code: 'TooManyRequests', status: 429 });
  });

  it.each([
    ['a username is taken', { username: 'ada' }, 'UsernameAlreadyExists'],
    ['a phone is taken', { username: 'bob' }, 'PhoneAlreadyExists'],
    ['there is no place', { username: 'bob' }, 'TrialExceededLimit'],
  ])('count none where %s', async (_name, own, code) => {
    const isFull = code === 'TrialExceededLimit';
    await withAccounts({
      throttling: { messages: { perAddress: 1 } },
      ...(isFull && { plan: { maxAccounts: 1 } }),
    });
    const phone = { kind: 'phone', value: '+4930123456' } as const;
    const ada = { username: 'ada', password: PASSWORD, extraContacts: [phone] };
    const { accountId } = await accounts.createAccount(ada);
    const refused = accounts.createAccount({ ...ada, ...own, email: STRANGER });
    expect(await codeOf(refused)).toBe(code);
    await accounts.lifecycle.delete({ accountId });
    expect(await codeOf(accounts.createAccount({ email: STRANGER, password: PASSWORD }))).toBe(
      'none',
    );
  });

  it('are not counted where none is sent, or the application wants no limit', async () => {
    await withAccounts({ throttling: { messages: false } });
    for (let at = 0; at < 12; at++) expect(await flood('without')).toBe('none');
    await test.drop();
    test = await createTestAccounts();
    accounts = test.accounts;
    for (let at = 0; at < 12; at++) expect(await flood('without')).toBe('none');
  });

  it('ASVS 6.3.8: do not flood the owner of an address', async () => {
    await withAccounts();
    const email = 'known@example.com';
    const { accountId } = await accounts.createAccount({ email, password: PASSWORD });
    await accounts.verifyEmail({ accountId, email });
    messages.length = 0;
    const codes = new Set<string>();
    for (let at = 0; at < 40; at++) {
      codes.add(await ask(email));
      codes.add(await ask('unknown@example.com'));
      await accounts.settled();
    }
    expect([...codes]).toEqual(['none']);
    const told = messages.filter(({ kind }) => kind === 'SignUpAttempt');
    expect(told).toHaveLength(5);
    test.clock.advance(DAY);
    await ask(email);
    await accounts.settled();
    expect(messages.at(-1)).toMatchObject({ kind: 'SignUpAttempt', to: { value: email } });
    // That of the sign-up, and as many as a mailbox gets that nobody has proven.
    expect(messages.filter(({ kind }) => kind === 'EmailVerification')).toHaveLength(6);
  });

  it('ASVS 6.3.8: do not reveal an account once an address has got too many', async () => {
    await withAccounts({ throttling: { messages: { perAddress: 2 } } });
    for (let at = 0; at < 2; at++) await flood('without');
    const unknown = await ask(STRANGER);
    const messagesSent = messages.length;
    // The same with an owner: the count is of yesterday's, and used up again before they sign up.
    const known = 'known@example.com';
    const eve = await accounts.createAccount({ username: 'eve', password: PASSWORD });
    const { contact } = await accounts.contacts.addEmail({
      accountId: eve.accountId,
      email: known,
    });
    await accounts.contacts.remove({ accountId: eve.accountId, contactId: contact.ulid });
    const owner = await accounts.createAccount({ email: known, password: PASSWORD });
    await accounts.verifyEmail({ accountId: owner.accountId, email: known });
    expect([unknown, await ask(known)]).toEqual(['TooManyRequests', 'TooManyRequests']);
    await accounts.settled();
    expect(messages.slice(messagesSent).map(({ kind }) => kind)).not.toContain('SignUpAttempt');
  });
});
