/** @in-turns 3: each test starts processes. */

import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { javaGoneFrom } from '../../test/support/javaOnPort.js';
import { builtFile } from '../../test/support/runBuilt.js';

jest.setTimeout(60_000);

const WORKER_TEST = `
  test('the worker has an endpoint which answers', async () => {
    const response = await fetch(process.env.DYNAMODB_ENDPOINT);
    expect(response.status).toBeGreaterThan(0);
    process.stderr.write('endpoint ' + process.env.DYNAMODB_ENDPOINT + '\\n');
  });`;

let project: string;
beforeEach(async () => {
  project = await realpath(await mkdtemp(path.join(tmpdir(), 'latchkey-jest-')));
  await writeFile(path.join(project, 'package.json'), '{}');
  await writeFile(path.join(project, 'worker.test.js'), WORKER_TEST);
});
afterEach(() => rm(project, { recursive: true }));

test.each(['cjs', 'esm'] as const)(
  'Jest finds the default exports built as %s, and leaves no Java behind',
  async (format) => {
    const config = {
      rootDir: project,
      globalSetup: builtFile(format, 'testing-globalSetup'),
      globalTeardown: builtFile(format, 'testing-globalTeardown'),
    };
    const jest = createRequire(__filename).resolve('jest/bin/jest');
    const { DYNAMODB_ENDPOINT: _, ...env } = process.env;
    const { stderr } = await promisify(execFile)(
      process.execPath,
      [jest, '--config', JSON.stringify(config)],
      { env },
    );
    const port = /endpoint http:\/\/127\.0\.0\.1:(\d+)/.exec(stderr)?.[1];
    expect(port).toBeDefined();
    expect(await javaGoneFrom(port ?? '')).toBe(true);
  },
);
