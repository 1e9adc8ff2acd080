import { fork, type ChildProcess } from 'node:child_process';
import type { Call, Outcome } from './calls.js';
import type { Client, HistoryStart } from './LabClient.js';
import type { Answer, Order } from './worker.js';

type Task =
  | { readonly start: HistoryStart }
  | { readonly call: Call; readonly step: number }
  | { readonly end: true };

/** A process with clients; it ends when its parent does. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #orders = 0;
  #clients = 0;

  /** @param script - the program of `worker.ts`. */
  constructor(script: string) {
    this.#child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    this.#child.on('exit', (code) => {
      for (const tell of this.#waiting.values()) {
        tell({ id: 0, error: `a process ended (${String(code)})` });
      }
    });
  }

  /** Makes another client in the process. */
  newClient(): Client {
    const client = this.#clients++;
    return {
      start: async (start) => {
        await this.#order(client, { start });
      },
      call: async (call, step) => (await this.#order(client, { call, step })) as Outcome,
      end: async () => (await this.#order(client, { end: true })) as number,
    };
  }

  stop(): void {
    this.#child.kill();
  }

  async #order(client: number, task: Task): Promise<unknown> {
    const order: Order = { id: ++this.#orders, client, ...task };
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(order.id, resolve));
    this.#child.send(order);
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(error);
    return result;
  }
}
