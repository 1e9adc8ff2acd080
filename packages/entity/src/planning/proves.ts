import type { Narrowing } from '@latchkey/schema';
import { matchesWhere } from '../entity/EntityModel.js';
import type { Clause } from '../expressions/Clause.js';
import { keyValueOf, type FilterFacts } from './FilterFacts.js';
import type { IndexFacts, Obligation } from './indexFacts.js';
import { MISSING, OTHER, truthAt, valuesNamed } from './truthAt.js';

/** Why an index may not answer a filter. */
export interface Gap {
  /**
   * - `PartitionKey`: the filter does not say by equality what a part of the partition key is.
   * - `MissingPart`: documents without the field at the path may match; the index leaves them out.
   * - `Where`: documents may match that the index's `where` leaves out, by the field at the path.
   * - `OptionalPart`: the filter does not say whether the optional part of the key exists.
   */
  readonly reason: 'PartitionKey' | 'MissingPart' | 'Where' | 'OptionalPart';
  readonly path: string;
}

/**
 * Says whether an index may answer a filter: the filter names the whole partition key, and every
 * document that it can match is in the index. That is so where the schema requires a field that the
 * index is made from, or the filter implies that it is there, and where the filter implies what the
 * index's `where` asks.
 *
 * The schema is taken at its word: documents from before it said so are for a back-fill to put right.
 *
 * @param gaps - is filled with everything that is in the way; without it, the first gap decides.
 */
export function proves(index: IndexFacts, filter: FilterFacts, gaps?: Gap[]): boolean {
  for (const part of index.PK) {
    if (part.kind === 'literal' || keyValueOf(part, filter) !== undefined) continue;
    if (part.optional && isAbsent(index, filter, part.path)) continue;
    if (!gaps) return false;
    gaps.push({ reason: part.optional ? 'OptionalPart' : 'PartitionKey', path: part.path });
  }
  for (const obligation of index.obligations) {
    const { path, where } = obligation;
    if (gaps?.some((gap) => gap.path === path)) continue;
    if (possibleValues(obligation, filter).every((value) => isTakenIn(obligation, value))) continue;
    if (!gaps) return false;
    gaps.push({ reason: where ? 'Where' : 'MissingPart', path });
  }
  return !gaps || gaps.length === 0;
}

/** Tells whether no matching document has a value at the path of an optional part. */
function isAbsent(index: IndexFacts, filter: FilterFacts, path: string): boolean {
  const { optional } = index;
  if (optional?.path !== path) return false;
  return possibleValues(optional, filter).every((value) => value === MISSING || value === null);
}

/** Tells whether an index takes a document in that has a value where an obligation looks. */
export function isTakenIn({ where }: Obligation, value: unknown): boolean {
  const isThere = value !== MISSING && value !== null;
  if (!where) return isThere;
  // A value that nobody names is in no list.
  return matchesWhere(where, isThere && value !== OTHER ? value : undefined);
}

/** The values that matching documents can have where an obligation looks. */
function possibleValues(obligation: Obligation, { clause }: FilterFacts): unknown[] {
  const isPossible = (path: string, value: unknown): boolean =>
    truthAt(clause, path, value === undefined ? MISSING : value) !== 'no';
  return valuesOf(obligation, clause, isPossible).filter((value) =>
    isPossible(obligation.path, value),
  );
}

/**
 * The values that documents can have where an obligation looks; those that nobody names stand
 * together as one.
 */
export function valuesOf(
  { path, where, domain }: Obligation,
  clause: Clause,
  narrowing?: Narrowing,
): unknown[] {
  const { missing, nullable, values } = domain(narrowing);
  const named = [...valuesNamed(clause, path), ...(where?.$in ?? []), ...(where?.$notIn ?? [])];
  return [
    ...(missing ? [MISSING] : []),
    ...(nullable ? [null] : []),
    ...(values ?? [OTHER, ...named.filter((value) => value !== null)]),
  ];
}
