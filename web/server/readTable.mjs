import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

/** Characters of a value that the page shows. */
const SHOWN_CHARACTERS = 160;

/**
 * Reads the whole table, which is small here.
 *
 * @returns the items as text, in the order of their keys, and the cost of reading them
 */
export async function readTable(client, TableName) {
  const items = [];
  const cost = { requests: 0, writeUnits: 0, readUnits: 0 };
  let ExclusiveStartKey;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName,
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
        ...(ExclusiveStartKey && { ExclusiveStartKey }),
      }),
    );
    items.push(...page.Items);
    cost.requests++;
    cost.readUnits += page.ConsumedCapacity.CapacityUnits;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return { items: items.map(toText).sort((a, b) => (a.key < b.key ? -1 : 1)), cost };
}

/** An item as the page shows it. What is secret is stored as a hash, or encrypted, and shown like that. */
function toText(stored) {
  const { PK, SK, _e: entity, ...fields } = unmarshall(stored);
  const shown = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    key: `${PK} ${SK}`,
    version: createHash('sha256').update(JSON.stringify(stored, bytesAsText)).digest('base64url'),
    pk: shorten(PK),
    sk: shorten(SK),
    ...(entity !== undefined && { entity: shorten(String(entity)) }),
    fields: shown.map(([name, value]) => [shorten(name), shorten(textOf(value))]),
  };
}

function textOf(value) {
  return typeof value === 'string' ? value : JSON.stringify(value, bytesAsText);
}

function bytesAsText(_name, value) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value instanceof Set ? [...value] : value;
}

/** Cuts between characters, never within one. */
function shorten(text) {
  const characters = [...text];
  if (characters.length <= SHOWN_CHARACTERS) return text;
  return `${characters.slice(0, SHOWN_CHARACTERS).join('')}…`;
}
