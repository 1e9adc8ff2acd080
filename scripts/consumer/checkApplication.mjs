// Runs the application in front of a database: from node_modules and from bundles, each as ES module and
// CommonJS, in processes of their own.
import { build } from 'esbuild';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNode, temporaryFolder } from '../run.mjs';
import { ROOT } from '../setup.mjs';

const APPLICATION = fileURLToPath(new URL('application.mjs', import.meta.url));
const FORMATS = { esm: 'mjs', cjs: 'cjs' };
/** What stays outside of a bundle; where nothing does, it runs where nothing is installed. */
const BUNDLES = {
  unbundled: { packages: 'external' },
  'SDK outside': { external: ['@aws-sdk/*', '@smithy/*'], minify: true },
  'all inside': { minify: true },
};

const EXPECTED = {
  common: ['PasswordNotAllowed', 'common'],
  enrolment: ['otpauth://totp/', '<svg'],
  issuer: 'latchkey',
  theirs: 'ada',
  forged: 'TokenVerificationFailed',
  right: [true, true],
  wrong: [false, false],
};

/**
 * @param folder - a project that has installed the packages.
 * @param endpoint - of the database.
 */
export async function checkApplication(folder, endpoint) {
  for (const name of Object.keys(BUNDLES)) {
    await Promise.all(Object.keys(FORMATS).map((format) => run(folder, name, format, endpoint)));
  }
}

async function run(folder, name, format, endpoint) {
  const home = name === 'all inside' ? temporaryFolder() : folder;
  const file = join(home, `${name}.${FORMATS[format]}`);
  await bundle(folder, file, { ...BUNDLES[name], format });
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_REGION: 'local',
    // DynamoDB Local keeps a database for each access key.
    AWS_ACCESS_KEY_ID: `${name.replace(' ', '')}${format}`,
    AWS_SECRET_ACCESS_KEY: 'local',
    ORIGINALS: join(ROOT, 'packages', 'accounts', 'package.json'),
  };
  const output = await runNode(file, [], { env, timeoutMs: 60_000 });
  assert.deepEqual(JSON.parse(output), EXPECTED, `${name}, ${format}`);
}

function bundle(folder, outfile, options) {
  return build({
    stdin: { contents: readFileSync(APPLICATION, 'utf8'), resolveDir: folder },
    outfile,
    bundle: true,
    platform: 'node',
    // The SDK's CommonJS requires Node's modules, which an ES module cannot.
    mainFields: ['module', 'main'],
    logLevel: 'error',
    ...options,
  });
}
