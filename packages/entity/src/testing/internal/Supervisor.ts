import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { supervisorProgram, type SupervisorOrder } from './superviseEngine.js';

const STOP_TIMEOUT_MS = 5_000;
const STDERR_KEPT_CHARACTERS = 4_000;

/** The process between us and an engine: when our end of its standard input closes, it kills it. */
export class Supervisor {
  readonly #child: ChildProcessByStdio<Writable, null, Readable>;
  readonly #closed: Promise<void>;
  #stderr = '';
  #hasExited = false;

  /** Starts the supervisor, and through it the engine; does not wait for either. */
  constructor(order: SupervisorOrder) {
    // A process group of its own keeps Ctrl-C in the terminal from it: the engine must live for as
    // long as the parent takes to end, and no longer.
    this.#child = spawn(
      process.execPath,
      ['--input-type=commonjs', '-e', supervisorProgram(order)],
      { detached: true, windowsHide: true, stdio: ['pipe', 'ignore', 'pipe'], env: environment() },
    );
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT_CHARACTERS);
    });
    // Writing to one that has died must not become an uncaught error: 'exit' tells it anyway.
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('exit', () => {
      this.#hasExited = true;
      this.#killGroup();
    });
    this.#closed = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', (error) => {
        this.#stderr += String(error);
        this.#hasExited = true;
        resolve();
      });
    });
  }

  /** Tells whether the engine and its supervisor are gone. */
  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** Fulfilled when the engine and its supervisor are gone. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** The end of what the engine and the supervisor wrote to standard error. */
  get stderrTail(): string {
    return this.#stderr.trim();
  }

  /** Lets this process end although the engine runs; which then ends the engine. */
  unref(): void {
    this.#child.unref();
    for (const pipe of this.#pipes()) pipe.unref();
  }

  /** Ends the engine and waits until it is gone. */
  async stop(): Promise<void> {
    this.#child.ref();
    for (const pipe of this.#pipes()) pipe.ref();
    this.#child.stdin.end();
    const overdue = setTimeout(() => this.#killGroup(), STOP_TIMEOUT_MS);
    await this.#closed;
    clearTimeout(overdue);
  }

  // The supervisor leads a group of which the engine is the only other member, so this reaches one
  // whose supervisor was itself killed.
  #killGroup(): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // Nobody is left in it, as there should not be; or this is Windows, which has no groups.
      this.#child.kill('SIGKILL');
    }
  }

  #pipes(): Socket[] {
    return [this.#child.stdin, this.#child.stderr] as unknown as Socket[];
  }
}

// NODE_OPTIONS of the parent (a debugger, a loader) and its coverage are not meant for a helper.
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: undefined, NODE_V8_COVERAGE: undefined };
}
