// The entries of each package: the file below `src/` of each, by the name it has in `dist/`.
import { join } from 'node:path';
import { readJson, ROOT } from './setup.mjs';

export const ENTRIES = {
  schema: { index: 'index.ts' },
  entity: {
    index: 'index.ts',
    infrastructure: 'infrastructure/index.ts',
    lean: 'lean/index.ts',
    testing: 'testing/index.ts',
    'testing-globalSetup': 'testing/globalSetup.ts',
    'testing-globalTeardown': 'testing/globalTeardown.ts',
  },
  accounts: {
    index: 'index.ts',
    argon2: 'passwords/argon2/index.ts',
    client: 'client/index.ts',
    'common-passwords': 'passwords/common/index.ts',
    elsewhere: 'login/elsewhere/index.ts',
    express: 'doors/express/index.ts',
    fastify: 'doors/fastify/index.ts',
    'foreign-hashes': 'passwords/foreign/index.ts',
    guard: 'guard/index.ts',
    hono: 'doors/hono/index.ts',
    http: 'http/index.ts',
    import: 'import/index.ts',
    lambda: 'doors/lambda/index.ts',
    listing: 'listing/index.ts',
    logging: 'logging/index.ts',
    middy: 'doors/middy/index.ts',
    nest: 'doors/nest/index.ts',
    node: 'doors/node/index.ts',
    oauth: 'identityProviders/index.ts',
    openapi: 'openApi/index.ts',
    opentelemetry: 'openTelemetry/index.ts',
    outbox: 'delivery/outbox/index.ts',
    passkeys: 'passkeys/index.ts',
    passwordless: 'passwordless/index.ts',
    'phone-numbers': 'contacts/phoneNumbers/index.ts',
    'prehashed-passwords': 'passwords/prehashed/index.ts',
    react: 'client/react/index.ts',
    restore: 'restore/index.ts',
    'self-service': 'selfService/index.ts',
    ses: 'delivery/ses/index.ts',
    smtp: 'delivery/smtp/index.ts',
    sns: 'delivery/sns/index.ts',
    'two-factor': 'twoFactor/index.ts',
  },
};

/** Entries for browsers: they are rolled up apart from the others, so that nothing of Node's comes along. */
export const BROWSER_ENTRIES = { schema: [], entity: [], accounts: ['client', 'react'] };

/** Programs: ES modules that share their chunks with the entries. */
export const PROGRAMS = {
  schema: {},
  entity: { latchkey: 'cli/latchkey.ts', loadSdk: 'sdk/loadSdk.ts' },
  accounts: { cli: 'cli/index.ts' },
};

/** Programs that others load by the package's name: no application imports them, so they have no types. */
export const LOADED_PROGRAMS = { schema: [], entity: [], accounts: ['cli'] };

/** Pages: the file below `pages/` of each, by its folder in `dist/`. Only a program reads them. */
export const PAGES = { schema: {}, entity: {}, accounts: { console: 'console/console.tsx' } };

/**
 * Files that stay files of their own, CommonJS in both builds: a worker is started by its path, and only
 * CommonJS loads something later without waiting for it.
 */
export const COMMONJS_FILES = {
  schema: {},
  entity: { loadSdk: 'sdk/loadSdk.cts' },
  accounts: {
    bcryptWorker: 'passwords/bcrypt/bcryptWorker.cts',
    openThreads: 'passwords/bcrypt/openThreads.cts',
  },
};

/**
 * Modules that a package imports by a name of `imports` in its `package.json`, where a bundler and Node
 * take different files; by the source that they stand for.
 */
export const CONDITIONAL_MODULES = { '#sdk': '/sdk/loadSdk.ts' };

/** The name by which an application imports an entry: `@latchkey/entity/testing/globalSetup`. */
export function specifierOf(name, entry) {
  const subpath = entry === 'index' ? '' : `/${entry.replaceAll(/^testing-/g, 'testing/')}`;
  return `@latchkey/${name}${subpath}`;
}

/** What `exports` in a package's `package.json` has to be. */
export function exportsOf(name) {
  const own = Object.keys(ENTRIES[name]).map((entry) => [
    specifierOf(name, entry).replace(`@latchkey/${name}`, '.'),
    {
      import: { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` },
      require: { types: `./dist/${entry}.d.cts`, default: `./dist/${entry}.cjs` },
    },
  ]);
  const loaded = LOADED_PROGRAMS[name].map((program) => [`./${program}`, `./dist/${program}.js`]);
  return { ...Object.fromEntries([...own, ...loaded]), './package.json': './package.json' };
}

/** The sources of every entry, by its specifier: for what runs from the sources. */
export function sourcesBySpecifier() {
  return Object.entries(ENTRIES).flatMap(([name, entries]) =>
    Object.entries(entries).map(([entry, file]) => [
      specifierOf(name, entry),
      join('packages', name, 'src', file),
    ]),
  );
}

/** The names that a package may import when it runs: what it declares, itself, and Node's own. */
export function declaredBy(name) {
  const { dependencies, peerDependencies } = readJson(ROOT, 'packages', name, 'package.json');
  return Object.keys({ ...dependencies, ...peerDependencies });
}
