import type { TransactOperation } from '@latchkey/entity';

type Plan = Awaited<ReturnType<TransactOperation<unknown>['prepare']>>;
type Write = Plan['writes'][number];
/** The attributes of an item's key. */
type Key = NonNullable<NonNullable<Write['action']['Delete']>['Key']>;

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
      const created = creation.writes.map((write) => {
        const removed = removal.writes.find((other) => isSameItem(write, other));
        return onConditionOf(write, removed);
      });
      const others = removal.writes.filter(
        (write) => !creation.writes.some((other) => isSameItem(other, write)),
      );
      return { result: creation.result, writes: [...created, ...others] };
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

/** Compares by the attributes of a key, whatever this table calls them. */
function isSameItem({ action: { Put, ...others } }: Write, removal: Write): boolean {
  const { Delete, Update, ConditionCheck } = others;
  const item = Put?.Item ?? (Delete ?? Update ?? ConditionCheck)?.Key ?? {};
  const key = Object.entries(keyOf(removal));
  return key.length > 0 && key.every(([name, value]) => item[name]?.S === value.S);
}

function keyOf({ action: { Delete, Update, ConditionCheck } }: Write): Key {
  return (Delete ?? Update ?? ConditionCheck)?.Key ?? {};
}
