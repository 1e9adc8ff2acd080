#!/usr/bin/env node
import { runCli } from './runCli.js';

void runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
}).then((code) => {
  // Not process.exit(): what was written to a pipe may still be under way.
  process.exitCode = code;
});
