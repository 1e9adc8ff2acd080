import type { AccountFields } from '@latchkey/schema';
import type { AccountWith, NoFields } from '../../guard/OwnFields.js';
import type { AuthenticatedRequest } from '../../http/createAccountGuard.js';

/** Properties of a framework's request that `requireAccount` sets where it lets one through. */
export interface RequestAccount<F extends AccountFields = NoFields> {
  account?: AccountWith<F>;
  /** Its account, its session, and the request for further calls. */
  authenticated?: AuthenticatedRequest<F>;
}
