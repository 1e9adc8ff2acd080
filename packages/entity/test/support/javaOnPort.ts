import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** The DynamoDB Local of one port as the system's process list shows it. */
export interface JavaProcess {
  readonly pid: number;
  readonly parentPid: number;
}

/** Finds the Java that was launched for the port. */
export function javaOnPort(port: number | string): JavaProcess | undefined {
  const list = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const line = list
    .split('\n')
    .find(
      (entry) => / \S*java .*DynamoDBLocal\.jar/.test(entry) && entry.includes(`-port ${port} `),
    );
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
