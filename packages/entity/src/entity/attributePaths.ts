import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Stored } from '../operators/Operator.js';
import type { Item } from './EntityModel.js';

/** The new value at one path of an item; undefined removes what is there. */
export interface AttributeWrite {
  /** The segments of the path, as they are stored. */
  readonly path: readonly string[];
  /** Tells whether digits at a depth of the path are a position in a list. */
  readonly lists: readonly boolean[];
  readonly value: Stored;
}

/** The value at a path of an item; undefined where the path leads nowhere. */
export function attributeAt(item: Item, path: readonly string[]): Stored {
  let current: Stored = { M: item };
  for (const segment of path) current = childOf(current, segment);
  return current;
}

/**
 * An item with new values, as one update expression leaves it: positions are those of the lists
 * before, elements beyond a list's end are appended in their order, and removed elements close up.
 * Unlike in an expression, objects and lists on the way are made.
 */
export function writeAttributes(item: Item, writes: readonly AttributeWrite[]): Item {
  const [first, ...others] = writes;
  // Nearly every change is one field of the document itself.
  if (first && others.length === 0 && first.path.length === 1) {
    return changedMap(item, [[first.path[0] ?? '', first.value]]).M;
  }
  return written({ M: item }, writes, 0).M ?? {};
}

function written(
  container: AttributeValue,
  writes: readonly AttributeWrite[],
  depth: number,
): AttributeValue {
  const bySegment = new Map<string, AttributeWrite[]>();
  for (const write of writes) {
    const segment = write.path[depth] ?? '';
    bySegment.set(segment, [...(bySegment.get(segment) ?? []), write]);
  }
  const changes = [...bySegment].map(([segment, below]) => {
    const [write] = below;
    const isLeaf = below.length === 1 && write?.path.length === depth + 1;
    const current = childOf(container, segment);
    return [segment, isLeaf ? write.value : changed(current, below, depth + 1)] as const;
  });
  return container.L ? changedList(container.L, changes) : changedMap(container.M ?? {}, changes);
}

/**
 * Returns the changed value below one segment; creates a missing value, unless there is nothing to
 * put in it.
 */
function changed(current: Stored, writes: readonly AttributeWrite[], depth: number): Stored {
  const isContainer = current?.M !== undefined || current?.L !== undefined;
  if (isContainer) return written(current, writes, depth);
  const puts = writes.filter(({ value }) => value !== undefined);
  if (puts.length === 0) return current;
  const isList = puts.every(({ lists, path }) => lists[depth] === true && isIndex(path[depth]));
  return written(isList ? { L: [] } : { M: {} }, puts, depth);
}

function changedMap(
  map: Readonly<Item>,
  changes: readonly (readonly [string, Stored])[],
): { M: Item } {
  const result = { ...map };
  for (const [name, value] of changes) {
    if (value) result[name] = value;
    else Reflect.deleteProperty(result, name);
  }
  return { M: result };
}

function changedList(
  list: readonly AttributeValue[],
  changes: readonly (readonly [string, Stored])[],
): AttributeValue {
  const result: Stored[] = [...list];
  const byPosition = changes
    .flatMap(([segment, value]) => (isIndex(segment) ? [[Number(segment), value] as const] : []))
    .sort(([a], [b]) => a - b);
  for (const [position, value] of byPosition) {
    if (position < list.length) result[position] = value;
    else if (value) result.push(value);
  }
  return { L: result.filter((element) => element !== undefined) };
}

function childOf(container: Stored, segment: string): Stored {
  if (container?.L) return isIndex(segment) ? container.L[Number(segment)] : undefined;
  const map = container?.M;
  return map && Object.hasOwn(map, segment) ? map[segment] : undefined;
}

function isIndex(segment: string | undefined): boolean {
  return segment !== undefined && /^\d+$/.test(segment);
}
