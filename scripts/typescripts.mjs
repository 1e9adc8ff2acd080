// `npm run test:types`: the declarations of every entry, and all that they refer to, with each TypeScript from the
// oldest to the newest, as `nodenext` and as `bundler` resolve them, without `skipLibCheck`.
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { ENTRIES, specifierOf } from './entries.mjs';
import { installed } from './installed.mjs';
import { CommandError, runNode } from './run.mjs';
import { ROOT, setup } from './setup.mjs';

const VERSIONS = ['5.4.5', '5.6.3', '5.9.3', '6.0.3', '7.0.2'];
const RESOLUTIONS = { nodenext: 'nodenext', bundler: 'esnext' };

/** The oldest TypeScript, as Node resolves. */
export async function checkOldestTypeScript() {
  await checkTypesWith(VERSIONS[0], 'nodenext');
  return { summary: `TypeScript ${VERSIONS[0]}` };
}

async function checkTypesWith(version, moduleResolution) {
  const tsc = join(await installed(`typescript-${version}`, `typescript@${version}`), 'bin/tsc');
  // Below the package that has the others, so that each name leads to the build.
  const folder = join(ROOT, 'packages/accounts/node_modules', `.types-${version}`);
  mkdirSync(folder, { recursive: true });
  try {
    const entries = Object.entries(ENTRIES).flatMap(([name, own]) =>
      Object.keys(own).map((entry) => specifierOf(name, entry)),
    );
    const lines = entries.map((entry, at) => `export * as e${at} from '${entry}';\n`);
    writeFileSync(join(folder, 'types.mts'), lines.join(''));
    const compilerOptions = {
      module: RESOLUTIONS[moduleResolution],
      moduleResolution,
      target: 'es2022',
      lib: ['es2023', 'dom', 'esnext.disposable'],
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
    };
    const config = JSON.stringify({ compilerOptions, files: ['types.mts'] });
    writeFileSync(join(folder, 'tsconfig.json'), config);
    await runNode(tsc, ['-p', folder]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  setup();
  try {
    await build();
    for (const version of VERSIONS) {
      for (const resolution of Object.keys(RESOLUTIONS)) {
        await checkTypesWith(version, resolution);
        console.log(`✓ TypeScript ${version}, ${resolution}`);
      }
    }
  } catch (error) {
    console.error(error instanceof CommandError ? error.message : error);
    process.exitCode = 1;
  }
}
