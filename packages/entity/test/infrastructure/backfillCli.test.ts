/** @in-turns 3: each test starts processes. */

import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import { spawn } from 'node:child_process';
import path from 'node:path';
import * as z from 'zod';
import { runCli } from '../../src/cli/runCli.js';
import { Table } from '../../src/sdk/Table.js';
import { tableItems } from '../support/tableItems.js';

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** The definition of `fixtures/members.mjs` before it had indexes. */
const OldMember = defineEntity({
  name: 'Member',
  schema: z.object({ club: z.string(), number: z.bigint(), email: z.string() }),
  indexes: [{ name: '_id', PK: ['.club'], SK: ['.number'] }],
});

const endpoint = process.env.DYNAMODB_ENDPOINT ?? '';
let test: TestTable;
beforeEach(async () => {
  test = await createTestTable([OldMember]);
});
afterEach(() => test.drop());

/** Runs the built command as a shell would. */
function run(args: readonly string[], signalAfter?: RegExp): Promise<Run> {
  const bin = path.join(__dirname, '../../dist/latchkey.js');
  const own = ['table', 'backfill', '--name', test.table.name, '--definitions', './members.mjs'];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')),
  );
  const child = spawn(
    process.execPath,
    ['--no-warnings', bin, ...own, '--endpoint', endpoint, ...args],
    { cwd: path.join(__dirname, 'fixtures'), env },
  );
  let [out, error] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => {
    error += text.toString();
    // A second one would end it at once.
    if (signalAfter?.test(error) && !child.killed) child.kill('SIGINT');
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, error });
    });
  });
}

async function make(count: number, table: Table = test.table): Promise<void> {
  for (let at = 0; at < count; at++) {
    const item = { club: 'c', number: BigInt(at), email: `m${at}@example.com` };
    await table.entity(OldMember).createOne({ item });
  }
}
const written = async () =>
  (await tableItems(test.client, test.table.name)).filter((item) => item._id3PK).length;

describe('latchkey table backfill', () => {
  it('brings documents up to date, and says how many', async () => {
    await make(3);
    const dry = await run(['--dry-run']);
    expect(dry).toEqual({
      code: 0,
      out: '3 documents read, 3 to be changed, 0 collisions, 0 failures.\n',
      error: '',
    });
    expect(await written()).toBe(0);
    expect(await run([])).toMatchObject({
      code: 0,
      out: '3 documents read, 3 changed, 0 collisions, 0 failures.\n',
    });
    expect(await written()).toBe(3);
    expect((await run(['--segments', '2', '--entity', 'Member'])).out).toBe(
      '3 documents read, 0 changed, 0 collisions, 0 failures.\n',
    );
  });

  it('shows how far it has come on a terminal, in one line that it takes away', async () => {
    let [out, error] = ['', ''];
    const code = await runCli(
      ['table', 'backfill', '--name', test.table.name, '--endpoint', endpoint],
      {
        out: (text) => (out += text),
        error: (text) => (error += text),
        terminals: { out: true, error: true, colours: true },
      },
      '',
    );
    const summary = '0 documents read, 0 changed, 0 collisions, 0 failures.';
    expect({ code, out }).toEqual({ code: 0, out: `${summary}\n` });
    expect(error).toBe(`\r\u001b[K${summary}\r\u001b[K`);
  });

  it('lists collisions and failures by the keys of documents, and ends with 1', async () => {
    await make(1);
    const members = test.table.entity(OldMember);
    await members.createOne({ item: { club: 'c', number: 7n, email: 'm0@example.com' } });
    const [item] = await tableItems(test.client, test.table.name);
    const Item = { ...item, SK: { S: 'member#$i0000000000000009' }, number: { N: '9.5' } };
    await test.client.send(new PutItemCommand({ TableName: test.table.name, Item }));
    const { code, out } = await run([]);
    expect(code).toBe(1);
    expect(out.split('\n').sort()).toEqual([
      '',
      '3 documents read, 1 changed, 1 collision, 1 failure.',
      expect.stringMatching(
        /^collision: Member \{"club":"c","number":"[07]"\} has the value of Member \{"club":"c","number":"[07]"\} in _id2 \(email\)$/,
      ),
      'failure: Member {"club":"c","number":"9"}: A stored Member cannot be read: "number" is not a whole number.',
    ]);
    expect(out).not.toContain('example.com');
  });

  it('does one namespace, or all', async () => {
    const client = localClient();
    for (const name of ['a', 'b']) {
      await make(2, new Table({ name: test.table.name, client }).namespace(name));
    }
    expect((await run(['--namespace', 'a'])).out).toMatch(/^2 documents read, 2 changed/);
    expect((await run([])).out).toMatch(/^4 documents read, 2 changed/);
    client.destroy();
  });

  it('stops when asked to, and goes on from there', async () => {
    await make(60);
    const stopped = await run(['--rate', '20'], /--resume/);
    expect(stopped.code).toBe(3);
    expect(stopped.error).toMatch(/latchkey: stopped; to continue: --resume \S+\n$/);
    const before = await written();
    expect(before).toBeLessThan(60);
    const cursor = /--resume (\S+)\n$/.exec(stopped.error)?.[1] ?? '';
    const { code, out } = await run(['--resume', cursor]);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^${60 - before} documents read, ${60 - before} changed`));
    expect(await written()).toBe(60);
  });

  it.each([
    [['--rate', '0']],
    [['--rate', 'fast']],
    [['--segments', '-1']],
    [['--segments', '1000']],
    [['--resume', 'none']],
    [['--entity', 'Nobody']],
    [['--role', 'read-only']],
  ])('calls %j wrong usage, in one sentence', async (args) => {
    expect(await run(args)).toEqual({
      code: 2,
      out: '',
      error: expect.stringMatching(/^latchkey: [^\n]+\n$/),
    });
  });

  it('says in one sentence that there is no table', async () => {
    const { code, error } = await run(['--name', `${test.table.name}-none`]);
    expect(code).toBe(3);
    expect(error).toMatch(/^latchkey: [^\n]+\n$/);
  });
});
