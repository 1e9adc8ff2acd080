import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

interface Report {
  readonly operations: readonly { readonly operation: string; readonly count: number }[];
  readonly ledger: { readonly people: number; readonly facts: number };
  readonly verdicts: readonly { readonly name: string; readonly isMet: boolean; detail: string }[];
}

const ROOT = path.join(__dirname, '../../../..');
// On the database of this run, and on what is built. Passwords are hashed in no time, so that a few seconds
// have enough of everything.
const ARGS = ['--built', '--quick-hash', '--json', '--minutes', '0.05', '--visitors', '6'];

/** In milliseconds; a few seconds on a machine that does nothing else. */
const WITHIN_MS = 240_000;

describe('npm run load', () => {
  it(
    'shows in a few seconds of mixed traffic that nothing acknowledged is lost and nothing stays open',
    async () => {
      const args = [path.join(ROOT, 'scripts/load.mjs'), ...ARGS];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: WITHIN_MS });
      const { operations, ledger, verdicts } = JSON.parse(stdout) as Report;
      expect(verdicts.filter(({ isMet }) => !isMet)).toEqual([]);
      expect(verdicts.map(({ name }) => name)).toEqual([
        'nothing acknowledged is lost',
        'every answer is an expected one',
        'no connection stays open',
        'no handle stays open',
      ]);
      expect(ledger.facts).toBeGreaterThan(ledger.people);
      expect(operations.map(({ operation }) => operation)).toContain('guarded request');
    },
    WITHIN_MS,
  );
});
