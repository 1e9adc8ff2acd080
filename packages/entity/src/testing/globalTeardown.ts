import { jestRun } from './internal/jestRun.js';

/**
 * Jest's `globalTeardown`: stops the DynamoDB Local that `globalSetup` started, and no other.
 *
 * @example
 * ```ts
 * // jest.config.ts
 * import type { Config } from 'jest';
 *
 * export default {
 *   globalSetup: '@latchkey/entity/testing/globalSetup',
 *   globalTeardown: '@latchkey/entity/testing/globalTeardown',
 * } satisfies Config;
 * ```
 */
export default async function globalTeardown(): Promise<void> {
  const run = jestRun();
  if (run.started === undefined) return;
  // In watch mode setup runs again in this process, and must not find the endpoint of a dead one.
  delete process.env.DYNAMODB_ENDPOINT;
  await run.started.stop();
  run.started = undefined;
}
