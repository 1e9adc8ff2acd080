import { Table } from '@latchkey/entity';
import * as z from 'zod';
import { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { Mailbox } from '../oneTimeTokens/Mailbox.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';
import { QuickHasher } from '../support/QuickHasher.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the calls of SelfService that Userbase has', () => {
  const mailbox = new Mailbox();
  let test: TestAccounts;

  beforeEach(async () => {
    test = await createTestAccounts({
      plan: { paymentsMode: 'test', trialDays: 14 },
      sessions: { getTokenSecret: () => SECRET, idleTimeout: '2h' },
      delivery: mailbox,
    });
  });
  afterEach(() => test.drop());

  const isLive = async (authToken: string): Promise<boolean> =>
    (await codeOf(selfService(test.accounts).verifyAuthToken(authToken))) === 'none';

  it('signs up, is who they are, changes, signs out and in, and leaves', async () => {
    const { accounts, clock } = test;
    const request = requestWith();
    const form = { username: 'Ada', email: 'Ada@Example.com', password: PASSWORD };
    const ada = await selfService(accounts).signUp({ ...form, profile: { name: 'Ada' }, request });
    expect(ada).toEqual({
      username: 'ada',
      userId: expect.stringMatching(/^[0-9A-Z]{26}$/),
      authToken: request.authToken,
      deviceToken: expect.any(String) as string,
      expiresAt: expect.any(Date) as Date,
      creationDate: clock.now(),
      email: 'ada@example.com',
      profile: { name: 'Ada' },
      paymentsMode: 'test',
      trialExpirationDate: new Date(clock.now().getTime() + 14 * DAY),
    });
    const { email: _email, authToken = '', expiresAt, deviceToken, ...verified } = ada;
    expect(await selfService(accounts).verifyAuthToken(authToken)).toEqual(verified);
    expect((await mailbox.take()).map(({ kind, to }) => [kind, to.value])).toEqual([
      ['EmailVerification', 'ada@example.com'],
    ]);

    const changed = await selfService(accounts).updateUser({
      request,
      username: 'Countess',
      profile: { name: 'Ada Lovelace' },
    });
    const updated = {
      ...verified,
      email: 'ada@example.com',
      username: 'countess',
      profile: { name: 'Ada Lovelace' },
    };
    expect(changed).toEqual({ ...updated, authToken });

    await selfService(accounts).signOut({ request });
    expect(request).toMatchObject({ sessionDestroyed: true });
    expect(await isLive(authToken)).toBe(false);

    const again = requestWith();
    const signedIn = await selfService(accounts).signIn({
      username: 'countess',
      password: PASSWORD,
      request: again,
    });
    // Of the same moment, the device's token is the same.
    const session = { authToken: again.authToken, expiresAt, deviceToken };
    expect(signedIn).toEqual({ ...updated, ...session });

    await selfService(accounts).deleteUser({ request: again });
    expect(await isLive(signedIn.authToken)).toBe(false);
    const { counts, problems } = await contentsOf(test.client, test.table.name);
    expect(problems).toEqual([]);
    expect(counts.Account).toBeUndefined();
    // Name and address are free again.
    await selfService(accounts).signUp({ ...form, request: requestWith() });
  });

  it('is two requests, also with everything in it: the network is counted first', async () => {
    const form = { username: 'ada', email: 'ada@example.com', password: PASSWORD };
    const full = {
      ...form,
      profile: { name: 'Ada' },
      rememberMe: 'local',
      sessionLength: 1,
    } as const;
    const costOf = async (params: object): Promise<readonly string[]> =>
      (
        await test.log.costOf(() =>
          selfService(test.accounts).signUp({ ...full, request: requestWith(), ...params }),
        )
      ).commands;
    expect(await costOf({})).toEqual(['UpdateItem', 'TransactWriteItems']);
    // The username is taken: nothing more is looked at.
    expect(await costOf({})).toEqual(['UpdateItem', 'TransactWriteItems']);
    expect(await costOf({ password: '' })).toEqual([]);
    const { counts, problems } = await contentsOf(test.client, test.table.name);
    expect(problems).toEqual([]);
    expect(counts).toMatchObject({ Account: 1, AccessType: 1, AccountToken: 2, Session: 1 });
  });

  it('signs in with five requests, and verifies a token with one that writes nothing', async () => {
    const { accounts, log } = test;
    const { authToken = '' } = await selfService(accounts).signUp({
      username: 'ada',
      password: PASSWORD,
      request: requestWith(),
    });
    const signIn = await log.costOf(() =>
      selfService(accounts).signIn({ username: 'ada', password: PASSWORD, request: requestWith() }),
    );
    expect([...signIn.commands].sort()).toEqual([
      'GetItem',
      'Query',
      'TransactWriteItems',
      'UpdateItem',
      'UpdateItem',
    ]);
    const verify = await log.costOf(() => selfService(accounts).verifyAuthToken(authToken));
    expect(verify.commands).toEqual(['BatchGetItem']);
  });

  it('ASVS 6.3.8: gives an unknown user the requests of a wrong password', async () => {
    const { accounts, log } = test;
    const form = { username: 'ada', email: 'ada@example.com', password: PASSWORD };
    await selfService(accounts).signUp({ ...form, request: requestWith() });
    const attempts = [
      { username: 'ada', password: 'wrong password' },
      { username: 'nobody', password: PASSWORD },
      { email: 'ada@example.com', password: PASSWORD }, // which is not verified
      { email: 'nobody@example.com', password: PASSWORD },
    ];
    for (const attempt of attempts) {
      const signIn = (): Promise<unknown> =>
        selfService(accounts).signIn({ ...attempt, request: requestWith() });
      const { commands } = await log.costOf(signIn);
      expect([...commands].sort()).toEqual(['GetItem', 'Query', 'UpdateItem', 'UpdateItem']);
      expect(await errorOf(signIn())).toMatchObject({
        code: 'UsernameOrPasswordMismatch',
        details: {},
      });
    }
  });

  it('signs in by a verified e-mail address and phone number, each by its name or as username', async () => {
    const { accounts } = test;
    const { userId } = await selfService(accounts).signUp({
      email: 'ada@example.com',
      extraContacts: [{ kind: 'phone', value: '+4930123456' }],
      password: PASSWORD,
      request: requestWith(),
    });
    await accounts.verifyEmail({ accountId: userId, email: 'ada@example.com' });
    const { items } = await accounts.AccessTypeEntity.findMany({ filter: { accountId: userId } });
    const phone = items.find(({ data }) => data.kind === 'phone');
    await accounts.AccessTypeEntity.updateOne({
      filter: { accountId: userId, 'data.kind': 'phone', ulid: phone?.ulid ?? '' },
      update: { $set: { verified: true } },
    });
    const names = [
      { username: 'Ada@example.com' },
      { email: 'ada@Example.com' },
      { username: '+4930123456' },
      { phone: '+4930123456' },
    ];
    for (const name of names) {
      const user = await selfService(accounts).signIn({
        ...name,
        password: PASSWORD,
        request: requestWith(),
      });
      expect(user).toMatchObject({ userId, email: 'ada@example.com' });
    }
    const both = { username: 'ada', email: 'ada@example.com', password: PASSWORD };
    expect(
      await errorOf(selfService(accounts).signIn({ ...both, request: requestWith() } as never)),
    ).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'email', reason: 'notBesideUsername' },
    });
  });

  it.each([
    ['24 hours, unless asked otherwise', {}, 24 * HOUR],
    ['a length in hours', { sessionLength: 0.5 }, HOUR / 2],
    ['a time', { expiredTime: new Date(Date.UTC(2036, 10, 21, 12, 20)) }, HOUR / 3],
    ['a date-time with an offset', { expiredTime: '2036-11-21T14:20:00+02:00' }, HOUR / 3],
  ])('ends the session after %s, at sign-up and sign-in, by the clock', async (_n, wishes, ms) => {
    const { accounts, clock } = test;
    const own = { username: 'ada', password: PASSWORD, rememberMe: 'local', ...wishes } as const;
    const up = await selfService(accounts).signUp({ ...own, request: requestWith() });
    const again = await selfService(accounts).signIn({ ...own, request: requestWith() });
    const endMs = clock.now().getTime() + ms;
    expect([up.expiresAt?.getTime(), again.expiresAt?.getTime()]).toEqual([endMs, endMs]);
    const tokens = [up.authToken ?? '', again.authToken];
    clock.advance(ms - 1);
    // As long as they are in use: `idleTimeout` holds as well.
    const isIdle = ms > 2 * HOUR;
    expect(await Promise.all(tokens.map(isLive))).toEqual([!isIdle, !isIdle]);
    clock.advance(1);
    expect(await Promise.all(tokens.map(isLive))).toEqual([false, false]);
  });

  it.each([
    // The application's options are the bound, whatever a client asks.
    ['local', false],
    ['session', false],
    ['none', false],
  ] as const)('with rememberMe %s, an idle session %s continues', async (rememberMe, goesOn) => {
    const { accounts, clock } = test;
    const own = { username: 'ada', password: PASSWORD, rememberMe };
    const { authToken = '' } = await selfService(accounts).signUp({
      ...own,
      request: requestWith(),
    });
    clock.advance(2 * HOUR + 1);
    expect(await isLive(authToken)).toBe(goesOn);
  });

  it('lets one of 16 parallel sign-ups have the name, and leaves nothing of the others', async () => {
    const form = { username: 'ada', password: PASSWORD };
    const codes = await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        codeOf(
          selfService(test.accounts).signUp({
            ...form,
            email: `ada${String(at)}@example.com`,
            request: requestWith(),
          }),
        ),
      ),
    );
    expect(codes.sort()).toEqual([
      ...Array.from({ length: 15 }, () => 'UsernameAlreadyExists'),
      'none',
    ]);
    const { counts, problems } = await contentsOf(test.client, test.table.name);
    expect(problems).toEqual([]);
    expect(counts).toMatchObject({ Account: 1, AccessType: 1, Session: 1 });
  });

  it('is once for one mailbox, however its domain is written', async () => {
    const { accounts } = test;
    const codes = await Promise.all(
      ['ada@bücher.example', 'ada@BÜCHER.example', 'ada@xn--bcher-kva.example'].map((email) =>
        codeOf(selfService(accounts).signUp({ email, password: PASSWORD, request: requestWith() })),
      ),
    );
    expect(codes.sort()).toEqual(['EmailAlreadyExists', 'EmailAlreadyExists', 'none']);
    const ipAddress = { email: 'ada@127.1', password: PASSWORD, request: requestWith() };
    expect(await codeOf(selfService(accounts).signUp(ipAddress))).toBe('EmailNotValid');
  });

  it('takes the application’s own fields, and refuses others', async () => {
    const accounts = new Accounts({
      // Another view of it: a table has one definition of the account.
      table: new Table({ name: test.table.name, client: test.client }).namespace('own'),
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
      accountFields: { plan: z.enum(['free', 'paid']) },
      visitorFields: ['plan'],
    });
    const form = { username: 'ada', password: PASSWORD, request: requestWith() };
    const { userId } = await selfService(accounts).signUp({ ...form, plan: 'paid' });
    expect(await accounts.findUser({ username: userId })).toMatchObject({ plan: 'paid' });
    const other = { ...form, username: 'eve', request: requestWith(), permissions: ['all'] };
    expect(
      await errorOf(selfService(accounts).signUp({ ...other, plan: 'free' } as never)),
    ).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'permissions', reason: 'unknownField' },
    });
  });

  it('tells of each call in one event, by the names of the flows, bad input included', async () => {
    const { accounts } = test;
    const events: AccountEvent[] = [];
    accounts.on('*', (event) => events.push(event));
    const told = (): unknown => events.splice(0).map(({ name, reason }) => [name, reason]);
    await codeOf(selfService(accounts).signUp({ password: PASSWORD, request: requestWith() }));
    expect(told()).toEqual([['CreateUserError', 'UsernameMissing']]);
    const form = { username: 'ada', password: PASSWORD };
    await selfService(accounts).signUp({ ...form, request: requestWith() });
    expect(told()).toEqual([
      ['CreateUserSuccess', undefined],
      ['LoginSuccess', undefined],
    ]);
    await codeOf(
      selfService(accounts).signIn({ username: 'ada', password: 'wrong', request: requestWith() }),
    );
    expect(told()).toEqual([['LoginError', 'LoginFailed']]);
    await selfService(accounts).signIn({ ...form, request: requestWith() });
    expect(told()).toEqual([['LoginSuccess', undefined]]);
    await codeOf(selfService(accounts).signIn({ ...form, request: null as never }));
    expect(told()).toEqual([['LoginError', 'InvalidInput']]);
  });

  it('does not take what a copy of a request says of its user for a session', async () => {
    const { accounts } = test;
    const request = requestWith();
    await selfService(accounts).signUp({ username: 'ada', password: PASSWORD, request });
    const copy = { ...request };
    for (const call of ['updateUser', 'deleteUser'] as const) {
      const input = { request: copy, profile: { name: 'Eve' }, accountId: request.user?.accountId };
      expect(await codeOf(selfService(accounts)[call](input))).toBe('UserNotSignedIn');
    }
    expect(
      await codeOf(
        selfService(accounts).deleteUser({ accountId: request.user?.accountId } as never),
      ),
    ).toBe('InvalidInput');
  });

  it('verifies a token without letting its session go on, and no other’s', async () => {
    const { accounts } = test;
    const rotating = test.another({ rotation: { after: '1h' }, onConnectionChange: 'revoke' });
    const { authToken = '' } = await selfService(rotating).signUp({
      username: 'ada',
      password: PASSWORD,
      request: requestWith(),
    });
    test.clock.advance(1.5 * HOUR);
    const { commands } = await test.log.costOf(() =>
      selfService(accounts).verifyAuthToken(authToken),
    );
    expect(commands).toEqual(['BatchGetItem']);
    await selfService(rotating).verifyAuthToken(authToken);
    const request = requestWith(authToken);
    await rotating.handleRequest(request);
    expect(request.authToken).not.toBe(authToken);
    for (const token of ['', 'not a token', undefined, {}]) {
      expect(await codeOf(selfService(accounts).verifyAuthToken(token as string))).toBe(
        'TokenVerificationFailed',
      );
    }
    const tenant = new Accounts({
      table: test.table.namespace('tenant'),
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
    });
    expect(await codeOf(selfService(tenant).verifyAuthToken(authToken))).toBe('InvalidSession');
  });
});
