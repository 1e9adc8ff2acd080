// `npm run api`: writes the API report of every public entry, `packages/*/api/*.api.md`. `npm test` fails where the
// surface has changed and the report has not, so that every change to it is seen in a review.
import { Extractor, ExtractorConfig, CompilerState } from '@microsoft/api-extractor';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENTRIES } from './entries.mjs';
import { CommandError, temporaryFolder } from './run.mjs';
import { PACKAGES, ROOT } from './setup.mjs';

const TEMPORARY = 'temporary';

/** Compares the reports of the build with those that are kept. */
export function checkApiReports() {
  const changed = PACKAGES.flatMap((name) => {
    const folder = join(ROOT, 'packages', name);
    const fresh = temporaryFolder();
    report(name, fresh);
    const kept = contentsOf(join(folder, 'api'));
    const found = contentsOf(fresh);
    const files = new Set([...kept.keys(), ...found.keys()]);
    return [...files]
      .filter((file) => kept.get(file) !== found.get(file))
      .map((file) => `packages/${name}/api/${file}`);
  });
  if (changed.length > 0) {
    throw new CommandError(
      `The public surface has changed. Look whether it should, run \`npm run api\`, and say so in a changeset:\n  ${changed.join('\n  ')}`,
    );
  }
}

/** Writes the reports of a package's build into a folder. */
function report(name, reportFolder) {
  const projectFolder = join(ROOT, 'packages', name);
  const entries = Object.keys(ENTRIES[name]).map((entry) => ({
    entry,
    file: join(projectFolder, 'dist', `${entry}.d.ts`),
  }));
  let compilerState;
  for (const { entry, file } of entries) {
    const config = ExtractorConfig.prepare({
      configObject: {
        projectFolder,
        mainEntryPointFilePath: file,
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              target: 'es2022',
              module: 'nodenext',
              lib: ['es2024', 'dom'],
              types: ['node'],
              skipLibCheck: true,
              strict: true,
            },
            include: ['dist/*.d.ts'],
          },
        },
        apiReport: {
          enabled: true,
          reportFileName: entry,
          reportFolder,
          reportTempFolder: join(reportFolder, TEMPORARY),
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        newlineKind: 'lf',
        // The comments are held by a test of their own.
        messages: Object.fromEntries(
          ['compiler', 'extractor', 'tsdoc'].map((kind) => [
            `${kind}MessageReporting`,
            { default: { logLevel: 'none' } },
          ]),
        ),
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(projectFolder, 'package.json'),
    });
    compilerState ??= CompilerState.create(config, {
      additionalEntryPoints: entries.map((each) => each.file),
    });
    Extractor.invoke(config, {
      localBuild: true,
      compilerState,
      messageCallback: (message) => {
        message.handled = true;
      },
    });
  }
  rmSync(join(reportFolder, TEMPORARY), { recursive: true, force: true });
}

function contentsOf(folder) {
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const name of PACKAGES) {
    const folder = join(ROOT, 'packages', name, 'api');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    report(name, folder);
  }
}
