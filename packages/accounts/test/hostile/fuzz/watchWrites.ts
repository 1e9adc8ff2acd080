import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Counts of attempts and messages, and challenges that a refusal uses up. */
const COUNTS = /^(accountattempts|addressattempts|sentmessages|challenge)/i;

/** Watches which items a client writes. */
export function watchWrites(client: DynamoDBClient): {
  clear(): void;
  /** The kinds of what was written, other than counts. */
  notCounts(): string[];
} {
  let kinds: string[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      // What DynamoDB refuses is not written.
      const result = await next(args);
      const command = String(context.commandName).replace(/Command$/, '');
      if (/^(Put|Update|Delete|TransactWrite|BatchWrite)/.test(command)) {
        kinds.push(...keysIn(args.input).map((key) => `${command} ${key}`));
      }
      return result;
    },
    { step: 'initialize', priority: 'low', name: 'watchWrites' },
  );
  return {
    clear: () => void (kinds = []),
    notCounts: () => kinds.filter((kind) => !COUNTS.test(kind.split(' ')[1] ?? '')),
  };
}

/** Names the kind of item that a write is of: by the sort key, or the partition key of an item that stands alone. */
function keysIn(input: unknown): string[] {
  if (typeof input !== 'object' || input === null) return [];
  const { PK, SK } = input as Record<string, unknown>;
  if (SK !== undefined) {
    const [sort, partition] = [SK, PK].map((key) => textOf(key).split('#')[0] ?? '');
    return [sort === 'unique' || sort === partition ? (partition ?? '') : (sort ?? '')];
  }
  return Object.values(input).flatMap((value) => keysIn(value));
}

function textOf(key: unknown): string {
  return typeof key === 'string' ? key : String((key as { S?: unknown } | null)?.S);
}
