import type { ActingAccount } from '../core/actingAccount.js';
import type { AccountsCore } from '../core/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountFlow, EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import { Actor } from '../core/Actor.js';

/** What a flow on an account knows of who acts; it adds what it learns. */
export interface ActorFacts extends EventFacts {
  accountId: string;
}

/**
 * Runs a flow on one account, and tells how it ended, also where it was not clear whose it is.
 *
 * @param action - is to read and to write the account as the {@link Actor}, whose session may have
 *   ended by then.
 * @throws AccountError as `actingAccount`, and what the flow throws.
 */
export function runForAccount<T>(
  core: Pick<AccountsCore, 'accounts' | 'events' | 'sessionEntity' | 'sessions' | 'table'>,
  flow: AccountFlow,
  input: ActingAccount,
  action: (facts: ActorFacts, actor: Actor) => Promise<T>,
): Promise<T> {
  const { request } = (input as ActingAccount | null | undefined) ?? {};
  const facts: EventFacts = connectionFacts(request);
  return core.events.run(flow, facts, async () => {
    const actor = new Actor(core, input);
    const { accountId } = actor;
    try {
      return await action(Object.assign(facts, actor.facts, { accountId }), actor);
    } catch (error) {
      // An id that nobody has is only what somebody typed.
      if (AccountError.is(error) && error.code === 'UserNotFound') delete facts.accountId;
      throw error;
    }
  });
}
