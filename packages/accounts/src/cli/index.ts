// Loaded by the command `latchkey` of @latchkey/entity, which lists these commands in its --help.
import { fileURLToPath } from 'node:url';
import type { Command } from './Command.js';
import { consoleCommand } from './consoleCommand.js';
import { costCommand } from './costCommand.js';
import { importCommand } from './importCommand.js';

const pageFolder = fileURLToPath(new URL('./console/', import.meta.url));

/** The commands of `latchkey` that work on the accounts of an application, by name. */
export const commands: Readonly<Record<string, Command>> = {
  console: consoleCommand(pageFolder),
  cost: costCommand,
  import: importCommand,
};
