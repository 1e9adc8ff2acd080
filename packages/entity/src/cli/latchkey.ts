#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import type { CliOutput } from './CliOutput.js';
import { runCli } from './runCli.js';

/** How long the process may take to end by itself, in milliseconds. */
const LINGER_MS = 1_000;

// From `dist`, where this program is.
const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { readonly version: string };
const output: CliOutput = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  terminals: {
    out: process.stdout.isTTY,
    error: process.stderr.isTTY,
    // https://no-color.org
    colours: (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb',
  },
};

void runCli(process.argv.slice(2), output, version).then((code) => {
  // Not process.exit() at once: what was written to a pipe may still be under way.
  process.exitCode = code;
  // An application that was loaded may hold something open, which would keep the process for ever.
  setInterval(() => {
    if (process.stdout.writableLength + process.stderr.writableLength === 0) process.exit();
  }, LINGER_MS).unref();
});
