import { applyStep, stepsOf } from './applyStep.js';
import { UNANSWERED, type Recorded } from './calls.js';
import { EMPTY, type ModelState, type Step } from './ModelState.js';

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
  readonly index: number;
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
  const moments: readonly Moment[] = history
    .flatMap((recorded) => stepsOf(recorded.call).map((step) => ({ step, recorded })))
    .map(({ step, recorded }, index) => ({ index, at: recorded.at, step, recorded }));
  const done = new Uint8Array(moments.length);
  const firsts = new Map<number, number>();
  for (const { at, index, step } of moments) if (step === 'all') firsts.set(at, index);
  const seen = new Set<string>();
  let searched = 0;
  let least = Infinity;
  let stuck: readonly number[] = [];
  /** The moments that can come next: nothing can come after a call that has ended before it began. */
  const nextOf = (): Moment[] => {
    let earliestEnd = Infinity;
    for (const { index, recorded } of moments) {
      if (!done[index]) earliestEnd = Math.min(earliestEnd, recorded.end);
    }
    return moments.filter(({ index, at, step, recorded }) => {
      if (done[index] || recorded.begin > earliestEnd) return false;
      // The first moment of a call comes before its others.
      return step === 'all' || done[firsts.get(at) ?? index] === 1;
    });
  };
  const visit = (state: ModelState, stateText: string, left: number): boolean | undefined => {
    if (left === 0) return true;
    const key = `${done.join('')}${stateText}`;
    if (seen.has(key)) return false;
    seen.add(key);
    if (++searched > MAX_SEARCHED) return undefined;
    const possible = nextOf();
    if (left < least) {
      least = left;
      stuck = possible.map(({ at }) => at);
    }
    const branches: (readonly [index: number, next: ModelState, text: string])[] = [];
    for (const { index, step, recorded } of possible) {
      const states = applyStep(state, step, recorded);
      const texts = states.map((next) => (next === state ? stateText : JSON.stringify(next)));
      if (changesNothing(recorded, state) && texts.length === 1 && texts[0] === stateText) {
        // It may as well come now: no other call needs it to come later.
        done[index] = 1;
        const found = visit(state, stateText, left - 1);
        done[index] = 0;
        return found;
      }
      states.forEach((next, i) => branches.push([index, next, texts[i] ?? '']));
    }
    for (const [index, next, text] of branches) {
      done[index] = 1;
      const found = visit(next, text, left - 1);
      done[index] = 0;
      if (found !== false) return found;
    }
    return false;
  };
  const found = visit(EMPTY, JSON.stringify(EMPTY), moments.length);
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
    if (!changesNothing(recorded)) continue;
    const fewer = kept.filter((each) => each !== recorded);
    if (search(fewer).result === 'violation') kept = fewer;
  }
  return kept;
}

/** Refusals of calls that have happened: an address was removed, a login waits for its second factor. */
const HAPPENED: ReadonlySet<string> = new Set(['EmailRemoved', 'TwoFactorRequired']);

/**
 * Tells whether a call changes nothing, in whatever state. The refusal of a session that is alive may yet be
 * that of a token that comes back, which ends the session.
 *
 * @param state - the state from which on it is asked; without one, every session may be alive.
 */
function changesNothing({ call, outcome: { code } }: Recorded, state?: ModelState): boolean {
  if ('session' in call && code === 'InvalidSession') {
    if (state?.sessions[call.session]?.isAlive ?? true) return false;
  }
  if (/^(?:check|find)/.test(call.kind)) return true;
  return code !== undefined && !HAPPENED.has(code) && !UNANSWERED.has(code);
}
