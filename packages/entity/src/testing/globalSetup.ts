import { jestRun } from './internal/jestRun.js';
import { startDynamoDBLocal } from './startDynamoDBLocal.js';

/**
 * Jest's `globalSetup`: starts DynamoDB Local once and tells every worker of it by
 * `DYNAMODB_ENDPOINT`; does nothing when that variable is set already.
 *
 * @throws {@link TestingError} with the codes of `startDynamoDBLocal`.
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
export default async function globalSetup(): Promise<void> {
  if (process.env.DYNAMODB_ENDPOINT) return;
  const local = await startDynamoDBLocal();
  jestRun().started = local;
  process.env.DYNAMODB_ENDPOINT = local.endpoint;
}
