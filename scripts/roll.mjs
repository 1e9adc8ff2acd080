// Rolls a package up: one file for each entry and format, and chunks that entries share. All entries
// of a format come from one build, so that no class exists twice, whichever entries are mixed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { esmExternalRequirePlugin } from 'rolldown/plugins';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import {
  BROWSER_ENTRIES,
  COMMONJS_FILES,
  CONDITIONAL_MODULES,
  declaredBy,
  ENTRIES,
  PROGRAMS,
} from './entries.mjs';
import { pureInitialisers, pureInterop } from './pureInitialisers.mjs';
import { CommandError } from './run.mjs';
import { readJson, ROOT } from './setup.mjs';

const ENDINGS = { esm: 'js', cjs: 'cjs' };
/** Packages that are inlined as ES modules, and whose constants change nothing, either. */
const QUIET = /\/node_modules\/(bcryptjs|otpauth|ulid|uqr)\//;
const BUILTINS = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/** Writes everything that a package publishes as its `dist` into a folder. */
export async function roll(name, folder) {
  const isForBrowsers = ([entry]) => BROWSER_ENTRIES[name].includes(entry);
  const all = Object.entries(ENTRIES[name]);
  const entries = Object.fromEntries(all.filter((each) => !isForBrowsers(each)));
  const browser = Object.fromEntries(all.filter(isForBrowsers));
  const inlined = [
    ...(await rollFormat(name, folder, 'esm', { ...entries, ...PROGRAMS[name] })),
    ...(await rollFormat(name, folder, 'cjs', entries)),
  ];
  if (BROWSER_ENTRIES[name].length > 0) {
    const apart = { platform: 'browser', chunkEnding: 'browser-chunk' };
    inlined.push(...(await rollFormat(name, folder, 'esm', browser, apart)));
    inlined.push(...(await rollFormat(name, folder, 'cjs', browser, apart)));
  }
  for (const [file, source] of Object.entries(COMMONJS_FILES[name])) {
    inlined.push(...(await rollFormat(name, folder, 'cjs', { [file]: source })));
  }
  writeNotices(folder, inlined);
  await rollTypes(name, folder);
}

/** Rolls entries up in one format; gives the files of third parties that came along. */
async function rollFormat(
  name,
  folder,
  format,
  entries,
  { platform = 'node', chunkEnding = 'chunk' } = {},
) {
  const sources = join(ROOT, 'packages', name, 'src');
  const declared = declaredBy(name);
  const isDeclared = (id) => declared.some((own) => isWithin(own, id));
  const bundle = await rolldown({
    cwd: join(ROOT, 'packages', name),
    input: inputs(sources, entries),
    external: isDeclared,
    platform,
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    tsconfig: false,
    plugins: [
      ownCommonJs(name),
      conditionalModules(),
      smallerModules(),
      pureInitialisers((id) => id.startsWith(sources) || QUIET.test(id)),
      pureInterop(),
      unmappedData(),
      // An ES module has no `require`; in an application's bundle, nor has it one of its own making.
      ...(format === 'esm' && platform === 'node'
        ? [esmExternalRequirePlugin({ external: [...BUILTINS] })]
        : []),
    ],
    // Our own modules import each other in one direction only; the linter would take ten times as long.
    // How long a plugin takes is no fault of what it makes: a busy machine must build, too.
    checks: { circularDependency: true, bundlerTimings: false },
    onLog: refuseWarnings,
  });
  const { output } = await bundle.write({
    dir: folder,
    format,
    exports: 'named',
    entryFileNames: `[name].${ENDINGS[format]}`,
    chunkFileNames: ({ name: chunk, moduleIds }) =>
      `${chunkName(chunk, moduleIds)}-${chunkEnding}.${ENDINGS[format]}`,
    // Whole sources are in them; once is enough, and who debugs CommonJS reads what `tsc` would write.
    sourcemap: format === 'esm',
    // A CommonJS Jest has no `import()`.
    dynamicImportInCjs: false,
    comments: { legal: true, annotation: true, jsdoc: false },
  });
  await bundle.close();
  const chunks = output.filter(({ type }) => type === 'chunk');
  for (const { fileName, imports, dynamicImports } of chunks) {
    const isKnown = (id) =>
      (platform === 'node' && BUILTINS.has(id)) || isDeclared(id) || id in CONDITIONAL_MODULES;
    refuseUndeclared(name, fileName, [...imports, ...dynamicImports], isKnown);
  }
  return chunks.flatMap(({ moduleIds }) => moduleIds).filter(isThirdParty);
}

/** Rolls the declarations up that `tsc` has written; they serve both formats. */
async function rollTypes(name, folder) {
  const bundle = await rollup({
    input: inputs(join(ROOT, '.cache', 'types', name), ENTRIES[name], '.d.ts'),
    external: (id) => !/^[./]/.test(id),
    plugins: [dts()],
    onLog: refuseWarnings,
  });
  for (const ending of Object.values(ENDINGS).map((js) => js.replace('js', 'ts'))) {
    const { output } = await bundle.write({
      dir: folder,
      entryFileNames: `[name].d.${ending}`,
      chunkFileNames: ({ name: chunk }) => `${chunk.replace(/\.d$/, '')}-chunk.d.${ending}`,
    });
    const declared = [...declaredBy(name), ...BUILTINS];
    for (const { fileName, imports } of output) {
      refuseUndeclared(name, fileName, imports, (id) => declared.some((own) => isWithin(own, id)));
    }
  }
  await bundle.close();
}

function inputs(folder, entries, ending = '.ts') {
  const named = Object.entries(entries).map(([entry, file]) => [
    entry,
    join(folder, file.replace(/\.ts$/, ending)),
  ]);
  return Object.fromEntries(named);
}

/** Leaves imports of the package's own CommonJS files as they are: they lie beside what imports them. */
function ownCommonJs(name) {
  const files = Object.keys(COMMONJS_FILES[name]).map((file) => `./${file}.cjs`);
  return {
    name: 'own-commonjs',
    resolveId: (id) => (files.includes(id) ? { id, external: true } : null),
  };
}

/** Leaves to the application's bundler, or to Node, which file of a package is taken. */
function conditionalModules() {
  return {
    name: 'conditional-modules',
    async resolveId(id, importer, options) {
      // An entry is the file itself.
      if (importer === undefined || !id.startsWith('.')) return null;
      const found = await this.resolve(id, importer, { ...options, skipSelf: true });
      const [name] =
        Object.entries(CONDITIONAL_MODULES).find(([, source]) => found?.id.endsWith(source)) ?? [];
      return name === undefined ? null : { id: name, external: true };
    },
  };
}

/** Takes, in place of what jsonwebtoken needs little of, that little: see `inlined/`. */
function smallerModules() {
  const folder = join(ROOT, 'scripts', 'inlined');
  return {
    name: 'smaller-modules',
    resolveId(id, importer = '') {
      if (id === 'jws') return join(folder, 'jws.cjs');
      const [, own] = /^\.\/(?:lib\/)?(psSupported|timespan|validateAsymmetricKey)$/.exec(id) ?? [];
      if (own && importer.includes('/node_modules/jsonwebtoken/')) {
        return join(folder, 'jsonwebtoken', `${own}.cjs`);
      }
      return /^lodash\.\w+$/.test(id) ? `\0${id}` : null;
    },
    load(id) {
      const [, member] = /^\0lodash\.(\w+)$/.exec(id) ?? [];
      if (member === undefined) return null;
      const file = JSON.stringify(join(folder, 'lodash.cjs'));
      return `module.exports = require(${file}).${member};`;
    },
  };
}

/** Leaves data out of source maps: nobody steps through it, and it would be there twice. */
function unmappedData() {
  return {
    name: 'unmapped-data',
    transform: (code) => (/^.{10000}/m.test(code) ? { code, map: { mappings: '' } } : null),
  };
}

/** Every warning of a bundler is about something that would be missing, or there twice. */
export function refuseWarnings(level, log) {
  // `Entity` is public as the type `EntityOf`; the class behind it is not.
  if (level !== 'warn' || log.message.includes('private shared type exports')) return;
  if (log.code === 'CIRCULAR_DEPENDENCY' && log.message.includes('node_modules')) return;
  throw new CommandError(log.message);
}

function refuseUndeclared(name, file, imports, isDeclared) {
  const undeclared = imports.filter(
    (id) => !isDeclared(id) && !/^(\.\/)?[\w.-]+\.c?[jt]s$/.test(id),
  );
  if (undeclared.length === 0) return;
  throw new CommandError(
    `@latchkey/${name}: ${file} imports ${undeclared.join(', ')}, which its package.json does not declare.`,
  );
}

/** A chunk of one package of third parties is named after it. */
function chunkName(name, moduleIds) {
  const packages = new Set(moduleIds.filter(isThirdParty).map((id) => basename(packageOf(id))));
  return packages.size === 1 && moduleIds.every(isThirdParty) ? [...packages][0] : name;
}

/** Ships the licences of those whose code is in the files. */
export function writeNotices(folder, files) {
  const packages = [...new Set(files.map(packageOf))].sort();
  if (packages.length === 0) return;
  const notices = packages.map((path) => {
    const { name, version, license } = readJson(path, 'package.json');
    const file = readdirSync(path).find((candidate) =>
      /^licen[cs]e(\.(md|txt))?$/i.test(candidate),
    );
    if (!file) throw new CommandError(`${name} comes without the text of its licence.`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(path, file), 'utf8').trim()}\n`;
  });
  const title = 'The files of this folder contain code of these packages.\n';
  writeFileSync(
    join(folder, 'THIRD-PARTY-NOTICES.txt'),
    [title, ...notices].join(`\n${'-'.repeat(80)}\n\n`),
  );
}

export function isThirdParty(id) {
  return id.includes('/node_modules/');
}

/** The folder of the package that a file belongs to. */
function packageOf(file) {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json')) || !readJson(folder, 'package.json').version) {
    folder = dirname(folder);
  }
  return folder;
}

function isWithin(name, id) {
  return id === name || id.startsWith(`${name}/`);
}
