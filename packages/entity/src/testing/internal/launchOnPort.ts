import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { TestingError } from '../TestingError.js';
import type { Peers } from './findPeers.js';
import { portInUse } from './requireFreePort.js';
import { Supervisor } from './Supervisor.js';
import { whoAnswers } from './whoAnswers.js';

/** How often and how long to try, and where. */
export interface LaunchPlan {
  readonly choosePort: () => Promise<number>;
  readonly attempts: number;
  readonly timeoutMs: number;
}

/** A DynamoDB Local that answers. */
export interface Launched {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

const POLL_MS = 50;
const OTHER_VERSION_MS = 5_000;

/** Launches DynamoDB Local, with another port whenever the chosen one turns out to be in use. */
export async function launchOnPort(peers: Peers, plan: LaunchPlan): Promise<Launched> {
  const deadlineMs = performance.now() + plan.timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const port = await plan.choosePort();
    // Only pages of this origin, which is nobody's, may read the tables; the default is any page
    // of any browser on this machine. It also tells our DynamoDB Local from somebody else's.
    const origin = `http://${randomUUID()}.invalid`;
    // There is not an option for the address: 1.25.1 hands Jetty the port alone, which then listens on
    // every interface. Only a firewall can keep the network out.
    const args = ['-disableTelemetry', '-cors', origin];
    const installPath = peers.installPath ?? null;
    const { dynamodbLocalPath } = peers;
    const supervisor = new Supervisor({ dynamodbLocalPath, installPath, port, args });

    const sendsBackOrigin = peers.installPath !== undefined;
    const expected = { port, origin, sendsBackOrigin, deadlineMs };
    const outcome = await waitUntilItAnswers(supervisor, expected);
    if (outcome === 'answers') {
      supervisor.unref();
      return { port, stop: () => supervisor.stop() };
    }
    await supervisor.stop();
    if (outcome === 'portInUse' && attempt < plan.attempts) continue;
    if (outcome === 'portInUse') throw portInUse(port);
    throw startFailed(outcome, plan.timeoutMs, supervisor.stderrTail);
  }
}

type Outcome = 'answers' | 'portInUse' | 'javaEnded' | 'timeout';

async function waitUntilItAnswers(
  supervisor: Supervisor,
  expected: { port: number; origin: string; sendsBackOrigin: boolean; deadlineMs: number },
): Promise<Outcome> {
  const { port, origin, sendsBackOrigin, deadlineMs } = expected;
  let otherSinceMs: number | undefined;
  while (performance.now() < deadlineMs) {
    if (supervisor.hasExited) return 'javaEnded';
    // Java does not end after this: threads of DynamoDB Local keep it waiting for ever.
    if (supervisor.stderrTail.includes('Exception in thread "main"')) {
      await delay(4 * POLL_MS); // Stack traces arrive line by line.
      return supervisor.stderrTail.includes('Failed to bind') ? 'portInUse' : 'javaEnded';
    }
    const who = await whoAnswers(port, origin);
    if (who === 'ours') return 'answers';
    // A downloaded version might treat CORS differently. By this time it has either complained that
    // the port is in use, or it is the one that answers.
    if (who === 'other' && !sendsBackOrigin) {
      otherSinceMs ??= performance.now();
      if (performance.now() - otherSinceMs > OTHER_VERSION_MS) return 'answers';
    }
    await delay(POLL_MS);
  }
  return 'timeout';
}

function startFailed(
  outcome: Exclude<Outcome, 'answers' | 'portInUse'>,
  timeoutMs: number,
  stderr: string,
): TestingError {
  const happened = {
    javaEnded: 'ended before it answered',
    timeout: `did not answer within ${timeoutMs} ms`,
  }[outcome];
  const said = stderr === '' ? 'Java wrote no error.' : `Java wrote:\n${stderr}`;
  return new TestingError('StartFailed', `DynamoDB Local ${happened}. ${said}`);
}
