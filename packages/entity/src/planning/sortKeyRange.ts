import { compareTexts } from '../attributes/compareAttributes.js';
import type { FieldTest } from '../expressions/Clause.js';
import { DELIMITER, encodeKeyPart, type KeyValue } from '../keys/encodeKeyPart.js';
import { MAX_KEY_BYTES } from '../keys/Key.js';
import { isKeyValue } from '../entity/EntityModel.js';
import { typeOfKeyValue } from './FilterFacts.js';
import type { PartFacts } from './indexFacts.js';
import { orImpossible } from './orImpossible.js';

/** Range of sort keys that a query asks for; `to` is included. */
export type SortKeyRange =
  | { readonly equals: string }
  | { readonly startsWith: string }
  | { readonly from: string; readonly to: string };

/** A range of sort keys, and the tests of which it says all. */
export interface PartRange {
  readonly SK: SortKeyRange;
  readonly said: readonly FieldTest[];
}

/** The order of text in which `#` follows a prefix: everything below it sorts before this. */
const AFTER_DELIMITER = '$';

/**
 * The part of the sort key's order that the tests of its next part leave; undefined if they leave
 * the whole of it.
 *
 * @param prefix - the sort key up to the part.
 * @param isLast - no other part follows.
 */
export function sortKeyRange(
  part: PartFacts | undefined,
  tests: readonly FieldTest[],
  prefix: string,
  isLast: boolean,
): PartRange | undefined {
  if (part?.kind !== 'field') return undefined;
  const start = prefix + DELIMITER;
  const { path, types } = part;
  const isOneType = types?.size === 1;
  // An edge that no key can hold narrows nothing here; the filter decides.
  const edge = (value: unknown): string | undefined => {
    if (!isKeyValue(value) || types?.has(typeOfKeyValue(value)) !== true) return undefined;
    const text = orImpossible(() => start + encodeKeyPart(value, path));
    return text !== undefined && Buffer.byteLength(text) < MAX_KEY_BYTES.SK ? text : undefined;
  };
  const said: FieldTest[] = [];
  const [prefixTest] = tests.filter(({ operator }) => operator === '$startsWith');
  if (prefixTest && isOneType) {
    const startsWith = edge(prefixTest.operand);
    if (startsWith !== undefined) return { SK: { startsWith }, said: [prefixTest] };
  }
  let from: string | undefined;
  let to: string | undefined;
  for (const test of tests) {
    const { low, high, isExact } = edgesOf(test, edge, isLast);
    if (low !== undefined && (from === undefined || isBelow(from, low))) from = low;
    if (high !== undefined && (to === undefined || isBelow(high, to))) to = high;
    if (isExact && isOneType) said.push(test);
  }
  if (from === undefined && to === undefined) return undefined;
  return { SK: { from: from ?? start, to: to ?? prefix + AFTER_DELIMITER }, said };
}

/** Where the keys begin and end that a test leaves, and whether all of those meet it. */
function edgesOf(
  { operator, operand }: FieldTest,
  edge: (value: unknown) => string | undefined,
  isLast: boolean,
): { low?: string | undefined; high?: string | undefined; isExact: boolean } {
  const after = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : text + AFTER_DELIMITER;
  switch (operator) {
    case '$gte': {
      const low = edge(operand);
      return { low, isExact: low !== undefined };
    }
    case '$gt': {
      const low = after(edge(operand));
      return { low, isExact: low !== undefined };
    }
    case '$lte': {
      const high = after(edge(operand));
      return { high, isExact: high !== undefined };
    }
    case '$lt': {
      // `BETWEEN` takes in its upper end: the key that ends with this very value.
      const high = edge(operand);
      return { high, isExact: high !== undefined && !isLast };
    }
    case '$in': {
      const edges = (operand as KeyValue[]).map(edge);
      if (edges.includes(undefined)) return { isExact: false };
      const sorted = (edges as string[]).sort((a, b) => (isBelow(a, b) ? -1 : 1));
      return { low: sorted[0], high: after(sorted[sorted.length - 1]), isExact: false };
    }
    default:
      return { isExact: false };
  }
}

/** Tells whether a key sorts before another. */
export function isBelow(a: string, b: string): boolean {
  return compareTexts(a, b) < 0;
}
