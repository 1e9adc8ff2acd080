import { Secret, TOTP } from 'otpauth';
import * as z from 'zod';
import type { ImportProgress, ImportResult } from '../../src/import/ImportOptions.js';
import { importAccounts } from '../../src/import/importAccounts.js';
import { UnreadableRow, type ImportRow, type ImportSource } from '../../src/import/ImportRow.js';
import { totp } from '../../src/twoFactor/totp.js';
import { FOREIGN } from '../passwords/foreignVectors.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { createTestAccounts, requestWith, type TestAccounts } from '../support/testAccounts.js';

const options = {
  accountFields: { plan: z.enum(['free', 'paid']).optional() },
  passwords: {
    hasher: new QuickHasher(),
    extraHashers: FOREIGN.map(({ hasher }) => hasher),
  },
  twoFactor: totp({ issuer: 'Latchkey', encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }] }),
  throttling: { address: false },
} as const;

let test: TestAccounts;
beforeEach(async () => {
  test = await createTestAccounts(options);
});
afterEach(() => test.drop());

type Options = Parameters<typeof importAccounts>[2];

const run = (rows: readonly unknown[], given?: Options): Promise<ImportResult> =>
  importAccounts(test.accounts, (() => rows) as ImportSource, given);

const quick = (password: string): Promise<string> => new QuickHasher().hash(password);

const login = (username: string, password: string): Promise<string> =>
  codeOf(test.accounts.userByPasswordLogin({ username, password, request: requestWith() }));

const contents = () => contentsOf(test.client, test.table.name);

describe('a row', () => {
  it('brings everything along that it has', async () => {
    const secret = new Secret({ size: 20 }).base32;
    const createdAt = new Date('2019-05-04T03:02:01.000Z');
    const result = await run([
      {
        foreignId: 'auth0|Ab c',
        username: 'Ada',
        email: 'Ada@Example.com',
        emailVerified: true,
        phone: '+49 30 123456',
        phoneVerified: false,
        contacts: [
          { kind: 'oauth', provider: 'google', value: '1234', verified: true },
          { kind: 'email', value: 'ada@work.example' },
        ],
        passwordHash: await quick('correct horse'),
        totpSecret: secret.toLowerCase().replace(/(.{4})/g, '$1 '),
        profile: { name: 'Ada', tags: ['a'] },
        plan: 'paid',
        createdAt,
      },
    ]);
    expect(result).toEqual({
      outcome: 'imported',
      rows: 1,
      accounts: 1,
      present: 0,
      refusedCount: 0,
      refused: [],
    });
    const account = await test.accounts.findUser({ foreignId: 'auth0|Ab c' });
    expect(account).toMatchObject({
      foreignId: 'auth0|Ab c',
      username: 'ada',
      profile: { name: 'Ada', tags: ['a'] },
      plan: 'paid',
      deactivated: false,
      createdAt,
    });
    const accountId = account?.accountId ?? '';
    expect(account?.permissions).toEqual([`admin_profile:${accountId}`]);
    const contacts = await test.accounts.contacts.list({ accountId });
    const shown = contacts.map(({ data, verified }) => [data.kind, data.value, verified]);
    expect(shown.sort()).toEqual([
      ['email', 'ada@example.com', true],
      ['email', 'ada@work.example', false],
      ['oauth', '1234', true],
      ['phone', '+4930123456', false],
    ]);
    const byIdentity = await test.accounts.contacts.findByIdentity({
      provider: 'google',
      value: '1234',
    });
    expect(byIdentity?.accountId).toBe(accountId);

    const refused = await errorOf(
      test.accounts.userByPasswordLogin({
        username: 'ada@example.com',
        password: 'correct horse',
        request: requestWith(),
      }),
    );
    expect(refused.code).toBe('TwoFactorRequired');
    const app = new TOTP({ secret: Secret.fromBase32(secret) });
    const { authToken } = await test.accounts.twoFactor.loginWithTwoFactor({
      challenge: refused.challenge ?? '',
      code: app.generate({ timestamp: test.clock.now().getTime() }),
      request: requestWith(),
    });
    expect(authToken).toEqual(expect.any(String));
    const { problems } = await contents();
    expect(problems).toEqual([]);
  });

  it('is found by its foreign id exactly, in two requests, and by nothing else', async () => {
    await run([{ foreignId: 'Case-1', username: 'ada' }]);
    const { commands } = await test.log.costOf(() =>
      test.accounts.findUser({ foreignId: 'Case-1' }),
    );
    expect(commands).toHaveLength(2);
    for (const foreignId of ['case-1', ' Case-1', 'Case-1 ', 'Case', 'ada']) {
      expect(await test.accounts.findUser({ foreignId })).toBeNull();
    }
    for (const input of [
      { foreignId: '' },
      { foreignId: 7 },
      { foreignId: '\ud800' },
      { foreignId: 'x'.repeat(257) },
      { foreignId: 'Case-1', username: 'ada' },
      {},
    ]) {
      expect(await codeOf(test.accounts.findUser(input as never))).toBe('InvalidInput');
    }
    expect(await login('Case-1', 'anything at all')).toBe('LoginFailed');
  });

  it('gives its foreign id back when the account is deleted', async () => {
    await run([{ foreignId: '1', username: 'ada' }]);
    const { accountId = '' } = (await test.accounts.findUser({ foreignId: '1' })) ?? {};
    await test.accounts.lifecycle.delete({ accountId });
    expect(await contents()).toEqual({ counts: {}, problems: [] });
    expect(await run([{ foreignId: '1', username: 'ada' }])).toMatchObject({ accounts: 1 });
  });

  it.each(FOREIGN.flatMap(({ vectors }) => vectors))(
    'with a hash of $name logs in by its password, and has it replaced by that',
    async ({ password, stored }) => {
      await run([{ foreignId: '1', username: 'ada', passwordHash: stored }]);
      expect(await login('ada', 'wrong password')).toBe('LoginFailed');
      const { accountId = '' } = (await test.accounts.findUser({ foreignId: '1' })) ?? {};
      const valueOf = async (): Promise<string | undefined> => {
        const { items } = await test.accounts.TokenEntity.findMany({
          filter: { accountId, kind: 'password' },
          secrets: true,
        });
        return items[0]?.value;
      };
      expect(await valueOf()).toBe(stored);
      expect(await login('ada', password)).toBe('none');
      expect(await valueOf()).toMatch(/^quick\$/);
      expect(await login('ada', password)).toBe('none');
      expect(await login('ada', `${password}!`)).toBe('LoginFailed');
    },
  );

  it('without a password, and one that is deactivated, cannot log in', async () => {
    await run([
      { foreignId: '1', username: 'ada' },
      {
        foreignId: '2',
        username: 'bob',
        passwordHash: await quick('password of Bob'),
        deactivated: true,
      },
    ]);
    expect(await login('ada', 'anything at all')).toBe('LoginFailed');
    expect(await login('bob', 'password of Bob')).toBe('AccountDeactivated');
  });

  it('keeps an address that is not verified as long as a sign-up does, whatever its createdAt', async () => {
    await run([{ foreignId: '1', email: 'ada@example.com', createdAt: '2001-02-03T04:05:06Z' }]);
    const { accountId = '' } = (await test.accounts.findUser({ foreignId: '1' })) ?? {};
    test.clock.advance(6 * 24 * 3_600_000);
    expect(await test.accounts.contacts.list({ accountId })).toHaveLength(1);
  });
});

/** Rows that cannot be taken, with what is said of each. */
const FAULTS: readonly (readonly [row: unknown, path: string, reason: string])[] = [
  [null, '', 'notAnObject'],
  [undefined, '', 'notAnObject'],
  ['text', '', 'notAnObject'],
  [[], '', 'notAnObject'],
  [new UnreadableRow('notJson'), '', 'notJson'],
  [{}, 'foreignId', 'notAString'],
  [{ foreignId: 7, username: 'ada' }, 'foreignId', 'notAString'],
  [{ foreignId: '', username: 'ada' }, 'foreignId', 'empty'],
  [{ foreignId: 'x'.repeat(257), username: 'ada' }, 'foreignId', 'tooLong'],
  [{ foreignId: '\udfff', username: 'ada' }, 'foreignId', 'notWellFormed'],
  [{ foreignId: '1' }, 'username', 'neitherUsernameNorContact'],
  [{ foreignId: '1', username: null, email: null }, 'username', 'neitherUsernameNorContact'],
  [{ foreignId: '1', username: 'ada@example.com' }, 'username', 'notAUsername'],
  [{ foreignId: '1', username: 'a b' }, 'username', 'notAUsername'],
  [{ foreignId: '1', username: 7 }, 'username', 'notAString'],
  [{ foreignId: '1', email: 'ada' }, 'email', 'notAnEmailAddress'],
  [{ foreignId: '1', email: ['ada@example.com'] }, 'email', 'notAnEmailAddress'],
  [
    { foreignId: '1', email: 'ada@example.com', emailVerified: 'true' },
    'emailVerified',
    'notABoolean',
  ],
  [{ foreignId: '1', phone: '030 123456' }, 'phone', 'notAPhoneNumber'],
  [{ foreignId: '1', username: 'ada', phoneVerified: 1 }, 'phoneVerified', 'notABoolean'],
  [{ foreignId: '1', contacts: {} }, 'contacts', 'notAList'],
  [{ foreignId: '1', contacts: ['x'] }, 'contacts.0', 'notAnObject'],
  [{ foreignId: '1', contacts: [{ kind: 'pigeon', value: 'x' }] }, 'contacts.0.kind', 'notValid'],
  [
    { foreignId: '1', contacts: [{ kind: 'oauth', provider: 'google', value: '' }] },
    'contacts.0.value',
    'notValid',
  ],
  [
    { foreignId: '1', contacts: [{ kind: 'email', value: 'a@b.example', verified: 'yes' }] },
    'contacts.0.verified',
    'notABoolean',
  ],
  [
    {
      foreignId: '1',
      contacts: Array.from({ length: 41 }, (_, at) => ({
        kind: 'oauth',
        provider: 'x',
        value: String(at),
      })),
    },
    'contacts',
    'tooManyContacts',
  ],
  [
    { foreignId: '1', username: 'ada', passwordHash: 'a password' },
    'passwordHash',
    'notRecognised',
  ],
  [
    { foreignId: '1', username: 'ada', passwordHash: '$2b$17$' + 'a'.repeat(53) },
    'passwordHash',
    'notRecognised',
  ],
  [
    { foreignId: '1', username: 'ada', passwordHash: '$latchkey-elsewhere$v=1$0' },
    'passwordHash',
    'notRecognised',
  ],
  [{ foreignId: '1', username: 'ada', passwordHash: 7 }, 'passwordHash', 'notAString'],
  [
    { foreignId: '1', username: 'ada', totpSecret: 'GEZDGNBVGY3TQOJQ' },
    'totpSecret',
    'notATotpSecret',
  ],
  [{ foreignId: '1', username: 'ada', totpSecret: '1'.repeat(32) }, 'totpSecret', 'notATotpSecret'],
  [{ foreignId: '1', username: 'ada', totpSecret: {} }, 'totpSecret', 'notAString'],
  [{ foreignId: '1', username: 'ada', profile: 'x' }, 'profile', 'notAnObject'],
  [{ foreignId: '1', username: 'ada', profile: { x: 'x'.repeat(310_000) } }, 'profile', 'tooLarge'],
  [
    {
      foreignId: '1',
      username: 'ada',
      profile: JSON.parse('{"__proto__":{"admin":true}}') as unknown,
    },
    'profile.__proto__',
    'notValid',
  ],
  [{ foreignId: '1', username: 'ada', plan: 'gold' }, 'plan', 'notValid'],
  [{ foreignId: '1', username: 'ada', permissions: ['admin'] }, 'permissions', 'unknownField'],
  [
    { foreignId: '1', username: 'ada', accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' },
    'accountId',
    'unknownField',
  ],
  [{ foreignId: '1', username: 'ada', password: 'correct horse' }, 'password', 'unknownField'],
  [{ foreignId: '1', username: 'ada', deactivated: 'no' }, 'deactivated', 'notABoolean'],
  [{ foreignId: '1', username: 'ada', createdAt: 'yesterday' }, 'createdAt', 'notADate'],
  [{ foreignId: '1', username: 'ada', createdAt: 1234 }, 'createdAt', 'notADate'],
  [{ foreignId: '1', username: 'ada', createdAt: new Date(Number.NaN) }, 'createdAt', 'notADate'],
  [{ foreignId: '1', username: 'ada', createdAt: '9999-01-01' }, 'createdAt', 'inTheFuture'],
];

describe('rows that cannot be taken', () => {
  it('are all listed, with path and reason, and nothing is written', async () => {
    const good = { foreignId: 'good', username: 'good' };
    const told: number[] = [];
    const result = await run([good, ...FAULTS.map(([row]) => row)], {
      onProgress: ({ refused }: ImportProgress) => told.push(...refused.map(({ row }) => row)),
    });
    expect(result).toMatchObject({
      outcome: 'refused',
      rows: FAULTS.length + 1,
      accounts: 0,
      refusedCount: FAULTS.length,
    });
    const said = result.refused.map(({ row, error: { code, details } }) => ({
      row,
      code,
      details,
    }));
    expect(said).toEqual(
      FAULTS.map(([, path, reason], at) => ({
        row: at + 2,
        code: 'InvalidInput',
        details: { path, reason },
      })),
    );
    expect(told).toEqual(result.refused.map(({ row }) => row));
    expect(await contents()).toEqual({ counts: {}, problems: [] });
    expect(JSON.stringify(result.refused.map(({ error }) => error))).not.toMatch(
      /a password|GEZDGNBV|310000|correct horse/,
    );
  });

  it('leave the others to be imported where they are skipped', async () => {
    const good = { foreignId: 'good', username: 'good' };
    const result = await run([...FAULTS.map(([row]) => row), good], { skipRefused: true });
    expect(result).toMatchObject({ outcome: 'imported', accounts: 1, refusedCount: FAULTS.length });
    expect((await contents()).counts).toEqual({ Account: 1, unique: 2 });
  });

  it('have a value of an earlier row that can be taken, which is named', async () => {
    const contact = { kind: 'oauth', provider: 'google', value: '1' } as const;
    const rows = [
      { foreignId: '1', username: 'ada', email: 'ada@example.com', contacts: [contact] },
      { foreignId: '1', username: 'other' },
      { foreignId: '2', username: 'ADA' },
      { foreignId: '3', email: 'ADA@example.com' },
      { foreignId: '4', contacts: [contact] },
      // Of a row that is refused, nothing is taken.
      { foreignId: '5', username: 'eve', passwordHash: 'x' },
      { foreignId: '5', username: 'eve' },
      { foreignId: '6', contacts: [{ ...contact, provider: 'github' }] },
    ];
    const first = await run(rows, { skipRefused: true });
    const shown = ({ refused }: ImportResult) =>
      refused.map(({ row, sameAsRow, error }) => [row, sameAsRow, error.code]);
    expect(shown(first)).toEqual([
      [2, 1, 'IdentityAlreadyExists'],
      [3, 1, 'UsernameAlreadyExists'],
      [4, 1, 'EmailAlreadyExists'],
      [5, 1, 'IdentityAlreadyExists'],
      [6, undefined, 'InvalidInput'],
    ]);
    expect(first).toMatchObject({ accounts: 3, present: 0 });
    // The second time, they are in the way as accounts; what was imported is.
    const again = await run(rows, { skipRefused: true });
    expect(shown(again)).toEqual([
      [2, 1, 'IdentityAlreadyExists'],
      [3, undefined, 'UsernameAlreadyExists'],
      [4, undefined, 'EmailAlreadyExists'],
      [5, undefined, 'IdentityAlreadyExists'],
      [6, undefined, 'InvalidInput'],
    ]);
    expect(again).toMatchObject({ accounts: 0, present: 3 });
  });

  it('have a value of an account that is there', async () => {
    await test.accounts.createAccount({ username: 'ada', password: 'correct horse battery' });
    const { accountId } = await test.accounts.createAccount({
      email: 'bob@example.com',
      password: 'correct horse battery',
    });
    await test.accounts.verifyEmail({ accountId, email: 'bob@example.com' });
    const { refused, outcome } = await run([
      { foreignId: '1', username: 'ada' },
      { foreignId: '2', email: 'bob@example.com', emailVerified: true },
    ]);
    expect(outcome).toBe('refused');
    expect(refused.map(({ error }) => error.code)).toEqual([
      'UsernameAlreadyExists',
      'EmailAlreadyExists',
    ]);
  });
});

describe('a claim on an address that was never proven', () => {
  const email = 'ada@example.com';
  beforeEach(async () => {
    await test.accounts.createAccount({
      email,
      username: 'eve',
      password: 'correct horse battery',
    });
  });
  const owner = async (): Promise<string | undefined> =>
    (await test.accounts.findUser({ username: email }))?.username;

  it('gives way to an address that the other system has verified', async () => {
    expect(
      await run([{ foreignId: '1', username: 'ada', email, emailVerified: true }]),
    ).toMatchObject({
      accounts: 1,
    });
    expect(await owner()).toBe('ada');
    expect((await contents()).problems).toEqual([]);
  });

  it('does not give way to one that nobody has verified, until it has lapsed', async () => {
    const rows = [{ foreignId: '1', username: 'ada', email }];
    expect(await run(rows)).toMatchObject({ outcome: 'refused' });
    test.clock.advance(7 * 24 * 3_600_000);
    expect(await run(rows)).toMatchObject({ outcome: 'imported', accounts: 1 });
    expect(await owner()).toBe('ada');
    expect((await contents()).problems).toEqual([]);
  });
});

/** Rows that can all be taken. */
const people = (count: number): ImportRow[] =>
  Array.from({ length: count }, (_, at) => ({
    foreignId: `user-${String(at)}`,
    username: `user${String(at)}`,
    email: `user${String(at)}@example.com`,
    emailVerified: at % 2 === 0,
  }));

describe('an import', () => {
  it('reads the source twice, and writes nothing in the first pass or in a dry run', async () => {
    const reads: number[] = [];
    const rows = people(250);
    const writes: number[] = [];
    const result = await importAccounts(
      test.accounts,
      async function* () {
        reads.push((await contents()).counts.Account ?? 0);
        yield* rows;
      },
      { dryRun: true, onProgress: ({ rows: count }) => writes.push(count) },
    );
    expect(result).toMatchObject({ outcome: 'validated', rows: 250, accounts: 250 });
    expect(writes).toEqual([100, 200, 250]);
    expect(reads).toEqual([0]);
    const phases: string[] = [];
    await importAccounts(
      test.accounts,
      () => {
        reads.push(-1);
        return rows;
      },
      { onProgress: ({ phase, rows: count }) => phases.push(`${phase} ${String(count)}`) },
    );
    expect(reads).toEqual([0, -1, -1]);
    expect(phases).toEqual([
      ...['validate 100', 'validate 200', 'validate 250'],
      ...['write 100', 'write 200', 'write 250'],
    ]);
  });

  it('takes one transaction for each account, and four reads for a hundred of them', async () => {
    const rows = people(100);
    const cost = await test.log.costOf(() => run(rows));
    const counts = Object.fromEntries(
      [...new Set(cost.commands)].map((command) => [
        command,
        cost.commands.filter((each) => each === command).length,
      ]),
    );
    // Three unique values each: 300 keys, in each pass.
    expect(counts).toEqual({ BatchGetItem: 6, TransactWriteItems: 100 });
    const again = await test.log.costOf(() => run(rows));
    expect(again.commands.filter((command) => command !== 'BatchGetItem')).toEqual([]);
  });

  it('goes on where it was stopped, and ends with the same as one that was not', async () => {
    const rows = people(230);
    const stop = new AbortController();
    const first = await run(rows, {
      signal: stop.signal,
      onProgress: ({ phase }: ImportProgress) => {
        if (phase === 'write') stop.abort();
      },
    });
    expect(first).toMatchObject({ outcome: 'stopped', accounts: 100 });
    const second = await run(rows);
    expect(second).toMatchObject({ outcome: 'imported', accounts: 130, present: 100 });
    const third = await run(rows);
    expect(third).toMatchObject({ outcome: 'imported', accounts: 0, present: 230 });
    expect(await contents()).toEqual({
      counts: { Account: 230, AccessType: 230, unique: 3 * 230 },
      problems: [],
    });
  });

  it('does nothing at all when it was stopped before', async () => {
    const result = await run(people(3), { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ outcome: 'stopped', rows: 0 });
    expect(await contents()).toEqual({ counts: {}, problems: [] });
  });

  it('makes each account once when four run at the same time', async () => {
    const rows = people(60);
    const results = await Promise.all(
      Array.from({ length: 4 }, () => importAccounts(test.another(), () => rows)),
    );
    const sum = (name: 'accounts' | 'present' | 'refusedCount'): number =>
      results.reduce((total, result) => total + result[name], 0);
    expect(sum('refusedCount')).toBe(0);
    expect(sum('accounts')).toBe(60);
    expect(sum('present')).toBe(180);
    expect(await contents()).toEqual({
      counts: { Account: 60, AccessType: 60, unique: 180 },
      problems: [],
    });
  });

  it('ends with the error of its source or listener, and closes the source', async () => {
    let closed = 0;
    function* source(): Generator<ImportRow> {
      try {
        yield* people(150);
      } finally {
        closed++;
      }
    }
    const failure = new Error('enough');
    const onProgress = (): never => {
      throw failure;
    };
    await expect(importAccounts(test.accounts, source, { onProgress })).rejects.toBe(failure);
    expect(closed).toBe(1);
    const broken = (): never => {
      throw failure;
    };
    await expect(importAccounts(test.accounts, broken)).rejects.toBe(failure);
    expect(await contents()).toEqual({ counts: {}, problems: [] });
  });

  it.each([
    ['rate', { rate: 0 }],
    ['rate', { rate: Number.NaN }],
    ['rate', { rate: '5' }],
    ['concurrency', { concurrency: 0 }],
    ['concurrency', { concurrency: 65 }],
    ['concurrency', { concurrency: 1.5 }],
  ])('refuses the option %s as %j', async (path, given) => {
    expect(await errorOf(run([], given as Options))).toMatchObject({
      code: 'InvalidConfiguration',
      details: { path },
    });
  });

  it('refuses a source that is no function, and accounts that are none', async () => {
    for (const source of [undefined, [], people(1)]) {
      const error = await errorOf(importAccounts(test.accounts, source as unknown as ImportSource));
      expect(error).toMatchObject({ code: 'InvalidConfiguration', details: { path: 'source' } });
    }
    const error = await errorOf(importAccounts({} as never, () => []));
    expect(error).toMatchObject({ code: 'InvalidConfiguration', details: { path: 'accounts' } });
  });
});

describe('what the application does not offer', () => {
  it.each([
    ['twoFactor', { totpSecret: 'A'.repeat(32) }, { twoFactor: undefined }],
    ['verifyElsewhere', { verifyElsewhere: true }, {}],
    ['phones', { phone: '+4930123456' }, { phones: undefined }],
  ])('ends the import as a fault of the option %s', async (path, fields, without) => {
    const other = await createTestAccounts({
      passwords: { hasher: new QuickHasher() },
      ...without,
    });
    try {
      const rows = [{ foreignId: '1', username: 'ada', ...fields }];
      const error = await errorOf(
        importAccounts(other.accounts, () => rows, { skipRefused: true }),
      );
      expect(error).toMatchObject({ code: 'InvalidConfiguration', details: { path } });
      expect((await contentsOf(other.client, other.table.name)).counts).toEqual({});
    } finally {
      await other.drop();
    }
  });

  it('refuses more rows than the plan has places before anything is written', async () => {
    const other = await createTestAccounts({
      passwords: { hasher: new QuickHasher() },
      plan: { maxAccounts: 5 },
    });
    try {
      await other.accounts.createAccount({ username: 'first', password: 'correct horse battery' });
      const error = await errorOf(importAccounts(other.accounts, () => people(5)));
      expect(error).toMatchObject({ code: 'TrialExceededLimit', details: { maxAccounts: 5 } });
      expect(await importAccounts(other.accounts, () => people(4))).toMatchObject({ accounts: 4 });
      expect(await other.accounts.quota.getUsage()).toEqual({ taken: 5, maxAccounts: 5 });
      expect(await importAccounts(other.accounts, () => people(4))).toMatchObject({ present: 4 });
    } finally {
      await other.drop();
    }
  });

  it('takes no hash on the word of a hasher that recognises nothing', async () => {
    const quickly = new QuickHasher();
    const other = await createTestAccounts({
      passwords: {
        hasher: {
          dummyHash: quickly.dummyHash,
          hash: (password) => quickly.hash(password),
          verify: (password, stored) => quickly.verify(password, stored),
        },
      },
    });
    try {
      const rows = [{ foreignId: '1', username: 'ada', passwordHash: 'quick$salt$hash' }];
      const { refused } = await importAccounts(other.accounts, () => rows);
      expect(refused).toHaveLength(1);
    } finally {
      await other.drop();
    }
  });
});
