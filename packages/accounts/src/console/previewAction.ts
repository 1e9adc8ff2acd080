import { measurePartition } from '@latchkey/entity';
import { loadAccountOrThrow } from '../core/loadAccount.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { ACTIONS, type Action } from './actions.js';
import type { ActionName, Done, Preview } from './api.js';
import type { PreviewedAction } from './Confirmations.js';
import { ConsoleError } from './ConsoleError.js';
import type { ConsoleContext } from './ConsoleRoute.js';

/**
 * Tells what an action would do and at most cost, by what is stored at this moment, and keeps it to be
 * confirmed. Nothing is written.
 *
 * @throws ConsoleError `ReadOnly`, `NotOffered`, `SessionNotFound`
 * @throws AccountError `UserNotFound`, `InvalidConfiguration`, `ServiceUnavailable`
 */
export async function previewAction(
  context: ConsoleContext,
  { action, target }: PreviewedAction,
): Promise<Preview> {
  const { effects, cost } = allowedAction(context, action);
  const { core } = context;
  const { accountId } = target;
  const [account, partition] = await withAccountErrors(() =>
    Promise.all([
      loadAccountOrThrow(core, accountId),
      measurePartition(core.accounts, { accountId }),
    ]),
  );
  const subject = { account, partition, target, now: core.table.now() };
  return {
    action,
    effects: effects(subject),
    cost: cost(subject),
    confirmation: context.confirmations.keep({ action, target }),
  };
}

/**
 * Does what a preview has told, by the methods that the application itself would call, and waits until
 * the messages are sent.
 *
 * @throws ConsoleError `ConfirmationRefused`, `ReadOnly`, `NotOffered`, `SessionNotFound`
 * @throws AccountError what the method throws.
 */
export async function confirmAction(context: ConsoleContext, confirmation: string): Promise<Done> {
  const { action, target } = context.confirmations.take(confirmation);
  const { accounts } = context;
  const done = await allowedAction(context, action).run(accounts, target);
  await accounts.settled();
  return { action, ...done };
}

/** @throws ConsoleError `ReadOnly`, `NotOffered` */
function allowedAction({ accounts, canWrite }: ConsoleContext, name: ActionName): Action {
  const action = ACTIONS[name];
  if (action.changes && !canWrite) throw new ConsoleError('ReadOnly');
  if (action.isOffered?.(accounts) === false) throw new ConsoleError('NotOffered');
  return action;
}
