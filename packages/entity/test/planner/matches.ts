type Document = Readonly<Record<string, unknown>>;
type Conditions = Readonly<Record<string, unknown>>;

/**
 * What DynamoDB makes of a condition, said once more on plain documents, and as simply as can be:
 * what the package answers is compared with it.
 *
 * @param stored - the stored spelling of a value that a condition compares a path with.
 */
export function matches(
  conditions: Conditions,
  document: Document,
  stored: (path: string, value: unknown) => unknown = (_, value) => value,
): boolean {
  return Object.entries(conditions).every(([key, operand]) => {
    const parts = operand as Conditions[];
    if (key === '$and') return parts.every((part) => matches(part, document, stored));
    if (key === '$or') return parts.some((part) => matches(part, document, stored));
    if (key === '$not') return !matches(operand as Conditions, document, stored);
    const value = valueAt(document, key);
    if (!isComparison(operand)) return same(value, stored(key, operand));
    return Object.entries(operand).every(([operator, given]) =>
      holds(operator, value, given, (each) => stored(key, each)),
    );
  });
}

function holds(
  operator: string,
  value: unknown,
  given: unknown,
  stored: (value: unknown) => unknown,
): boolean {
  const list = Array.isArray(given) ? given.map(stored) : [];
  switch (operator) {
    case '$eq':
      return same(value, stored(given));
    case '$ne':
      return !same(value, stored(given));
    case '$in':
      return list.some((each) => same(value, each));
    case '$notIn':
      return !list.some((each) => same(value, each));
    case '$exists':
      return (value !== undefined) === given;
    case '$startsWith':
      return typeof textOf(value) === 'string' && textOf(value).startsWith(given as string);
    case '$contains':
      return typeof textOf(value) === 'string' && textOf(value).includes(given as string);
    case '$between':
      return order(value, list[0]) >= 0 && order(value, list[1]) <= 0;
    case '$lt':
      return order(value, stored(given)) < 0;
    case '$lte':
      return order(value, stored(given)) <= 0;
    case '$gt':
      return order(value, stored(given)) > 0;
    case '$gte':
      return order(value, stored(given)) >= 0;
    default:
      throw new Error(`no such operator: ${operator}`);
  }
}

export function valueAt(document: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Record<string, unknown>)[name];
  }, document);
}

function isComparison(operand: unknown): operand is Conditions {
  if (typeof operand !== 'object' || operand === null || operand instanceof Date) return false;
  return Object.keys(operand).some((key) => key.startsWith('$'));
}

function textOf(value: unknown): string {
  return (value instanceof Date ? value.toISOString() : value) as string;
}

function same(a: unknown, b: unknown): boolean {
  return textOf(a) === textOf(b) && a !== undefined;
}

/** `NaN` for values that have no order, or not the same one. */
function order(a: unknown, b: unknown): number {
  const [one, other] = [textOf(a), textOf(b)] as unknown[];
  if (typeof one === 'string' && typeof other === 'string') {
    return Buffer.compare(Buffer.from(one), Buffer.from(other));
  }
  return typeof one === 'number' && typeof other === 'number' ? one - other : NaN;
}
