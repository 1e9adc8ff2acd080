// `npm run build`: checks every package and writes its declarations by `tsc`, then rolls both up.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportsOf, PAGES } from './entries.mjs';
import { CommandError, runBin } from './run.mjs';
import { PACKAGES, readJson, ROOT } from './setup.mjs';

export async function build() {
  await runBin('tsc', ['-b']);
  const { roll } = await import('./roll.mjs');
  const { rollPage } = await import('./rollPage.mjs');
  for (const name of PACKAGES) {
    assertExports(name);
    const dist = join(ROOT, 'packages', name, 'dist');
    // Beside what it replaces: it only has to be renamed, and source maps say where they lie.
    const fresh = mkdtempSync(`${dist}.`);
    try {
      await roll(name, fresh);
      for (const [page, entry] of Object.entries(PAGES[name])) {
        await rollPage(join(ROOT, 'packages', name, 'pages', entry), join(fresh, page));
      }
      replace(dist, fresh);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
}

/** The table of entries is where they are declared; `package.json` repeats it for who installs. */
function assertExports(name) {
  const { exports } = readJson(ROOT, 'packages', name, 'package.json');
  try {
    assert.deepEqual(exports, exportsOf(name));
  } catch (error) {
    throw new CommandError(
      `The exports of @latchkey/${name} are not those of scripts/entries.mjs.\n${error.message}`,
    );
  }
}

/** Puts a folder in the place of another, unless they are alike: whoever runs from it is not disturbed. */
function replace(old, fresh) {
  if (existsSync(old)) {
    if (contentsOf(old) === contentsOf(fresh)) return;
    const away = `${fresh}-old`;
    renameSync(old, away);
    renameSync(fresh, old);
    rmSync(away, { recursive: true });
  } else {
    renameSync(fresh, old);
  }
}

function contentsOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return files
    .map((file) => `${file.slice(folder.length)}\n${readFileSync(file, 'utf8')}`)
    .join('\n');
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await build();
  } catch (error) {
    console.error(error instanceof CommandError ? error.message : error);
    process.exitCode = 1;
  }
}
