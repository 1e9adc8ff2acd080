import { applyStep, EMPTY, stepsOf, type ModelState, type Step } from './AccountsModel.js';
import { UNANSWERED, type Recorded } from './calls.js';

/** The verdict on a history. */
export interface Verdict {
  /** `undecided` if the search has reached its limit. */
  readonly result: 'linearizable' | 'undecided' | 'violation';
  /** States that were searched. */
  readonly searched: number;
  /** The smallest part of the history, with its numbers, that is a violation still. */
  readonly violation?: readonly Recorded[];
  /** Numbers of the calls that could not come next, where the search got furthest. */
  readonly stuck?: readonly number[];
}

interface Moment {
  readonly at: number;
  readonly step: Step['name'];
  readonly recorded: Recorded;
}

const MAX_SEARCHED = 200_000;

/**
 * Tells whether a history is linearizable: whether there is an order of its calls that respects their
 * times, and in which a single process could have got the same results. The search is that of Wing and
 * Gong ("Testing and verifying concurrent objects", 1993), with the memory of Lowe ("Testing for
 * linearizability", 2017): what was searched with the same calls done and the same state leads nowhere
 * again.
 *
 * A call without an answer has happened between its times, or not at all: a fault keeps no request back
 * for later.
 */
export function checkHistory(history: readonly Recorded[]): Verdict {
  const { result, searched } = search(history);
  if (result !== 'violation') return { result, searched };
  const violation = smallest(history);
  return { ...search(violation), searched, violation };
}

function search(history: readonly Recorded[]): Omit<Verdict, 'violation'> {
  const moments: Moment[] = history.flatMap((recorded) =>
    stepsOf(recorded.call).map((step) => ({ at: recorded.at, step, recorded })),
  );
  const done = new Uint8Array(moments.length);
  const seen = new Set<string>();
  let searched = 0;
  let least = Infinity;
  let stuck: readonly number[] = [];
  const visit = (state: ModelState, left: number): boolean | undefined => {
    if (left === 0) return true;
    const key = `${done.join('')}${JSON.stringify(state)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    if (++searched > MAX_SEARCHED) return undefined;
    // Nothing can come after a call that has ended before it began.
    let earliestEnd = Infinity;
    moments.forEach(({ recorded }, index) => {
      if (!done[index]) earliestEnd = Math.min(earliestEnd, recorded.end);
    });
    const isNext = ({ recorded }: Moment, index: number): boolean =>
      !done[index] && recorded.begin <= earliestEnd;
    if (left < least) {
      least = left;
      stuck = moments.filter(isNext).map(({ at }) => at);
    }
    for (const [index, moment] of moments.entries()) {
      const { at, step, recorded } = moment;
      if (!isNext(moment, index)) continue;
      // The first moment of a call comes before its others.
      if (
        step !== 'all' &&
        moments.some((each, i) => each.at === at && each.step === 'all' && !done[i])
      ) {
        continue;
      }
      done[index] = 1;
      for (const next of applyStep(state, step, recorded)) {
        const found = visit(next, left - 1);
        if (found !== false) return found;
      }
      done[index] = 0;
    }
    return false;
  };
  const found = visit(EMPTY, moments.length);
  const result = found === undefined ? 'undecided' : found ? 'linearizable' : 'violation';
  return { result, searched, ...(result === 'violation' && { stuck: [...new Set(stuck)] }) };
}

/**
 * Leaves out calls that change nothing, one after the other, as long as the rest is a violation. What may
 * have changed something must stay: without it, the others could not be explained.
 */
function smallest(history: readonly Recorded[]): readonly Recorded[] {
  let kept = history;
  for (const recorded of history) {
    const { call, outcome } = recorded;
    const isRead = /^(?:check|find)/.test(call.kind);
    const { code } = outcome;
    const isRefused = code !== undefined && code !== 'EmailRemoved' && !UNANSWERED.has(code);
    if (!isRead && !isRefused) continue;
    const fewer = kept.filter((each) => each !== recorded);
    if (search(fewer).result === 'violation') kept = fewer;
  }
  return kept;
}
