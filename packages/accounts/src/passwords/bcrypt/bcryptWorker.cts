// What runs in a worker thread. Nothing else happens there, so nothing need be asynchronous.
import { compareSync, hashSync } from 'bcryptjs';

const LOWER_PRIORITY = 10;

// Where hashing keeps every processor busy, the event loop comes first. On Linux alone, since a
// priority is a thread's own there, and elsewhere the whole process's.
if (process.platform === 'linux') {
  try {
    process.getBuiltinModule('node:os').setPriority(LOWER_PRIORITY);
  } catch {
    // Not allowed: the threads are as important as the rest.
  }
}

/** A password for a thread to hash. */
export interface HashTask {
  readonly input: string;
  readonly cost: number;
}

/** A password for a thread to compare with a hash. */
export interface CompareTask {
  readonly input: string;
  readonly bcryptHash: string;
}

export function hash({ input, cost }: HashTask): string {
  return hashSync(input, cost);
}

export function compare({ input, bcryptHash }: CompareTask): boolean {
  return compareSync(input, bcryptHash);
}
