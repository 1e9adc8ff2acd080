import type { Index } from '@latchkey/schema';
import { all, type Clause } from '../expressions/Clause.js';
import { DELIMITER, type KeyValue } from '../keys/encodeKeyPart.js';
import { encodeKey, MAX_KEY_BYTES } from '../keys/Key.js';
import { keyValueOf, testsAt, type FilterFacts } from './FilterFacts.js';
import { isImplied } from './isImplied.js';
import type { IndexFacts, PartFacts } from './indexFacts.js';
import { orImpossible } from './orImpossible.js';
import { isBelow, sortKeyRange, type SortKeyRange } from './sortKeyRange.js';

/** How a filter will be answered: from which index, by which key, and what remains to be filtered. */
export interface QueryPlan {
  readonly index: Index;
  readonly PK: string;
  readonly SK: SortKeyRange;
  /** Part of the filter that the key does not cover: a condition on the documents. */
  readonly rest: Clause;
}

/** The plan for an index that may answer; undefined if no document has such a key. */
export function planIndex(index: IndexFacts, filter: FilterFacts): QueryPlan | undefined {
  const partition = valuesOfParts(index.PK, filter);
  const sortKey = valuesOfParts(index.SK, filter);
  const PK = keyOf(index.partitionHead, partition.values, 'PK');
  const prefix = keyOf(index.sortHead, sortKey.values, 'SK', sortKey.next ? DELIMITER : '');
  if (PK === undefined || prefix === undefined) return undefined;
  const { next } = sortKey;
  const tests = next?.kind === 'field' ? testsAt(filter, next.path) : [];
  const range = sortKeyRange(next, tests, prefix, index.SK[index.SK.length - 1] === next);
  const SK = next ? (range?.SK ?? { startsWith: prefix + DELIMITER }) : { equals: prefix };
  // No key is above the lower end and below the upper one.
  if ('from' in SK && isBelow(SK.to, SK.from)) return undefined;
  const rest = filter.conjuncts.filter((part) => {
    if (part.kind !== 'test') return true;
    const { path, operator } = part;
    if (operator === '$eq' && (partition.used.includes(path) || sortKey.used.includes(path))) {
      return false;
    }
    return range?.said.includes(part) !== true && !isImplied(index, filter, part);
  });
  return { index: index.index, PK, SK, rest: all(rest) };
}

/** The values of a key's parts up to the first that the filter does not name, and that one. */
export function valuesOfParts(
  parts: readonly PartFacts[],
  filter: FilterFacts,
): { values: KeyValue[]; used: string[]; next: PartFacts | undefined } {
  const values: KeyValue[] = [];
  const used: string[] = [];
  for (const part of parts) {
    if (part.kind === 'literal') {
      values.push(part.value);
      continue;
    }
    const value = keyValueOf(part, filter);
    if (value !== undefined) {
      values.push(value);
      used.push(part.path);
    } else if (!part.optional) {
      return { values, used, next: part };
    }
  }
  return { values, used, next: undefined };
}

/** A key, or how it starts; undefined if no item can have it. */
function keyOf(
  head: string,
  values: readonly KeyValue[],
  attribute: 'PK' | 'SK',
  end = '',
): string | undefined {
  if (values.includes('')) return undefined;
  const key = orImpossible(() => encodeKey(head, values));
  if (key === undefined) return undefined;
  const limit = MAX_KEY_BYTES[attribute] - end.length;
  return key.length * 3 <= limit || Buffer.byteLength(key) <= limit ? key : undefined;
}
