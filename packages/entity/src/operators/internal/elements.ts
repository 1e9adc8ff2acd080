import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Stored, Target, WriteClause } from '../Operator.js';
import { defaultAttribute } from './defaultAttribute.js';
import { isSame } from './isSame.js';
import { typeGuard } from './typeGuard.js';

/** The elements of a stored list or set. */
export function elementsOf(stored: Stored): readonly AttributeValue[] {
  if (stored?.L) return stored.L;
  if (stored?.SS) return stored.SS.map((S) => ({ S }));
  if (stored?.NS) return stored.NS.map((N) => ({ N }));
  return (stored?.BS ?? []).map((B) => ({ B }));
}

export function hasElement(elements: readonly AttributeValue[], wanted: AttributeValue): boolean {
  return elements.some((element) => isSame(element, wanted));
}

/** A set of elements of one type, as it is stored: an empty one is not there. */
export function setOf(given: readonly AttributeValue[]): Stored {
  const elements = given.filter((element, at) => !hasElement(given.slice(0, at), element));
  const [first] = elements;
  if (first?.S !== undefined) return { SS: elements.map(({ S = '' }) => S) };
  if (first?.N !== undefined) return { NS: elements.map(({ N = '' }) => N) };
  return first?.B && { BS: elements.flatMap(({ B }) => (B ? [B] : [])) };
}

/** Tells whether a field is a set, rather than a list. */
function isSetField({ field }: Target): boolean {
  return field.storedSchemas.some((schema) => schema._zod.def.type === 'set');
}

/** A stored list or set with its elements changed. */
export function changeElements(
  target: Target,
  current: Stored,
  refuse: (reason: string) => never,
  change: (elements: readonly AttributeValue[]) => AttributeValue[],
): Stored {
  const isSet = isSetField(target);
  const stored = current ?? defaultAttribute(target);
  const isOfType = isSet ? (stored?.SS ?? stored?.NS ?? stored?.BS) : stored?.L;
  if (stored && !isOfType) return refuse(`it does not hold a ${isSet ? 'set' : 'list'}`);
  const elements = change(elementsOf(stored));
  if (isSet) return setOf(elements);
  return (stored ?? elements.length > 0) ? { L: elements } : undefined;
}

/**
 * The expression that adds to or deletes from a set. DynamoDB has one for sets at the top of an
 * item, and none for lists.
 */
export function changeSet(
  target: Target,
  operand: Stored,
  clause: 'add' | 'delete',
): WriteClause | undefined {
  const { field } = target;
  const [schema] = field.storedSchemas;
  if (schema?._zod.def.type !== 'set' || field.segments.length > 1) return undefined;
  const hasRules = field.hasWrapperRules || (schema._zod.def.checks ?? []).length > 0;
  if (hasRules || defaultAttribute(target)) return undefined;
  const type = operand && (operand.SS ? 'SS' : operand.NS ? 'NS' : 'BS');
  return (expression) => {
    // A name that no clause uses is refused.
    if (!operand || type === undefined) return {};
    const name = expression.field(field);
    const condition = field.isNullable ? { condition: typeGuard(expression, name, type) } : {};
    return { [clause]: `${name} ${expression.value(operand)}`, ...condition };
  };
}
