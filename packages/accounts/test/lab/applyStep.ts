import { AccountsModel } from './AccountsModel.js';
import { UNANSWERED, type Call, type OfSession, type Recorded } from './calls.js';
import { isRefused } from './isRefused.js';
import { cloneState, type ModelState, type Step } from './ModelState.js';
import { succeeds } from './succeeds.js';

/** Refusals that are always allowed, since limits are no part of the model. */
const LIMITS = new Set(['AccountLocked', 'TooManyRequests', 'TooManyTokens']);

/** The moments of a call. */
export function stepsOf({ kind }: Call): readonly Step['name'][] {
  if (kind === 'login') return ['all', 'begin'];
  if (kind !== 'delete') return ['all'];
  return ['all', 'freeUsername', 'freeEmails', 'freeIdentities', 'remove'];
}

/**
 * Carries out one step of a call as one process alone would see it.
 *
 * @param at - number of the call.
 * @returns the states that can follow; none if the outcome is impossible in this state.
 */
export function applyStep(
  state: ModelState,
  step: Step['name'],
  recorded: Omit<Recorded, 'client'>,
): readonly ModelState[] {
  const { call, outcome } = recorded;
  if (outcome.code !== undefined && LIMITS.has(outcome.code)) return [state];
  const next = cloneState(state);
  const model = new AccountsModel(next, recorded, outcome);
  if (outcome.code === undefined) return succeeds(model, call, step) ? [next] : [];
  if (!UNANSWERED.has(outcome.code)) {
    if (step !== 'all') return [state];
    return isRefused(model, call, outcome.code) ? [next] : [];
  }
  const reused = cloneState(state);
  return [
    ...(succeeds(new AccountsModel(next, recorded, undefined), call, step) ? [next] : []),
    ...('session' in call && endReused(reused, call) ? [reused] : []),
    state,
  ];
}

/** Ends the session whose token comes back after it was replaced twice; false if this is no such token. */
function endReused({ sessions }: ModelState, { session: at, token }: OfSession): boolean {
  const session = sessions[at];
  if (!session || token === session.current || token === session.previous) return false;
  session.isAlive = false;
  return true;
}
