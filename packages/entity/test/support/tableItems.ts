import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import type { CommandClient } from '../../src/sdk/quickClient.js';

/** Every item of a table as it is stored, in the order of the keys: a scan has an order of its own. */
export async function tableItems(
  client: CommandClient,
  tableName: string,
  /** Start of the PK of the items that are wanted. */
  prefix = '',
): Promise<Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  let startKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        ExclusiveStartKey: startKey,
        ...(prefix && {
          FilterExpression: 'begins_with(PK, :prefix)',
          ExpressionAttributeValues: { ':prefix': { S: prefix } },
        }),
      }),
    );
    items.push(...(page.Items ?? []));
    startKey = page.LastEvaluatedKey;
  } while (startKey);
  return items
    .map((item) => [`${item.PK?.S ?? ''} ${item.SK?.S ?? ''}`, item] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);
}
