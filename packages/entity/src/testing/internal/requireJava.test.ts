import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestingError } from '../TestingError.js';
import { javaMajor, requireJava } from './requireJava.js';
import { HAS_JAVA } from '../../../test/support/javaOnPort.js';
import { withEnvironment } from '../../../test/support/withEnvironment.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'latchkey-java-'));
});
afterEach(() => rm(folder, { recursive: true }));

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_292"', 8],
  ['openjdk version "11" 2018-09-25', 11],
  ['openjdk version "26-ea" 2026-03-17', 26],
  ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21.0.1"', 21],
  ['something else', undefined],
])('The version text %j means Java %p', (text, major) => {
  expect(javaMajor(text)).toBe(major);
});

(HAS_JAVA ? test : test.skip)('The Java of this machine will do', async () => {
  await expect(requireJava()).resolves.toBeUndefined();
});

test('Without Java on the PATH a sentence says what to install', async () => {
  await withEnvironment({ PATH: folder }, async () => {
    const error: unknown = await requireJava().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TestingError);
    expect(error).toMatchObject({
      code: 'JavaMissing',
      message: 'Java was not found: install a Java runtime 11 or newer, or set DYNAMODB_ENDPOINT.',
      cause: { code: 'ENOENT' },
    });
  });
});

test('A Java older than 11 is named in the sentence', async () => {
  // No Java 8 is at hand, so a script says what one says.
  const script = '#!/bin/sh\necho \'openjdk version "1.8.0_292"\' >&2\n';
  await writeFile(path.join(folder, 'java'), script, { mode: 0o755 });
  await withEnvironment({ PATH: folder }, async () => {
    await expect(requireJava()).rejects.toMatchObject({
      code: 'JavaTooOld',
      message:
        'Java 8 cannot run DynamoDB Local: install a Java runtime 11 or newer, or set DYNAMODB_ENDPOINT.',
    });
  });
});
