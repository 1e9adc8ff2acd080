/** @in-turns 3: each test starts processes. */

import { DeleteTableCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CliOutput } from '../../src/cli/CliOutput.js';
import { runCli } from '../../src/cli/runCli.js';
import {
  toCdk,
  toCdkGlobalTable,
  toCloudFormation,
  toCreateTableInput,
  toIamPolicy,
  toNoSqlWorkbench,
  toTerraform,
} from '../../src/infrastructure/index.js';
import { localClient, uniqueTableName } from '../../src/testing/index.js';
import { withEnvironment } from '../support/withEnvironment.js';
import { ACCOUNTS, arnOf, HOSTILE_NAMES } from './support/describedTables.js';

interface Run {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const endpoint = process.env.DYNAMODB_ENDPOINT ?? '';
const client = localClient();
afterAll(() => {
  client.destroy();
});

/** Runs the command in this process. */
async function run(...args: string[]): Promise<Run> {
  let [out, error] = ['', ''];
  const code = await runCli(
    args,
    {
      out: (text) => (out += text),
      error: (text) => (error += text),
    },
    '1.2.3',
  );
  return { code, out, error };
}

/** Runs the built command as a shell would, in the folder of the fixtures. */
function runBuilt(...args: string[]): Promise<Run> {
  const bin = path.join(__dirname, '../../dist/latchkey.js');
  const options = { cwd: path.join(__dirname, 'fixtures'), env: localEnvironment() };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--no-warnings', bin, ...args], options, (failure, out, error) => {
      resolve({ code: Number(failure?.code ?? 0), out, error });
    });
  });
}

/** Without anything that an AWS configuration could be taken from. */
function localEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return Object.fromEntries(entries);
}

const WRONG = { code: 2, out: '', error: expect.stringMatching(/^latchkey: [^\n]+\n$/) };

it('latchkey table restored prints the option validFrom, and sends nothing', async () => {
  const before = Date.now();
  const { code, out, error } = await run('table', 'restored', '--name', 'accounts-restored');
  expect({ code, error }).toEqual({ code: 0, error: '' });
  const [, validFrom = ''] =
    /^validFrom: '(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)'\n/.exec(out) ?? [];
  const at = Date.parse(validFrom);
  expect(at >= before && at <= Date.now()).toBe(true);
  for (const part of ['requireNewPasswords', 'latchkey table diff --name accounts-restored']) {
    expect(out).toContain(part);
  }
  expect(await run('table', 'restored')).toEqual(WRONG);
});

describe('latchkey table', () => {
  const tableArn = arnOf('accounts');
  it.each<[readonly string[], unknown]>([
    [['create-input'], toCreateTableInput(ACCOUNTS)],
    [['cloudformation'], toCloudFormation(ACCOUNTS)],
    [['cdk'], toCdk(ACCOUNTS)],
    [['terraform'], toTerraform(ACCOUNTS)],
    [['workbench'], toNoSqlWorkbench(ACCOUNTS)],
    [
      ['cloudformation', '--no-retain', '--no-deletion-protection'],
      toCloudFormation(ACCOUNTS, { retain: false, deletionProtection: false }),
    ],
    [
      ['terraform', '--no-point-in-time-recovery', '--no-encryption'],
      toTerraform(ACCOUNTS, { pointInTimeRecovery: false, encryption: false }),
    ],
    [
      ['iam', '--role', 'read-only', '--table-arn', tableArn],
      toIamPolicy({ ...ACCOUNTS, tableArn, role: 'read-only' }),
    ],
    [
      ['iam', '--role', 'read-write', '--table-arn', tableArn, '--namespace', 'a'],
      toIamPolicy({ ...ACCOUNTS, tableArn, role: 'read-write', namespace: 'a' }),
    ],
    [
      ['iam', '--role', 'read-write', '--table-arn', tableArn, '--scan'],
      toIamPolicy({ ...ACCOUNTS, tableArn, role: 'read-write', scan: true }),
    ],
    [
      ['create-input', '--attribute', 'PK=pk', '--attribute', 'SK=s=k', '--index', '_id2=gsi1,p,s'],
      toCreateTableInput({
        ...ACCOUNTS,
        attributes: { PK: 'pk', SK: 's=k' },
        indexes: { _id2: { name: 'gsi1', PK: 'p', SK: 's' } },
      }),
    ],
    [
      ['terraform', '--stream', 'NEW_IMAGE', '--warm-throughput', '13000,5000'],
      toTerraform({
        ...ACCOUNTS,
        stream: 'NEW_IMAGE',
        warmThroughput: { readUnitsPerSecond: 13_000, writeUnitsPerSecond: 5000 },
      }),
    ],
    [
      ['cdk', '--maximum-throughput', ',100'],
      toCdk({ ...ACCOUNTS, maximumThroughput: { writeRequestUnits: 100 } }),
    ],
    [
      ['cdk', '--replica', 'eu-central-1', '--replica', 'us-east-1'],
      toCdkGlobalTable({ ...ACCOUNTS, replicas: ['eu-central-1', 'us-east-1'] }),
    ],
    [
      ['cloudformation', '--replica', 'eu-central-1', '--replica', 'us-east-1'],
      toCloudFormation({ ...ACCOUNTS, replicas: ['eu-central-1', 'us-east-1'] }),
    ],
  ])('%j prints JSON of the account entities', async (args, expected) => {
    const { code, out, error } = await run('table', ...args, '--name', 'accounts');
    expect([code, error]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual(expected);
  });

  it('prints its usage when asked', async () => {
    const { code, out, error } = await runBuilt('--help');
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: latchkey local [^]+ latchkey table <command>/);
    for (const name of ['local', 'table']) {
      const { out: part } = await run(name, '--help');
      expect(part.startsWith(`latchkey ${name} `)).toBe(true);
      expect(part.length).toBeLessThan(out.length - 1000);
      expect(out).toContain(`\n${part}`);
    }
  });

  it('colours the beginning of an error on a terminal only', async () => {
    const errorOn = async (terminals: NonNullable<CliOutput['terminals']>): Promise<string> => {
      let error = '';
      await runCli(
        ['table', 'pulumi'],
        { out: String, error: (text) => (error += text), terminals },
        '',
      );
      return error;
    };
    const plain = (await run('table', 'pulumi')).error;
    expect(await errorOn({ out: false, error: true, colours: true })).toBe(
      plain.replace('latchkey:', '\u001b[31mlatchkey:\u001b[39m'),
    );
    expect(await errorOn({ out: true, error: false, colours: true })).toBe(plain);
  });

  // Built: where it is no command of its own, it looks for those of accounts.
  it.each([[], ['tables', 'cdk', '--name', 'accounts'], ['toString']])(
    'calls %j wrong usage, in one sentence that names the commands',
    async (...args: string[]) => {
      const ended = await runBuilt(...args);
      expect(ended).toEqual(WRONG);
      const names = '"accounts", "console", "cost", "import", "secret", "local" or "table"';
      expect(ended.error).toContain(`expected ${names} (`);
    },
  );

  it.each([
    [['tables', 'cdk'], 'did you mean table?'],
    [['improt'], 'did you mean import?'],
    [['cots', '--users', '1'], 'did you mean cost?'],
    [['pulumi'], 'see --help'],
    [['table', 'cloud-formation'], 'did you mean cloudformation?'],
    [['table', 'pulumi'], 'see --help'],
    [['table', 'cdk', '--nam', 'accounts'], 'did you mean --name?'],
    [['table', 'cdk', '--name', 'accounts', '--replicas=eu-west-1'], 'did you mean --replica?'],
    [['local', '--prot', '8000'], 'did you mean --port?'],
    [['cost', '--user', '1'], 'did you mean --users?'],
  ])('answers %j with a hint: %s', async (args, hint) => {
    const ended = await runBuilt(...args);
    expect(ended).toEqual(WRONG);
    expect(ended.error).toMatch(/ \([^()]+\)\.\n$/);
    expect(ended.error).toContain(`(${hint}).`);
  });

  it('gives no hint for an option that resembles none', async () => {
    const { error } = await run('table', 'cdk', '--name', 'accounts', '--wat');
    expect(error).toBe("latchkey: cdk: unknown option '--wat'.\n");
  });

  it('prints the version of its package', async () => {
    const { version } = JSON.parse(
      readFileSync(path.join(__dirname, '../../package.json'), 'utf8'),
    ) as { version: string };
    expect(await runBuilt('--version')).toEqual({ code: 0, out: `${version}\n`, error: '' });
    expect(await run('--version')).toEqual({ code: 0, out: '1.2.3\n', error: '' });
    expect(await runBuilt('--version', 'table')).toEqual(WRONG);
  });

  it.each([
    ['table'],
    ['table', 'toString', '--name', 'accounts'],
    ['table', 'pulumi', '--name', 'accounts'],
    ['table', 'cdk'],
    ['table', 'cdk', '--name'],
    ['table', 'cdk', '--name', 'accounts', 'more'],
    ['table', 'cdk', '--name', 'accounts', '--wat'],
    ['table', 'cdk', '--name', 'accounts', '--no-retain'],
    ['table', 'cdk', '--name', 'accounts', '--endpoint', endpoint],
    ['table', 'iam', '--name', 'accounts', '--role', 'read-only'],
    ['table', 'iam', '--name', 'accounts', '--table-arn', arnOf('accounts')],
    ['table', 'iam', '--name', 'accounts', '--table-arn', arnOf('accounts'), '--role', 'admin'],
    ['table', 'iam', '--name', 'accounts', '--table-arn', arnOf('other'), '--role', 'read-only'],
    ['table', 'diff', '--name', 'accounts', '--endpoint', 'localhost:8000'],
    ['table', 'cdk', '--name', 'accounts', '--attribute', 'pk'],
    ['table', 'cdk', '--name', 'accounts', '--attribute', '=pk'],
    ['table', 'cdk', '--name', 'accounts', '--attribute', 'pk=pk'],
    ['table', 'cdk', '--name', 'accounts', '--attribute', 'PK=_e'],
    ['table', 'cdk', '--name', 'accounts', '--attribute', 'PK=username'],
    ['table', 'cdk', '--name', 'accounts', '--index', 'gsi1'],
    ['table', 'cdk', '--name', 'accounts', '--index', '_id2=gsi1,pk'],
    ['table', 'cdk', '--name', 'accounts', '--index', '_id2=gsi1,pk,sk,more'],
    ['table', 'cdk', '--name', 'accounts', '--stream', 'ALL'],
    ['table', 'cdk', '--name', 'accounts', '--replica', 'eu-central-1'],
    ['table', 'cdk', '--name', 'accounts', '--warm-throughput', '1000'],
    ['table', 'cdk', '--name', 'accounts', '--warm-throughput', ','],
    ['table', 'cdk', '--name', 'accounts', '--maximum-throughput', 'many,few'],
    ['table', 'iam', '--name', 'accounts', '--stream', 'NEW_IMAGE'],
    ['table', 'create', '--name', 'accounts', '--replica', 'eu-central-1'],
  ])('calls %j wrong usage, in one sentence', async (...args) => {
    expect(await run(...args)).toEqual(WRONG);
  });

  it.each(HOSTILE_NAMES)('refuses the table name %j, whatever the command', async (name) => {
    for (const command of ['create-input', 'workbench', 'create', 'describe', 'diff']) {
      expect(await run('table', command, `--name=${name}`)).toEqual(WRONG);
    }
  });

  it('creates, describes and diffs a live table, and needs no AWS configuration for that', async () => {
    const name = uniqueTableName('cli');
    const live = ['--name', name, '--endpoint', endpoint];
    await withEnvironment(
      { AWS_REGION: undefined, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      async () => {
        expect(await run('table', 'diff', ...live)).toEqual({
          code: 1,
          out: `There is no table ${name}.\n`,
          error: '',
        });
        expect(await run('table', 'describe', ...live)).toMatchObject({ code: 1, out: '' });

        const ready = { code: 0, out: `The table ${name} is ready.\n`, error: '' };
        expect(await run('table', 'create', ...live)).toEqual(ready);
        expect(await run('table', 'create', ...live)).toEqual(ready);
        expect(await run('table', 'diff', ...live)).toEqual({ code: 0, out: '', error: '' });

        const { code, out } = await run('table', 'describe', ...live);
        expect(code).toBe(0);
        expect(JSON.parse(out)).toMatchObject({
          table: { TableName: name, TableStatus: 'ACTIVE' },
          timeToLive: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' },
        });

        const TimeToLiveSpecification = { AttributeName: 'ttl', Enabled: false };
        await client.send(
          new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }),
        );
        expect(await run('table', 'diff', ...live)).toEqual({
          code: 1,
          out: 'TTL is off, so expired items are never removed.\n',
          error: '',
        });
      },
    );
    await client.send(new DeleteTableCommand({ TableName: name }));
  });

  it('creates and diffs a table of other names', async () => {
    const name = uniqueTableName('cli');
    const live = ['--name', name, '--endpoint', endpoint];
    const names = ['--attribute', 'PK=pk', '--attribute', 'SK=sk', '--attribute', 'ttl=expires'];
    await withEnvironment({ AWS_REGION: undefined, AWS_ACCESS_KEY_ID: undefined }, async () => {
      const ready = { code: 0, out: `The table ${name} is ready.\n`, error: '' };
      expect(await run('table', 'create', ...live, ...names)).toEqual(ready);
      expect(await run('table', 'diff', ...live, ...names)).toMatchObject({ code: 0, out: '' });
      const { code, out } = await run('table', 'diff', ...live, '--stream', 'NEW_IMAGE');
      expect(code).toBe(1);
      expect(out.split('\n')).toEqual([
        'The key is HASH pk (S), RANGE sk (S), but must be HASH PK (S), RANGE SK (S).',
        'TTL uses the attribute expires, but must use ttl.',
        'The stream is off, but must be NEW_IMAGE.',
        '',
      ]);
    });
    await client.send(new DeleteTableCommand({ TableName: name }));
  });

  it('says in one sentence that nobody answers, which is no difference', async () => {
    const args = ['--name', 'accounts', '--endpoint', 'http://127.0.0.1:1'];
    const { code, out, error } = await run('table', 'diff', ...args);
    expect([code, out]).toEqual([3, '']);
    expect(error).toBe(
      'latchkey: No response from 127.0.0.1:1. Check that the endpoint is right and that DynamoDB is running.\n',
    );
  });
});

describe('the built command', () => {
  it.each([
    ['./shop.mjs', ['_id2'], ['Account', 'Account._id2', 'Account._id4', 'Order']],
    ['./shop.cjs', ['_id3'], ['Account', 'Account._id2', 'Account._id4', 'Invoice']],
  ])('takes the definitions that %s exports', async (file, indexes, facets) => {
    const { code, out, error } = await runBuilt(
      ...['table', 'workbench', '--name', 'shop', '--definitions', file],
    );
    expect([code, error]).toEqual([0, '']);
    const [table] = (JSON.parse(out) as ReturnType<typeof toNoSqlWorkbench>).DataModel;
    expect(table?.GlobalSecondaryIndexes.map(({ IndexName }) => IndexName)).toEqual(indexes);
    expect(table?.TableFacets.map(({ FacetName }) => FacetName)).toEqual(facets);
  });

  it('makes and diffs a table with the indexes of those definitions', async () => {
    const name = uniqueTableName('cli');
    const live = ['--name', name, '--endpoint', endpoint];
    const definitions = ['--definitions', './shop.mjs'];
    expect((await runBuilt('table', 'create', ...live)).code).toBe(0);
    expect(await runBuilt('table', 'diff', ...live, ...definitions)).toEqual({
      code: 1,
      out: 'There is no global secondary index _id2.\n',
      error: '',
    });
    await client.send(new DeleteTableCommand({ TableName: name }));
    expect((await runBuilt('table', 'create', ...live, ...definitions)).code).toBe(0);
    expect((await runBuilt('table', 'diff', ...live, ...definitions)).code).toBe(0);
    await client.send(new DeleteTableCommand({ TableName: name }));
  });

  it.each(['./nothing.mjs', './missing.mjs', '.', '../cli.test.ts'])(
    'refuses %s as definitions, in one sentence',
    async (file) => {
      const args = ['table', 'cdk', '--name', 'shop', '--definitions', file];
      expect(await runBuilt(...args)).toEqual(WRONG);
    },
  );
});
