import type { ChildProcess, SpawnOptions } from 'node:child_process';

/** Order that tells the supervisor what to launch; travels to the supervisor as JSON. */
export type SupervisorOrder = JavaOrder | ProgramOrder;

/** DynamoDB Local, by way of the package `dynamodb-local`. */
interface JavaOrder {
  readonly dynamodbLocalPath: string;
  readonly installPath: string | null;
  readonly port: number;
  readonly args: readonly string[];
}

/** An engine that is a program of its own. */
interface ProgramOrder {
  readonly program: string;
  readonly args: readonly string[];
}

interface DynamoDBLocalPackage {
  configureInstaller(config: { installPath: string }): void;
  launch(
    port: number,
    dbPath: null,
    args: readonly string[],
    verbose: boolean,
    detached: undefined,
    javaOption: string,
  ): Promise<ChildProcess>;
}

type Spawn = (program: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

/** The program of the supervisor process, for `node -e`. */
export function supervisorProgram(order: SupervisorOrder): string {
  return `(${superviseEngine.toString()})(require, ${JSON.stringify(order)})`;
}

/**
 * Runs an engine for as long as standard input stays open, which is as long as the parent lives.
 *
 * Only the text of this function reaches the supervisor, since no path leads to this file from both
 * ES modules and CommonJS. So it uses nothing from around it: no imports, no coverage counters, and
 * no named inner functions, for which esbuild's `keepNames` adds a helper.
 */
/* istanbul ignore next -- counters would not exist in the supervisor */
function superviseEngine(load: (path: string) => unknown, order: SupervisorOrder): void {
  const running: { engine?: ChildProcess } = {};
  process.stdin.on('close', () => {
    if (running.engine?.kill('SIGKILL') !== true) process.exit();
  });
  process.stdin.resume();

  if ('program' in order) {
    const { spawn } = load('node:child_process') as { spawn: Spawn };
    running.engine = spawn(order.program, order.args, { stdio: ['ignore', 'ignore', 'inherit'] });
    running.engine.once('exit', () => process.exit());
    running.engine.once('error', (error) => {
      process.stderr.write(String(error));
      process.exit(1);
    });
    return;
  }
  const dynamodbLocal = load(order.dynamodbLocalPath) as DynamoDBLocalPackage;
  if (order.installPath !== null) {
    dynamodbLocal.configureInstaller({ installPath: order.installPath });
  }
  // Half the CPU time until it answers: the second compiler pays off only after minutes of load.
  const quickStart = '-XX:TieredStopAtLevel=1';
  // dynamodb-local also kills Java when this process exits by itself, as it does on an error.
  dynamodbLocal.launch(order.port, null, order.args, false, undefined, quickStart).then(
    (java) => {
      running.engine = java;
      java.once('exit', () => process.exit());
    },
    (error: unknown) => {
      process.stderr.write(String(error));
      process.exit(1);
    },
  );
}
