// An application that has installed the tarballs, and nothing else: does every entry point load as
// an ES module, as CommonJS and in a CommonJS Jest, and do its types hold in both? Do its own tests inject faults
// as the guide of testing says?
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { checkApplication } from './checkApplication.mjs';
import { BROWSER_ENTRIES, specifierOf } from '../entries.mjs';
import { runJest } from '../jest.mjs';
import { CommandError, runBin, runNode, temporaryFolder } from '../run.mjs';
import { readJson, ROOT } from '../setup.mjs';

const ACCOUNTS = ['@latchkey/accounts', 'AccountError'];
const ENTITY = ['@latchkey/entity', 'EntityError'];
/** A call that each entry refuses by an error of the main entry's class. */
const FAULTS = [
  [
    '@latchkey/accounts/argon2',
    '(e) => new e.Argon2Hasher({ threads: -1, timeCost: -1 })',
    ...ACCOUNTS,
  ],
  ['@latchkey/accounts/guard', '(e) => new e.Guard({})', ...ACCOUNTS],
  ['@latchkey/accounts/outbox', '(e) => new e.Outbox({ max: -1 })', ...ACCOUNTS],
  ['@latchkey/accounts/self-service', '(e) => new e.SelfService({})', ...ACCOUNTS],
  ['@latchkey/accounts/ses', '(e) => e.sesSender({})', ...ACCOUNTS],
  ['@latchkey/accounts/smtp', '(e) => e.smtpSender({})', ...ACCOUNTS],
  ['@latchkey/accounts/sns', '(e) => e.snsSender({ client: 5 })', ...ACCOUNTS],
  ['@latchkey/entity/infrastructure', '(e) => e.toCreateTableInput({ tableName: 5 })', ...ENTITY],
];

/** Optional peers that an entry is nothing without: it imports them at once. */
const NEEDED_PEERS = ['@nestjs/common', '@opentelemetry/api', 'react'];

const FAULTS_TEST = fileURLToPath(new URL('faults.test.cjs', import.meta.url));
const JEST_CONFIG = {
  transform: {},
  cacheDirectory: '.cache',
  globalSetup: '@latchkey/entity/testing/globalSetup',
  globalTeardown: '@latchkey/entity/testing/globalTeardown',
};

/** Installs the tarballs in an empty project and checks them there. */
export async function checkConsumer(packed) {
  const folder = await installTarballs(packed);
  const write = (name, text) => writeFileSync(join(folder, name), text);
  const entries = packed.flatMap(({ name, exports }) =>
    Object.entries(exports)
      // Not a file, nor a program: no application imports those.
      .filter(([, found]) => typeof found === 'object')
      .map(([subpath]) => name + subpath.slice(1)),
  );

  write(
    'load.mjs',
    loader(entries, (entry) => `await import('${entry}')`),
  );
  write(
    'load.cjs',
    loader(entries, (entry) => `require('${entry}')`),
  );
  const esm = JSON.parse(await runNode('load.mjs', [], { cwd: folder }));
  const cjs = JSON.parse(await runNode('load.cjs', [], { cwd: folder }));
  for (const entry of entries) {
    if (esm[entry].length === 0) throw new CommandError(`${entry} exports nothing.`);
    if (esm[entry].join() !== cjs[entry].join()) {
      throw new CommandError(
        `${entry} exports other names as an ES module than as CommonJS:\n` +
          `  ES module: ${esm[entry].join(', ')}\n  CommonJS:  ${cjs[entry].join(', ')}`,
      );
    }
  }

  for (const ending of ['mjs', 'cjs']) {
    write(`classes.${ending}`, classes(ending));
    await runNode(`classes.${ending}`, [], { cwd: folder });
  }

  write('types.mts', entries.map((entry, i) => `export * as e${i} from '${entry}';`).join('\n'));
  write(
    'types.cts',
    entries.map((entry, i) => `export import e${i} = require('${entry}');`).join('\n'),
  );
  checkTypes(folder, ['types.mts', 'types.cts']);

  await checkBrowser(folder, write);

  write('entries.test.js', jestTest(entries));
  copyFileSync(FAULTS_TEST, join(folder, 'faults.test.js'));
  write('jest.config.json', JSON.stringify(JEST_CONFIG));
  await withDatabase(async (endpoint) => {
    const env = { DYNAMODB_ENDPOINT: endpoint };
    await runJest(['--rootDir', folder], { cwd: folder, env });
    await checkApplication(folder, endpoint);
  });
}

/** Runs what needs a database: that of `DYNAMODB_ENDPOINT`, or one of its own. */
async function withDatabase(run) {
  const { DYNAMODB_ENDPOINT } = process.env;
  if (DYNAMODB_ENDPOINT) return run(DYNAMODB_ENDPOINT);
  const { startDynamoDBLocal } = await import('@latchkey/entity/testing');
  const database = await startDynamoDBLocal();
  try {
    return await run(database.endpoint);
  } finally {
    await database.stop();
  }
}

/** A page of a browser: neither the types nor the modules of Node are there. */
async function checkBrowser(folder, write) {
  const entries = Object.entries(BROWSER_ENTRIES).flatMap(([name, own]) =>
    own.map((entry) => specifierOf(name, entry)),
  );
  const program = entries.map((entry, i) => `export * as e${i} from '${entry}';`).join('\n');
  write('browser.mts', program);
  checkTypes(folder, ['browser.mts'], { types: [], lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] });
  await build({
    stdin: { contents: program, resolveDir: folder },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    external: NEEDED_PEERS,
    // Where the package's word is not taken for it that an import of Node's modules does nothing.
    ignoreAnnotations: true,
    logLevel: 'silent',
  });
}

/** Checks these files and every declaration in the tarballs, but no declaration of third parties. */
function checkTypes(folder, files, environment = { types: ['node'] }) {
  const program = ts.createProgram({
    rootNames: files.map((file) => join(folder, file)),
    options: {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      ...environment,
      typeRoots: [join(folder, 'node_modules', '@types')],
    },
  });
  // Third parties' files are links, and so lie outside. `tsc` would check them all, for 20 seconds.
  const ours = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(folder));
  const found = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((file) => program.getSyntacticDiagnostics(file)),
    ...ours.flatMap((file) => program.getSemanticDiagnostics(file)),
  ];
  if (found.length > 0) {
    throw new CommandError(
      ts.formatDiagnostics(found, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => folder,
        getNewLine: () => '\n',
      }),
    );
  }
}

function loader(entries, load) {
  const names = entries.map((entry) => `'${entry}': Object.keys(${load(entry)}).sort()`);
  return `console.log(JSON.stringify({\n${names.join(',\n')}\n}));\n`;
}

/** Each entry's errors are of the class that the main entry exports: no class is there twice. */
function classes(ending) {
  const load = (entry) => (ending === 'mjs' ? `await import('${entry}')` : `require('${entry}')`);
  const faults = FAULTS.map(([entry, fault, main, error]) => {
    return `  [() => ${fault}, ${load(entry)}, (${load(main)}).${error}],`;
  });
  return `for (const [fault, entry, expected] of [\n${faults.join('\n')}\n]) {
  let thrown;
  try { fault()(entry); } catch (error) { thrown = error; }
  if (!(thrown instanceof expected)) throw new Error(String(fault), { cause: thrown });
}\n`;
}

function jestTest(entries) {
  return `test.each(${JSON.stringify(entries)})('%s loads with require() in Jest', (entry) => {
  expect(Object.keys(require(entry))).not.toEqual([]);
});
`;
}

/** A project that depends on the tarballs, and on the peers that they ask for. */
async function installTarballs(packed) {
  const folder = join(temporaryFolder(), 'consumer');
  mkdirSync(folder);
  const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const { dependencies, peers } = linksToInstalledCopies(packed);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      dependencies: { ...tarballs, ...peers, '@types/node': link(ROOT, '@types/node') },
    }),
  );
  // JSON is YAML. The file also ends pnpm's search for an outer workspace.
  writeFileSync(
    join(folder, 'pnpm-workspace.yaml'),
    JSON.stringify({
      packages: ['.'],
      overrides: { ...tarballs, ...dependencies },
      hoist: false, // or a package could load what it never declared
      autoInstallPeers: false,
      strictPeerDependencies: true,
      storeDir: join(folder, '..', 'store'),
    }),
  );
  await runBin('pnpm', ['install', '--offline', '--reporter=append-only'], { cwd: folder });
  return folder;
}

/** No registry is asked: what the packages declare are the copies that this workspace has. */
function linksToInstalledCopies(packed) {
  const dependencies = {};
  const peers = {};
  const own = new Set(packed.map(({ name }) => name));
  for (const { name, folder } of packed) {
    const manifest = readJson(folder, 'package.json');
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      if (!own.has(dependency)) dependencies[`${name}>${dependency}`] = link(folder, dependency);
    }
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
      // As in most applications: everything must load, and have its types, without what is optional.
      const isOptional = manifest.peerDependenciesMeta?.[peer]?.optional;
      if (isOptional && !NEEDED_PEERS.includes(peer)) continue;
      peers[peer] = link(folder, peer);
    }
  }
  return { dependencies, peers };
}

function link(folder, dependency) {
  return `link:${realpathSync(join(folder, 'node_modules', dependency))}`;
}
