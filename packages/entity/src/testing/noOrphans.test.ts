/** @in-turns 3: each test starts processes. */

import { javaGoneFrom, javaOnPort } from '../../test/support/javaOnPort.js';
import { runBuilt } from '../../test/support/runBuilt.js';
import { hasDynoxide } from './internal/dynoxideEngine.js';

jest.setTimeout(60_000);

const RUN_ON = 'setInterval(() => {}, 1000);';

test.each(['cjs', 'esm'] as const)(
  'Killing the parent with SIGKILL leaves no Java behind (%s)',
  async (format) => {
    const { child, port, exited } = await runBuilt(format, RUN_ON);
    expect(javaOnPort(port)).toBeDefined();
    child.kill('SIGKILL');
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(await javaGoneFrom(port)).toBe(true);
  },
);

test.each(['cjs', 'esm'] as const)(
  'A parent that forgets stop still comes to its end, and so does Java (%s)',
  async (format) => {
    const { port, exited } = await runBuilt(format, '');
    expect(await exited).toEqual([0, null]);
    expect(await javaGoneFrom(port)).toBe(true);
  },
);

test('A parent with nothing else to do waits for stop', async () => {
  const { port, exited } = await runBuilt('cjs', 'await local.stop();');
  expect(javaOnPort(port)).toBeUndefined();
  expect(await exited).toEqual([0, null]);
});

test('Ctrl-C leaves no Java behind', async () => {
  const { child, port, exited } = await runBuilt('cjs', RUN_ON);
  process.kill(-(child.pid ?? NaN), 'SIGINT');
  expect(await exited).toEqual([null, 'SIGINT']);
  expect(await javaGoneFrom(port)).toBe(true);
});

test('A parent that handles Ctrl-C has its DynamoDB Local until it ends', async () => {
  const { child, port, exited } = await runBuilt(
    'cjs',
    `${RUN_ON}
     process.on('SIGINT', async () => {
       const { status } = await fetch(local.endpoint);
       process.exit(status > 0 ? 7 : 1);
     });`,
  );
  process.kill(-(child.pid ?? NaN), 'SIGINT');
  expect(await exited).toEqual([7, null]);
  expect(await javaGoneFrom(port)).toBe(true);
});

(hasDynoxide() ? test : test.skip).each([
  ['forgets stop', '', undefined],
  ['is killed', RUN_ON, 'SIGKILL'],
] as const)('A parent that %s leaves no dynoxide behind', async (_, afterwards, signal) => {
  // Without Java on the PATH; Node is started by its full path.
  const { child, port, exited } = await runBuilt('esm', afterwards, { PATH: '/nonexistent' });
  if (signal) {
    expect(javaOnPort(port)).toBeDefined();
    child.kill(signal);
  }
  await exited;
  expect(await javaGoneFrom(port)).toBe(true);
});
