import { execFile } from 'node:child_process';
import { TestingError } from '../TestingError.js';

const OLDEST_MAJOR = 11;
const WHAT_TO_DO = 'install a Java runtime 11 or newer, or set DYNAMODB_ENDPOINT.';

/** Throws a sentence unless the `java` of PATH is one which DynamoDB Local runs on. */
export async function requireJava(): Promise<void> {
  const major = javaMajor(await javaVersionText());
  if (major !== undefined && major < OLDEST_MAJOR) {
    throw new TestingError('JavaTooOld', `Java ${major} cannot run DynamoDB Local: ${WHAT_TO_DO}`);
  }
}

/** Reads the major version out of what `java -version` prints; `1.8.0_292` is 8. */
export function javaMajor(versionText: string): number | undefined {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(versionText) ?? [];
  const major = first === '1' ? second : first;
  return major === undefined ? undefined : Number(major);
}

function javaVersionText(): Promise<string> {
  return new Promise((resolve, reject) => {
    // Jest gives its tests a copy of process.env, which child processes see only when passed on.
    execFile('java', ['-version'], { env: process.env }, (cause, stdout, stderr) => {
      // macOS has a `java` even without Java: it only fails, so any failure counts as missing.
      if (!cause) resolve(stderr + stdout);
      else reject(new TestingError('JavaMissing', `Java was not found: ${WHAT_TO_DO}`, { cause }));
    });
  });
}
