import { readConsoleAssets } from '../console/ConsoleAssets.js';
import { startConsole, type RunningConsole } from '../console/startConsole.js';
import { EXIT, type Command, type CommandTools } from './Command.js';
import { assertTable } from './assertTable.js';
import { loadAccounts } from './loadAccounts.js';

const USAGE = `latchkey console --app <file> [options] looks into the accounts of an application, on a page that it
serves on this machine: finds and lists accounts, and shows their contacts, sessions, factors and
pending tokens. Ctrl-C ends it. Its options:
  --app <file>               the module that exports the application's Accounts
  --export <name>            the name of the export, if there are several
  --write                    allows changes: deactivate, revoke sessions, reset the second factor,
                             delete (default: everything is only read)
  --port <port>              default: a free one
`;

const OPTIONS = {
  app: { type: 'string' },
  export: { type: 'string' },
  write: { type: 'boolean' },
  port: { type: 'string' },
} as const;

const MAX_PORT = 65_535;

/**
 * The command `latchkey console`.
 *
 * @param pageFolder - the folder that the page was built into.
 */
export function consoleCommand(pageFolder: string): Command {
  return {
    usage: USAGE,
    run: async (args, tools) => {
      const values = tools.valuesOf('console', OPTIONS, args);
      const text = (name: keyof typeof OPTIONS): string | undefined =>
        typeof values[name] === 'string' ? values[name] : undefined;
      const port = parsePort(text('port'), tools);
      const app = text('app');
      if (app === undefined) throw new tools.UsageError('console needs --app (see --help).');
      const loaded = await loadAccounts(app, text('export'), tools);
      await assertTable(loaded);
      const signalled = tools.waitForSignal();
      try {
        const canWrite = values.write === true;
        const assets = await readConsoleAssets(pageFolder);
        const running = await start({ ...loaded, app, assets, canWrite, port }, tools);
        announce(running, canWrite, tools);
        await signalled;
        await running.stop();
        return EXIT.done;
      } finally {
        signalled.forget();
      }
    },
  };
}

function announce({ url }: RunningConsole, canWrite: boolean, { out, error }: CommandTools): void {
  error(
    'latchkey: the console is ready. Open this address, which works once, within ten minutes:\n',
  );
  out(`${url}\n`);
  error(
    canWrite
      ? 'It may change accounts. Press Ctrl-C to stop it.\n'
      : 'It only reads; with --write, it may change accounts. Press Ctrl-C to stop it.\n',
  );
}

/** @throws Error with a sentence for a port that is taken. */
async function start(
  options: Omit<Parameters<typeof startConsole>[0], 'onFault'>,
  { error }: CommandTools,
): Promise<RunningConsole> {
  const onFault = (fault: unknown): void => {
    error(`latchkey: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`);
  };
  try {
    return await startConsole({ ...options, onFault });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new Error(`The port ${options.port} is taken: choose another one by --port.`, { cause });
  }
}

function parsePort(text: string | undefined, { UsageError }: CommandTools): number {
  const port = Number(text ?? 0);
  if (text === undefined || (/^\d+$/.test(text) && port > 0 && port <= MAX_PORT)) return port;
  throw new UsageError(`--port must be a number from 1 to ${MAX_PORT}.`);
}
