import type { Accounts } from '@latchkey/accounts';
import { SelfService } from '@latchkey/accounts/self-service';
import type { AccountFields } from '@latchkey/schema';

/** The calls of an application's forms, on some accounts. */
export const selfService = <F extends AccountFields>(accounts: Accounts<F>): SelfService<F> =>
  new SelfService(accounts);
