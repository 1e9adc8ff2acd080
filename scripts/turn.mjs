// Which part of what is too long for `npm test` runs in it: another one for each commit.
import { execFileSync } from 'node:child_process';
import { ROOT } from './setup.mjs';

/** A number that a commit decides, or `MATRIX_TURN`; 0 outside a repository. */
export function turnOfCommit() {
  const { MATRIX_TURN } = process.env;
  if (MATRIX_TURN !== undefined) return Number(MATRIX_TURN);
  try {
    const options = { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD'], options).slice(0, 6), 16);
  } catch {
    return 0;
  }
}
