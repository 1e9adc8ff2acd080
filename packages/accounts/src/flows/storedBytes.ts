/**
 * How many bytes an object takes in an item, about as DynamoDB counts, and never less:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 *
 * @returns 0 for what is no JSON, such as circles, bigints and what is too deep: the table refuses it,
 *   and says where.
 */
export function storedBytes(fields: Readonly<Record<string, unknown>>): number {
  let bytes = 0;
  try {
    JSON.stringify(fields, function (this: unknown, name, value: unknown) {
      if (!Array.isArray(this)) bytes += Buffer.byteLength(name);
      bytes += 1 + sizeOf(value);
      return value;
    });
  } catch {
    return 0;
  }
  return bytes;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return typeof value === 'object' && value !== null ? 3 : String(value).length + 1;
}
