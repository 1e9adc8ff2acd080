import type { LocalDynamoDB } from '../startDynamoDBLocal.js';

// Jest loads globalSetup and globalTeardown separately, perhaps one as ESM and the other as
// CommonJS, so what they share can only lie on globalThis under a registered symbol.
const KEY = Symbol.for('latchkey.testing.jestRun');

/** State that `globalSetup` leaves for `globalTeardown`. */
export interface JestRun {
  started?: LocalDynamoDB | undefined;
}

/** The state of this Jest process. */
export function jestRun(): JestRun {
  const holder = globalThis as { [KEY]?: JestRun | undefined };
  return (holder[KEY] ??= {});
}
