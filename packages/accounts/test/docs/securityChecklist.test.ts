import { spawnSync } from 'node:child_process';
import path from 'node:path';

it('docs/security-checklist.md is up to date, each row has a test or a reason, and tests name no other ids', () => {
  const script = path.join(__dirname, '../../../../scripts/securityChecklist.mjs');
  const { stderr, status } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});
