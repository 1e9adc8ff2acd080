/** @in-turns 3: hundreds of accounts of each format. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import {
  IMPORT_FORMATS,
  readUsers,
  type ImportFormat,
} from '../../src/import/formats/readUsers.js';
import { importAccounts } from '../../src/import/importAccounts.js';
import { UnreadableRow, type ImportRow } from '../../src/import/ImportRow.js';
import { verifyElsewhere } from '../../src/login/elsewhere/index.js';
import { FOREIGN } from '../passwords/foreignVectors.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { createTestAccounts, requestWith, type TestAccounts } from '../support/testAccounts.js';
import { EXPORTS } from './exports.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function fileOf(text: string | Buffer): Promise<string> {
  const file = join(folder, String(files++));
  await writeFile(file, text);
  return file;
}

async function rowsOf(text: string | Buffer, format: ImportFormat): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of readUsers(await fileOf(text), format)()) rows.push(row);
  return rows;
}

const COUNT = 300;

describe.each(sampleOf(IMPORT_FORMATS, 4))('an export of %s', (format) => {
  const { text, password, foreignId } = EXPORTS[format];
  let test: TestAccounts;
  beforeAll(async () => {
    test = await createTestAccounts({
      accountFields: { plan: z.string().optional() },
      passwords: {
        hasher: new QuickHasher(),
        extraHashers: FOREIGN.map(({ hasher }) => hasher),
      },
      verifyElsewhere: verifyElsewhere(() => false),
      throttling: { address: false },
    });
  });
  afterAll(() => test.drop());

  it(`of ${String(COUNT)} users is imported whole, and only once`, async () => {
    const file = await fileOf([...text(COUNT)].join(''));
    const source = readUsers(file, format);
    const first = await importAccounts(test.accounts, source);
    expect(first).toMatchObject({ outcome: 'imported', rows: COUNT, accounts: COUNT, refused: [] });
    expect(await importAccounts(test.accounts, source)).toMatchObject({
      accounts: 0,
      present: COUNT,
    });
    const { counts, problems } = await contentsOf(test.client, test.table.name);
    expect(problems).toEqual([]);
    expect(counts.Account).toBe(COUNT);
  });

  it('keeps who has verified an address, when the account was made, and the password', async () => {
    for (const at of [0, 1, COUNT - 2]) {
      const account = await test.accounts.findUser({ foreignId: foreignId(at) });
      const { accountId = '' } = account ?? {};
      if (format !== 'authjs') expect(account?.createdAt.getUTCFullYear()).toBe(2020);
      expect(account?.deactivated).toBe(false);
      expect(account?.profile).toBeDefined();
      const contacts = await test.accounts.contacts.list({ accountId });
      const address = contacts.find(({ data }) => data.kind === 'email');
      expect(address).toMatchObject({
        data: { value: `user${String(at)}@example.com` },
        verified: at % 2 === 0,
      });
      if (password === undefined || at % 2 !== 0) continue;
      const login = (given: string): Promise<string> =>
        codeOf(
          test.accounts.userByPasswordLogin({
            username: `user${String(at)}@example.com`,
            password: given,
            request: requestWith(),
          }),
        );
      expect(await login('wrong password')).toBe('LoginFailed');
      expect(await login(password)).toBe('none');
    }
  });

  it('is read the same in pieces of any length', async () => {
    const whole = [...text(5)].join('');
    const expected = await rowsOf(whole, format);
    expect(expected).toHaveLength(5);
    // Longer than the pieces of a file, 64 KiB each, at each place once.
    for (const length of [65_530, 65_536, 65_537, 131_000]) {
      const padding = format === 'csv' ? '\r\n'.repeat(length / 2) : '\n'.repeat(length);
      const [head = '', ...rest] = [...text(5)];
      const padded =
        format === 'csv' ? head + padding + rest.join('') : padding + [head, ...rest].join('');
      expect(await rowsOf(padded, format)).toEqual(expected);
    }
  });

  it('that is cut off anywhere gives no row that it does not have, and no other error', async () => {
    const whole = [...text(2)].join('');
    const expected = await rowsOf(whole, format);
    const file = await fileOf(whole);
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(file, whole.slice(0, length));
      const rows: unknown[] = [];
      try {
        for await (const row of readUsers(file, format)()) rows.push(row);
      } catch (error) {
        expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'file' } });
      }
      const complete = rows.filter((row) => !(row instanceof UnreadableRow));
      // The last cell of CSV may be shorter, which nothing shows.
      if (format !== 'csv') expect(complete).toEqual(expected.slice(0, complete.length));
      else
        expect(complete.slice(0, -1)).toEqual(expected.slice(0, Math.max(0, complete.length - 1)));
    }
  });
});

describe('what an export says', () => {
  it('becomes a row of Cognito, with a mark for who has confirmed the account', async () => {
    const user = (fields: object, ...attributes: readonly (readonly [string, string])[]) => ({
      Username: 'ada',
      Attributes: [['sub', 's'], ...attributes].map(([Name, Value]) => ({ Name, Value })),
      UserStatus: 'CONFIRMED',
      Enabled: true,
      ...fields,
    });
    const pages = [
      {
        Users: [
          user({ UserCreateDate: 1583298367.89 }),
          user({ Enabled: false, UserStatus: 'UNCONFIRMED' }),
        ],
      },
      {
        PaginationToken: 'x',
        Users: [
          user(
            { Username: '+4930123456' },
            ['phone_number', '+4930123456'],
            ['phone_number_verified', 'true'],
          ),
        ],
      },
    ];
    const rows = await rowsOf(pages.map((page) => JSON.stringify(page)).join('\n'), 'cognito');
    expect(rows).toMatchObject([
      {
        foreignId: 's',
        username: 'ada',
        verifyElsewhere: true,
        deactivated: false,
        createdAt: new Date(1583298367890),
      },
      { verifyElsewhere: false, deactivated: true },
      { phone: '+4930123456', phoneVerified: true },
    ]);
    expect(rows[2]).not.toHaveProperty('username');
  });

  it('becomes a row of Keycloak: hashes of each algorithm, and the authenticator app', async () => {
    const user = (credentials: unknown, fields: object = {}) => ({
      id: '1',
      username: 'ada',
      credentials,
      ...fields,
    });
    const password = (
      credentialData: object,
      secretData: object = { value: 'AAAA', salt: 'c2FsdA==' },
    ) => [
      {
        type: 'password',
        credentialData: JSON.stringify(credentialData),
        secretData: JSON.stringify(secretData),
      },
    ];
    const otp = (credentialData: object) => [
      {
        type: 'otp',
        secretData: '{"value":"12345678901234567890"}',
        credentialData: JSON.stringify({
          subType: 'totp',
          digits: 6,
          period: 30,
          algorithm: 'HmacSHA1',
          ...credentialData,
        }),
      },
    ];
    const argon2 = {
      algorithm: 'argon2',
      hashIterations: 5,
      additionalParameters: {
        memory: ['7168'],
        parallelism: ['1'],
        type: ['id'],
        version: ['1.3'],
        hashLength: ['32'],
      },
    };
    const rows = await rowsOf(
      JSON.stringify({
        users: [
          user(password({ algorithm: 'pbkdf2', hashIterations: 20000 })),
          user(password({ algorithm: 'pbkdf2-sha512', hashIterations: 210000 })),
          user(password(argon2)),
          user(password({ algorithm: 'bcrypt', hashIterations: 10 })),
          user(otp({})),
          user(otp({ digits: 8 })),
          user(otp({ algorithm: 'HmacSHA256' })),
          user(otp({ subType: 'hotp' })),
          user([], { serviceAccountClientId: 'a-client' }),
          user('no list', { enabled: false }),
        ],
      }),
      'keycloak',
    );
    expect(rows).toMatchObject([
      { passwordHash: '$pbkdf2-sha1$i=20000,l=3$c2FsdA$AAAA' },
      { passwordHash: '$pbkdf2-sha512$i=210000,l=3$c2FsdA$AAAA' },
      { passwordHash: '$argon2id$v=19$m=7168,t=5,p=1$c2FsdA$AAAA' },
      { passwordHash: '$keycloak-bcrypt$' },
      // RFC 6238, appendix B, in base32.
      { totpSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
      new UnreadableRow('otpNotSupported'),
      new UnreadableRow('otpNotSupported'),
      new UnreadableRow('otpNotSupported'),
      { username: 'ada', deactivated: true },
    ]);
  });

  it('becomes a row of Auth0, without what the server alone may change', async () => {
    const [row] = await rowsOf(
      JSON.stringify({
        user_id: 'auth0|1',
        username: 'ada',
        phone_number: '+4930123456',
        phone_verified: true,
        blocked: true,
        app_metadata: { role: 'admin' },
        mfa_factors: [
          { phone: { value: '+49' } },
          { totp: { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' } },
        ],
        identities: [
          { provider: 'google-oauth2', user_id: 7 },
          { provider: 'email', user_id: 'x' },
        ],
      }),
      'auth0',
    );
    expect(row).toEqual({
      foreignId: 'auth0|1',
      username: 'ada',
      phone: '+4930123456',
      phoneVerified: true,
      deactivated: true,
      totpSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      contacts: [{ kind: 'oauth', provider: 'google', value: '7', verified: true }],
    });
  });
});

describe('a file that is not of its format', () => {
  it.each([
    [
      'jsonl',
      '{"foreignId":\n{"foreignId":"2"}\nnull\n7\n"x"\n[1]\n',
      [new UnreadableRow('notJson'), { foreignId: '2' }, null, 7, 'x', [1]],
    ],
    ['jsonl', '[{"foreignId":"1"},{"foreignId":"2"}]', [{ foreignId: '1' }, { foreignId: '2' }]],
    ['jsonl', '', []],
    ['jsonl', '\n \r\n', []],
    [
      'firebase',
      '[{"localId":"1"}, nonsense, 7]',
      [{ foreignId: '1', contacts: [] }, new UnreadableRow('notJson'), 7],
    ],
    ['firebase', '{"users":[]}', []],
    [
      'csv',
      'foreignId,email\n1,a\n2\n3,c,d\n',
      [
        { foreignId: '1', email: 'a' },
        new UnreadableRow('wrongNumberOfCells'),
        new UnreadableRow('wrongNumberOfCells'),
      ],
    ],
    [
      'csv',
      'foreignId,__proto__,emailVerified\n1,x,maybe\n',
      [{ foreignId: '1', emailVerified: 'maybe' }],
    ],
  ] as const)('is read as far as it goes: %s %j', async (format, text, rows) => {
    expect(await rowsOf(text, format)).toEqual(rows);
  });

  it.each([
    ['firebase', '', 'noList'],
    ['firebase', '{"localId":"1"}', 'noList'],
    ['firebase', '{"other":{"users":[{"localId":"1"}]}}', 'noList'],
    ['firebase', '{"users":[{"localId":"1"}', 'notJson'],
    ['firebase', '{"users":["', 'notJson'],
    ['firebase', '}', 'notJson'],
    ['keycloak', `{"users":[{"id":"${'x'.repeat(2 ** 21)}"}]}`, 'tooLong'],
    ['csv', 'email\na@example.com\n', 'notCsv'],
    ['csv', 'foreignId,foreignId\n1,2\n', 'notCsv'],
    ['csv', 'foreignId\n"1\n', 'notCsv'],
    ['csv', `foreignId\n"${'x'.repeat(2 ** 21)}"\n`, 'notCsv'],
  ] as const)('is refused: %s %.40j', async (format, text, reason) => {
    const error = await errorOf(rowsOf(text, format));
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'file', reason } });
    expect(error.cause).toBeUndefined();
  });

  it('has lines that are too long, which are listed without being kept', async () => {
    const long = `{"foreignId":"${'x'.repeat(3 * 2 ** 20)}"}`;
    expect(await rowsOf(`${long}\n{"foreignId":"2"}\n${long}`, 'jsonl')).toEqual([
      new UnreadableRow('tooLong'),
      { foreignId: '2' },
      new UnreadableRow('tooLong'),
    ]);
  });

  it('is no file, or of no format', async () => {
    const missing = readUsers(join(folder, 'missing'), 'csv');
    await expect(rowsFrom(missing())).rejects.toMatchObject({ code: 'ENOENT' });
    const error = await errorOf(
      Promise.resolve().then(() => readUsers('x', 'toString' as ImportFormat)),
    );
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'format' } });
  });
});

async function rowsFrom(source: ReturnType<ReturnType<typeof readUsers>>): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of source) rows.push(row);
  return rows;
}

it('changes rows and leaves some out before they are validated', async () => {
  const file = await fileOf('{"foreignId":"1"}\n{"foreignId":"2"}\nbroken\n7\n');
  const map = (row: ImportRow): ImportRow | null =>
    row.foreignId === '1' ? null : { ...row, username: 'ada' };
  expect(await rowsFrom(readUsers(file, 'jsonl', map)())).toEqual([
    { foreignId: '2', username: 'ada' },
    new UnreadableRow('notJson'),
    7,
  ]);
});
