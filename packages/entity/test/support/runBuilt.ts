import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The formats the package is built in. */
export type Format = 'esm' | 'cjs';

/** The built file of an entry, which has to be there. */
export function builtFile(format: Format, name: string): string {
  const file = path.join(__dirname, '../../dist', `${name}.${format === 'esm' ? 'js' : 'cjs'}`);
  if (!existsSync(file)) throw new Error(`Build the package before testing it: no ${file}.`);
  return file;
}

/** A Node process that has started the built DynamoDB Local. */
export interface BuiltParent {
  readonly child: ChildProcess;
  readonly port: string;
  readonly exited: Promise<readonly unknown[]>;
}

/** Runs a Node process which starts the built DynamoDB Local, and waits until it did `afterwards`. */
export async function runBuilt(
  format: Format,
  afterwards: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<BuiltParent> {
  const url = pathToFileURL(builtFile(format, 'testing')).href;
  const script = `
    const { startDynamoDBLocal } = await import(${JSON.stringify(url)});
    const local = await startDynamoDBLocal();
    ${afterwards}
    console.log(new URL(local.endpoint).port);`;
  const { DYNAMODB_ENDPOINT: _, ...env } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, ...variables },
  });
  const exited = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: line.toString().trim(), exited };
}
