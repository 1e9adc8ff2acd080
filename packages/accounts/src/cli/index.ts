// Loaded by the command `latchkey` of @latchkey/entity, which lists these commands in its --help.
import { fileURLToPath } from 'node:url';
import { accountCommands } from './accountCommands.js';
import type { Command } from './Command.js';

const pageFolder = fileURLToPath(new URL('./console/', import.meta.url));

/** The commands of `latchkey` for accounts, by name. */
export const commands: Readonly<Record<string, Command>> = accountCommands(pageFolder);
