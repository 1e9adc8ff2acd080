// Gets a clone ready: checks Node and Java, then installs what is missing.
// Nothing is installed yet when this runs, so it imports Node's own modules only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone, wherever the command was started from. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The names of the folders below `packages/`. */
export const PACKAGES = manifestsBelow('packages');

/** The names of the folders below `examples/`. */
export const EXAMPLES = manifestsBelow('examples');

function manifestsBelow(folder) {
  return readdirSync(join(ROOT, folder)).filter((name) =>
    existsSync(join(ROOT, folder, name, 'package.json')),
  );
}

/** The folders that dependencies are installed for, beside the root. */
const WORKSPACE = [
  ...PACKAGES.map((name) => join('packages', name)),
  ...EXAMPLES.map((name) => join('examples', name)),
];

export function readJson(...path) {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

/** Checks the machine, then installs unless the last installation still fits. */
export function setup() {
  checkJava();
  setupToBuild();
}

/** The same for what needs no database. */
export function setupToBuild() {
  checkNode();
  install();
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    stop(`Latchkey needs Node.js 20.19 or newer, but this is ${process.versions.node}.`);
  }
}

function checkJava() {
  // Without Java, the engine there is dynoxide, which is installed with the rest.
  const hasDynoxide = process.platform === 'linux' && process.arch === 'x64';
  if (process.env.DYNAMODB_ENDPOINT || hasDynoxide) return;
  const advice =
    'install a Java runtime (version 11 or newer), ' +
    'or set DYNAMODB_ENDPOINT to the URL of a DynamoDB Local that already runs.';
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.status !== 0) stop(`DynamoDB Local needs Java, and none was found: ${advice}`);
  // `openjdk version "17.0.15"`; up to Java 8, `java version "1.8.0_392"`.
  const version = /version "(?:1\.)?(\d+)/.exec(java.stderr + java.stdout)?.[1];
  if (Number(version) < 11) stop(`DynamoDB Local needs a newer Java than ${version}: ${advice}`);
}

function install() {
  const stampFile = join(ROOT, 'node_modules', '.latchkey-installed');
  const stamp = hashOfInputs();
  const installed =
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === stamp &&
    WORKSPACE.every((folder) => existsSync(join(ROOT, folder, 'node_modules')));
  if (installed) return;

  console.log('Installing dependencies…');
  const { pnpm } = readJson(ROOT, 'package.json').devDependencies;
  const windows = process.platform === 'win32';
  const { status, stdout, stderr, error } = spawnSync(
    windows ? 'npx.cmd' : 'npx',
    ['-y', `pnpm@${pnpm}`, 'install', '--frozen-lockfile', '--reporter=append-only'],
    {
      cwd: ROOT,
      encoding: 'utf8',
      // CI: replace an old node_modules without asking. The log level: `npm --silent test` would
      // otherwise hide why the installation failed.
      env: { ...process.env, CI: 'true', npm_config_loglevel: 'warn' },
      shell: windows, // Node starts `.cmd` files through a shell only
    },
  );
  if (status !== 0) {
    stop(
      `${stdout ?? ''}${stderr ?? ''}Dependencies could not be installed${error ? `: ${error.message}` : ''}.`,
    );
  }
  writeFileSync(stampFile, stamp);
}

/** Changes whenever an installation could give something else. */
function hashOfInputs() {
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    ...WORKSPACE.map((folder) => join(folder, 'package.json')),
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
