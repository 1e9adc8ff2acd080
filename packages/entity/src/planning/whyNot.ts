import type { WhyNot } from '../errors/EntityError.js';
import type { FilterFacts } from './FilterFacts.js';
import type { IndexFacts } from './indexFacts.js';
import { proves, type Gap } from './proves.js';

type Reason = WhyNot['reason'];

/** Advice on what to do about a reason, by reason. */
const SENTENCES: Readonly<Record<Reason, (paths: string) => string>> = {
  PartitionKey: (paths) => `The filter must say what ${paths} is equal to.`,
  MissingPart: (paths) =>
    `It leaves out documents without ${paths}. If those are not meant, add { $exists: true } (and, where it can be null, $ne: null).`,
  Where: (paths) =>
    `It holds only the documents that its "where" takes in, by ${paths}. If others are not meant, say so in the filter.`,
  OptionalPart: (paths) =>
    `The filter must say what ${paths} is equal to, or that it is not there: { $exists: false }.`,
  ImpossibleKey: () => 'No key can hold a value that the filter asks for.',
  Consistent: () => 'It is a global secondary index, which has no consistent reads.',
  Contradiction: () => 'The filter contradicts itself: no document can match it.',
  OtherIndex: () =>
    'It could answer, but the filter says more of the key of another index, or the call names one.',
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
