// Child processes and temporary folders that never outlive the script.
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJson, ROOT } from './setup.mjs';

const running = new Set();
const folders = new Set();

process.on('exit', () => {
  for (const child of running) killGroup(child);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
// Without a handler, a signal would end this process before `exit` is emitted.
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => process.exit(code));
}

/** What a command printed when it ended with another code than 0. */
export class CommandError extends Error {}

/**
 * Starts a program that ends with this script at the latest, and its children with it.
 *
 * @param options - `inherit`: whether it has this script's environment beside `env` (default: true).
 */
export function start(program, args, { cwd = ROOT, env = {}, inherit = true, shell } = {}) {
  const child = spawn(program, args, {
    cwd,
    shell,
    // The log level: `npm --silent test` would otherwise hide why a child's pnpm failed.
    env: inherit ? { ...process.env, npm_config_loglevel: 'warn', ...env } : env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that the child's children end with it.
    detached: process.platform !== 'win32',
  });
  running.add(child);
  // What the child left behind would hold the pipes open, and `close` would never come.
  child.on('exit', () => killGroup(child));
  child.on('close', () => running.delete(child));
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  return child;
}

/** Runs a Node script as {@link runProgram} does. */
export function runNode(script, args = [], options = {}) {
  return runProgram(process.execPath, [script, ...args], options);
}

/**
 * Runs a program and gives what it printed; throws a `CommandError` when it fails. With `live`, what it
 * prints is shown as it comes.
 */
export function runProgram(program, args, { timeoutMs, live = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = start(program, args, options);
    let stdout = '';
    let output = '';
    child.stdout.on('data', (text) => ((stdout += text), (output += text)));
    child.stderr.on('data', (text) => (output += text));
    if (live) {
      child.stdout.pipe(process.stdout, { end: false });
      child.stderr.pipe(process.stderr, { end: false });
    }

    const timer =
      timeoutMs &&
      setTimeout(() => {
        output += `\nStopped: still running after ${timeoutMs / 1000} s.\n`;
        killGroup(child);
      }, timeoutMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(stdout);
      else reject(new CommandError(output.trim() || `It ended with code ${code}.`));
    });
  });
}

/** Runs the program of an installed package, from this clone and through no shell. */
export function runBin(name, args, options) {
  const packageOf = { attw: '@arethetypeswrong/cli', tsc: 'typescript7' };
  const folder = join(ROOT, 'node_modules', packageOf[name] ?? name);
  const { bin } = readJson(folder, 'package.json');
  return runNode(join(folder, typeof bin === 'string' ? bin : bin[name]), args, options);
}

/** A new folder that is removed when the script ends. Its path has a space in it, as users' do. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'latchkey test '));
  folders.add(folder);
  return folder;
}

/** Ends a program and its children at once. */
export function killGroup(child) {
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
