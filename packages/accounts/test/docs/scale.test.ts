import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.join(__dirname, '../../../..');
const DYNOXIDE = path.join(ROOT, 'node_modules/@dynoxide/linux-x64/dynoxide');
/** In milliseconds; a few seconds on a machine that does nothing else. */
const WITHIN_MS = 240_000;
const run = (...args: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, args, { cwd: ROOT, timeout: WITHIN_MS });

describe('docs/scale.md', () => {
  it('is made from the results of the last npm run scale, and so is its plot', async () => {
    const { stderr } = await run('benchmarks/scale/pages.mjs', '--check');
    expect(stderr).toBe('');
  });

  const itWithDynoxide = existsSync(DYNOXIDE) ? it : it.skip;
  itWithDynoxide(
    'tells the truth: each flow costs what FLOW_COSTS says, in a larger table and with more sessions too',
    async () => {
      const { stdout } = await run('benchmarks/scale.mjs', '--sample', '--json');
      const { rows } = JSON.parse(stdout) as { rows: { flow: string }[] };
      expect(rows.length).toBeGreaterThan(15);
      expect(rows.map(({ flow }) => flow)).toContain('password login');
    },
    WITHIN_MS,
  );
});
