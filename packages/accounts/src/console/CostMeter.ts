import { watchCommands, type CommandEvent, type Table } from '@latchkey/entity';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Cost, Costed } from './api.js';

/** Requests whose units are read units; those of all others are write units. */
const READS: readonly string[] = ['BatchGetItem', 'GetItem', 'Query', 'Scan', 'TransactGetItems'];

/** Counts what each call costs, by what DynamoDB reports of the requests that were sent for it. */
export class CostMeter {
  /** Stops counting. */
  readonly stop: () => void;
  readonly #running = new AsyncLocalStorage<{ -readonly [K in keyof Cost]: Cost[K] }>();

  /** @param table - the table object of the entities that send the requests. */
  constructor(table: Table) {
    this.stop = watchCommands(table, (event) => this.#count(event));
  }

  /** Runs a call, and tells what it has cost. */
  async measure<T>(call: () => Promise<T>): Promise<Costed<T>> {
    const cost = { requests: 0, writeUnits: 0, readUnits: 0 };
    const result = await this.#running.run(cost, call);
    return { result, cost: { ...cost } };
  }

  #count({ command, attempts, consumedCapacity = 0 }: CommandEvent): void {
    const cost = this.#running.getStore();
    if (!cost) return;
    cost.requests += attempts;
    cost[READS.includes(command) ? 'readUnits' : 'writeUnits'] += consumedCapacity;
  }
}
