import { LabClient, type HistoryStart } from './LabClient.js';
import type { Call } from './calls.js';

/** A message to the process: what one of its clients is to do. */
export type Order = { readonly id: number; readonly client: number } & (
  | { readonly start: HistoryStart }
  | { readonly call: Call; readonly step: number }
  | { readonly end: true }
);
/** Its answer. */
export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

const clients = new Map<number, LabClient>();

async function carryOut(order: Order): Promise<unknown> {
  const client = clients.get(order.client) ?? new LabClient();
  clients.set(order.client, client);
  if ('start' in order) return client.start(order.start);
  return 'call' in order ? client.call(order.call, order.step) : client.end();
}

process.on('message', (order: Order) => {
  carryOut(order).then(
    (result) => process.send?.({ id: order.id, result } satisfies Answer),
    (error: unknown) =>
      process.send?.({ id: order.id, error: (error as Error).stack ?? '' } satisfies Answer),
  );
});
