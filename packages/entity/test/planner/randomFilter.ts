import { valueAt } from './matches.js';
import type { Random } from './Random.js';
import type { RandomEntity, RandomField } from './randomEntity.js';

type Conditions = Record<string, unknown>;

/** A filter that documents may meet: values of one of them, and more tests around those. */
export function randomFilter(
  random: Random,
  { fields, definition }: RandomEntity,
  documents: readonly Readonly<Conditions>[],
): Conditions {
  const filter: Conditions = {};
  const model = documents.length > 0 ? random.pick(documents) : {};
  const { PK, SK } = random.pick(definition.indexes);
  for (const part of [...PK, ...SK]) {
    if (part.kind === 'literal' || (SK.includes(part) && random.flip())) continue;
    const value = valueAt(model, part.path);
    if (value === undefined) continue;
    filter[part.path] = random.pick([value, { $eq: value }, { $in: [value] }]);
  }
  // A range where the sort key goes on: its ends are values that documents have.
  const next = SK.find((part) => part.kind === 'field' && !(part.path in filter));
  if (next?.kind === 'field' && random.flip()) {
    const field = fields.find(({ path }) => path === next.path);
    const ends = [valueAt(model, next.path), ...(field?.values ?? [])];
    const usable = ends.filter((value) => value !== undefined && value !== null);
    if (field?.isOrdered && usable.length > 0) filter[next.path] = randomRange(random, usable);
  }
  const extra = random.upTo(3);
  for (let at = 0; at < extra; at++) addTo(random, filter, randomCondition(random, fields, 2));
  return filter;
}

function randomRange(random: Random, ends: readonly unknown[]): Conditions {
  const low = { [random.pick(['$gt', '$gte'])]: random.pick(ends) };
  const high = { [random.pick(['$lt', '$lte'])]: ends[0] };
  return random.pick([low, high, { ...low, ...high }]);
}

/** Adds conditions to others; where both speak of one field, by `$and`. */
function addTo(random: Random, filter: Conditions, more: Conditions): void {
  const isApart = Object.keys(more).every((key) => !(key in filter));
  if (isApart && random.flip()) Object.assign(filter, more);
  else filter.$and = [...((filter.$and as Conditions[] | undefined) ?? []), more];
}

function randomCondition(
  random: Random,
  fields: readonly RandomField[],
  depth: number,
): Conditions {
  const inner = (): Conditions => randomCondition(random, fields, depth - 1);
  const inners = (): Conditions[] => Array.from({ length: random.upTo(2) }, () => inner());
  switch (depth > 0 ? random.upTo(9) : 9) {
    case 0:
      return { $and: inners() };
    case 1:
    case 2:
      return { $or: inners() };
    case 3:
    case 4:
      return { $not: inner() };
    default: {
      const field = random.pick(fields);
      return { [field.path]: randomOperand(random, field) };
    }
  }
}

function randomOperand(random: Random, { values, named, isOrdered }: RandomField): unknown {
  const one = (): unknown => random.pick(values);
  const oneOrNull = (): unknown => random.pick([null, ...values]);
  const some = (): unknown[] => random.some([null, ...values, ...named]);
  const isText = values.every((value) => typeof value === 'string');
  const choices: (() => unknown)[] = [
    oneOrNull,
    () => ({ $eq: oneOrNull() }),
    () => ({ $ne: oneOrNull() }),
    () => ({ $in: some() }),
    () => ({ $notIn: some() }),
    () => ({ $exists: random.flip() }),
    () => ({ $exists: true, $ne: null }),
  ];
  if (isOrdered) {
    choices.push(
      () => ({ [random.pick(['$lt', '$lte', '$gt', '$gte'])]: one() }),
      () => ({ $gte: one(), $lt: one() }),
      () => ({ $gt: one(), $lte: one(), $ne: one() }),
      () => ({ $between: [one(), one()] }),
    );
  }
  if (isText) {
    choices.push(
      () => ({ $startsWith: random.pick(['', 'a', 'x']) }),
      () => ({ $contains: random.pick(['a', 'b']) }),
      () => ({ $startsWith: 'a', $gt: one() }),
    );
  }
  return random.pick(choices)();
}
