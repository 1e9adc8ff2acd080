/** An item, or the key of one, in DynamoDB's own JSON. */
export type WrittenItem = Record<string, unknown>;

/** The parts of a request that name items. */
interface Written {
  readonly Item?: WrittenItem;
  readonly Key?: WrittenItem;
}
interface WriteInput extends Written {
  readonly TransactItems?: readonly Record<string, Written>[];
  readonly RequestItems?: Record<string, readonly Record<string, Written>[]>;
}

/**
 * Lists the items that a request writes; of an update or a deletion, the key. An item that a transaction
 * only checks is not written.
 *
 * @param body - of a request that writes, as it is sent.
 */
export function writtenItems(body: string): WrittenItem[] {
  const { TransactItems = [], RequestItems = {}, ...own } = JSON.parse(body) as WriteInput;
  const nested = [...TransactItems, ...Object.values(RequestItems).flat()].flatMap((each) =>
    Object.entries(each).flatMap(([kind, write]) => (kind === 'ConditionCheck' ? [] : [write])),
  );
  return [own, ...nested].flatMap(({ Item, Key }) => {
    const named = Item ?? Key;
    return named ? [named] : [];
  });
}
