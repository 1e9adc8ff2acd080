import { SchemaError } from '@latchkey/schema';
import { EntityError, type EntityErrorCode } from '../errors/EntityError.js';
import { type CliOutput, EXIT_CODES } from './CliOutput.js';
import { commandTools, loadAccountCommand, loadAccountCommands } from './loadAccountCommands.js';
import { parseCommand } from './parseCommand.js';
import { parseLocal } from './parseLocal.js';
import { runLocal } from './runLocal.js';
import { runTableCommand } from './runTableCommand.js';
import { styleFor } from './terminal.js';
import { UsageError } from './UsageError.js';
import { usageWith } from './usage.js';

/**
 * Runs the command `latchkey`.
 *
 * @param args - what follows its name on the command line.
 * @param version - the version of the package, which `--version` prints.
 * @returns the exit code: 0 done, 1 the live table lacks something, 2 wrong usage, 3 not done.
 */
export async function runCli(
  args: readonly string[],
  output: CliOutput,
  version: string,
): Promise<number> {
  try {
    const [topic, ...rest] = args;
    if (topic === '--version' && rest.length === 0) {
      output.out(`${version}\n`);
      return EXIT_CODES.done;
    }
    if (args.some((arg) => arg === '--help' || arg === '-h')) {
      const isOwn = topic === 'local' || topic === 'table';
      output.out(usageWith(isOwn ? undefined : await loadAccountCommands(args), topic));
      return EXIT_CODES.done;
    }
    if (topic === 'local') return await runLocal(parseLocal(rest), output);
    if (topic === 'table') return await runTableCommand(parseCommand(rest), output);
    const command = await loadAccountCommand(args);
    return await command.run(rest, commandTools(output));
  } catch (error) {
    output.error(`${styleFor(output, 'error')('red', 'latchkey:')} ${sentenceOf(error)}\n`);
    return isWrongUsage(error) ? EXIT_CODES.usage : EXIT_CODES.failed;
  }
}

const WRONG_USAGE: readonly EntityErrorCode[] = [
  'InvalidTable',
  'InvalidKey',
  'InvalidInput',
  'InvalidCursor',
];

function isWrongUsage(error: unknown): boolean {
  if (error instanceof UsageError || SchemaError.is(error)) return true;
  return EntityError.is(error) && WRONG_USAGE.includes(error.code);
}

/** Describes an error without a stack; for a failed request, adds the SDK's message. */
function sentenceOf(error: unknown): string {
  const { message, cause } = error as Error;
  const saysMore = EntityError.is(error) && ['RequestFailed', 'AccessDenied'].includes(error.code);
  if (!saysMore) return firstLine(message);
  const { name, message: said, code } = cause as Error & { code?: string };
  return `${firstLine(message).replace(/\.$/, '')}: ${firstLine(said) || (code ?? name)}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
