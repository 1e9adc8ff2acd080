import type { TransactOperation } from '@latchkey/entity';

type Plan = Awaited<ReturnType<TransactOperation<unknown>['prepare']>>;
type Write = Plan['writes'][number];

/**
 * Joins the delete of one document and the creation of another that takes over its unique value, for
 * one transaction: the unique item is written once, on condition that the first document still owns
 * it, since a transaction may name an item only once.
 *
 * @returns an operation with the creation's result.
 */
export function transferUnique<R>(
  remove: TransactOperation<unknown>,
  create: TransactOperation<R>,
): TransactOperation<R> {
  return {
    prepare: async () => {
      const [removal, creation] = await Promise.all([remove.prepare(), create.prepare()]);
      const removed = new Map(removal.writes.map((write) => [keyOf(write), write]));
      const created = new Set(creation.writes.map(keyOf));
      return {
        result: creation.result,
        writes: [
          ...creation.writes.map((write) => onConditionOf(write, removed.get(keyOf(write)))),
          ...removal.writes.filter((write) => !created.has(keyOf(write))),
        ],
      };
    },
  };
}

function onConditionOf(write: Write, removal: Write | undefined): Write {
  const { Put } = write.action;
  const { Delete } = removal?.action ?? {};
  if (!Put || !Delete) return write;
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = Delete;
  const { ConditionExpression: _own, ...put } = Put;
  return {
    ...write,
    action: {
      Put: {
        ...put,
        ...(ConditionExpression !== undefined && { ConditionExpression }),
        ...(ExpressionAttributeNames && { ExpressionAttributeNames }),
        ...(ExpressionAttributeValues && { ExpressionAttributeValues }),
      },
    },
  };
}

function keyOf({ action: { Put, Delete, Update, ConditionCheck } }: Write): string {
  const key = Put?.Item ?? Delete?.Key ?? Update?.Key ?? ConditionCheck?.Key;
  return `${key?.PK?.S ?? ''}\0${key?.SK?.S ?? ''}`;
}
