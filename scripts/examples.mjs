// Compiles the examples in the documentation and in TSDoc, and runs those of the documentation.
//
// In Markdown, a block is a program of its own; `ts continue` adds to the one before it in the same
// file. In TSDoc, a block is a module of its own, with its own imports.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { curlCalls, runCurlCalls } from './curlCalls.mjs';
import { CommandError, runBin, runNode, temporaryFolder } from './run.mjs';
import { EXAMPLES, PACKAGES, ROOT } from './setup.mjs';
import { startLatchkeyLocal } from './startLatchkeyLocal.mjs';
import { startServer } from './startServer.mjs';

const SOURCES = join(ROOT, '.cache', 'examples');
const COMPILED = join(ROOT, '.cache', 'examples-compiled');
/** Pages whose first program is a server, which would never end: it is called as they say. */
const WITH_SERVERS = ['README.md', 'docs/start.md'];

export async function checkExamples() {
  const examples = writeExamples(SOURCES);
  rmSync(COMPILED, { recursive: true, force: true });
  const programs = examples.filter(({ isProgram }) => isProgram);
  await runBin('tsc', ['-p', 'tsconfig.examples.json']);
  const servers = WITH_SERVERS.map((page) => ({
    page,
    program: programs.find(({ path }) => path.startsWith(`${page}/`)),
  }));
  await runAll(programs.filter((each) => !servers.some(({ program }) => program === each)));
  await runServers(servers);
  return {
    summary: `${programs.length} run, ${examples.length - programs.length} more compiled`,
  };
}

/**
 * Writes the examples for the compiler.
 *
 * @param folder - holds nothing else afterwards.
 * @returns each as `{ path, source, isProgram }`: `docs/guide.md/12` begins on line 12 of the page, and
 *   `source` is the file that it was written to; those of TSDoc are no programs.
 */
export function writeExamples(folder) {
  const programs = markdownFiles().flatMap((file) => extract(file, readFileSync(file, 'utf8')));
  const snippets = sourceFiles().flatMap((file) => extract(file, docComments(file)));
  rmSync(folder, { recursive: true, force: true });
  return [...programs, ...snippets].map(({ path, code }, index) => {
    const source = join(folder, `${path}.ts`);
    mkdirSync(dirname(source), { recursive: true });
    writeFileSync(source, code);
    return { path, source, isProgram: index < programs.length };
  });
}

/** Printed after the last program: one that ends the process would end the others unseen. */
const RAN = 'Every program has run.';

async function runAll(programs) {
  const { startDynamoDBLocal } = await import('@latchkey/entity/testing');
  const database = await startDynamoDBLocal();
  const env = {
    DYNAMODB_ENDPOINT: database.endpoint,
    // For the clients that programs make by themselves.
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_REGION: 'local',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --enable-source-maps`,
  };
  try {
    const paths = programs.map(({ path }) => path);
    // In a folder of its own, for the files that they write.
    const printed = await runNode(fileURLToPath(import.meta.url), paths, {
      env,
      cwd: temporaryFolder(),
      timeoutMs: 480_000,
    });
    if (!printed.includes(RAN))
      throw new CommandError(`A program has ended all of them:\n${printed}`);
  } finally {
    await database.stop();
  }
}

/** Runs programs in this process, one after the other: starting a process for each would take most of the time. */
async function runInOneProcess(paths) {
  await withoutTables(process.env.DYNAMODB_ENDPOINT, paths, async (path) => {
    try {
      await import(pathToFileURL(compiled(path)).href);
    } catch (error) {
      process.exitCode = 1;
      console.error(`The example ${path} failed:`, error);
    }
  });
}

/** Calls the function for each of the programs, none of which finds the tables of another. */
async function withoutTables(endpoint, programs, run) {
  const { localClient } = await import('@latchkey/entity/testing');
  const client = localClient(endpoint);
  try {
    for (const program of programs) {
      const before = await tableNames(client);
      await run(program);
      await deleteTables(client, before);
    }
  } finally {
    client.destroy();
  }
}

const compiled = (path) => join(COMPILED, `${path}.js`);

/**
 * Does as these pages say: `latchkey local`, its three lines, the first program as it is printed, and the
 * calls below it. Nothing else is in the environment, and no home folder holds an AWS configuration. With
 * Java and, where another engine does without, without Java.
 */
async function runServers(servers) {
  const empty = { HOME: temporaryFolder(), AWS_EC2_METADATA_DISABLED: 'true' };
  const hasOtherEngine = process.platform === 'linux' && process.arch === 'x64';
  for (const PATH of [process.env.PATH, ...(hasOtherEngine ? [temporaryFolder()] : [])]) {
    const local = await startLatchkeyLocal({ ...empty, PATH });
    try {
      const env = { ...empty, PATH, ...local.exported };
      for (const server of servers) await callServer(server, env);
    } finally {
      await local.stop();
    }
  }
}

async function callServer({ page, program: { path } }, env) {
  const [, shown] = readFileSync(join(ROOT, page), 'utf8').split(/^```ts\n.*?^```$/ms);
  const calls = curlCalls(shown);
  if (calls.length === 0) throw new CommandError(`${page} calls its first program by no curl.`);
  const server = await startServer(process.execPath, ['--no-warnings', compiled(path)], {
    env,
    inherit: false,
  });
  await runCurlCalls(calls, { address: server.address, cwd: temporaryFolder() }).finally(
    server.stop,
  );
}

async function tableNames(client) {
  const { paginateListTables } = await import('@aws-sdk/client-dynamodb');
  const names = [];
  for await (const { TableNames } of paginateListTables({ client }, {})) names.push(...TableNames);
  return names;
}

/** Deletes every table but those of these names, which may be somebody's. */
async function deleteTables(client, kept) {
  const { DeleteTableCommand } = await import('@aws-sdk/client-dynamodb');
  const made = (await tableNames(client)).filter((name) => !kept.includes(name));
  for (const TableName of made) await client.send(new DeleteTableCommand({ TableName }));
}

/**
 * The TypeScript blocks of a text, as `{ path, code }`: `docs/guide.md/12` begins on line 12. The code
 * stands on the lines it has in the text, so that an error names the right one.
 */
function extract(file, text) {
  const name = relative(ROOT, file).split(sep).join('/');
  const examples = [];
  let block; // the one that is open: the fence that ends it, and the lines it adds to
  for (const [index, line] of text.split('\n').entries()) {
    const [, fence, info] = /^\s*(```+)\s*(.*?)\s*$/.exec(line) ?? [];
    if (block) {
      if (fence === block.fence && info === '') block = undefined;
      else block.lines[index] = line;
    } else if (fence) {
      block = { fence, lines: linesOf(info, `${name}/${index + 1}`, examples) };
    }
  }
  return examples.map(({ path, lines }) => ({ path, code: `${Array.from(lines).join('\n')}\n` }));
}

/** The lines of the example that a block belongs to; a block in another language has its own. */
function linesOf(info, path, examples) {
  if (!/^(ts|tsx|mts|cts|typescript)\b/i.test(info)) return [];
  if (info === 'ts') examples.push({ path, lines: [] });
  else if (info !== 'ts continue' || examples.length === 0) {
    throw new CommandError(
      `${path}: a block is \`ts\`, or \`ts continue\` after one, not \`${info}\`.`,
    );
  }
  return examples.at(-1).lines;
}

/** A source file of which everything but the text of its TSDoc comments is blank. */
function docComments(file) {
  let inside = false;
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => {
      if (/^\s*\/\*\*/.test(line)) inside = true;
      const text = inside ? line.replace(/^\s*\/?\*+ ?|\*\/.*$/g, '') : '';
      if (line.includes('*/')) inside = false;
      return text;
    });
  const open = lines.findIndex(
    (line, i) => line.startsWith('@example') && !/^```ts$/.test(lines[i + 1] ?? ''),
  );
  if (open !== -1) {
    throw new CommandError(
      `${relative(ROOT, file)}:${open + 1}: \`@example\` needs a \`ts\` block on the next line.`,
    );
  }
  return lines.join('\n');
}

function markdownFiles() {
  const below = (folder) => filesBelow(folder).filter((file) => file.endsWith('.md'));
  const packages = PACKAGES.map((name) => join('packages', name));
  const readmes = ['.', ...packages, ...EXAMPLES.map((name) => join('examples', name))]
    .map((folder) => join(ROOT, folder, 'README.md'))
    .filter((file) => existsSync(file));
  return [...readmes, ...below(join(ROOT, 'docs'))];
}

function sourceFiles() {
  return PACKAGES.flatMap((name) => filesBelow(join(ROOT, 'packages', name, 'src'))).filter(
    (file) => file.endsWith('.ts') && !/\.(test|test-d)\.ts$/.test(file),
  );
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runInOneProcess(process.argv.slice(2));
  console.log(RAN);
  // Whatever they left open; what fails late has time to do so.
  setTimeout(() => process.exit(), 1000);
}
