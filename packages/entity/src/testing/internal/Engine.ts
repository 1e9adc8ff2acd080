import type { Supervisor } from './Supervisor.js';
import type { SupervisorOrder } from './superviseEngine.js';

/** State of a launch that is over; `undefined` means to look again. */
export type LaunchState = 'answers' | 'portInUse' | 'ended' | undefined;

/** A DynamoDB that this machine can run. */
export interface Engine {
  /** Its name in errors. */
  readonly name: string;
  /** Prepares one launch on a port. */
  launch(port: number): Launch;
}

/** One launch of an engine. */
export interface Launch {
  readonly order: SupervisorOrder;
  /** Tells how far it is, from what it wrote or answers. */
  state(supervisor: Supervisor): Promise<LaunchState>;
}
