import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mkdtempSync, rmSync } from 'node:fs';
import { ROOT } from '../../scripts/setup.mjs';

/** Imports a source file that no entry exports, with what it imports of its own package. */
export async function importSource(name, file) {
  const folder = mkdtempSync(join(ROOT, 'packages', name, 'node_modules', '.bench-'));
  try {
    const outfile = join(folder, 'source.mjs');
    await build({
      entryPoints: [join(ROOT, 'packages', name, 'src', file)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
