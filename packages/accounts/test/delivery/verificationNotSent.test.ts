import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { Accounts, type AccountsOptions } from '../../src/accounts/Accounts.js';
import { SelfService } from '../../src/selfService/SelfService.js';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable();
});
afterAll(() => test.drop());

const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
beforeEach(() => warn.mockClear());
afterAll(() => warn.mockRestore());

const accountsWith = (options: Partial<AccountsOptions> = {}): Accounts =>
  new Accounts({ table: test.table, sessions: { getTokenSecret: () => SECRET }, ...options });

let count = 0;
const newEmail = (): string => `user${String(++count)}@example.com`;
const newUsername = (): string => `user${String(++count)}`;
const strict = { requireActivation: true };
const delivery = { send: () => undefined };

/** Every way to make an account that is not sent a token without `delivery`. */
const DOORS: Readonly<Record<string, (accounts: Accounts, names: object) => Promise<unknown>>> = {
  createAccount: (accounts, names) => accounts.createAccount({ ...names, password: PASSWORD }),
  createAccountAndLogin: (accounts, names) =>
    accounts.createAccountAndLogin({ ...names, password: PASSWORD, request: requestWith() }),
  'signUp of SelfService': (accounts, names) =>
    new SelfService(accounts).signUp({ ...names, password: PASSWORD, request: requestWith() }),
};

type Case = [string, () => object, Partial<AccountsOptions>, boolean];
const CASES: readonly Case[] = [
  ['an address alone', () => ({ email: newEmail() }), {}, true],
  [
    'an address beside a username',
    () => ({ email: newEmail(), username: newUsername() }),
    {},
    false,
  ],
  [
    'both with requireActivation',
    () => ({ email: newEmail(), username: newUsername() }),
    strict,
    true,
  ],
  ['a username alone', () => ({ username: newUsername() }), {}, false],
  ['an address with delivery', () => ({ email: newEmail() }), { delivery }, false],
];

describe.each(Object.keys(DOORS))('%s', (door) => {
  it.each(CASES)('of %s', async (_, names, options, isTold) => {
    const accounts = accountsWith(options);
    const told: string[] = [];
    accounts.on('VerificationNotSent', ({ accountId }) => told.push(accountId ?? ''));
    const given = names();
    const code = await codeOf(DOORS[door]?.(accounts, given) ?? Promise.resolve());
    // With requireActivation, a login in the same transaction makes the account, and is refused.
    expect(['none', 'AccountNotActivated']).toContain(code);
    const { username, email = '' } = given as { username?: string; email?: string };
    const name = username ?? email;
    const login = (): Promise<unknown> =>
      accounts.userByPasswordLogin({ username: name, password: PASSWORD, request: requestWith() });
    const loginCode = await codeOf(login());
    const made = await accounts.findUser({ username: name });
    expect(told).toEqual(isTold ? [made?.accountId] : []);
    // What was told is so: nobody logs in, until the application hands the token over.
    if (isTold) {
      expect(['LoginFailed', 'AccountNotActivated']).toContain(loginCode);
      await accounts.verifyEmail({ accountId: made?.accountId ?? '', email });
      expect(await codeOf(login())).toBe('none');
    } else if (!options.delivery) expect(loginCode).toBe('none');
    expect(warn).not.toHaveBeenCalled();
  });
});

it('Where nobody listens, Node warns once for each Accounts, and no later than the first', async () => {
  const accounts = accountsWith();
  const create = (): Promise<unknown> =>
    accounts.createAccount({ email: newEmail(), password: PASSWORD });
  await create();
  await create();
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn).toHaveBeenCalledWith(
    expect.stringContaining('`delivery`'),
    expect.objectContaining({ code: 'LATCHKEY_VERIFICATION_NOT_SENT' }),
  );
  expect(JSON.stringify(warn.mock.calls)).not.toContain('example.com');
  const stop = accounts.on('*', () => undefined);
  await accountsWith().createAccount({ username: newUsername(), password: PASSWORD });
  stop();
  expect(warn).toHaveBeenCalledTimes(1);
});
