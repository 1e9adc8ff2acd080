// Programs from npm that only some commands need: installed apart, when they are first used.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBin } from './run.mjs';
import { ROOT } from './setup.mjs';

/**
 * Installs a package in a folder of its own, unless it is there.
 *
 * @param name - of the folder.
 * @param from - the package with its version.
 * @returns the package's folder.
 */
export async function installed(name, from) {
  const folder = join(ROOT, '.cache', 'installed', name);
  const own = join(folder, 'node_modules', from.slice(0, from.lastIndexOf('@')));
  if (!existsSync(own)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
    // Ends pnpm's search for a workspace.
    writeFileSync(join(folder, 'pnpm-workspace.yaml'), '');
    await runBin('pnpm', ['add', from, '--prefer-offline', '--ignore-scripts'], { cwd: folder });
  }
  return own;
}
