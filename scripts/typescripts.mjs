// `npm run test:types`: the declarations of every entry, and all that they refer to, with each TypeScript from the
// oldest to the newest, as `nodenext` and as `bundler` resolve them, without `skipLibCheck`; and the declarations of
// an application that exports what it makes of them, which can name only what the entries export.
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

/** A module that other parts of an application import. */
const APPLICATION = `
import { Accounts } from '@latchkey/accounts';
import { Guard } from '@latchkey/accounts/guard';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { passkeys } from '@latchkey/accounts/passkeys';
import { phoneNumbers } from '@latchkey/accounts/phone-numbers';
import { createClient, Table } from '@latchkey/entity';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';

export const table = new Table({ name: 'my-application', client: createClient() });
export const sessions = { getTokenSecret: () => 'an example, and at least 32 bytes long' };
export const accounts = new Accounts({ table, sessions, accountFields: { plan: z.string() } });
export const withParts = new Accounts({
  table,
  sessions,
  phones: phoneNumbers(),
  passkeys: passkeys({ rpId: 'example.com', rpName: 'Example', origins: ['https://example.com'] }),
});
export const guard = new Guard({ table, sessions });
export const handler = createAccountsHandler(accounts);
export const Order = defineEntity({
  name: 'Order',
  schema: z.object({ shop: z.string(), number: z.int() }),
  indexes: [{ name: '_id', PK: ['.shop'], SK: ['.number'] }],
});
export const orders = table.entity(Order);
export const find = (shop: string) => orders.findMany({ filter: { shop } });
export const login = accounts.userByPasswordLogin.bind(accounts);
`;

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
    writeFileSync(join(folder, 'application.mts'), APPLICATION);
    const compilerOptions = {
      module: RESOLUTIONS[moduleResolution],
      moduleResolution,
      target: 'es2022',
      lib: ['es2023', 'dom', 'esnext.disposable'],
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      declaration: true,
      emitDeclarationOnly: true,
      outDir: 'declarations',
      rootDir: '.',
      skipLibCheck: false,
    };
    const config = JSON.stringify({ compilerOptions, files: ['types.mts', 'application.mts'] });
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
