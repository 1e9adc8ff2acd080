import { BatchWriteItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { TOTP } from 'otpauth';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { AccountsRegistry } from '../../src/apps/AccountsRegistry.js';
import type { Message } from '../../src/delivery/Delivery.js';
import { AccountError } from '../../src/errors/AccountError.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf } from '../support/errorOf.js';
import {
  PASSWORD,
  requestWith,
  SECRET,
  TestClock,
  type FullAccounts,
} from '../support/testAccounts.js';
import { keyOf } from '../twoFactor/support/twoFactorAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { selfService } from '../support/selfService.js';
import { phoneNumbers } from '../../src/contacts/phoneNumbers/index.js';
import { totp } from '../../src/twoFactor/totp.js';

const APPS = ['shop', 'forum', 'Shop'];
const EMAIL = 'ada@example.com';
const PHONE = '+4930123456';
const NEW_PASSWORD = 'another long walk';

/** Something that one application has issued, and what takes it. */
interface Credential {
  readonly name: string;
  /** What an application that has not issued it says. */
  readonly refusal: string;
  /** Makes a new one. */
  readonly issue: (app: App) => Promise<string>;
  /** Shows it to an application; resolves to `none` where it is accepted. */
  readonly show: (app: App, credential: string) => Promise<string>;
}

/** One application with the same person in it as in every other. */
interface App {
  readonly accounts: FullAccounts;
  readonly accountId: string;
  readonly totpSecret: string;
  /** What was sent last. */
  readonly sent: () => Message;
  readonly login: () => Promise<SessionRequest & { authToken: string }>;
}

describe('ASVS 8.4.1, 9.2.3, 9.2.4: what one application has issued, no other accepts', () => {
  const clock = new TestClock();
  let test: TestTable;
  let apps: App[];

  const app = (totp: string): string =>
    new TOTP({ secret: totp }).generate({ timestamp: clock.now().getTime() });
  const tokenIn = ({ token }: Message): string => {
    if (token === undefined) throw new Error('expected a message with a token');
    return token;
  };
  const isTaken = async (action: Promise<unknown>): Promise<string> =>
    (await action) ? 'none' : 'nothing there';
  const challengeOf = async ({ accounts }: App): Promise<string> => {
    const request = requestWith();
    try {
      await accounts.userByPasswordLogin({ username: 'totp', password: PASSWORD, request });
    } catch (error) {
      if (AccountError.is(error) && error.challenge !== undefined) return error.challenge;
      throw error;
    }
    throw new Error('expected a challenge');
  };

  const CREDENTIALS: Credential[] = [
    {
      name: 'an auth token',
      refusal: 'TokenVerificationFailed',
      issue: async (of) => (await of.login()).authToken,
      show: ({ accounts }, token) => codeOf(accounts.handleRequest(requestWith(token))),
    },
    {
      name: 'an auth token to be refreshed',
      refusal: 'TokenVerificationFailed',
      issue: async (of) => (await of.login()).authToken,
      show: ({ accounts }, authToken) =>
        codeOf(accounts.refreshTokens({ authToken, request: requestWith() })),
    },
    {
      name: 'an auth token to log out with',
      refusal: 'TokenVerificationFailed',
      issue: async (of) => (await of.login()).authToken,
      show: ({ accounts }, authToken) =>
        codeOf(accounts.logout({ authToken, request: requestWith() })),
    },
    {
      name: 'a session’s id',
      refusal: 'nothing there',
      issue: async (of) => {
        const { authToken } = await of.login();
        const payload = authToken.split('.')[1] ?? '';
        const { sub, sid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
          sub: string;
          sid: string;
        };
        return `${sub} ${sid}`;
      },
      show: ({ accounts }, ids) => {
        const [accountId = '', sessionId = ''] = ids.split(' ');
        return isTaken(accounts.sessions.revokeSession({ accountId, sessionId }));
      },
    },
    {
      name: 'an account’s id',
      refusal: 'nothing there',
      issue: ({ accountId }) => Promise.resolve(accountId),
      show: ({ accounts }, accountId) => isTaken(accounts.findUser({ username: accountId })),
    },
    {
      name: 'an account’s id, to change it by',
      refusal: 'UserNotFound',
      issue: ({ accountId }) => Promise.resolve(accountId),
      show: ({ accounts }, accountId) =>
        codeOf(accounts.profile.update({ accountId, profile: { seen: true } })),
    },
    {
      name: 'a document’s id',
      refusal: 'nothing there',
      issue: async ({ accounts, accountId }) => {
        const { item } = await accounts.AccountEntity.findOne({ filter: { accountId } });
        return item?.id ?? '';
      },
      show: async ({ accounts }, id) =>
        (await accounts.AccountEntity.findById(id)).item ? 'none' : 'nothing there',
    },
    {
      name: 'a cursor',
      refusal: 'InvalidInput',
      issue: async ({ accounts, accountId, login }) => {
        await login();
        await login();
        const { pageInfo } = await accounts.sessions.listSessions({ accountId, first: 1 });
        return pageInfo.endCursor ?? '';
      },
      show: ({ accounts, accountId }, after) =>
        codeOf(accounts.sessions.listSessions({ accountId, after })),
    },
    {
      name: 'a link to verify an address',
      refusal: 'TokenVerificationFailed',
      issue: async ({ accounts, accountId }) =>
        (await accounts.addEmailVerificationToken({ accountId, email: EMAIL })).token,
      show: ({ accounts }, token) =>
        codeOf(accounts.verifyEmailWithToken({ token, password: PASSWORD })),
    },
    {
      name: 'a link to reset a password',
      refusal: 'ResetTokenNotValid',
      issue: async ({ accounts, sent }) => {
        await accounts.passwords.requestReset({ username: EMAIL, request: requestWith() });
        await accounts.settled();
        return tokenIn(sent());
      },
      show: ({ accounts }, token) =>
        codeOf(selfService(accounts).resetPassword({ token, newPassword: NEW_PASSWORD })),
    },
    {
      name: 'a magic link',
      refusal: 'TokenVerificationFailed',
      issue: async ({ accounts, sent }) => {
        await accounts.magicLinks.request({ email: EMAIL, request: requestWith() });
        await accounts.settled();
        return tokenIn(sent());
      },
      show: ({ accounts }, token) =>
        codeOf(accounts.magicLinks.login({ token, request: requestWith() })),
    },
    {
      name: 'a token for the application’s own purposes',
      refusal: 'TokenVerificationFailed',
      issue: async ({ accounts, accountId }) =>
        (await accounts.tokens.issue({ accountId, purpose: 'invite' })).token,
      show: ({ accounts }, token) => codeOf(accounts.tokens.consume({ token, purpose: 'invite' })),
    },
    {
      name: 'a code by SMS',
      refusal: 'TokenVerificationFailed',
      issue: async ({ accounts, accountId, sent }) => {
        await accounts.contacts.requestPhoneVerification({ accountId, phone: PHONE });
        return tokenIn(sent());
      },
      show: ({ accounts, accountId }, code) =>
        codeOf(accounts.contacts.verifyPhone({ accountId, phone: PHONE, code })),
    },
    {
      name: 'a challenge for a second factor',
      refusal: 'TokenVerificationFailed',
      issue: challengeOf,
      show: ({ accounts, totpSecret }, challenge) =>
        codeOf(
          accounts.twoFactor.loginWithTwoFactor({
            challenge,
            code: app(totpSecret),
            request: requestWith(),
          }),
        ),
    },
  ];

  const makeApp = async (
    registry: AccountsRegistry,
    appId: string,
    messages: Message[],
  ): Promise<App> => {
    const accounts = registry.app(appId) as FullAccounts;
    const { accountId } = await accounts.createAccount({
      username: 'ada',
      email: EMAIL,
      password: PASSWORD,
      extraContacts: [{ kind: 'phone', value: PHONE }],
    });
    await accounts.verifyEmail({ accountId, email: EMAIL });
    await accounts.createAccount({ username: 'totp', password: PASSWORD });
    const own = requestWith();
    await accounts.userByPasswordLogin({ username: 'totp', password: PASSWORD, request: own });
    const { secret } = await accounts.twoFactor.enrol({ request: own });
    await accounts.twoFactor.confirm({ request: own, code: app(secret) });
    return {
      accounts,
      accountId,
      totpSecret: secret,
      sent: () => {
        const last = messages.at(-1);
        if (!last) throw new Error('expected a message');
        return last;
      },
      login: async () => {
        const request = requestWith();
        const { authToken } = await accounts.magicLinks.login({
          token: await magicLink(accounts, messages),
          request,
        });
        return { ...request, authToken };
      },
    };
  };
  const magicLink = async (accounts: FullAccounts, messages: Message[]): Promise<string> => {
    await accounts.magicLinks.request({ email: EMAIL });
    await accounts.settled();
    const last = messages.at(-1);
    return last ? tokenIn(last) : '';
  };

  beforeAll(async () => {
    test = await createTestTable([], { clock: clock.now });
    const messages = new Map<string, Message[]>(APPS.map((appId) => [appId, []]));
    const registry = new AccountsRegistry({
      table: test.table,
      // The same for all: nothing may depend on secrets being different.
      sessions: { getTokenSecret: () => SECRET },
      passwords: { hasher: new QuickHasher() },
      throttling: { address: false },
      phones: phoneNumbers(),
      twoFactor: totp({ issuer: 'Latchkey', encryptionKeys: [keyOf(1)] }),
      apps: Object.fromEntries(
        APPS.map((appId) => [
          appId,
          { delivery: { send: (message: Message) => messages.get(appId)?.push(message) } },
        ]),
      ),
    });
    apps = [];
    for (const appId of APPS) {
      apps.push(await makeApp(registry, appId, messages.get(appId) ?? []));
    }
    clock.advance(30_000);
  });
  afterAll(() => test.drop());

  it.each(CREDENTIALS)('$name', async ({ refusal, issue, show }) => {
    for (const issuer of apps) {
      const credential = await issue(issuer);
      expect(credential.length).toBeGreaterThan(5);
      for (const other of apps) {
        if (other !== issuer) expect(await show(other, credential)).toBe(refusal);
      }
      // The diagonal: it was good all the time, and nobody has used it up.
      expect(await show(issuer, credential)).toBe('none');
    }
  });

  it('a request that one application accepted is not accepted by another', async () => {
    for (const issuer of apps) {
      const { authToken } = await issuer.login();
      const request = await issuer.accounts.handleRequest(requestWith(authToken));
      for (const other of apps) {
        const code = await codeOf(other.accounts.sessions.listSessions({ request }));
        expect(code).toBe(other === issuer ? 'none' : 'InvalidSession');
      }
    }
  });

  it('ASVS 9.2.4: an auth token says itself for whom it is, even where another has the very same rows', async () => {
    const [shop, forum] = apps;
    if (!shop || !forum) throw new Error('expected two applications');
    const { authToken } = await shop.login();
    const copies = (await tableItems(test.client, test.table.name))
      .filter(({ PK }) => PK?.S?.startsWith(`@shop#account#${shop.accountId}`))
      .map((item) => ({ ...item, PK: { S: item.PK?.S?.replace('@shop#', '@forum#') ?? '' } }));
    expect(copies.length).toBeGreaterThan(3);
    for (const Item of copies as Record<string, AttributeValue>[]) {
      await test.client.send(
        new BatchWriteItemCommand({
          RequestItems: { [test.table.name]: [{ PutRequest: { Item } }] },
        }),
      );
    }
    const code = await codeOf(forum.accounts.handleRequest(requestWith(authToken)));
    expect(code).toBe('TokenVerificationFailed');
    expect(await codeOf(shop.accounts.handleRequest(requestWith(authToken)))).toBe('none');
  });

  it('what is deleted, changed or logged out in one application, stays in the others', async () => {
    const [shop, forum] = apps;
    if (!shop || !forum) throw new Error('expected two applications');
    const { authToken } = await forum.login();
    await shop.accounts.sessions.revokeAllSessions({ accountId: shop.accountId });
    await shop.accounts.lifecycle.delete({ accountId: shop.accountId });
    const { user } = await forum.accounts.handleRequest(requestWith(authToken));
    expect(user?.accountId).toBe(forum.accountId);
    expect(await forum.accounts.findUser({ username: EMAIL })).not.toBeNull();
    expect(await shop.accounts.findUser({ username: EMAIL })).toBeNull();
  });
});
