import type { Accounts } from '../../src/accounts/Accounts.js';
import { flowsOf } from '../../src/accounts/flowsOf.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import type { AccountDocument, SessionRequest } from '../../src/requests/SessionRequest.js';
import type { LoginResult, SessionsOptions } from '../../src/sessions/Sessions.js';
import type { SessionReauthentication } from '../../src/sessions/SessionReauthentication.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../support/testAccounts.js';

export const SECOND = 1000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;

/** Accounts whose sessions are treated in some way. */
export function accountsWith(sessions: Partial<SessionsOptions>): Promise<TestAccounts> {
  return createTestAccounts({ sessions: { getTokenSecret: () => SECRET, ...sessions } });
}

let accountsMade = 0;

/** A new account. */
export function signUp(accounts: Accounts): Promise<AccountDocument> {
  return accounts.createAccount({ username: `user${++accountsMade}`, password: PASSWORD });
}

/** A new account with a session. */
export async function someone(accounts: Accounts): Promise<LoginResult> {
  return accounts.sessions.begin(await signUp(accounts), requestWith());
}

/** A request that `handleRequest` has let through. */
export function verified(accounts: Accounts, authToken: string): Promise<SessionRequest> {
  return accounts.handleRequest(requestWith(authToken));
}

/** Whether a token lets in; anything but a refusal of the session is an error. */
export async function letsIn(accounts: Accounts, authToken: string): Promise<boolean> {
  const code = await codeOf(verified(accounts, authToken));
  if (code === 'none') return true;
  if (code === 'InvalidSession' || code === 'TokenVerificationFailed') return false;
  throw new Error(`expected a decision, but got ${code}`);
}

/** What happens from now on, by name and reason. */
export function watch(accounts: Accounts): { events: AccountEvent[]; names: () => string[] } {
  const events: AccountEvent[] = [];
  accounts.on('*', (event) => events.push(event));
  return { events, names: () => events.map(({ name }) => name) };
}

/** The service that gives sessions new tokens, as flows use it. */
export const reauthenticationOf = (accounts: Accounts): SessionReauthentication =>
  flowsOf(accounts).core.sessions.reauthentication;
