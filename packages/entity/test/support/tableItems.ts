import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import type { CommandClient } from '../../src/table/Sender.js';

/** Every item of a table as it is stored, by key. */
export async function tableItems(
  client: CommandClient,
  tableName: string,
): Promise<Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  let startKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: tableName, ConsistentRead: true, ExclusiveStartKey: startKey }),
    );
    items.push(...(page.Items ?? []));
    startKey = page.LastEvaluatedKey;
  } while (startKey);
  return items;
}
