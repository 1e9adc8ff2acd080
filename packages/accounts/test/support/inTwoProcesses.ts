import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';

const SCRIPT = path.join(__dirname, '../concurrency/fixtures/signUp.mjs');
const BUILT = path.join(__dirname, '../../dist/index.js');

/** How one call ended in its process. */
export interface Outcome {
  readonly accountId?: string;
  readonly code?: string;
}

/** Calls `createAccount` of the built package for every input at once, half of them in each process. */
export async function inTwoProcesses(
  tableName: string,
  inputs: readonly object[],
): Promise<Outcome[]> {
  if (!existsSync(BUILT)) throw new Error(`Build the package before testing it: no ${BUILT}.`);
  const children = [0, 1].map(() =>
    fork(SCRIPT, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  );
  try {
    await Promise.all(
      children.map(async (child, half) => {
        child.send({
          tableName,
          endpoint: process.env.DYNAMODB_ENDPOINT,
          inputs: inputs.filter((_input, at) => at % 2 === half),
        });
        await messageOf(child);
      }),
    );
    const results = children.map(async (child) => {
      child.send('go');
      return (await messageOf(child)) as Outcome[];
    });
    return (await Promise.all(results)).flat();
  } finally {
    for (const child of children) child.kill();
  }
}

/** The next message of a process, which must not end before it. */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const exit = once(child, 'exit', { signal: ended.signal }).then(() => {
    throw new Error('a process ended without an answer');
  });
  try {
    const [message] = (await Promise.race([once(child, 'message'), exit])) as [unknown];
    return message;
  } finally {
    exit.catch(() => undefined);
    ended.abort();
  }
}
