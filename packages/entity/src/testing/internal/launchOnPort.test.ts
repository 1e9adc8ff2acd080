/** @in-turns 3: each test starts processes. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findDynoxide, hasDynoxide } from './dynoxideEngine.js';
import { findPeers } from './findPeers.js';
import { freePort } from './freePort.js';
import { javaEngine } from './javaEngine.js';
import { launchOnPort } from './launchOnPort.js';
import { HAS_JAVA, javaGoneFrom } from '../../../test/support/javaOnPort.js';

jest.setTimeout(60_000);

let occupant: Server;
let occupied: number;
beforeEach(async () => {
  // It answers like a DynamoDB Local of somebody else, which must not be taken for ours.
  occupant = createServer((_, response) => {
    response.writeHead(400, { 'Access-Control-Allow-Origin': '*' }).end();
  }).listen(0);
  await once(occupant, 'listening');
  occupied = (occupant.address() as AddressInfo).port;
});
afterEach(() => {
  occupant.close();
});

const ENGINES = { 'DynamoDB Local': () => javaEngine(findPeers()), dynoxide: findDynoxide };
const present = Object.entries(ENGINES).filter(([name]) =>
  name === 'dynoxide' ? hasDynoxide() : HAS_JAVA,
);
const onJava = HAS_JAVA ? test : test.skip;

test.each(present)('%s gives up a port that was taken meanwhile for another', async (_, find) => {
  const ports = [occupied, await freePort()];
  const engine = find();
  if (!engine) throw new Error('Install the dependencies of this repository.');
  const launched = await launchOnPort(engine, {
    choosePort: () => Promise.resolve(ports.shift() ?? 0),
    attempts: 2,
    timeoutMs: 30_000,
  });
  expect(launched.port).not.toBe(occupied);
  expect(await javaGoneFrom(occupied)).toBe(true);
  await launched.stop();
});

onJava('Ports that are always taken end in an error which shows what Java wrote', async () => {
  const launching = launchOnPort(javaEngine(findPeers()), {
    choosePort: () => Promise.resolve(occupied),
    attempts: 2,
    timeoutMs: 30_000,
  });
  await expect(launching).rejects.toMatchObject({
    code: 'PortInUse',
    message: expect.stringContaining(`Port ${occupied} is in use`),
  });
  expect(await javaGoneFrom(occupied)).toBe(true);
});

onJava('A start that takes too long is ended, Java included', async () => {
  const port = await freePort();
  const launching = launchOnPort(javaEngine(findPeers()), {
    choosePort: () => Promise.resolve(port),
    attempts: 1,
    timeoutMs: 100,
  });
  await expect(launching).rejects.toMatchObject({
    code: 'StartFailed',
    message: expect.stringContaining('did not answer within 100 ms'),
  });
  expect(await javaGoneFrom(port)).toBe(true);
});
