import { watchCommands, type Table } from '@latchkey/entity';
import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../accounts/Accounts.js';
import { findFlows } from '../accounts/flowsOf.js';
import { invalidOption } from '../errors/invalidOption.js';
import type { Guard } from '../guard/Guard.js';
import { findGuardTable } from '../guard/guardTable.js';
import { Telemetry, type TelemetryProviders } from './Telemetry.js';

/** Options of {@link instrument}. */
export interface InstrumentOptions extends TelemetryProviders {
  /**
   * Makes a span for each request to DynamoDB (default: true). Set it to false where
   * `@opentelemetry/instrumentation-aws-sdk` already does.
   */
  readonly requestSpans?: boolean;
}

type Callable = (...args: unknown[]) => unknown;

/** Methods that set something up, or return what is already known: no flows. */
const NOT_FLOWS: ReadonlySet<string> = new Set([
  'addHooks',
  'constructor',
  'on',
  'relatedOrigins',
  'settled',
  'verifiedSessionOf',
]);

/** Undoes the instrumentation of each object that has one. */
const instrumented = new WeakMap<object, () => void>();
/** The tables whose requests are recorded: an `Accounts` and a `Guard` may share one. */
const watched = new WeakMap<Table, { users: number; readonly stop: () => void }>();

/**
 * Records an `Accounts` or a `Guard` with OpenTelemetry, by the package `@opentelemetry/api`, which the
 * application installs: a span for each call of a public method, with a span for each of its requests to
 * DynamoDB inside it, and metrics. Call it before anything is built on the `Accounts`, such as a handler
 * or a `SelfService`, which are then recorded as well. Calling it again changes nothing.
 *
 * Attributes follow the semantic conventions; `error.type` is the error's `code`. No attribute contains
 * an identifier, an address, a token or a message of an error.
 *
 * @param accounts - the object whose calls are recorded.
 * @returns a function that ends the recording.
 * @throws AccountError `InvalidConfiguration` for anything but an `Accounts` or a `Guard`.
 * @example
 * ```ts
 * import { Accounts } from '@latchkey/accounts';
 * import { instrument } from '@latchkey/accounts/opentelemetry';
 * import { createClient, Table } from '@latchkey/entity';
 *
 * const accounts = new Accounts({
 *   table: new Table({ name: 'my-application', client: createClient() }),
 *   sessions: { getTokenSecret: () => process.env['TOKEN_SECRET'] ?? '' },
 * });
 * instrument(accounts);
 * ```
 */
export function instrument<F extends AccountFields>(
  accounts: Accounts<F> | Guard<F>,
  options: InstrumentOptions = {},
): () => void {
  const known = instrumented.get(accounts);
  if (known) return known;
  const flows = findFlows(accounts);
  const table = flows?.core.table ?? findGuardTable(accounts);
  if (!table) throw invalidOption('accounts', 'It must be an Accounts or a Guard.');
  const telemetry = new Telemetry(options);
  const { requestSpans: withSpan = true } = options;
  const undo = [watchTable(table, telemetry, withSpan)];
  if (flows) {
    undo.push(...wrapMethods(accounts, 'accounts', telemetry));
    for (const [name, group] of groupsOf(accounts)) {
      undo.push(...wrapMethods(group, `accounts.${name}`, telemetry));
    }
    undo.push(...wrapHashing(flows.core.passwords, telemetry));
    flows.onSelfService = (selfService) => {
      wrapMethods(selfService, 'selfService', telemetry);
    };
    undo.push(() => {
      delete flows.onSelfService;
    });
  } else {
    undo.push(...wrapMethods(accounts, 'guard', telemetry));
  }
  const stop = (): void => {
    if (!instrumented.delete(accounts)) return;
    for (const each of undo) each();
  };
  instrumented.set(accounts, stop);
  return stop;
}

function watchTable(table: Table, telemetry: Telemetry, withSpan: boolean): () => void {
  const entry = watched.get(table) ?? {
    users: 0,
    stop: watchCommands(table, (event) => {
      telemetry.request(table.name, event, { withSpan });
    }),
  };
  watched.set(table, entry);
  entry.users++;
  return () => {
    if (--entry.users > 0) return;
    entry.stop();
    watched.delete(table);
  };
}

/** The groups of methods of an `Accounts`, by name; its entities are for the application's own reads. */
function groupsOf(accounts: object): [name: string, group: object][] {
  return Object.entries(accounts).filter(
    (entry): entry is [string, object] =>
      typeof entry[1] === 'object' && entry[1] !== null && !entry[0].endsWith('Entity'),
  );
}

/** Puts a recorded method in front of each method of an object, and gives what takes them away. */
function wrapMethods(owner: object, path: string, telemetry: Telemetry): (() => void)[] {
  return [...methodsOf(owner)].map(([name, method]) =>
    replaceMethod(owner, name, (args) =>
      telemetry.flow(`${path}.${name}`, () => Reflect.apply(method, owner, args)),
    ),
  );
}

function wrapHashing(passwords: object, telemetry: Telemetry): (() => void)[] {
  return [...methodsOf(passwords)]
    .filter(([name]) => name === 'hash' || name === 'verify')
    .map(([name, method]) =>
      replaceMethod(passwords, name, (args) =>
        telemetry.hashing(name, () => Reflect.apply(method, passwords, args)),
      ),
    );
}

function replaceMethod(
  owner: object,
  name: string,
  call: (args: unknown[]) => unknown,
): () => void {
  Object.defineProperty(owner, name, {
    configurable: true,
    value: (...args: unknown[]) => call(args),
  });
  return () => void Reflect.deleteProperty(owner, name);
}

/** The methods of an object's class and of those above it. */
function methodsOf(owner: object): Map<string, Callable> {
  const methods = new Map<string, Callable>();
  let prototype = Object.getPrototypeOf(owner) as object | null;
  while (prototype && prototype !== Object.prototype) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== 'function' || NOT_FLOWS.has(name) || methods.has(name)) continue;
      methods.set(name, value as Callable);
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return methods;
}
