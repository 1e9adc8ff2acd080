// Starts programs that serve on a port until they are stopped.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, killGroup, start } from './run.mjs';

/**
 * Starts a program with a free port in `PORT`, and waits until it answers there.
 *
 * @returns its address, such as `localhost:49152`, and a function that stops it.
 */
export async function startServer(program, args, { env, timeoutMs = 120_000, ...options }) {
  const PORT = String(await freePort());
  const child = start(program, args, { ...options, env: { ...env, PORT } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = once(child, 'close');
  const stop = async () => {
    killGroup(child);
    await ended;
  };
  const address = `localhost:${PORT}`;
  const deadline = Date.now() + timeoutMs;
  while (!(await answers(address))) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (hasEnded || Date.now() > deadline) {
      await stop();
      const fault = hasEnded ? 'ended' : `did not answer within ${timeoutMs / 1000} s`;
      throw new CommandError(`${[program, ...args].join(' ')} ${fault}:\n${output}`);
    }
    await pause(100);
  }
  return { address, stop };
}

async function answers(address) {
  try {
    const response = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** A port of the loopback address that nothing listens on. */
async function freePort() {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
