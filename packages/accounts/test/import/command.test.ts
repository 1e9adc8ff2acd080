/** @in-turns 3: each test starts processes. */

import { execFile, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestTable, localClient } from '@latchkey/entity/testing';
import type { Table } from '@latchkey/entity';
import { contentsOf } from '../support/contents.js';
import { EXPORTS } from './exports.js';

const ROOT = join(__dirname, '../../../..');
const BIN = join(ROOT, 'packages/entity/dist/latchkey.js');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

let folder: string;
let table: Table;
let drop: () => Promise<void>;
const client = localClient();

beforeAll(async () => {
  const test = await createTestTable([], { client });
  ({ table } = test);
  drop = () => test.drop();
  // Where an application finds the packages, and git finds nothing.
  folder = await mkdtemp(join(ROOT, 'node_modules', '.import-'));
  const options = (names: string): string =>
    `${names} export const accounts = new Accounts({
      table: new Table({ name: '${table.name}', client: createClient() }),
      sessions: { getTokenSecret: () => 'canary-token-secret-0123456789-abcdef' },
      passwords: { extraHashers: [pbkdf2()] },
    });`;
  const modules = ['accounts', 'entity', 'accounts/foreign-hashes'];
  const names = ['Accounts', 'createClient, Table', 'pbkdf2'];
  const imports = modules.map((each, at) => `import { ${names[at]} } from '@latchkey/${each}';`);
  const requires = modules.map(
    (each, at) => `const { ${names[at]} } = require('@latchkey/${each}');`,
  );
  const esm = options(imports.join('\n'));
  await writeFile(join(folder, 'app.mjs'), esm);
  await writeFile(
    join(folder, 'app.cjs'),
    options(requires.join('\n')).replace('export const accounts =', 'exports.accounts ='),
  );
  await writeFile(
    join(folder, 'limited.mjs'),
    esm.replace('passwords', 'plan: { maxAccounts: 3 }, passwords'),
  );
});
afterAll(async () => {
  await drop();
  client.destroy();
  await rm(folder, { recursive: true });
});

/** Runs the command with a file of users. */
async function run(
  args: readonly string[],
  onStart?: (child: ChildProcess) => void,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--no-warnings', BIN, 'import', ...args],
      { cwd: folder },
      (failure, out, error) => resolve({ code: Number(failure?.code ?? 0), out, error }),
    );
    onStart?.(child);
  });
}

const usersOf = async (name: string, text: string): Promise<readonly string[]> => {
  await writeFile(join(folder, name), text);
  return ['--from', name];
};

const accountsThere = async (): Promise<number> =>
  (await contentsOf(client, table.name)).counts.Account ?? 0;

describe('latchkey import', () => {
  it('imports a file with the application’s own options, as an ES module and as CommonJS', async () => {
    const from = await usersOf('realm.json', [...EXPORTS.keycloak.text(40)].join(''));
    const command = [...from, '--format', 'keycloak', '--concurrency', '4'];
    expect(await run(['--app', 'app.mjs', ...command, '--dry-run'])).toMatchObject({
      code: 0,
      out: '40 rows read, 40 to be imported, 0 there already, 0 refused.\n',
    });
    expect(await accountsThere()).toBe(0);
    expect(await run(['--app', 'app.cjs', ...command])).toMatchObject({
      code: 0,
      out: '40 rows read, 40 imported, 0 there already, 0 refused.\n',
    });
    expect(await run(['--app', './app.mjs', ...command])).toMatchObject({
      code: 0,
      out: '40 rows read, 0 imported, 40 there already, 0 refused.\n',
    });
    expect(await accountsThere()).toBe(40);
  });

  it('prints what it cannot take, once, and writes nothing unless these are skipped', async () => {
    const before = await accountsThere();
    const from = await usersOf(
      'users.jsonl',
      [
        { foreignId: 'j1', username: 'j1' },
        { foreignId: 'j2\u001b[2J', username: 'j1' },
        { foreignId: 'j3', email: 'canary-address' },
        { foreignId: 'j4', username: 'j4', '\u001b[31m': 1 },
        { foreignId: 'j5', username: 'j5', passwordHash: 'canary-hash' },
      ]
        .map((row) => JSON.stringify(row))
        .concat('{')
        .join('\n'),
    );
    const command = ['--app', 'app.mjs', ...from, '--format', 'jsonl'];
    const lines = [
      'refused: row 2 ("j2\\u001b[2J"): UsernameAlreadyExists username, as in row 1',
      'refused: row 3 ("j3"): InvalidInput email notAnEmailAddress',
      'refused: row 4 ("j4"): InvalidInput \\u001b[31m unknownField',
      'refused: row 5 ("j5"): InvalidInput passwordHash notRecognised',
      'refused: row 6: InvalidInput notJson',
    ];
    expect(await run(command)).toMatchObject({
      code: 1,
      out: [...lines, '6 rows read, 0 to be imported, 0 there already, 5 refused.', ''].join('\n'),
      error: expect.stringContaining(
        'latchkey: nothing was written; correct these rows, or use --skip-refused.\n',
      ) as string,
    });
    expect(await accountsThere()).toBe(before);
    expect(await run([...command, '--skip-refused'])).toMatchObject({
      code: 1,
      out: [...lines, '6 rows read, 1 imported, 0 there already, 5 refused.', ''].join('\n'),
    });
    expect(await accountsThere()).toBe(before + 1);
  });

  it('stops when it is told to, and goes on when it is called again', async () => {
    const rows = Array.from({ length: 300 }, (_, at) => ({
      foreignId: `many${String(at)}`,
      username: `many${String(at)}`,
      email: `many${String(at)}@example.com`,
    }));
    const from = await usersOf('many.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    const command = ['--app', 'app.mjs', ...from, '--format', 'jsonl'];
    const before = await accountsThere();
    const stopped = await run([...command, '--rate', '600'], (child) => {
      let isTold = false;
      child.stderr?.on('data', (text: string) => {
        if (!isTold && text.includes('write: ')) isTold = child.kill('SIGINT');
      });
    });
    expect(stopped).toMatchObject({
      code: 3,
      error: expect.stringContaining('latchkey: stopped; the same command goes on.\n') as string,
    });
    const between = await accountsThere();
    expect(between).toBeGreaterThan(before);
    expect(between).toBeLessThan(before + 300);
    expect(await run(command)).toMatchObject({ code: 0 });
    expect(await accountsThere()).toBe(before + 300);
  });

  it.each([
    [['--from', 'realm.json', '--format', 'keycloak'], 'import needs --app'],
    [['--app', 'app.mjs', '--format', 'keycloak'], 'import needs --from'],
    [['--app', 'app.mjs', '--from', 'realm.json'], 'import needs --format'],
    [['--app', 'app.mjs', '--from', 'realm.json', '--format', 'xml'], '--format must be one of'],
    [['--app', 'app.mjs', '--from', 'nowhere', '--format', 'csv'], 'there is no file nowhere.'],
    [
      ['--app', 'nowhere.mjs', '--from', 'realm.json', '--format', 'csv'],
      'there is no file nowhere.mjs.',
    ],
    [
      ['--app', 'app.mjs', '--from', 'realm.json', '--format', 'csv', '--rate', '0'],
      '--rate must be',
    ],
    [
      ['--app', 'app.mjs', '--from', 'realm.json', '--format', 'csv', '--concurrency', '65'],
      '--concurrency must be',
    ],
    [['--app', 'app.mjs', '--from', 'realm.json', '--format', 'csv', '--nonsense'], 'nonsense'],
    [
      ['--app', 'app.mjs', '--from', 'realm.json', '--format', 'csv'],
      'realm.json is not of this format: notCsv.',
    ],
    [
      ['--app', 'app.mjs', '--from', 'realm.json', '--format', 'cognito'],
      'realm.json is not of this format: noList.',
    ],
  ])('is refused in one sentence: %j', async (args, sentence) => {
    const { code, out, error } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(/^latchkey: [^\n]+\n$/);
    expect(error).toContain(sentence);
  });

  it('says which option of the application is missing, and that its plan has too few places', async () => {
    const cognito = await usersOf('cognito.json', [...EXPORTS.cognito.text(5)].join(''));
    expect(await run(['--app', 'app.mjs', ...cognito, '--format', 'cognito'])).toEqual({
      code: 3,
      out: '',
      error: 'latchkey: verifyElsewhere: Rows with verifyElsewhere need this option.\n',
    });
    const csv = await usersOf(
      'users.csv',
      'foreignId,username\n' + ['c1,c1', 'c2,c2', 'c3,c3', 'c4,c4'].join('\n'),
    );
    expect(await run(['--app', 'limited.mjs', ...csv, '--format', 'csv'])).toEqual({
      code: 3,
      out: '',
      error: 'latchkey: these are more than the 3 accounts of the plan.\n',
    });
  });
});
