/** @in-turns 3: each test starts processes. */

import { DeleteTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { runCli } from '../../src/cli/runCli.js';
import { hasDynoxide } from '../../src/testing/internal/dynoxideEngine.js';
import { localClient } from '../../src/testing/index.js';
import { javaGoneFrom, javaOnPort } from '../support/javaOnPort.js';

const BIN = path.join(__dirname, '../../dist/latchkey.js');

interface LocalRun {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly port: string;
  readonly exited: Promise<readonly unknown[]>;
}

/** Runs the built command with nothing in its environment, until it has printed its lines. */
async function runLocal(args: readonly string[], PATH = process.env.PATH): Promise<LocalRun> {
  const env = { PATH, DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' };
  const options = { env, cwd: path.join(__dirname, 'fixtures') };
  const child = spawn(process.execPath, ['--no-warnings', BIN, 'local', ...args], options);
  const exited = once(child, 'exit');
  let [out, error] = ['', ''];
  child.stderr.on('data', (text) => (error += String(text)));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text) => {
      out += String(text);
      if (out.split('\n').length > 3) resolve();
    });
    child.once('exit', () => reject(new Error(error)));
  });
  const lines = out.trimEnd().split('\n');
  return { child, lines, port: /:(\d+)$/m.exec(lines[0] ?? '')?.[1] ?? '', exited };
}

const ENGINES = [
  ['DynamoDB Local', process.env.PATH],
  ...(hasDynoxide() ? [['dynoxide', '/none']] : []),
];

describe('latchkey local', () => {
  it.each(ENGINES)('runs %s with the table, and prints three lines to export', async (_, PATH) => {
    const { child, lines, port, exited } = await runLocal(['--name', 'shop'], PATH);
    const endpoint = `http://127.0.0.1:${port}`;
    expect(lines).toEqual([
      `export DYNAMODB_ENDPOINT=${endpoint}`,
      `export AWS_ENDPOINT_URL_DYNAMODB=${endpoint}`,
      expect.stringMatching(/^export TOKEN_SECRET=[\w-]{43}$/),
    ]);
    const client = localClient(endpoint);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'shop' }));
    expect(Table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual(['PK', 'SK']);
    client.destroy();
    child.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
    expect(javaOnPort(port)).toBeUndefined();
  });

  it('takes a port, a name and definitions, and ends on SIGTERM', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const chosen = String((free.address() as AddressInfo).port);
    await new Promise((resolve) => free.close(resolve));
    const args = ['--port', chosen, '--definitions', './shop.mjs'];
    const { child, port, exited } = await runLocal(args);
    expect(port).toBe(chosen);
    const client = localClient(`http://127.0.0.1:${port}`);
    const TableName = 'my-application';
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table?.GlobalSecondaryIndexes).toHaveLength(1);
    await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await javaGoneFrom(port)).toBe(true);
  });

  it('says so, and ends, when the engine is gone', async () => {
    const { child, port, exited } = await runLocal([]);
    let error = '';
    child.stderr?.on('data', (text) => (error += String(text)));
    process.kill(javaOnPort(port)?.pid ?? NaN, 'SIGKILL');
    expect(await exited).toEqual([3, null]);
    expect(error).toContain('latchkey: the local DynamoDB stopped unexpectedly.\n');
  });

  it.each([
    ['--wat'],
    ['--port', '0'],
    ['--port', '65536'],
    ['--port', 'many'],
    ['--name', 'no table name'],
    ['--definitions', './nothing-here.mjs'],
    ['--endpoint', 'http://127.0.0.1:8000'],
    ['more'],
  ])('calls %j %s wrong usage, in one sentence, and starts nothing', async (...args) => {
    let [out, error] = ['', ''];
    const code = await runCli(
      ['local', ...args],
      {
        out: (text) => (out += text),
        error: (text) => (error += text),
      },
      '1.2.3',
    );
    expect([code, out]).toEqual([2, '']);
    expect(error).toMatch(/^latchkey: [^\n]+\n$/);
  });
});
