import { selfService } from '../support/selfService.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { accountListing } from '../../src/listing/index.js';
import { listAll, sorted } from './support.js';

const DAY = 24 * 60 * 60 * 1000;
const NEW = 'new@example.com';

/** The lists in short: what is listed, `?` for an address that is not verified, `-` for a deactivated account. */
async function shown({ accounts }: Owners): Promise<string[]> {
  const names = await listAll(accounts, 'username');
  const addresses = await listAll(accounts, 'email');
  return [...names, ...addresses].map(
    ({ username, email, verified, deactivated }) =>
      `${email ?? username ?? ''}${email !== undefined && verified !== true ? '?' : ''}${deactivated ? '-' : ''}`,
  );
}

/** The same, from what is stored of each account and from its contacts. */
async function expected({ accounts }: Owners): Promise<string[]> {
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  for await (const { accountId, username, deactivated } of accounts.AccountEntity.scan()) {
    const mark = deactivated ? '-' : '';
    if (username !== undefined) names.set(username, `${username}${mark}`);
    for (const { data, verified } of await accounts.contacts.list({ accountId })) {
      if (data.kind !== 'email') continue;
      addresses.set(data.value, `${data.value}${verified === true ? '' : '?'}${mark}`);
    }
  }
  const inOrder = (list: Map<string, string>): string[] =>
    sorted([...list.keys()]).map((value) => list.get(value) ?? '');
  return [...inOrder(names), ...inOrder(addresses)];
}

interface Change {
  /** The lists afterwards; before, there are `owner1`, `owner2` and their addresses. */
  readonly after: readonly string[];
  readonly run: (test: Owners, owner: Owner) => Promise<unknown>;
}

const BEFORE = ['owner1', 'owner2', 'owner1@example.com', 'owner2@example.com'];
/** The lists with something else in place of one entry, in order. */
const without = (...gone: string[]): string[] => BEFORE.filter((value) => !gone.includes(value));

const signUpAt = async ({ accounts }: Owners, email: string): Promise<string> =>
  (await accounts.createAccount({ email, password: PASSWORD })).accountId;

const CHANGES: Readonly<Record<string, Change>> = {
  'Accounts.createAccount': {
    after: ['lin', ...BEFORE.slice(0, 2), NEW + '?', ...BEFORE.slice(2)],
    run: ({ accounts }) =>
      accounts.createAccount({ username: 'Lin', email: NEW.toUpperCase(), password: PASSWORD }),
  },
  'Accounts.createAccount, without an address': {
    after: ['lin', ...BEFORE],
    run: ({ accounts }) => accounts.createAccount({ username: 'Lin', password: PASSWORD }),
  },
  'Accounts.createAccount, with other contacts': {
    after: ['lin', ...BEFORE.slice(0, 2), 'extra@example.com?', NEW + '?', ...BEFORE.slice(2)],
    run: ({ accounts }) =>
      accounts.createAccount({
        username: 'Lin',
        email: NEW,
        password: PASSWORD,
        extraContacts: [
          { kind: 'phone', value: '+4930123456' },
          { kind: 'email', value: 'extra@example.com' },
          { kind: 'oauth', provider: 'a', value: 'aaa@example.com' },
          { kind: 'custom', value: 'bbb@example.com', meta: {} },
        ],
      }),
  },
  'Accounts.createAccountAndLogin': {
    after: [...BEFORE.slice(0, 2), NEW + '?', ...BEFORE.slice(2)],
    run: ({ accounts }) =>
      accounts.createAccountAndLogin({ email: NEW, password: PASSWORD, request: requestWith() }),
  },
  'Accounts.requestAccount': {
    after: [...BEFORE.slice(0, 2), NEW + '?', ...BEFORE.slice(2)],
    run: ({ accounts }) => accounts.requestAccount({ email: NEW, password: PASSWORD }),
  },
  'Accounts.verifyEmail': {
    after: [...BEFORE.slice(0, 2), NEW, ...BEFORE.slice(2)],
    run: async (test) =>
      test.accounts.verifyEmail({ accountId: await signUpAt(test, NEW), email: NEW }),
  },
  'Accounts.verifyEmailWithToken, of an address that somebody else has given': {
    after: ['lin', ...BEFORE],
    run: async (test) => {
      await test.accounts.createAccount({ username: 'lin', email: NEW, password: PASSWORD });
      const verified = test.accounts.verifyEmailWithToken({ token: test.lastToken(NEW) });
      await expect(verified).rejects.toMatchObject({ code: 'EmailRemoved' });
    },
  },
  'profile.changeUsername, by the owner': {
    after: ['lin', ...without('owner1')],
    run: ({ accounts }, { request }) =>
      accounts.profile.changeUsername({ request, username: 'Lin' }),
  },
  'profile.changeUsername, by the application': {
    after: ['owner2', 'zoë', ...BEFORE.slice(2)],
    run: ({ accounts }, { accountId }) =>
      accounts.profile.changeUsername({ accountId, username: 'Zoë' }),
  },
  'SelfService.updateUser': {
    after: ['lin', 'owner2', NEW + '?', ...BEFORE.slice(2)],
    run: ({ accounts }, { request }) =>
      selfService(accounts).updateUser({ request, username: 'Lin', email: NEW }),
  },
  'contacts.addEmail': {
    after: [...BEFORE.slice(0, 2), NEW + '?', ...BEFORE.slice(2)],
    run: ({ accounts }, { request }) => accounts.contacts.addEmail({ request, email: NEW }),
  },
  'contacts.addEmail, in one’s own session verified': {
    after: [...BEFORE.slice(0, 2), NEW, ...BEFORE.slice(2)],
    run: async ({ accounts, lastToken }, { request }) => {
      await accounts.contacts.addEmail({ request, email: NEW });
      await accounts.settled();
      await accounts.verifyEmailWithToken({ token: lastToken(NEW), request });
    },
  },
  'contacts.replaceEmail': {
    after: [...BEFORE.slice(0, 2), NEW, 'owner2@example.com'],
    run: async ({ accounts, lastToken }, { request, email }) => {
      await accounts.contacts.replaceEmail({ request, email, newEmail: NEW });
      await accounts.settled();
      await accounts.verifyEmailWithToken({ token: lastToken(NEW), request });
    },
  },
  'contacts.undoReplacement': {
    after: BEFORE,
    run: async ({ accounts, lastToken }, { request, email }) => {
      await accounts.contacts.replaceEmail({ request, email, newEmail: NEW });
      await accounts.settled();
      await accounts.verifyEmailWithToken({ token: lastToken(NEW), request });
      await accounts.settled();
      await accounts.contacts.undoReplacement({ token: lastToken(email) });
    },
  },
  'contacts.remove': {
    after: without('owner1@example.com'),
    run: ({ accounts }, { request, email }) =>
      accounts.contacts.remove({ request, kind: 'email', value: email }),
  },
  'contacts.addOAuth': {
    after: BEFORE,
    run: ({ accounts }, { accountId }) =>
      accounts.contacts.addOAuth({ accountId, provider: 'a', value: 'aaa@example.com' }),
  },
  'lifecycle.deactivate': {
    after: ['owner1-', 'owner2', 'owner1@example.com-', 'owner2@example.com'],
    run: ({ accounts }, { accountId }) => accounts.lifecycle.deactivate({ accountId }),
  },
  'lifecycle.reactivate': {
    after: BEFORE,
    run: async ({ accounts }, { accountId }) => {
      await accounts.lifecycle.deactivate({ accountId });
      await accounts.lifecycle.reactivate({ accountId });
    },
  },
  'lifecycle.delete': {
    after: ['owner2', 'owner2@example.com'],
    run: ({ accounts }, { request }) => accounts.lifecycle.delete({ request }),
  },
  'the end of a claim that was never verified': {
    after: BEFORE,
    run: async (test) => {
      await signUpAt(test, NEW);
      test.clock.advance(7 * DAY);
    },
  },
  'a takeover of an address whose claim has ended': {
    after: ['mia', ...BEFORE.slice(0, 2), NEW + '?', ...BEFORE.slice(2)],
    run: async (test) => {
      await signUpAt(test, NEW);
      test.clock.advance(7 * DAY);
      await test.accounts.createAccount({ username: 'mia', email: NEW, password: PASSWORD });
    },
  },
  'a takeover of the username of an account that is gone': {
    after: ['owner1', 'owner2', 'owner2@example.com'],
    run: async ({ accounts }, { request, username }) => {
      await accounts.lifecycle.delete({ request });
      await accounts.createAccount({ username, password: PASSWORD });
    },
  },
  'sandbox.reset': {
    after: [],
    run: async ({ accounts }) => accounts.sandbox.reset(),
  },
};

describe('the lists after a change', () => {
  it.each(Object.entries(CHANGES))('%s', async (_name, { after, run }) => {
    const test = await createOwners({ listing: accountListing(), environment: 'sandbox' });
    await test.accounts.sandbox.createTable();
    const owner = await test.signUp();
    await test.signUp();
    expect(await shown(test)).toEqual(BEFORE);
    await run(test, owner);
    await test.accounts.settled();
    expect(await shown(test)).toEqual(after);
    expect(await expected(test)).toEqual(after);
    await test.drop();
  });

  it('leave the export of an account as it is', async () => {
    const exports = await Promise.all(
      [{}, { listing: accountListing() }].map(async (options) => {
        const test = await createOwners(options);
        const { accountId } = await test.signUp();
        const exported = await test.accounts.lifecycle.export({ accountId });
        await test.drop();
        return pathsOf(exported).sort();
      }),
    );
    expect(exports[0]).toContain('.account.username');
    expect(exports[0]).toEqual(exports[1]);
  });
});

/** The paths of everything in a value. */
function pathsOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, `${path}.${name}`));
}
