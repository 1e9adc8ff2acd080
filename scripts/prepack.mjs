// What npm and pnpm run before they pack or publish one of the packages: builds it, or refuses.
import { join } from 'node:path';
import { readJson, setupToBuild } from './setup.mjs';

const { dependencies = {} } = readJson(process.cwd(), 'package.json');
const byPnpm = /^pnpm\//.test(process.env.npm_config_user_agent ?? '');
if (!byPnpm && Object.values(dependencies).some((range) => range.startsWith('workspace:'))) {
  console.error(
    'npm would publish `workspace:^` as it is, which nobody can install: run `npm run pack` in ' +
      `${join(process.cwd(), '../..')}, and publish with pnpm.`,
  );
  process.exit(1);
}

setupToBuild();
const { build } = await import('./build.mjs');
try {
  await build();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
