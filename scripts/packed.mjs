// What users install: the packages are packed, and the tarballs are looked at from outside.
import { join, resolve } from 'node:path';
import { LOADED_PROGRAMS } from './entries.mjs';
import { CommandError, runBin, temporaryFolder } from './run.mjs';
import { PACKAGES, readJson, ROOT } from './setup.mjs';

/** Packs every package, as it is built, and gives `[{ name, folder, tarball, exports }]`. */
export async function pack(destination = temporaryFolder()) {
  const packed = [];
  for (const directory of PACKAGES) {
    const folder = join(ROOT, 'packages', directory);
    // `prepack` would build each package once more.
    const args = ['pack', '--json', '--config.ignore-scripts=true'];
    args.push('--pack-destination', destination);
    const { name, filename, files } = JSON.parse(await runBin('pnpm', args, { cwd: folder }));
    refuseStrayFiles(
      name,
      files.map((file) => file.path),
    );
    const { exports } = readJson(folder, 'package.json');
    packed.push({ name, folder, tarball: resolve(destination, filename), exports });
  }
  return packed;
}

/** Runs publint and are-the-types-wrong on every tarball. */
export async function lintPackages(packed) {
  for (const { tarball } of packed) {
    await runBin('publint', ['run', '--strict', tarball]);
    // The profile leaves out only the resolution of before `exports` (Node 10), which cannot see
    // subpaths and which no supported Node uses.
    const flags = ['--profile', 'node16', '--no-color', '--no-emoji'];
    // What a program loads has no types, and is an ES module only.
    const programs = Object.values(LOADED_PROGRAMS).flat();
    await runBin('attw', [...flags, '--exclude-entrypoints', ...programs, '--', tarball]);
  }
}

function refuseStrayFiles(name, files) {
  const stray = files.filter((file) => /\.tsbuildinfo$|\.test(-d)?\.|^test\//.test(file));
  if (stray.length > 0) {
    throw new CommandError(`${name} would publish these files:\n  ${stray.join('\n  ')}`);
  }
}
