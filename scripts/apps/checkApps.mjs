// Runs the applications in `examples/` as their READMEs say: two commands, and then calls of curl.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipped } from '../bundleSize.mjs';
import { curlCalls, runCurlCalls } from '../curlCalls.mjs';
import { CommandError, runProgram, temporaryFolder } from '../run.mjs';
import { EXAMPLES, ROOT } from '../setup.mjs';
import { startLatchkeyLocal } from '../startLatchkeyLocal.mjs';
import { startServer } from '../startServer.mjs';
import { checkTemplates } from './checkTemplates.mjs';
import { readTemplate } from './readTemplate.mjs';

const MAX_LINES = 60;
const HTTP_API = join(import.meta.dirname, 'serveHttpApi.mjs');
const TIMEOUT_MS = 120_000;
/** npm is a script of the shell on Windows. */
const shell = process.platform === 'win32';

export async function checkApps() {
  const apps = EXAMPLES.map(readApp);
  const { PATH } = process.env;
  const local = await startLatchkeyLocal({ HOME: temporaryFolder(), PATH });
  const env = {
    ...local.exported,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    npm_config_update_notifier: 'false',
  };
  const details = [];
  try {
    for (const app of apps) {
      const detail = await (app.name === 'lambda' ? checkFunctions : checkServer)(app, env);
      details.push(app.name + (detail ? ` (${detail})` : ''));
    }
  } finally {
    await local.stop();
  }
  return { summary: details.join(', ') };
}

/** An example with the two commands that its README begins with, and the calls that it shows. */
function readApp(name) {
  const folder = join(ROOT, 'examples', name);
  const lines = readdirSync(folder)
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'));
  if (lines.length > MAX_LINES) {
    throw new CommandError(`examples/${name} has ${lines.length} lines, more than ${MAX_LINES}.`);
  }
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const [, block = ''] = /^# [^\n]+\n\n```sh\n(.*?)\n```\n/s.exec(readme) ?? [];
  const commands = block.split('\n').flatMap((line) => /^npm [\w ]*\w/.exec(line) ?? []);
  const calls = curlCalls(readme);
  if (block.split('\n').length !== 2 || commands.length !== 2 || calls.length === 0) {
    throw new CommandError(
      `The README of examples/${name} must begin with two commands of npm, and call curl.`,
    );
  }
  return { name, folder, commands: commands.map((command) => command.split(' ')), calls };
}

/** `npm run local` runs already: the second command starts the server. */
async function checkServer({ name, folder, commands, calls }, env) {
  const [first, [program, ...args]] = commands;
  assert.equal(first.join(' '), 'npm run local', `the first command of examples/${name}`);
  await withServer(program, args, { cwd: folder, env, shell }, calls);
  if (name === 'own-entities') await assertNoOrders(`${name}-example`, env);
}

/** Both commands, the templates, and the functions in front of the table that the template describes. */
async function checkFunctions({ folder, commands, calls }, env) {
  // The CDK keeps fingerprints of what it bundles in the home folder.
  const home = { ...env, HOME: temporaryFolder() };
  for (const [program, ...args] of commands) {
    await runProgram(program, args, { cwd: folder, env: home, shell, timeoutMs: TIMEOUT_MS });
  }
  const template = readTemplate(folder);
  await checkTemplates(folder, template);
  const { Properties } = template.Resources.Table;
  await createTable(Properties, env);
  const functions = { ...env, TABLE_NAME: Properties.TableName };
  await withServer(process.execPath, [HTTP_API, folder], { env: functions }, calls);

  const [auth, me] = ['auth', 'me'].map((name) =>
    gzipped(readFileSync(join(folder, 'dist', name, 'index.mjs'))),
  );
  if (me > 0.75 * auth) throw new CommandError(`The guard alone: ${me} KiB beside ${auth} KiB.`);
  return `${Math.round(auth)} and ${Math.round(me)} KiB gzip`;
}

async function withServer(program, args, options, calls) {
  const { address, stop } = await startServer(program, args, { timeoutMs: TIMEOUT_MS, ...options });
  try {
    await runCurlCalls(calls, { address, cwd: temporaryFolder() });
  } finally {
    await stop();
  }
}

async function createTable(properties, env) {
  const { CreateTableCommand } = await import('@aws-sdk/client-dynamodb');
  const { TableName, BillingMode, KeySchema, AttributeDefinitions } = properties;
  const input = { TableName, BillingMode, KeySchema, AttributeDefinitions };
  await withClient(env, (client) => client.send(new CreateTableCommand(input)));
}

/** The account has been deleted: nothing of it, and none of its orders, is left in the table. */
async function assertNoOrders(TableName, env) {
  const { ScanCommand } = await import('@aws-sdk/client-dynamodb');
  const { Items } = await withClient(env, (client) => client.send(new ScanCommand({ TableName })));
  const left = Items.map(({ PK, SK }) => `${PK.S} ${SK.S}`).filter((key) =>
    /^account|order/.test(key),
  );
  assert.deepEqual(left, [], 'what is left of a deleted account');
}

async function withClient({ DYNAMODB_ENDPOINT }, use) {
  const { localClient } = await import('@latchkey/entity/testing');
  const client = localClient(DYNAMODB_ENDPOINT);
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}
