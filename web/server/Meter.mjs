import { AsyncLocalStorage } from 'node:async_hooks';
import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { readUnits, reportedUnits, writeUnits, writtenKeys } from './units.mjs';

/** Errors that come back from DynamoDB, and are charged for. */
const CHARGED_ERRORS = new Set(['ConditionalCheckFailedException', 'TransactionCanceledException']);

/**
 * Counts what a client sends to DynamoDB, apart for each call that is measured. It sits behind the SDK's
 * retries, so that each attempt counts.
 */
export class Meter {
  #calls = new AsyncLocalStorage();
  #observer;
  #onRequest;

  /**
   * @param client the one that is measured
   * @param observer another one, not measured: it reads what a write has changed
   * @param onRequest is told of each request that was not refused: its command, the units that are counted
   *   for it, and those that DynamoDB reports
   */
  constructor(client, observer, onRequest = () => undefined) {
    this.#observer = observer;
    this.#onRequest = onRequest;
    const { middlewareStack } = client;
    const name = (context) => String(context.commandName).replace(/Command$/, '');
    middlewareStack.add(
      (next) => (args) =>
        next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } }),
      { step: 'initialize', name: 'latchkeyMeterCapacity' },
    );
    middlewareStack.add((next, context) => (args) => this.#send(name(context), args, next), {
      step: 'finalizeRequest',
      priority: 'low',
      name: 'latchkeyMeter',
    });
  }

  /**
   * Runs a call, and measures what it sends, also later on.
   *
   * @returns its cost, which grows as long as something is sent
   */
  measure(call) {
    const cost = { requests: 0, writeUnits: 0, readUnits: 0, commands: [] };
    this.#calls.run(cost, call);
    return cost;
  }

  async #send(command, args, next) {
    const cost = this.#calls.getStore();
    if (!cost) return next(args);
    cost.requests++;
    cost.commands.push(command);
    const keys = writtenKeys(command, args.input);
    const before = await this.#read(args.input, keys);
    try {
      const result = await next(args);
      const reported = reportedUnits(result.output);
      const isWrite = keys.length > 0;
      const units = isWrite
        ? writeUnits(command, before, await this.#read(args.input, keys))
        : readUnits(command, args.input, result.output);
      cost[isWrite ? 'writeUnits' : 'readUnits'] += units;
      this.#onRequest({ command, units, reported });
      return result;
    } catch (error) {
      if (CHARGED_ERRORS.has(error.name)) cost.writeUnits += writeUnits(command, before, before);
      throw error;
    }
  }

  /** The items as they are, in the order of the keys. */
  async #read(input, keys) {
    if (keys.length === 0) return [];
    const TableName = tableOf(input);
    const { Responses } = await this.#observer.send(
      new BatchGetItemCommand({
        RequestItems: { [TableName]: { Keys: keys, ConsistentRead: true } },
      }),
    );
    const items = new Map(Responses[TableName].map((item) => [nameOf(item), item]));
    return keys.map((key) => items.get(nameOf(key)));
  }
}

const nameOf = ({ PK, SK }) => JSON.stringify([PK.S, SK.S]);

/** The one table that the request is about. */
function tableOf({ TableName, TransactItems, RequestItems }) {
  if (TableName !== undefined) return TableName;
  if (RequestItems) return Object.keys(RequestItems)[0];
  const [{ Put, Update, Delete, ConditionCheck }] = TransactItems;
  return (Put ?? Update ?? Delete ?? ConditionCheck).TableName;
}
