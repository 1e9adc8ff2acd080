import {
  QueryCommand,
  type AttributeValue,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { CommandClient } from '../../src/sdk/quickClient.js';

/**
 * Sends a query as often as the engine itself needs to answer it, and gives the items of each page.
 *
 * Engines end a page of 1 MB in different places. AWS says that a result set fits within 1 MB
 * (Developer Guide, "Paginating table query results"), and dynoxide keeps to it; DynamoDB Local's
 * pages also hold the item with which they pass 1 MB. So a test compares with these pages, instead
 * of with a number of items that it has counted on one engine.
 */
export async function queryPages(
  client: CommandClient,
  input: object,
): Promise<Record<string, AttributeValue>[][]> {
  const pages: Record<string, AttributeValue>[][] = [];
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const query = { ...(input as QueryCommandInput), ExclusiveStartKey };
    const page = await client.send(new QueryCommand(query));
    pages.push(page.Items ?? []);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return pages;
}
