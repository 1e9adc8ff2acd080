import { setTimeout as sleep } from 'node:timers/promises';
import type { ParsedFault } from './Fault.js';
import type { IndexHistory } from './IndexHistory.js';
import {
  documentOf,
  errorAnswer,
  jsonAnswer,
  NoAnswer,
  type SendOn,
  type WireAnswer,
  type WireRequest,
} from './WireExchange.js';

/** Carries out a request with a fault. */
export async function carryOut(
  fault: ParsedFault,
  request: WireRequest,
  send: SendOn,
  history: IndexHistory,
): Promise<WireAnswer> {
  switch (fault.name) {
    case 'timeout':
      throw new NoAnswer('timeout');
    case 'connectionResetBefore':
      throw new NoAnswer('reset');
    case 'crashBefore':
      throw new NoAnswer('crash');
    case 'answerLost':
      await send();
      throw new NoAnswer('timeout');
    case 'connectionResetAfter':
      await send();
      throw new NoAnswer('reset');
    case 'crashAfter':
      await send();
      throw new NoAnswer('crash');
    case 'slowAnswer': {
      const answer = await send();
      await sleep(fault.delayMs);
      return answer;
    }
    case 'interleave': {
      const answer = await send();
      await fault.run();
      return answer;
    }
    case 'unprocessedItems':
      return sendPart(fault, request, send);
    case 'staleIndex':
      return history.staleAnswer(request, send);
    default: {
      const answer = errorOf(fault, request);
      // What DynamoDB itself refuses is refused.
      const real = fault.executed ? await send() : answer;
      return fault.executed && real.status >= 400 ? real : answer;
    }
  }
}

/** The answer to a request that DynamoDB refuses. */
function errorOf(fault: ParsedFault, { operation, body }: WireRequest): WireAnswer {
  switch (fault.name) {
    case 'internalServerError':
      return errorAnswer('InternalServerError', 500);
    case 'throttling':
      return errorAnswer('ThrottlingException', 400);
    case 'throughputExceeded':
      return errorAnswer('ProvisionedThroughputExceededException', 400);
    case 'transactionInProgress':
      return errorAnswer('TransactionInProgressException', 400);
    case 'transactionConflict':
      if (!operation.startsWith('Transact')) {
        return errorAnswer('TransactionConflictException', 400);
      }
      return canceled(body, (at) =>
        fault.items?.includes(at) === false ? 'None' : 'TransactionConflict',
      );
    case 'transactionCanceled':
      return canceled(body, (at) => fault.reasons[at] ?? 'None');
    default:
      return errorAnswer(fault.code, fault.status);
  }
}

function canceled(body: string, codeAt: (at: number) => string): WireAnswer {
  const { TransactItems } = JSON.parse(body) as { TransactItems: unknown[] };
  const CancellationReasons = TransactItems.map((_, at) => ({ Code: codeAt(at) }));
  return errorAnswer('TransactionCanceledException', 400, { CancellationReasons });
}

/** A batch of one table: a list of writes, or keys with what applies to all of them. */
type Batch = unknown[] | { Keys: unknown[] };
interface BatchAnswer {
  readonly UnprocessedKeys?: Record<string, Batch>;
  readonly UnprocessedItems?: Record<string, Batch>;
}

/** Sends the first items of a batch on, and returns the others as unprocessed. */
async function sendPart(
  { processed }: ParsedFault,
  { operation, body }: WireRequest,
  send: SendOn,
): Promise<WireAnswer> {
  const input = JSON.parse(body) as { RequestItems: Record<string, Batch> };
  const batches = Object.entries(input.RequestItems);
  const total = batches.reduce((sum, [, batch]) => sum + entriesOf(batch).length, 0);
  let left = processed ?? Math.floor(total / 2);
  const sent: [string, Batch][] = [];
  const unprocessed: [string, Batch][] = [];
  for (const [table, batch] of batches) {
    const entries = entriesOf(batch);
    const part = entries.slice(0, left);
    const rest = entries.slice(left);
    left -= part.length;
    if (part.length > 0) sent.push([table, withEntries(batch, part)]);
    if (rest.length > 0) unprocessed.push([table, withEntries(batch, rest)]);
  }
  const name = operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems';
  const withheld = Object.fromEntries(unprocessed);
  if (sent.length === 0) {
    return jsonAnswer({ ...(operation === 'BatchGetItem' && { Responses: {} }), [name]: withheld });
  }
  const answer = await send(JSON.stringify({ ...input, RequestItems: Object.fromEntries(sent) }));
  if (answer.status >= 400) return answer;
  const document = documentOf(answer) as BatchAnswer;
  return jsonAnswer({ ...document, [name]: merged(withheld, document[name] ?? {}) });
}

function entriesOf(batch: Batch): unknown[] {
  return Array.isArray(batch) ? batch : batch.Keys;
}

function withEntries(batch: Batch, entries: unknown[]): Batch {
  return Array.isArray(batch) ? entries : { ...batch, Keys: entries };
}

function merged(ours: Record<string, Batch>, theirs: Record<string, Batch>): Record<string, Batch> {
  const all = { ...theirs };
  for (const [table, batch] of Object.entries(ours)) {
    const other = theirs[table];
    all[table] = other ? withEntries(batch, [...entriesOf(batch), ...entriesOf(other)]) : batch;
  }
  return all;
}
