import type { Accounts } from '../../src/accounts/Accounts.js';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from './owners.js';

const PROVIDER = 'https://id.example';

describe('identities that the application vouches for', () => {
  let test: Owners;
  let accounts: Accounts;
  let ada: Owner;

  beforeEach(async () => {
    test = await createOwners();
    accounts = test.accounts;
    ada = await test.signUp();
  });
  afterEach(() => test.drop());

  const identities = async (accountId = ada.accountId): Promise<unknown[]> =>
    (await accounts.contacts.list({ accountId }))
      .filter(({ data }) => data.kind !== 'email')
      .map(({ data, meta, verified }) => ({ ...data, ...(meta && { of: meta }), verified }));
  const isIn = (authToken: string): Promise<string> =>
    codeOf(test.another().handleRequest(requestWith(authToken)));

  it('ASVS 6.8.1: are verified where a sign-up has left them unverified', async () => {
    const { accountId } = await accounts.createAccount({
      username: 'federated',
      password: PASSWORD,
      extraContacts: [
        { kind: 'oauth', provider: PROVIDER, value: 'sub-1', authToken: 'of the form' },
        { kind: 'custom', value: 'badge-1', meta: { from: 'the form' } },
      ],
    });
    const before = await accounts.contacts.list({ accountId });
    const oauth = { accountId, provider: PROVIDER, value: 'sub-1', meta: { scope: 'profile' } };
    const { contact } = await accounts.contacts.addOAuth(oauth);
    await accounts.contacts.addCustom({ accountId, value: 'badge-1', meta: { floor: 3 } });
    expect(await identities(accountId)).toEqual([
      { kind: 'custom', value: 'badge-1', meta: { floor: 3 }, verified: true },
      {
        kind: 'oauth',
        provider: PROVIDER,
        value: 'sub-1',
        of: { scope: 'profile' },
        verified: true,
      },
    ]);
    // What only the form has said is gone, and nothing else.
    const { item } = await accounts.AccessTypeEntity.findOne({
      filter: { accountId, 'data.kind': 'oauth', ulid: contact.ulid },
      secrets: true,
    });
    expect(JSON.stringify(item)).not.toContain('of the form');
    expect(before.map(({ ulid }) => ulid)).toContain(contact.ulid);
    expect(await codeOf(accounts.contacts.addOAuth(oauth))).toBe('IdentityAlreadyExists');
  });

  it('belong to whom they were first given, unless nobody has verified that', async () => {
    const bob = await accounts.createAccount({
      username: 'bob',
      password: PASSWORD,
      extraContacts: [{ kind: 'custom', value: 'badge-1' }],
    });
    const added = accounts.contacts.addCustom({ accountId: ada.accountId, value: 'badge-1' });
    // A claim from a sign-up, which the application has now verified for somebody else.
    expect(await codeOf(added)).toBe('none');
    expect(await identities(bob.accountId)).toEqual([]);
  });

  it('ASVS 7.4.3: replace one another in one step, and end what the old one may have begun', async () => {
    const { accountId, authToken, email } = ada;
    const old = { accountId, provider: PROVIDER, value: 'sub-1' };
    await accounts.contacts.addOAuth({ ...old, authToken: 'old grant' });
    await accounts.contacts.addCustom({ accountId, value: 'badge-1' });
    const { token } = await accounts.tokens.issue({ accountId, purpose: 'invite' });
    test.sent();
    const { contact } = await accounts.contacts.replaceOAuth({
      ...old,
      newProvider: 'https://other.example',
      newValue: 'sub-2',
      meta: { scope: 'email' },
    });
    expect(contact).toMatchObject({ verified: true, data: { value: 'sub-2' } });
    expect(test.sent()).toEqual([`ContactAdded ${email}`, `ContactRemoved ${email}`]);
    expect(await isIn(authToken)).toBe('InvalidSession');
    expect(await codeOf(accounts.tokens.consume({ token, purpose: 'invite' }))).toBe(
      'TokenVerificationFailed',
    );
    await accounts.contacts.replaceCustom({ accountId, value: 'badge-1', newValue: 'badge-2' });
    expect(await identities()).toEqual([
      { kind: 'custom', value: 'badge-2', meta: {}, verified: true },
      {
        kind: 'oauth',
        provider: 'https://other.example',
        value: 'sub-2',
        of: { scope: 'email' },
        verified: true,
      },
    ]);
    // The old ones are anybody's.
    const bob = await accounts.createAccount({ username: 'bob', password: PASSWORD });
    await accounts.contacts.addOAuth({ ...old, accountId: bob.accountId });
  });

  it('take the place of one that nobody has verified, and let sessions be', async () => {
    const { accountId, account } = await (async () => {
      const account = await accounts.createAccount({
        username: 'carl',
        password: PASSWORD,
        extraContacts: [
          { kind: 'custom', value: 'typo' },
          { kind: 'custom', value: 'right' },
        ],
      });
      return { accountId: account.accountId, account };
    })();
    const { authToken } = await accounts.sessions.begin(account, requestWith());
    await accounts.contacts.replaceCustom({ accountId, value: 'typo', newValue: 'right' });
    expect(await identities(accountId)).toEqual([
      { kind: 'custom', value: 'right', meta: {}, verified: true },
    ]);
    expect(await isIn(authToken)).toBe('none');
  });

  it.each([
    ['what the account does not have', { value: 'nobody', newValue: 'x' }, 'ContactNotFound'],
    ['one by itself', { value: 'badge-1', newValue: 'badge-1' }, 'IdentityAlreadyExists'],
    ['one by its own other', { value: 'badge-1', newValue: 'badge-2' }, 'IdentityAlreadyExists'],
    ["one by somebody else's", { value: 'badge-1', newValue: 'of-bob' }, 'IdentityAlreadyExists'],
    ['one by nothing', { value: 'badge-1', newValue: '' }, 'InvalidInput'],
    ['one by an object', { value: 'badge-1', newValue: {} }, 'InvalidInput'],
  ])('do not replace %s, and nothing changes', async (_name, change, code) => {
    const { accountId, authToken } = ada;
    const bob = await accounts.createAccount({ username: 'bob', password: PASSWORD });
    await accounts.contacts.addCustom({ accountId: bob.accountId, value: 'of-bob' });
    for (const value of ['badge-1', 'badge-2']) {
      await accounts.contacts.addCustom({ accountId, value });
    }
    const before = await identities();
    const replaced = accounts.contacts.replaceCustom({ accountId, ...change } as never);
    expect(await codeOf(replaced)).toBe(code);
    expect(await identities()).toEqual(before);
    expect(await isIn(authToken)).toBe('none');
  });

  it('are never vouched for by a request', async () => {
    const { request } = ada;
    const own = { request, value: 'badge-1', newValue: 'badge-2', provider: PROVIDER } as never;
    expect([
      await codeOf(accounts.contacts.replaceCustom(own)),
      await codeOf(accounts.contacts.replaceOAuth(own)),
      await codeOf(accounts.contacts.replaceOAuth(null as never)),
    ]).toEqual(['InvalidInput', 'InvalidInput', 'InvalidInput']);
  });

  it('replace one once, however many try at once, and leave a way in', async () => {
    const made = await accounts.createAccount({ username: 'dora', password: PASSWORD });
    const { accountId } = made;
    await accounts.contacts.addCustom({ accountId, value: 'one' });
    const all = Array.from({ length: 16 }, (_, at) =>
      codeOf(
        accounts.contacts.replaceCustom({ accountId, value: 'one', newValue: `new-${String(at)}` }),
      ),
    );
    const codes = await Promise.all(all);
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect(await identities(accountId)).toHaveLength(1);
  });
});
