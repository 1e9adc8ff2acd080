import { setTimeout as delay } from 'node:timers/promises';
import { TestingError } from '../TestingError.js';
import type { Engine, Launch } from './Engine.js';
import { portInUse } from './requireFreePort.js';
import { Supervisor } from './Supervisor.js';

/** How often and how long to try, and where. */
export interface LaunchPlan {
  readonly choosePort: () => Promise<number>;
  readonly attempts: number;
  readonly timeoutMs: number;
}

/** A local DynamoDB that answers. */
export interface Launched {
  readonly port: number;
  readonly stop: () => Promise<void>;
  /** Fulfilled when it is gone, stopped or not. */
  readonly ended: Promise<void>;
}

const POLL_MS = 50;

/** Launches an engine, with another port whenever the chosen one turns out to be in use. */
export async function launchOnPort(engine: Engine, plan: LaunchPlan): Promise<Launched> {
  const deadlineMs = performance.now() + plan.timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const port = await plan.choosePort();
    const launch = engine.launch(port);
    const supervisor = new Supervisor(launch.order);
    const outcome = await waitUntilItAnswers(supervisor, launch, deadlineMs);
    if (outcome === 'answers') {
      supervisor.unref();
      return { port, stop: () => supervisor.stop(), ended: supervisor.closed };
    }
    await supervisor.stop();
    if (outcome === 'portInUse' && attempt < plan.attempts) continue;
    if (outcome === 'portInUse') throw portInUse(port);
    throw startFailed(engine, outcome, plan.timeoutMs, supervisor.stderrTail);
  }
}

type Outcome = 'answers' | 'portInUse' | 'ended' | 'timeout';

async function waitUntilItAnswers(
  supervisor: Supervisor,
  launch: Launch,
  deadlineMs: number,
): Promise<Outcome> {
  while (performance.now() < deadlineMs) {
    if (supervisor.hasExited) {
      // The last of what it wrote may still be under way.
      await supervisor.closed;
      return (await launch.state(supervisor)) === 'portInUse' ? 'portInUse' : 'ended';
    }
    const state = await launch.state(supervisor);
    if (state !== undefined) return state;
    await delay(POLL_MS);
  }
  return 'timeout';
}

function startFailed(
  { name }: Engine,
  outcome: 'ended' | 'timeout',
  timeoutMs: number,
  stderr: string,
): TestingError {
  const happened = {
    ended: 'exited before it was ready',
    timeout: `did not answer within ${timeoutMs} ms`,
  }[outcome];
  const said = stderr === '' ? 'It wrote no error.' : `It wrote:\n${stderr}`;
  return new TestingError('StartFailed', `${name} ${happened}. ${said}`);
}
