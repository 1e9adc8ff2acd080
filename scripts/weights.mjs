// The most that installing a package may bring along, itself not counted: other packages, and megabytes of
// them on the disk; and by which licences. Peers are the application's own.
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandError } from './run.mjs';
import { readJson, ROOT } from './setup.mjs';

const BUDGETS = {
  schema: { packages: 1, megabytes: 6.5 },
  entity: { packages: 2, megabytes: 7 },
  accounts: { packages: 7, megabytes: 20.5 },
};

/** Licences that ask for nothing but to be named. */
const LICENCES = ['Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** Weighs each package, and throws a `CommandError` where one is over its budget. */
export function checkWeights() {
  const weights = Object.keys(BUDGETS).map((name) => ({ name, ...weightOf(name) }));
  const over = weights.filter(({ name, packages, megabytes }) => {
    const budget = BUDGETS[name];
    return packages > budget.packages || megabytes > budget.megabytes;
  });
  const lines = weights.map(
    ({ name, packages, megabytes }) => `${name} ${packages} packages, ${megabytes.toFixed(1)} MB`,
  );
  if (over.length > 0) {
    const names = over.map(({ name }) => name).join(', ');
    throw new CommandError(
      `More comes along than scripts/weights.mjs allows: ${names}\n${lines.join('\n')}`,
    );
  }
  const licences = new Set(weights.flatMap((each) => each.licences));
  const others = [...licences].filter((each) => !LICENCES.includes(each));
  if (others.length > 0)
    throw new CommandError(`Licences that nobody has looked at: ${others.join(', ')}`);
  return { summary: `${lines.join('; ')}; ${[...licences].sort().join(', ')}` };
}

/** Weight and licences of everything that a package depends on, directly or not. */
function weightOf(name) {
  const found = [...installedFor(name).keys()];
  const own = join(ROOT, 'packages', name);
  const others = found.filter((folder) => folder !== own);
  const bytes = others.map(bytesBelow).reduce((sum, each) => sum + each, 0);
  const licences = others.map((folder) => readJson(folder, 'package.json').license ?? 'none');
  return { packages: others.length, megabytes: bytes / 1e6, licences };
}

/**
 * The folder of a package and of everything that it depends on, directly or not, each with the folders of what it
 * depends on itself.
 */
export function installedFor(name) {
  const found = new Map();
  const waiting = [join(ROOT, 'packages', name)];
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    if (found.has(folder)) continue;
    const { dependencies = {}, optionalDependencies = {} } = readJson(folder, 'package.json');
    const installed = Object.keys({ ...dependencies, ...optionalDependencies }).flatMap((each) => {
      const at = findInstalled(folder, each);
      // What is optional is there on some platforms only.
      if (!at && !(each in optionalDependencies)) {
        throw new CommandError(`${each}, which ${name} needs, is not installed.`);
      }
      return at ?? [];
    });
    found.set(folder, installed);
    waiting.push(...installed);
  }
  return found;
}

function findInstalled(from, name) {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return realpathSync(path);
  }
  return undefined;
}

/** Of one of the workspace's own packages, only what is published counts. */
function bytesBelow(folder) {
  const isOwn = dirname(folder) === join(ROOT, 'packages');
  const root = isOwn ? join(folder, 'dist') : folder;
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && !each.parentPath.includes(`${root}/node_modules`))
    .reduce((sum, each) => sum + statSync(join(each.parentPath, each.name)).size, 0);
}
