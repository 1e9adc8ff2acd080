import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * Starts a DynamoDB Local that gives way to whatever else wants a processor. In real life the database
 * is on another machine; on this one, each request would wake it up in place of the event loop.
 *
 * @returns its `endpoint`, and `stop`.
 */
export async function startDatabase() {
  const script = fileURLToPath(new URL('./database.mjs', import.meta.url));
  const command = [...yieldingWith(), process.execPath, script];
  const child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const endpoint = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => line),
    ended.then(() => Promise.reject(new Error('The database of the benchmark did not start.'))),
  ]);
  return {
    endpoint,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** Linux's scheduling class for what runs only when nothing else does; elsewhere priority must do. */
function yieldingWith() {
  const found = spawnSync('chrt', ['--version']).status === 0;
  return found ? ['chrt', '--idle', '0'] : [];
}
