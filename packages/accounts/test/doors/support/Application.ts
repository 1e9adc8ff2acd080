import type { AccountGuardOptions, AccountsHandler } from '@latchkey/accounts/http';
import type { FullAccounts } from '../../support/testAccounts.js';

/** An application that a door has to serve. */
export interface Application {
  /** At `/auth`. */
  readonly handler: AccountsHandler;
  /** Guard of the routes. */
  readonly accounts: FullAccounts;
  /** Options of the guard by path: each route answers `{ accountId }`, and sets a cookie of its own. */
  readonly guarded: Readonly<Record<string, AccountGuardOptions>>;
}

/** A server on a free port of this machine. */
export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves an application by one of the doors. */
export type Serve = (application: Application) => Promise<Served>;

/** A cookie that every guarded route sets for itself. */
export const OWN_COOKIE = 'theme=dark; Path=/';
