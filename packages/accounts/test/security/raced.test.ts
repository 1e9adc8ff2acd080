import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { injectFaults } from '@latchkey/entity/testing';
import { importAccounts } from '@latchkey/accounts/import';
import { AccountAttempts } from '@latchkey/schema';
import { Secret, TOTP } from 'otpauth';
import { AccountError } from '../../src/errors/AccountError.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { Throttle } from '../../src/throttling/Throttle.js';
import { totp } from '../../src/twoFactor/totp.js';
import { codeOf } from '../support/errorOf.js';
import { claimsOf, resign } from '../support/forgeToken.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';

let test: TestAccounts;
beforeAll(async () => {
  test = await createTestAccounts({
    twoFactor: totp({ issuer: 'Tests', encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 7) }] }),
    sessions: { getTokenSecret: () => SECRET, idleTimeout: '1h' },
    throttling: { address: false },
  });
});
afterAll(() => test.drop());

/** Does something once, just before a client sends a command: as another server would. */
function before(client: DynamoDBClient, command: string, act: () => Promise<unknown>): void {
  let isDone = false;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!isDone && context.commandName === `${command}Command`) {
        isDone = true;
        await act();
      }
      return next(args);
    },
    { step: 'initialize' },
  );
}

let people = 0;
async function somebody(permissions: string[] = []) {
  const { accounts } = test;
  const request = requestWith();
  const own = { username: `raced${String(++people)}`, password: PASSWORD, request };
  const { accountId } = (await accounts.createAccountAndLogin(own)).account;
  for (const permission of permissions) await accounts.permissions.grant({ accountId, permission });
  const authToken = request.authToken ?? '';
  return { accountId, authToken, request: await accounts.handleRequest(requestWith(authToken)) };
}

it('recovery codes are not renewed beside a reset of the second factor', async () => {
  const { accountId, request } = await somebody();
  const { twoFactor } = test.accounts;
  const { secret } = await twoFactor.enrol({ request });
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = (): string => app.generate({ timestamp: test.clock.now().getTime() });
  await twoFactor.confirm({ request, code: code() });
  test.clock.advance(31_000);
  const other = test.another();
  // Not the transaction that counts the attempt, but the one that writes the codes.
  let sent = 0;
  test.client.middlewareStack.add(
    (next, context) => async (args) => {
      const isWrite = context.commandName === 'TransactWriteItemsCommand';
      const tables = JSON.stringify(args.input);
      if (isWrite && /recovery/i.test(tables) && sent++ === 0)
        await other.twoFactor.reset({ accountId });
      return next(args);
    },
    { step: 'initialize' },
  );
  expect(await codeOf(twoFactor.regenerateRecoveryCodes({ request, code: code() }))).not.toBe(
    'none',
  );
  expect(sent).toBeGreaterThan(0);
  const { items } = await test.accounts.TokenEntity.findMany({
    filter: { accountId, kind: 'twoFactorAuth' },
  });
  expect(items).toEqual([]);
});

// Found by `npm run lab -- --seed 2026 --only 103`.
it('a factor is disabled by a code that is new, though an older one is used at that moment', async () => {
  const { authToken, request } = await somebody();
  const { twoFactor } = test.accounts;
  const { secret } = await twoFactor.enrol({ request });
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = (steps: number): string =>
    app.generate({ timestamp: test.clock.now().getTime() + steps * 30_000 });
  await twoFactor.confirm({ request, code: code(-1) });
  const other = test.another();
  before(test.client, 'TransactWriteItems', async () => {
    const same = await other.handleRequest(requestWith(authToken));
    await other.twoFactor.enrol({ request: same, code: code(0) });
  });
  await twoFactor.disable({ request, code: code(1) });
  expect(await twoFactor.status({ request })).toMatchObject({ enabled: false });
});

it('a reset of the second factor leaves none that is confirmed meanwhile', async () => {
  const { accountId, authToken } = await somebody();
  const other = test.another();
  before(test.client, 'UpdateItem', async () => {
    const request = await other.handleRequest(requestWith(authToken));
    const { secret } = await other.twoFactor.enrol({ request });
    const app = new TOTP({ secret: Secret.fromBase32(secret) });
    const code = app.generate({ timestamp: test.clock.now().getTime() });
    await other.twoFactor.confirm({ request, code });
  });
  await test.accounts.twoFactor.reset({ accountId });
  const { items } = await test.accounts.TokenEntity.findMany({
    filter: { accountId, kind: 'twoFactorAuth' },
  });
  expect(items).toEqual([]);
});

it('a request is refused whose session ends while its use is recorded', async () => {
  const { authToken } = await somebody();
  test.clock.advance(30 * 60_000);
  const other = test.another();
  before(test.client, 'UpdateItem', () => other.logout({ authToken, request: requestWith() }));
  expect(await codeOf(test.accounts.handleRequest(requestWith(authToken)))).toBe('InvalidSession');
});

describe('an impersonation', () => {
  const act = async (request: SessionRequest): Promise<string> => {
    const { accountId } = await somebody();
    return (await test.accounts.impersonate({ request, accountId })).authToken;
  };
  const sessionOf = (authToken: string): string => claimsOf(authToken).sid;

  it('belongs to the impersonator whom its session names', async () => {
    const [one, two] = [await somebody(['impersonate']), await somebody(['impersonate'])];
    const authToken = await act(one.request);
    expect(await codeOf(test.accounts.handleRequest(requestWith(authToken)))).toBe('none');
    const forged = resign(authToken, {
      act: { sub: two.accountId, sid: sessionOf(two.authToken) },
    });
    expect(await codeOf(test.accounts.handleRequest(requestWith(forged)))).toBe('InvalidSession');
    const withoutActor = resign(authToken, { act: undefined });
    expect(await codeOf(test.accounts.handleRequest(requestWith(withoutActor)))).toBe(
      'InvalidSession',
    );
  });

  it("belongs to the impersonator's session that it was begun in", async () => {
    const one = await somebody(['impersonate']);
    const authToken = await act(one.request);
    const { username = '' } = one.request.user ?? {};
    const again = requestWith();
    await test.accounts.userByPasswordLogin({ username, password: PASSWORD, request: again });
    const other = { sub: one.accountId, sid: sessionOf(again.authToken ?? '') };
    const forged = resign(authToken, { act: other });
    expect(await codeOf(test.accounts.handleRequest(requestWith(forged)))).toBe('InvalidSession');
  });

  it('ends when the item of the impersonator says that the account is deactivated', async () => {
    const one = await somebody(['impersonate']);
    const authToken = await act(one.request);
    // By the entity, without the new generation that `lifecycle.deactivate` gives.
    await test.accounts.AccountEntity.updateOne({
      filter: { accountId: one.accountId },
      update: { $set: { deactivated: true } },
    });
    expect(await codeOf(test.accounts.handleRequest(requestWith(authToken)))).toBe(
      'InvalidSession',
    );
  });
});

it('a guess that is counted beside a reset of the count does not bring the old count back', async () => {
  const { accountId, request } = await somebody();
  const { username = '' } = request.user ?? {};
  const login = (password: string): Promise<string> =>
    codeOf(test.accounts.userByPasswordLogin({ username, password, request: requestWith() }));
  while ((await login('wrong password')) !== 'AccountLocked');
  test.clock.advance(60 * 60_000);
  const other = test.another();
  let counts = 0;
  test.client.middlewareStack.add(
    (next, context) => async (args) => {
      // The first finds the budget used up; the second counts on what the first has seen.
      const isCount = context.commandName === 'UpdateItemCommand';
      if (isCount && ++counts === 2) {
        await other.setPassword({ accountId, newPassword: PASSWORD });
      }
      return next(args);
    },
    { step: 'initialize' },
  );
  expect(await login('wrong password')).toBe('LoginFailed');
  expect(counts).toBeGreaterThan(1);
  expect(await login(PASSWORD)).toBe('none');
});

it('an attempt that is taken back beside a success gives no more attempts than there were', async () => {
  const { accountId } = await somebody();
  const throttle = new Throttle(test.table);
  const attempt = { accountId, authenticator: 'password' } as const;
  await throttle.recordAttempt(attempt);
  const look = async (): Promise<never> => {
    await test.another().setPassword({ accountId, newPassword: PASSWORD });
    throw new AccountError('TooBusy', {});
  };
  expect(await codeOf(throttle.unlessTooBusy(attempt, look))).toBe('TooBusy');
  const { item } = await test.table.entity(AccountAttempts).findOne({ filter: attempt });
  expect(item).toMatchObject({ attempts: 0 });
});

it('a code for a phone is neither counted nor judged for a session that has ended', async () => {
  const { accountId, authToken, request } = await somebody();
  const phone = '+4930123456';
  await test.accounts.contacts.addPhone({ accountId, phone });
  await test.another().logout({ authToken, request: requestWith() });
  const verify = { request, phone, code: '123456' };
  const { commands } = await test.log.costOf(async () => {
    expect(await codeOf(test.accounts.contacts.verifyPhone(verify))).toBe('InvalidSession');
  });
  expect(commands.filter((name) => /Update|Put|Delete|Write/.test(name))).toEqual([]);
});

it('an address that its holder proves meanwhile is not taken over as an unproven claim', async () => {
  const claim = async (name: string) => {
    const email = `${name}@example.com`;
    const { accountId } = await test.accounts.createAccount({ email, password: PASSWORD });
    return { accountId, email, rows: [{ foreignId: name, email, emailVerified: true }] };
  };
  const free = await claim('claimed1');
  const { commands } = await test.log.costOf(() => importAccounts(test.accounts, () => free.rows));
  const reads = commands.filter((command) => command === 'BatchGetItem').length;
  expect(reads).toBeGreaterThan(0);
  const { accountId, email, rows } = await claim('claimed2');
  const run = () => test.another().verifyEmail({ accountId, email });
  const faults = injectFaults(test.client);
  // After the last look at the claim, and before what takes it over is read and written.
  let seen = 0;
  faults.choose(({ operation }) =>
    operation === 'BatchGetItem' && ++seen === reads ? { name: 'interleave', run } : undefined,
  );
  const { accounts, refused } = await importAccounts(test.accounts, () => rows);
  faults.remove();
  const codes = refused.map(({ error }) => error.code);
  expect([accounts, codes]).toEqual([0, ['EmailAlreadyExists']]);
  expect(await test.accounts.findUser({ username: email })).toMatchObject({ accountId });
});

it('a session ends when the item of its account says that it is deactivated', async () => {
  const { accountId, authToken } = await somebody();
  await test.accounts.AccountEntity.updateOne({
    filter: { accountId },
    update: { $set: { deactivated: true } },
  });
  expect(await codeOf(test.accounts.handleRequest(requestWith(authToken)))).toBe('InvalidSession');
});
