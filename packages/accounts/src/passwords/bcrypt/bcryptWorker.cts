// What runs in a worker thread. Nothing else happens there, so nothing need be asynchronous.
import { compareSync, hashSync } from 'bcryptjs';

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
