import { accountsCommand } from './accountsCommand.js';
import type { Command } from './Command.js';
import { consoleCommand } from './consoleCommand.js';
import { costCommand } from './costCommand.js';
import { importCommand } from './importCommand.js';
import { secretCommand } from './secretCommand.js';

/**
 * The commands of `latchkey` for accounts, by name.
 *
 * @param pageFolder - the folder that the console's page was built into.
 */
export function accountCommands(pageFolder: string): Readonly<Record<string, Command>> {
  return {
    accounts: accountsCommand(),
    console: consoleCommand(pageFolder),
    cost: costCommand,
    import: importCommand(),
    secret: secretCommand,
  };
}
