import type * as z from 'zod';
import type { Accounts } from '../accounts/Accounts.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { Confirmations } from './Confirmations.js';
import type { ConsoleAccess } from './ConsoleAccess.js';
import type { CostMeter } from './CostMeter.js';

/** What the routes of one console work with. */
export interface ConsoleContext {
  readonly accounts: Accounts;
  readonly core: AccountsCore;
  /** The module of the application, as the command was given it. */
  readonly app: string;
  /** Tells whether the console may change anything. */
  readonly canWrite: boolean;
  readonly access: ConsoleAccess;
  readonly confirmations: Confirmations;
  readonly meter: CostMeter;
}

/** An answer that gives the browser its cookie. */
export interface SignedIn {
  readonly cookie: string;
}

/** One operation of the console. */
export interface ConsoleRoute<B = never> {
  readonly method: 'GET' | 'POST';
  readonly path: `/api/${string}`;
  /** Tells that it is offered to a browser without the cookie. */
  readonly isOpen?: true;
  /** Schema of its body; made when it is first needed. */
  readonly body?: () => z.ZodType<B>;
  /** A method, so that every route is one whose body is not known. */
  handle(context: ConsoleContext, body: B): Promise<object>;
}
