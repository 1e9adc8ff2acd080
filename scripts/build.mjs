// `npm run build`: compiles every package twice, to ES modules and to CommonJS.
import { existsSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, runBin } from './run.mjs';
import { PACKAGES, ROOT } from './setup.mjs';

const FORMATS = ['esm', 'cjs'];

export async function build() {
  await runBin('tsc', ['-b']);

  // `tsc -b` never deletes, and does not see a deleted output: what it left must not be published.
  const wrong = PACKAGES.filter((name) => !outputsMatchSources(name));
  if (wrong.length > 0) {
    for (const name of wrong) rmSync(distOf(name), { recursive: true });
    await runBin('tsc', ['-b']);
  }

  for (const name of PACKAGES) {
    // The package as a whole says `"type": "module"`.
    writeFileSync(join(distOf(name), 'cjs', 'package.json'), '{"type":"commonjs"}\n');
  }
}

function outputsMatchSources(name) {
  const expected = filesBelow(join(ROOT, 'packages', name, 'src'))
    .filter((file) => /\.c?ts$/.test(file) && !/\.(test|test-d|d)\.ts$/.test(file))
    .flatMap((file) => {
      const [, stem, c] = /^(.*)\.(c?)ts$/.exec(file);
      return [`${c}js`, `${c}js.map`, `d.${c}ts`, `d.${c}ts.map`].map((end) => `${stem}.${end}`);
    });
  return FORMATS.every((format) => {
    const actual = filesBelow(join(distOf(name), format)).filter((file) => file !== 'package.json');
    return expected.sort().join() === actual.sort().join();
  });
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function distOf(name) {
  return join(ROOT, 'packages', name, 'dist');
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await build();
  } catch (error) {
    console.error(error instanceof CommandError ? error.message : error);
    process.exitCode = 1;
  }
}
