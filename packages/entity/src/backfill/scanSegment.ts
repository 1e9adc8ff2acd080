import type { ScanCommandInput, ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Item } from '../entity/EntityModel.js';
import { Expression } from '../expressions/Expression.js';
import { DELIMITER } from '../keys/encodeKeyPart.js';
import type { Key } from '../keys/Key.js';
import type { Sender } from '../table/Sender.js';
import type { BackfillScope, Position } from './backfillCursor.js';
import type { Pace } from './Pace.js';

/** Some items of a segment, and where the segment is once they are done with. */
export interface Chunk {
  readonly items: readonly Item[];
  readonly position: Position;
}

/** So many items go together: their unique items are read in one request or two. */
const CHUNK = 25;

/** Settings for reading a segment. */
export interface SegmentScan {
  readonly scope: BackfillScope;
  readonly sender: Sender;
  readonly pace: Pace;
  /** Tells whether unique items come along. */
  readonly withUniques: boolean;
}

/** Reads one segment of a table on from a place, some items at a time. */
export async function* scanSegment(
  { scope, sender, pace, withUniques }: SegmentScan,
  segment: { readonly at: number; readonly of: number },
  from: Position,
): AsyncGenerator<Chunk> {
  if (from === 'end') return;
  const { attributes } = sender;
  const params: ScanCommandInput = {
    ...filterOf(scope, sender, withUniques),
    TableName: scope.tableName,
    // Without it, what was written a moment ago could be missed.
    ConsistentRead: true,
    ReturnConsumedCapacity: 'TOTAL',
    ...(segment.of > 1 && { Segment: segment.at, TotalSegments: segment.of }),
  };
  let position: Position = from;
  let startKey = from === 'start' ? undefined : attributes.keyItem(from);
  do {
    const page: ScanCommandOutput = await sender.send({
      name: 'Scan',
      input: { ...params, ExclusiveStartKey: startKey },
    });
    await pace.take(page.ConsumedCapacity?.CapacityUnits ?? 0);
    startKey = page.LastEvaluatedKey;
    const items = page.Items ?? [];
    for (let start = 0; start < items.length; start += CHUNK) {
      const chunk = items.slice(start, start + CHUNK);
      position = lastOf(chunk.map((item) => attributes.keyOf(item))) ?? position;
      yield { items: chunk, position };
    }
    position = startKey ? (lastOf([attributes.keyOf(startKey)]) ?? position) : 'end';
    yield { items: [], position };
  } while (startKey);
}

/** The last of several keys that can be shown: that of a unique item may hold a secret value. */
function lastOf(keys: readonly Key[]): Key | undefined {
  return keys.filter(({ PK }) => !isUniqueHead(headOf(PK))).at(-1);
}

/** The name that starts a partition key, after its namespaces. */
export function headOf(PK: string): string {
  return PK.slice(namespaceOf(PK).length).split(DELIMITER, 1)[0] ?? '';
}

/** The namespaces that start a partition key. */
export function namespaceOf(PK: string): string {
  return /^(?:@[^#]*#)*/.exec(PK)?.[0] ?? '';
}

/**
 * Tells whether a name starts the partition keys of unique items; an entity's name holds no dot.
 */
export function isUniqueHead(head: string): boolean {
  return head.includes('.');
}

function filterOf(
  { names, prefix }: BackfillScope,
  { attributes }: Sender,
  withUniques: boolean,
): Pick<
  ScanCommandInput,
  'FilterExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  const expression = new Expression();
  const entity = expression.path(['_e']);
  // One comparison for each, since IN takes 100 at the most.
  const kinds = names.map((name) => `${entity} = ${expression.value({ S: name })}`);
  if (withUniques) kinds.push(`attribute_exists(${expression.path(['ownerPK'])})`);
  const clauses = [`(${kinds.join(' OR ')})`];
  if (prefix !== '') {
    const PK = expression.path([attributes.PK]);
    clauses.push(`begins_with(${PK}, ${expression.value({ S: prefix })})`);
  }
  return { FilterExpression: clauses.join(' AND '), ...expression.attributes };
}
