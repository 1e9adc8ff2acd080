import { AccessType, Account } from '@latchkey/schema';
import type { TestTable } from '@latchkey/entity/testing';
import type { SessionRequest } from '../../src/index.js';
import { contentsOf } from '../support/contents.js';
import type { Accounts } from './originShim.js';

/** One assertion of the specification of the origin (Powership's accounts). */
export interface Assertion {
  readonly call: string;
  /** The origin's behaviour. */
  readonly says: string;
  /** Left column of docs/guide/moving-over.md, if the assertion does not hold here. */
  readonly row?: string;
  /** Shows that the assertion holds; with a `row`, that its right column does. */
  readonly check: (person: Person) => unknown;
}

/** A new account with the password {@link PASSWORD}, and what it was made with. */
export interface Person {
  readonly test: TestTable;
  readonly accounts: Accounts;
  readonly accountId: string;
  readonly username: string;
  readonly email: string;
  readonly created: Awaited<ReturnType<Accounts['createAccount']>>;
}

export const PASSWORD = '1234567';

/** A request whose address has no form that an address has, as in the origin's specification. */
function newRequest(): SessionRequest {
  return { requestIp: 'somewhere', userAgent: 'a browser', onCallDestroySession: () => undefined };
}

async function logIn({ accounts, username }: Person, request = newRequest()) {
  return accounts.userByPasswordLogin({ username, password: PASSWORD, request });
}

function changeSecret({ accounts }: Person): void {
  Object.assign(accounts.sessions, { getTokenSecret: () => 'another one' });
}

/** Refuses a second account, and shows that nothing of it is stored. */
async function refuses({ accounts, test }: Person, taken: object, code: string): Promise<void> {
  const free = { username: 'nobody', email: 'nobody@example.com', password: PASSWORD };
  const before = await contentsOf(test.client, test.table.name);
  await expect(accounts.createAccount({ ...free, ...taken })).rejects.toThrow(code);
  expect(await contentsOf(test.client, test.table.name)).toEqual(before);
}

export const assertions: readonly Assertion[] = [
  {
    call: 'createAccount',
    says: 'gives the account, active, with the permission to administer its own profile',
    check: ({ created, username, accountId }) =>
      expect(created).toMatchObject({
        username,
        deactivated: false,
        permissions: [`admin_profile:${accountId}`],
        id: expect.any(String),
        ulid: expect.any(String),
        createdAt: expect.any(Date),
        updatedAt: expect.any(Date),
      }),
  },
  {
    call: 'createAccount',
    says: 'gives its address, not verified, and its password with it',
    row: '`account.accessTypes` and `account.tokens` after `createAccount`',
    check: async ({ accounts, created, accountId, email }) => {
      expect(created).not.toHaveProperty('accessTypes');
      expect(created).not.toHaveProperty('tokens');
      const [contact, ...others] = await accounts.contacts.list({ accountId });
      expect(contact).toMatchObject({ data: { kind: 'email', value: email } });
      expect(contact?.verified ?? false).toBe(false);
      expect(others).toEqual([]);
    },
  },
  {
    call: 'createAccount',
    says: 'gives the stored keys with the account',
    row: '`_id`, `_e`, `_v` and other stored keys on documents',
    check: ({ created }) =>
      expect(Object.keys(created).filter((name) => name.startsWith('_'))).toEqual([]),
  },
  {
    call: 'createAccount',
    says: 'stores one password, which `TokenEntity.findMany` finds',
    check: async ({ accounts, accountId }) => {
      const filter = { accountId, kind: 'password', createdFor: accountId } as const;
      const { items } = await accounts.TokenEntity.findMany({ filter, context: {} });
      expect(items).toEqual([expect.objectContaining(filter)]);
    },
  },
  {
    call: 'createAccount',
    says: 'refuses what an account has, by the same message for a username and an address',
    row: 'an `Error` that two documents have the same index',
    check: async (person) => {
      const { username, email } = person;
      await refuses(person, { username }, 'UsernameAlreadyExists');
      await refuses(person, { email }, 'EmailAlreadyExists');
      await refuses(person, { username, email }, 'AlreadyExists');
    },
  },
  {
    call: 'userByPasswordLogin',
    says: 'refuses a wrong password',
    check: async ({ accounts, username }) =>
      expect(
        accounts.userByPasswordLogin({ username, password: 'a wrong one', request: newRequest() }),
      ).rejects.toThrow('LOGIN_FAILED'),
  },
  {
    call: 'userByPasswordLogin',
    says: 'gives a long token and the account, and puts the account on the request',
    check: async (person) => {
      const request = newRequest();
      const { authToken, account } = await logIn(person, request);
      expect(authToken).toMatch(/\w{100}/);
      expect(account).toMatchObject({ username: person.username });
      expect(request.user).toMatchObject({ username: person.username });
    },
  },
  {
    call: 'userByPasswordLogin',
    says: 'gives the new session with the account',
    row: '`account.sessions` after a login',
    check: async (person) => {
      const { account, sessionDocument } = await logIn(person);
      expect(account).not.toHaveProperty('sessions');
      const { accounts, accountId } = person;
      const { edges } = await accounts.sessions.listSessions({ accountId });
      expect(edges.map(({ node }) => node.ulid)).toEqual([sessionDocument.ulid]);
    },
  },
  {
    call: 'verifyEmail',
    says: 'gives the address, verified',
    check: async ({ accounts, accountId, email }) =>
      expect(await accounts.verifyEmail({ accountId, email })).toMatchObject({ verified: true }),
  },
  {
    call: 'setPassword',
    says: 'makes the password before it useless',
    check: async (person) => {
      const { accounts, accountId } = person;
      await logIn(person);
      await accounts.setPassword({ accountId, newPassword: '7654321' });
      await expect(logIn(person)).rejects.toThrow('LOGIN_FAILED');
    },
  },
  {
    call: 'addEmailVerificationToken',
    says: 'gives a document with a secret of 40 characters or more, for the address',
    check: async ({ accounts, accountId, email }) =>
      expect(await accounts.addEmailVerificationToken({ accountId, email })).toMatchObject({
        kind: 'email_verification',
        createdFor: email,
        value: expect.stringMatching(/^\S{40,}$/),
      }),
  },
  {
    call: 'addResetPasswordToken',
    says: 'gives a document with a secret of 40 characters or more, for the account',
    check: async ({ accounts, accountId }) =>
      expect(await accounts.addResetPasswordToken({ accountId })).toMatchObject({
        kind: 'password_recovery',
        createdFor: accountId,
        value: expect.stringMatching(/^\S{40,}$/),
      }),
  },
  {
    call: 'addResetPasswordToken',
    says: 'takes the id of an account that does not exist',
    row: '`accountId` of any form, and of accounts that do not exist',
    check: async ({ accounts }) => {
      const unknown = { accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' };
      await expect(accounts.addResetPasswordToken(unknown)).rejects.toThrow('UserNotFound');
      const short = { accountId: '42' };
      await expect(accounts.addResetPasswordToken(short)).rejects.toThrow('InvalidInput');
    },
  },
  {
    call: 'removeAllResetPasswordTokens',
    says: 'counts the tokens that were issued at the same time',
    check: async ({ accounts, accountId }) => {
      const issue = () => accounts.addResetPasswordToken({ accountId });
      await Promise.all([issue(), issue(), issue(), issue()]);
      const removed = await accounts.removeAllResetPasswordTokens({ accountId });
      expect(removed).toEqual({ deletedCount: 4 });
    },
  },
  {
    call: 'logout',
    says: 'ends the session and takes the account off the request',
    check: async (person) => {
      const request = newRequest();
      const { authToken } = await logIn(person, request);
      await person.accounts.logout({ authToken, request });
      expect(request.user).toBeUndefined();
      const again = person.accounts.handleRequest({ ...newRequest(), authToken });
      await expect(again).rejects.toThrow('InvalidSession');
    },
  },
  {
    call: 'logout',
    says: 'ends every session of the account when the secret has changed',
    row: '`logout` with a token whose secret is gone ends every session of the account',
    check: async (person) => {
      const { accounts, accountId } = person;
      const request = newRequest();
      const { authToken } = await logIn(person, request);
      const { sessionDocument: other } = await logIn(person);
      changeSecret(person);
      await accounts.logout({ authToken, request });
      expect(request.user).toBeUndefined();
      const { edges } = await accounts.sessions.listSessions({ accountId });
      expect(edges.map(({ node }) => node.ulid)).toEqual([other.ulid]);
    },
  },
  {
    call: 'handleRequest',
    says: 'leaves a request without a token as it is',
    check: async ({ accounts }) => {
      const request = await accounts.handleRequest(newRequest());
      expect([request.user, request.sessionDestroyed, request.authToken]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    },
  },
  {
    call: 'handleRequest',
    says: 'refuses what is not a token',
    check: async (person) => {
      const request = newRequest();
      await logIn(person, request);
      request.authToken = '54321';
      await expect(person.accounts.handleRequest(request)).rejects.toThrow(
        'TokenVerificationFailed',
      );
    },
  },
  {
    call: 'handleRequest',
    says: 'refuses a token that another secret has signed',
    check: async (person) => {
      const request = newRequest();
      await logIn(person, request);
      changeSecret(person);
      await expect(person.accounts.handleRequest(request)).rejects.toThrow(
        'TokenVerificationFailed',
      );
    },
  },
  {
    call: 'TokenEntity.createOne',
    says: 'works once the exported entity has been given a database',
    row: '`AccountEntity`, `TokenEntity` and others as exports, bound by `setOption`',
    check: async ({ accounts, accountId }) => {
      const item = { accountId, kind: 'custom', createdFor: 'a purpose', value: '12345' } as const;
      const created = await accounts.TokenEntity.createOne({ item, context: {} });
      const { value: _, ...shown } = item;
      expect(created.item).toMatchObject({ ...shown, createdAt: expect.any(Date) });
    },
  },
  {
    call: 'TokenEntity.createOne',
    says: 'gives the value of the token with its document',
    row: 'plain tokens, in the table and on their documents, forever',
    check: async ({ accounts, accountId }) => {
      const item = { accountId, kind: 'custom', createdFor: 'a purpose', value: 'abcd' } as const;
      const created = await accounts.TokenEntity.createOne({ item });
      expect(Object.keys(created.item)).not.toContain('value');
    },
  },
  {
    call: 'AccessTypeSchema.parse, AccountSchema.parse',
    says: 'add dates and an id to what they are given',
    row: '`AccountSchema.parse`, `AccessTypeSchema.parse`',
    check: ({ accountId }) => {
      const data = { kind: 'phone', value: '+4915123456789' };
      const contact = { accountId, data, verified: true };
      expect(AccessType.schema.parse(contact)).toEqual(contact);
      const account = { accountId, username: 'ada', permissions: [], deactivated: false };
      expect(Account.schema.parse(account)).toMatchObject(account);
      expect(() => Account.schema.parse({ username: 'ada' })).toThrow('accountId');
    },
  },
];
