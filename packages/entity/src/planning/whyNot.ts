import type { WhyNot } from '../errors/EntityError.js';
import type { FilterFacts } from './FilterFacts.js';
import type { IndexFacts } from './indexFacts.js';
import { proves, type Gap } from './proves.js';

type Reason = WhyNot['reason'];

/** Advice on what to do about a reason, by reason. */
const SENTENCES: Readonly<Record<Reason, (paths: string) => string>> = {
  PartitionKey: (paths) => `The filter must give the value of ${paths}.`,
  MissingPart: (paths) =>
    `It does not hold documents without ${paths}. To leave those out, add { $exists: true } to the filter (and $ne: null, if the field can be null).`,
  Where: (paths) =>
    `It holds only documents that match its "where" on ${paths}. To leave out all others, repeat that condition in the filter.`,
  OptionalPart: (paths) => `The filter must give the value of ${paths}, or { $exists: false }.`,
  ImpossibleKey: () => 'A value in the filter cannot be part of a key.',
  Consistent: () => 'It is a global secondary index, which does not support consistent reads.',
  Contradiction: () => 'The filter contradicts itself: no document can match it.',
  OtherIndex: () => 'It could be used, but another index was named or matches the filter better.',
};

/** A reason for which an index does not answer. */
export function reasonOf(index: string, reason: Reason, paths: readonly string[] = []): WhyNot {
  return { index, reason, paths, message: SENTENCES[reason](paths.join(', ')) };
}

/** Everything that keeps an index from answering a filter; empty if nothing does. */
export function gapsOf(index: IndexFacts, filter: FilterFacts): WhyNot[] {
  const gaps: Gap[] = [];
  proves(index, filter, gaps);
  const reasons = [...new Set(gaps.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const paths = gaps.filter((gap) => gap.reason === reason).map(({ path }) => path);
    return reasonOf(index.name, reason, paths);
  });
}
