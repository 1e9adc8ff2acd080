/** @in-turns 3: each test starts processes. */

import {
  CreateTableCommand,
  DeleteTableCommand,
  type CreateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { localClient, uniqueTableName } from '@latchkey/entity/testing';
import { Table } from '@latchkey/entity';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Accounts } from '../../src/accounts/Accounts.js';
import { PASSWORD, SECRET } from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { cookieOf, sendTo, tokenOf } from './support.js';

// The built command, as an application would run it that has installed the packages.
const BIN = path.join(__dirname, '../../../entity/dist/latchkey.js');
const FIXTURES = path.join(__dirname, 'fixtures');
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const client = localClient();
const table = new Table({ name: uniqueTableName(), client });
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-console-'));
  await table.create();
  await accountsIn().createAccount({ username: 'ada', password: PASSWORD });
  await accountsIn('shop').createAccount({ username: 'grace', password: PASSWORD });
});
afterAll(async () => {
  await client.send(new DeleteTableCommand({ TableName: table.name }));
  client.destroy();
  rmSync(folder, { recursive: true });
});

function accountsIn(appId?: string): Accounts {
  return new Accounts({
    table,
    sessions: { getTokenSecret: () => SECRET },
    passwords: { hasher: new QuickHasher() },
    ...(appId !== undefined && { appId }),
  });
}

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: unknown; readonly out: string; readonly error: string }>;
  /** The printed address. */
  readonly url: Promise<string>;
}

function latchkey(args: readonly string[], { cwd = FIXTURES, env = {} } = {}): Run {
  const own = { PATH: process.env.PATH, DYNAMODB_ENDPOINT: process.env.DYNAMODB_ENDPOINT };
  const child = spawn(process.execPath, ['--no-warnings', BIN, ...args], {
    cwd,
    env: { ...own, TABLE: table.name, ...env },
  });
  let [out, error] = ['', ''];
  child.stderr.on('data', (text) => (error += String(text)));
  const url = new Promise<string>((resolve) => {
    child.stdout.on('data', (text) => {
      out += String(text);
      const [, found] = /^(http:\S+)\n/m.exec(out) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as unknown, out, error }));
  return { child, ended, url };
}

/** Opens the link, and finds an account. */
async function find(url: string, identifier: string): Promise<readonly [number, unknown]> {
  const { origin } = new URL(url);
  const token = tokenOf({ url });
  const signIn = { method: 'POST', path: '/api/sign-in', body: { token } };
  const { headers } = await sendTo(origin, signIn);
  const cookie = cookieOf(headers);
  const sent = { method: 'POST', path: '/api/find', body: { identifier }, headers: { cookie } };
  const { status, json } = await sendTo(origin, sent);
  return [status, (json.result as { username?: string } | undefined)?.username ?? json.code];
}

describe('latchkey console', () => {
  it.each([
    ['an ES module', ['./accounts.mjs'], 'ada'],
    ['CommonJS, a default export', ['./accounts.cjs'], 'ada'],
    ['one of several', ['several.mjs', '--export', 'shop'], 'grace'],
    ['the default of several', ['several.mjs', '--export', 'default'], 'grace'],
  ])(
    'serves the accounts of %s until a signal ends it',
    async (_case, [app = '', ...more], name) => {
      for (const signal of SIGNALS) {
        const { child, ended, url } = latchkey(['console', '--app', app, ...more]);
        const address = await url;
        expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
        expect(await find(address, name)).toEqual([200, name]);
        // The page is there, and what it loads.
        for (const file of ['/', '/page.js', '/page.css']) {
          const { status, text } = await sendTo(new URL(address).origin, { path: file });
          expect([status, text.length > 100]).toEqual([200, true]);
        }
        child.kill(signal);
        const { code, out, error } = await ended;
        expect([code, out]).toEqual([0, `${address}\n`]);
        expect(error).toContain('It only reads');
        await expect(sendTo(new URL(address).origin, { path: '/' })).rejects.toMatchObject({
          code: 'ECONNREFUSED',
        });
      }
    },
  );

  it('shows its accounts only, where several applications share the table', async () => {
    const { child, ended, url } = latchkey([
      'console',
      '--app',
      'several.mjs',
      '--export',
      'office',
    ]);
    expect(await find(await url, 'grace')).toEqual([404, 'UserNotFound']);
    child.kill();
    await ended;
  });

  it('says that it may write, and takes a port', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const port = String((free.address() as AddressInfo).port);
    const args = ['console', '--app', './accounts.mjs', '--write', '--port', port];
    const taken = await latchkey(args).ended;
    expect(taken).toEqual({
      code: 3,
      out: '',
      error: `latchkey: The port ${port} is taken: choose another one by --port.\n`,
    });
    await new Promise((resolve) => free.close(resolve));
    const { child, ended, url } = latchkey(args);
    expect(new URL(await url).port).toBe(port);
    child.kill();
    expect((await ended).error).toContain('It may change accounts.');
  });

  it.each<[string, readonly string[], Record<string, string>, number, RegExp]>([
    ['no file is named', [], {}, 2, /console needs --app/],
    ['the file is not there', ['--app', 'none.mjs'], {}, 2, /there is no file none\.mjs\./],
    [
      'it throws',
      ['--app', 'throws.mjs'],
      {},
      2,
      /throws\.mjs cannot be loaded: The variable DATABASE/,
    ],
    ['it exports none', ['--app', 'nothing.mjs'], {}, 2, /nothing\.mjs exports no Accounts/],
    [
      'it exports several',
      ['--app', 'several.mjs'],
      {},
      2,
      /choose one of default, office, shop by --export/,
    ],
    [
      'no export has the name',
      ['--app', 'accounts.mjs', '--export', 'notes'],
      {},
      2,
      /by the name notes/,
    ],
    ['the port is none', ['--app', 'accounts.mjs', '--port', '70000'], {}, 2, /--port must be/],
    [
      'an option is unknown',
      ['--app', 'accounts.mjs', '--force'],
      {},
      2,
      /unknown option '--force'/,
    ],
    [
      'the table is not there',
      ['--app', 'accounts.mjs'],
      { TABLE: 'nowhere' },
      3,
      /There is no table nowhere/,
    ],
    [
      'nothing answers',
      ['--app', 'accounts.mjs'],
      { DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' },
      3,
      /No response from 127\.0\.0\.1:1/,
    ],
    [
      'there are no credentials',
      ['--app', 'accounts.mjs'],
      {
        DYNAMODB_ENDPOINT: '',
        AWS_REGION: 'eu-central-1',
        AWS_EC2_METADATA_DISABLED: 'true',
        HOME: '/nowhere',
      },
      3,
      /credentials/,
    ],
  ])('says in one sentence that %s', async (_case, args, env, code, sentence) => {
    const ended = await latchkey(['console', ...args], { env }).ended;
    expect(ended).toEqual({ code, out: '', error: expect.stringMatching(/^latchkey: [^\n]+\n$/) });
    expect(ended.error).toMatch(sentence);
  });

  it('says in one sentence that a table has other keys', async () => {
    const TableName = uniqueTableName();
    const input: CreateTableCommandInput = {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    };
    await client.send(new CreateTableCommand(input));
    const args = ['console', '--app', 'accounts.mjs'];
    const { code, error } = await latchkey(args, { env: { TABLE: TableName } }).ended;
    expect([code, error]).toEqual([
      3,
      expect.stringMatching(/^latchkey: The table \S+ does not match its definitions\. [^\n]+\n$/),
    ]);
    await client.send(new DeleteTableCommand({ TableName }));
  });

  it('is in the help where the package is installed, and elsewhere the help says what is missing', async () => {
    const here = await latchkey(['--help']).ended;
    expect(here.out).toContain('latchkey console --app <file>');
    const elsewhere = await latchkey(['--help'], { cwd: folder }).ended;
    expect(elsewhere.out).not.toContain('latchkey console');
    expect(elsewhere.out).toContain('@latchkey/accounts, which is not installed here');
    const { code, error } = await latchkey(['console', '--app', 'a.mjs'], { cwd: folder }).ended;
    expect([code, error]).toEqual([
      2,
      expect.stringMatching(/^latchkey: [^\n]*not installed here\.\n$/),
    ]);
  });

  it('is found from the folder of the application, whatever the current one is', async () => {
    const app = path.join(FIXTURES, 'accounts.mjs');
    const { child, ended, url } = latchkey(['console', `--app=${app}`], { cwd: folder });
    expect(await find(await url, 'ada')).toEqual([200, 'ada']);
    child.kill();
    expect((await ended).code).toBe(0);
  });
});
