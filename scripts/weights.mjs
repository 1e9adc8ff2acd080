// The most that installing a package may bring along, itself not counted: other packages, and megabytes of
// them on the disk. Peers are the application's own.
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandError } from './run.mjs';
import { readJson, ROOT } from './setup.mjs';

const BUDGETS = {
  schema: { packages: 1, megabytes: 6.5 },
  entity: { packages: 2, megabytes: 7 },
  accounts: { packages: 7, megabytes: 20.5 },
};

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
  return { summary: lines.join('; ') };
}

/** Everything that a package depends on, directly or not. */
function weightOf(name) {
  const own = join(ROOT, 'packages', name);
  const found = new Set();
  const waiting = [own];
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    const { dependencies = {}, optionalDependencies = {} } = readJson(folder, 'package.json');
    for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const installed = findInstalled(folder, each);
      // What is optional is there on some platforms only.
      if (!installed && each in optionalDependencies) continue;
      if (!installed) throw new CommandError(`${each}, which ${name} needs, is not installed.`);
      if (found.has(installed)) continue;
      found.add(installed);
      waiting.push(installed);
    }
  }
  const bytes = [...found].map(bytesBelow).reduce((sum, each) => sum + each, 0);
  return { packages: found.size, megabytes: bytes / 1e6 };
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
