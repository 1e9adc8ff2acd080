import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Accounts } from '../accounts/Accounts.js';
import { findFlows, type AccountFlows } from '../accounts/flowsOf.js';
import type { CommandTools } from './Command.js';

/** An application's accounts, as its module exports them. */
export interface LoadedAccounts {
  readonly accounts: Accounts;
  readonly flows: AccountFlows;
}

/**
 * Loads the accounts that a module of an application exports.
 *
 * @param app - an ES module or CommonJS, from the current folder.
 * @param name - of the export, where there are several.
 * @throws UsageError for a file that is not there, cannot be loaded, or exports no or several accounts.
 */
export async function loadAccounts(
  app: string,
  name: string | undefined,
  { UsageError }: Pick<CommandTools, 'UsageError'>,
): Promise<LoadedAccounts> {
  const file = path.resolve(app);
  if (!existsSync(file)) throw new UsageError(`there is no file ${app}.`);
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = (await import(pathToFileURL(file).href)) as typeof loaded;
  } catch (error) {
    throw new UsageError(`${app} cannot be loaded: ${reasonOf(error)}`);
  }
  const found = accountsIn(loaded);
  const names = [...found.keys()];
  if (name === undefined && new Set(found.values()).size > 1) {
    const choices = names.join(', ');
    throw new UsageError(`${app} exports several Accounts: choose one of ${choices} by --export.`);
  }
  const accounts = found.get(name ?? names[0] ?? '');
  const flows = findFlows(accounts);
  if (flows) return { accounts: accounts as Accounts, flows };
  throw new UsageError(
    name === undefined
      ? `${app} exports no Accounts: export one that is made by new Accounts(…).`
      : `${app} exports no Accounts by the name ${name}.`,
  );
}

/** The accounts among a module's exports; those of CommonJS are together in `default`. */
function accountsIn(loaded: Readonly<Record<string, unknown>>): Map<string, object> {
  const { default: main } = loaded;
  const together = typeof main === 'object' && main !== null && !findFlows(main) ? main : {};
  const all = Object.entries({ ...together, ...loaded });
  return new Map(
    all.filter((entry): entry is [string, object] => findFlows(entry[1]) !== undefined),
  );
}

/** One sentence, without the stack and without the file that asked. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [reason = ''] = text.split(/\n| imported from /, 1);
  return reason === '' ? 'it threw an error without a message.' : reason;
}
