import type { Stored } from '../Operator.js';
import { canonicalNumber } from './decimal.js';

/** Tells whether two stored values are equal to DynamoDB: numbers by value, sets in any order. */
export function isSame(a: Stored, b: Stored): boolean {
  return a === b || (a !== undefined && b !== undefined && canonical(a) === canonical(b));
}

function canonical(value: NonNullable<Stored>): string {
  if (value.S !== undefined) return `S${JSON.stringify(value.S)}`;
  if (value.N !== undefined) return `N${canonicalNumber(value.N)}`;
  if (value.B !== undefined) return `B${Buffer.from(value.B).toString('base64')}`;
  if (value.BOOL !== undefined) return `BOOL${value.BOOL}`;
  if (value.NULL !== undefined) return 'NULL';
  if (value.L) return `L[${value.L.map(canonical).join()}]`;
  if (value.M) {
    const fields = Object.entries(value.M).sort(([one], [other]) => (one < other ? -1 : 1));
    return `M{${fields.map(([name, field]) => JSON.stringify(name) + canonical(field)).join()}}`;
  }
  const elements = [
    ...(value.SS ?? []).map((S) => canonical({ S })),
    ...(value.NS ?? []).map((N) => canonical({ N })),
    ...(value.BS ?? []).map((B) => canonical({ B })),
  ];
  return `SET[${elements.sort().join()}]`;
}
