import { accountErrorCodes } from '../errors/accountErrorCodes.js';
import type { AccountErrorEntry } from '../errors/errorEntry.js';
import { invalidOption } from '../errors/invalidOption.js';
import type { AccountEvent, AccountEventListener } from '../events/accountEvents.js';

/** A logger that takes fields before the message, such as pino's. */
export interface ObjectFirstLogger {
  debug(fields: Record<string, string>, message: string): unknown;
  info(fields: Record<string, string>, message: string): unknown;
  warn(fields: Record<string, string>, message: string): unknown;
  error(fields: Record<string, string>, message: string): unknown;
}

/** A logger that takes the message before fields, such as that of Powertools for AWS Lambda. */
export interface MessageFirstLogger {
  debug(message: string, fields: Record<string, string>): unknown;
  info(message: string, fields: Record<string, string>): unknown;
  warn(message: string, fields: Record<string, string>): unknown;
  error(message: string, fields: Record<string, string>): unknown;
}

type Level = keyof ObjectFirstLogger;

const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];
const SERVER_ERROR = 500;

/**
 * Returns a listener that logs events as structured lines: the fields of the event (docs/events.md), its
 * name as `event` and its time as `eventTime`. Levels: `error` for faults of the service (an HTTP status
 * of 500 and more, and `Unexpected`) and for `DeliveryError`; `warn` for refusals and incidents; `debug`
 * for `ResumeSessionSuccess`, which each request emits; `info` for everything else.
 *
 * A line contains the client's address and `User-Agent`, account ids and session ids, as the event does.
 *
 * @param logger - pino's, or any other that takes fields and a message.
 * @param options - `messageFirst`: for a logger that takes the message first, such as that of Powertools.
 * @throws AccountError `InvalidConfiguration` for a logger without these methods.
 * @example
 * ```ts
 * import type { Accounts } from '@latchkey/accounts';
 * import { logEvents } from '@latchkey/accounts/logging';
 * import { pino } from 'pino';
 *
 * export const watch = (accounts: Accounts) => accounts.on('*', logEvents(pino()));
 * ```
 */
export function logEvents(
  logger: ObjectFirstLogger,
  options?: { readonly messageFirst?: false },
): AccountEventListener;
/** Does the same for a logger that takes the message first, such as that of Powertools. */
export function logEvents(
  logger: MessageFirstLogger,
  options: { readonly messageFirst: true },
): AccountEventListener;
export function logEvents(
  logger: ObjectFirstLogger | MessageFirstLogger,
  { messageFirst = false }: { readonly messageFirst?: boolean } = {},
): AccountEventListener {
  const methods = logger as unknown as Readonly<Record<string, unknown>> | null | undefined;
  if (LEVELS.some((level) => typeof methods?.[level] !== 'function')) {
    throw invalidOption('logger', `It must have the methods ${LEVELS.join(', ')}.`);
  }
  return (event) => {
    const { name, time, ...rest } = event;
    const fields: Record<string, string> = { event: name, ...rest, eventTime: time.toISOString() };
    const message = event.reason === undefined ? name : `${name}: ${event.reason}`;
    const level = levelOf(event);
    if (messageFirst) (logger as MessageFirstLogger)[level](message, fields);
    else (logger as ObjectFirstLogger)[level](fields, message);
  };
}

function levelOf({ name, reason }: AccountEvent): Level {
  if (name === 'ResumeSessionSuccess') return 'debug';
  if (name.endsWith('Success')) return 'info';
  return name === 'DeliveryError' || isFault(reason) ? 'error' : 'warn';
}

function isFault(reason: AccountEvent['reason']): boolean {
  if (reason === undefined) return false;
  // The codes of forms are not in the table: they are all about input.
  const entries: Readonly<Partial<Record<string, AccountErrorEntry>>> = accountErrorCodes;
  return reason === 'Unexpected' || (entries[reason]?.status ?? 0) >= SERVER_ERROR;
}
