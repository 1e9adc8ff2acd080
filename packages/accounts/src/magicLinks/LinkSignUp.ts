import type { StoredToken } from '../core/Account.js';
import type { Invitation } from '../flows/sendLink.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import type { ConnectionInfo, SessionRequest } from '../requests/SessionRequest.js';

/** Token of an invitation, and the login that it begins. */
export interface InvitedLogin {
  readonly token: StoredToken;
  /** Kept as the token's `usageLocations`. */
  readonly usedFrom: ConnectionInfo;
  readonly login: { readonly request: SessionRequest; readonly rememberMe?: boolean };
}

/** Makes accounts for readers of addresses that none has: the part `signUpByLink`. */
export interface LinkSignUp {
  /** Sends the message with the link and the code. */
  readonly invite: (invitation: Invitation) => Promise<void>;
  /** Makes the account, and logs it in. */
  readonly signUp: (invited: InvitedLogin) => Promise<CompletedLogin>;
}
