/** @in-turns 3: each test starts processes. */

import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { javaGoneFrom, javaOnPort } from '../../test/support/javaOnPort.js';
import { withEnvironment } from '../../test/support/withEnvironment.js';
import { hasDynoxide } from './internal/dynoxideEngine.js';
import { localClient } from './localClient.js';
import { startDynamoDBLocal, type LocalDynamoDB } from './startDynamoDBLocal.js';

jest.setTimeout(60_000);

const started: LocalDynamoDB[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((local) => local.stop()));
});

async function start(options?: { port?: number }): Promise<LocalDynamoDB> {
  return withEnvironment({ DYNAMODB_ENDPOINT: undefined }, async () => {
    const local = await startDynamoDBLocal(options);
    started.push(local);
    return local;
  });
}

const portOf = (local: LocalDynamoDB): string => new URL(local.endpoint).port;

test('It answers the SDK once it has started, with no tables', async () => {
  const client = localClient((await start()).endpoint);
  expect(await client.send(new ListTablesCommand())).toMatchObject({ TableNames: [] });
  client.destroy();
});

test('Two at a time have ports of their own, while somebody holds port 8000', async () => {
  const holder = createServer().on('error', () => undefined); // Taken already is as good.
  holder.listen(8000);
  const [one, other] = await Promise.all([start(), start()]);
  expect(new Set([portOf(one), portOf(other), '8000']).size).toBe(3);
  holder.close();
});

test.each(['0.0.0.0', '127.0.0.1', '::'])(
  'A port that another program has on %s is named at once, without starting Java',
  async (host) => {
    const holder = createServer().listen(0, host);
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const startedMs = performance.now();
    await expect(start({ port })).rejects.toMatchObject({
      code: 'PortInUse',
      message: expect.stringContaining(`Port ${port} is in use`),
    });
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    holder.close();
  },
);

test('Stopping ends Java before it returns, and stopping again does no harm', async () => {
  const local = await start();
  expect(javaOnPort(portOf(local))).toBeDefined();
  await Promise.all([local.stop(), local.stop()]);
  expect(javaOnPort(portOf(local))).toBeUndefined();
  await local.stop();
});

test('Disposing of it, as `await using` does, stops it', async () => {
  const local = await start();
  await local[Symbol.asyncDispose]();
  expect(javaOnPort(portOf(local))).toBeUndefined();
});

test('Killing the supervisor ends Java too', async () => {
  const local = await start();
  const java = javaOnPort(portOf(local));
  process.kill(java?.parentPid ?? NaN, 'SIGKILL');
  expect(await javaGoneFrom(portOf(local))).toBe(true);
  await local.stop();
});

test('DYNAMODB_ENDPOINT is returned as it is, and nothing is started or stopped', async () => {
  const local = await start();
  await withEnvironment({ DYNAMODB_ENDPOINT: local.endpoint, PATH: '' }, async () => {
    const same = await startDynamoDBLocal();
    expect(same.endpoint).toBe(local.endpoint);
    await same.stop();
  });
  expect(javaOnPort(portOf(local))).toBeDefined();
});

describe('Without Java', () => {
  let empty: string;
  beforeEach(async () => {
    empty = await mkdtemp(path.join(tmpdir(), 'latchkey-empty-'));
  });
  afterEach(() => rm(empty, { recursive: true }));

  const onLinux = hasDynoxide() ? test : test.skip;
  onLinux('it starts dynoxide, which answers the SDK with no tables', async () => {
    await withEnvironment({ PATH: empty, JAVA_HOME: undefined }, async () => {
      const local = await start();
      const client = localClient(local.endpoint);
      expect(await client.send(new ListTablesCommand())).toMatchObject({ TableNames: [] });
      client.destroy();
      expect(javaOnPort(portOf(local))).toBeDefined();
      await local.stop();
      expect(javaOnPort(portOf(local))).toBeUndefined();
    });
  });

  test('it says so in one sentence where there is no dynoxide', async () => {
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    await withEnvironment({ PATH: empty }, () =>
      expect(start()).rejects.toMatchObject({
        code: 'JavaMissing',
        message:
          'Java was not found: install a Java runtime 11 or newer, or set DYNAMODB_ENDPOINT.',
      }),
    ).finally(() => Object.defineProperty(process, 'platform', { value: platform }));
  });

  onLinux('it names the package that needs none where that could run', async () => {
    await jest.isolateModulesAsync(async () => {
      // A project without the optional packages.
      jest.doMock('./internal/resolvePeer.js', () => ({ resolvePeer: () => undefined }));
      const bare = await import('./startDynamoDBLocal.js');
      await withEnvironment({ PATH: empty, DYNAMODB_ENDPOINT: undefined }, () =>
        expect(bare.startDynamoDBLocal()).rejects.toMatchObject({
          code: 'PeerMissing',
          message: expect.stringMatching(
            /^startDynamoDBLocal needs [^\n]+ install @dynoxide\/linux-x64, which needs none\.$/,
          ) as string,
        }),
      );
    });
  });
});
