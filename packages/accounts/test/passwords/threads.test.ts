/** @in-turns 3: each test starts processes. */

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';

// Worker threads run from files, so these tests run the build, each in a process of its own.
const PACKAGE = path.join(__dirname, '../..');
const run = promisify(execFile);

/** What a program reports of its hashing. */
interface Report {
  readonly matches: boolean[];
  /** How many worker threads it has started. */
  readonly workers: number;
}

/** A program of {@link program}. */
interface Program {
  readonly load: string;
  readonly options?: object;
  /** One password after the other, rather than 4 at once. */
  readonly isSerial?: boolean;
}

/** A program that hashes 4 passwords and says how; it ends when nothing keeps it alive. */
function program({ load, options = {}, isSerial = false }: Program): string {
  return `
    const threads = process.getBuiltinModule('node:worker_threads');
    let workers = 0;
    const { Worker } = threads;
    threads.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        workers++;
      }
    };
    async function main() {
      ${load}
      const hasher = new BcryptHasher(${JSON.stringify(options)});
      const passwords = ['one', 'two', 'three', 'four'];
      async function all(jobs) {
        if (!${String(isSerial)}) return Promise.all(jobs.map((job) => job()));
        const results = [];
        for (const job of jobs) results.push(await job());
        return results;
      }
      const stored = await all(passwords.map((password) => () => hasher.hash(password)));
      const matches = await all([
        ...passwords.map((password, at) => () => hasher.verify(password, stored[at])),
        () => hasher.verify('five', stored[0]),
      ]);
      process.stdout.write(JSON.stringify({ matches, workers }));
    }
    void main();
  `;
}

const MATCHES = [true, true, true, true, false];

describe('BcryptHasher of the build', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-threads-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs a program; fails if it does not end by itself. */
  async function reportOf(name: string, code: string, env: object = {}): Promise<Report> {
    const file = path.join(folder, name);
    writeFileSync(file, code);
    const { AWS_LAMBDA_FUNCTION_NAME: _, AWS_LAMBDA_MAX_CONCURRENCY: __, ...own } = process.env;
    const { stdout, stderr } = await run(process.execPath, [file], {
      env: { ...own, ...env },
      timeout: 30_000,
    });
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Report;
  }

  /** A copy of the build whose files may be changed. */
  function copyOfBuild(name: string): { entry: string; worker: string } {
    const copy = path.join(folder, name);
    mkdirSync(copy);
    const dist = path.join(copy, 'dist');
    cpSync(path.join(PACKAGE, 'dist'), dist, { recursive: true });
    symlinkSync(path.join(PACKAGE, 'node_modules'), path.join(copy, 'node_modules'));
    return { entry: path.join(dist, 'index.cjs'), worker: path.join(dist, 'bcryptWorker.cjs') };
  }

  const esm = path.join(PACKAGE, 'dist/index.js');
  const cjs = path.join(PACKAGE, 'dist/index.cjs');
  const loads = [
    ['an ES module', 'esm.mjs', `const { BcryptHasher } = await import(${JSON.stringify(esm)});`],
    ['CommonJS', 'cjs.cjs', `const { BcryptHasher } = require(${JSON.stringify(cjs)});`],
  ] as const;

  it.each(sampleOf(loads, 2))(
    'hashes in worker threads as %s, and keeps no process alive',
    async (_name, file, load) => {
      const report = await reportOf(file, program({ load, options: { threads: 2 } }));
      expect(report).toEqual({ matches: MATCHES, workers: 2 });
    },
  );

  const onLambda = { AWS_LAMBDA_FUNCTION_NAME: 'login' };
  it.each(sampleOf(loads, 2))(
    'hashes in place on Lambda while one password comes at a time, as %s',
    async (_name, file, load) => {
      for (const env of [onLambda, { ...onLambda, AWS_LAMBDA_MAX_CONCURRENCY: '1' }]) {
        const report = await reportOf(file, program({ load, isSerial: true }), env);
        expect(report).toEqual({ matches: MATCHES, workers: 0 });
      }
    },
  );

  it.each(sampleOf(loads, 2))(
    'hashes in threads on Lambda once several come at once, and keeps no process alive, as %s',
    async (_name, file, load) => {
      const report = await reportOf(file, program({ load }), onLambda);
      expect(report.matches).toEqual(MATCHES);
      expect(report.workers).toBeGreaterThan(0);
    },
  );

  it.each([[onLambda], [{}]])(
    'hashes in threads from the first password on where invocations share a process (%j)',
    async (env) => {
      const [, , load] = loads[1];
      const shared = { ...env, AWS_LAMBDA_MAX_CONCURRENCY: '16' };
      const report = await reportOf('shared.cjs', program({ load, isSerial: true }), shared);
      expect(report.matches).toEqual(MATCHES);
      expect(report.workers).toBeGreaterThan(0);
    },
  );

  it('gives way to the event loop: its threads alone have a lower priority', async () => {
    if (process.platform !== 'linux') return;
    const code = `
      const { readdirSync, readFileSync } = require('node:fs');
      const { BcryptHasher } = require(${JSON.stringify(cjs)});
      const hasher = new BcryptHasher({ threads: 2 });
      const niceOf = (task) =>
        readFileSync('/proc/self/task/' + task + '/stat', 'utf8').split(') ')[1].split(' ')[16];
      void Promise.all([hasher.hash('one'), hasher.hash('two')]).then(() => {
        const tasks = readdirSync('/proc/self/task');
        const [own] = tasks.filter((task) => task === String(process.pid)).map(niceOf);
        const others = tasks.filter((task) => niceOf(task) !== own).map(niceOf);
        process.stdout.write(JSON.stringify(others.map((nice) => nice - own)));
      });
    `;
    expect(await reportOf('priority.cjs', code)).toEqual([10, 10]);
  });

  it('hashes in place if configured, and in threads otherwise', async () => {
    const [, , load] = loads[1];
    const inPlace = await reportOf('zero.cjs', program({ load, options: { threads: 0 } }));
    expect(inPlace).toEqual({ matches: MATCHES, workers: 0 });
    const byDefault = await reportOf('default.cjs', program({ load }));
    expect(byDefault.workers).toBeGreaterThan(0);
  });

  it('ASVS 15.1.3, 15.2.2: is too busy for 200 at once, and answers the others', async () => {
    const code = `
      const { BcryptHasher } = require(${JSON.stringify(cjs)});
      const hasher = new BcryptHasher({ threads: 2, maxQueued: 6 });
      const codes = [];
      const all = Array.from({ length: 200 }, () =>
        hasher.hash('one').then(() => codes.push('none'), (error) => codes.push(error.code)));
      void Promise.all(all).then(() => process.stdout.write(JSON.stringify(codes)));
    `;
    const codes = (await reportOf('busy.cjs', code)) as unknown as string[];
    // Those who are refused do not wait for those who are not.
    expect(codes).toEqual([
      ...Array<string>(192).fill('TooBusy'),
      ...Array<string>(8).fill('none'),
    ]);
  });

  it.each([
    ['cannot start', 'throw new Error("broken");'],
    ['die on the way', 'exports.hash = exports.compare = () => process.exit(1);'],
    ['throw', 'exports.hash = exports.compare = () => { throw new Error("broken"); };'],
  ])('hashes in place when its threads %s', async (name, code) => {
    const { entry, worker } = copyOfBuild(name.replaceAll(' ', '-'));
    writeFileSync(worker, code);
    const load = `const { BcryptHasher } = require(${JSON.stringify(entry)});`;
    const report = await reportOf('broken.cjs', program({ load, options: { threads: 2 } }));
    expect(report.matches).toEqual(MATCHES);
    expect(report.workers).toBeGreaterThan(0);
  });

  it('hashes in place without the worker file', async () => {
    const { entry, worker } = copyOfBuild('without');
    rmSync(worker);
    const load = `const { BcryptHasher } = require(${JSON.stringify(entry)});`;
    const report = await reportOf('without.cjs', program({ load, options: { threads: 2 } }));
    expect(report).toEqual({ matches: MATCHES, workers: 0 });
  });

  it.each([
    ['esm', esm, 'mjs'],
    ['cjs', cjs, 'cjs'],
  ] as const)(
    'hashes in place in a bundle of one file (%s), which holds no pool',
    async (format, entry, ending) => {
      const load = `const { BcryptHasher } = await import(${JSON.stringify(entry)});`;
      const { outputFiles, metafile } = await build({
        stdin: { contents: program({ load, options: { threads: 2 } }), resolveDir: PACKAGE },
        bundle: true,
        platform: 'node',
        format,
        // As the consumer check has it: an ES module cannot hold the CommonJS build of the AWS SDK.
        mainFields: ['module', 'main'],
        write: false,
        metafile: true,
        logLevel: 'error',
      });
      expect(outputFiles).toHaveLength(1);
      expect(Object.keys(metafile.inputs).filter((name) => /piscina|argon2/.test(name))).toEqual(
        [],
      );
      const report = await reportOf(`bundle.${ending}`, outputFiles[0]?.text ?? '');
      expect(report).toEqual({ matches: MATCHES, workers: 0 });
    },
  );

  it('leaves Jest no open handle in an application that is CommonJS', async () => {
    const project = path.join(folder, 'jest');
    mkdirSync(project);
    const test = `
      const { BcryptHasher } = require(${JSON.stringify(cjs)});
      test('hashes', async () => {
        const hasher = new BcryptHasher({ threads: 2 });
        const [first] = await Promise.all([hasher.hash('one'), hasher.hash('two')]);
        expect(await hasher.verify('one', first)).toBe(true);
      });
    `;
    writeFileSync(path.join(project, 'login.test.js'), test);
    writeFileSync(path.join(project, 'jest.config.json'), JSON.stringify({ transform: {} }));
    const jest = createRequire(__filename).resolve('jest/bin/jest');
    const args = [jest, '--rootDir', project, '--detectOpenHandles', '--cacheDirectory', project];
    const { stderr } = await run(process.execPath, args, { cwd: project, timeout: 50_000 });
    expect(stderr).toContain('1 passed');
    expect(stderr).not.toMatch(/open handle|did not exit/);
  });
});
