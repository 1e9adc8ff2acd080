import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const ENGINE = / \S*java .*DynamoDBLocal\.jar|\/dynoxide serve /;

/** Tells whether this machine has Java; without it, every test runs on dynoxide. */
export const HAS_JAVA: boolean = spawnSync('java', ['-version']).status === 0;

/** The engine of one port as the system's process list shows it. */
export interface JavaProcess {
  readonly pid: number;
  readonly parentPid: number;
}

/** Finds the Java, or the dynoxide, that was launched for the port. */
export function javaOnPort(port: number | string): JavaProcess | undefined {
  const list = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const line = list
    .split('\n')
    .find((entry) => ENGINE.test(entry) && `${entry} `.includes(`-port ${port} `));
  const [pid, parentPid] = line?.trim().split(/\s+/).map(Number) ?? [];
  return pid === undefined || parentPid === undefined ? undefined : { pid, parentPid };
}

/** Waits until no Java is left for the port, ten seconds at most, and tells whether that is so. */
export async function javaGoneFrom(port: number | string): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (javaOnPort(port) === undefined) return true;
    await delay(100);
  }
  return false;
}
