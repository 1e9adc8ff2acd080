import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AnyEntityDefinition } from '@latchkey/schema';
import { EntityModel } from '../../src/entity/EntityModel.js';
import type { CommandClient } from '../../src/sdk/quickClient.js';
import { tableItems } from './tableItems.js';

type Item = Record<string, AttributeValue>;

/**
 * Reads a whole table and says, one sentence each, where DESIGN §5 does not hold: every unique item
 * names a document that exists and has that value, every document's unique values have their item,
 * and both expire at the same time. An empty list means that all is well.
 */
export async function sweepUniques(
  client: CommandClient,
  tableName: string,
  definitions: readonly AnyEntityDefinition[],
): Promise<string[]> {
  return uniqueProblems(await tableItems(client, tableName), definitions);
}

/** The same of items that were read already. */
export function uniqueProblems(
  items: readonly Item[],
  definitions: readonly AnyEntityDefinition[],
): string[] {
  const uniques = new Map<string, Item>();
  const documents = new Map<string, Item>();
  for (const item of items) {
    (item.ownerPK ? uniques : documents).set(keyOf(item.PK, item.SK), item);
  }
  const problems: string[] = [];
  const wanted = new Map<string, string>();
  for (const [key, item] of documents) {
    const definition = definitions.find(({ name }) => name === item._e?.S);
    if (!definition) {
      problems.push(`${key} is of no known entity`);
      continue;
    }
    const namespace = /^(?:@[^#]*#)*/.exec(item.PK?.S ?? '')?.[0] ?? '';
    const model = new EntityModel(definition, namespace);
    const fields = model.allFields(item);
    const primary = model.primaryKey(fields);
    if (primary.PK !== item.PK?.S || primary.SK !== item.SK?.S) {
      problems.push(`${key} is not the key that follows from its fields`);
    }
    for (const { PK, SK } of model.uniqueKeys(fields)) {
      const unique = uniques.get(`${PK} ${SK}`);
      wanted.set(`${PK} ${SK}`, key);
      if (!unique) problems.push(`${key} holds ${PK}, which has no unique item`);
      else if (unique.ttl?.N !== item.ttl?.N) {
        problems.push(
          `${PK} expires at ${String(unique.ttl?.N)}, its document at ${String(item.ttl?.N)}`,
        );
      }
    }
  }
  for (const [key, unique] of uniques) {
    const owner = keyOf(unique.ownerPK, unique.ownerSK);
    if (!documents.has(owner)) problems.push(`${key} names ${owner}, which does not exist`);
    else if (wanted.get(key) !== owner)
      problems.push(`${key} names ${owner}, which has another value`);
  }
  return problems;
}

function keyOf(PK: AttributeValue | undefined, SK: AttributeValue | undefined): string {
  return `${PK?.S ?? ''} ${SK?.S ?? ''}`;
}
