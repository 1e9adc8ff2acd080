import { adviseTable } from '../infrastructure/adviseTable.js';
import type { DescribedTable, Safeguards } from '../infrastructure/DescribedTable.js';
import { diffTable } from '../infrastructure/diffTable.js';
import { toCdk, toCdkGlobalTable } from '../infrastructure/toCdk.js';
import { toCloudFormation } from '../infrastructure/toCloudFormation.js';
import { toCreateTableInput } from '../infrastructure/toCreateTableInput.js';
import { toIamPolicy } from '../infrastructure/toIamPolicy.js';
import { toNoSqlWorkbench } from '../infrastructure/toNoSqlWorkbench.js';
import { toTerraform } from '../infrastructure/toTerraform.js';
import { type CliOutput, EXIT_CODES } from './CliOutput.js';
import { LiveDynamoDB } from './LiveDynamoDB.js';
import { runBackfill } from './runBackfill.js';
import { loadDefinitions } from './loadDefinitions.js';
import type { CommandName, ParsedCommand } from './parseCommand.js';
import { restoredAdvice } from './restoredAdvice.js';

type LiveCommandName = 'create' | 'describe' | 'diff' | 'backfill';
type Print = (table: DescribedTable, command: ParsedCommand) => unknown;

const PRINTED: Readonly<Record<Exclude<CommandName, LiveCommandName | 'restored'>, Print>> = {
  'create-input': toCreateTableInput,
  cloudformation: (table, command) => toCloudFormation(table, safeguardsOf(command)),
  cdk: (table, command) =>
    (table.replicas ? toCdkGlobalTable : toCdk)(table, safeguardsOf(command)),
  terraform: (table, command) => toTerraform(table, safeguardsOf(command)),
  iam: (table, { iam, namespace }) =>
    toIamPolicy({ ...table, ...iam, ...(namespace.length > 0 && { namespace }) }),
  workbench: toNoSqlWorkbench,
};

/** Carries out one command, and gives its exit code. */
export async function runTableCommand(command: ParsedCommand, output: CliOutput): Promise<number> {
  const { name, tableName, files, options, endpoint, region } = command;
  if (name === 'restored') {
    output.out(restoredAdvice(tableName, new Date()));
    return EXIT_CODES.done;
  }
  const table = { tableName, definitions: await loadDefinitions(files), ...options };
  if (!isLive(name)) {
    printJson(output, PRINTED[name](table, command));
    return EXIT_CODES.done;
  }
  // Refuses what can be no table, before a request is sent.
  toCreateTableInput(table);
  const live = new LiveDynamoDB({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
  });
  try {
    if (name === 'backfill') return await runBackfill(table, command, live, output);
    return await runLive(name, table, live, output);
  } finally {
    live.close();
  }
}

function isLive(name: Exclude<CommandName, 'restored'>): name is LiveCommandName {
  return !Object.hasOwn(PRINTED, name);
}

async function runLive(
  name: Exclude<LiveCommandName, 'backfill'>,
  table: DescribedTable,
  live: LiveDynamoDB,
  output: CliOutput,
): Promise<number> {
  if (name === 'describe') {
    const found = await live.describe(table.tableName);
    if (found.table) printJson(output, found);
    else output.error(`latchkey: there is no table ${table.tableName}.\n`);
    return found.table ? EXIT_CODES.done : EXIT_CODES.lacking;
  }
  if (name === 'create') await live.create(table);
  // A table that was there before may still lack something: `create` changes none.
  const found = await live.describe(table.tableName);
  for (const { message } of adviseTable(found)) output.out(`Note: ${message}\n`);
  const differences = diffTable(table, found);
  for (const { message } of differences) output.out(`${message}\n`);
  if (differences.length > 0) return EXIT_CODES.lacking;
  if (name === 'create') output.out(`The table ${table.tableName} is ready.\n`);
  return EXIT_CODES.done;
}

function safeguardsOf({ off }: ParsedCommand): Safeguards {
  return {
    pointInTimeRecovery: !off.has('no-point-in-time-recovery'),
    deletionProtection: !off.has('no-deletion-protection'),
    encryption: !off.has('no-encryption'),
    retain: !off.has('no-retain'),
  };
}

function printJson(output: CliOutput, value: unknown): void {
  output.out(`${JSON.stringify(value, null, 2)}\n`);
}
