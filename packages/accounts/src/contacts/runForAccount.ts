import { actingAccount, type ActingAccount } from '../accounts/actingAccount.js';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import type { AccountFlow, EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';

/** What a flow on an account knows of who acts; it adds what it learns. */
export interface ActorFacts extends EventFacts {
  accountId: string;
}

/**
 * Runs a flow on one account, and tells how it ended, also where it was not clear whose it is.
 *
 * @throws AccountError as `actingAccount`, and what the flow throws.
 */
export function runForAccount<T>(
  { events, sessions }: Pick<AccountsCore, 'events' | 'sessions'>,
  flow: AccountFlow,
  input: ActingAccount,
  action: (facts: ActorFacts) => Promise<T>,
): Promise<T> {
  const { request } = (input as ActingAccount | null | undefined) ?? {};
  const facts: EventFacts = connectionFacts(request);
  return events.run(flow, facts, () =>
    action(Object.assign(facts, actingAccount(input, sessions))),
  );
}
