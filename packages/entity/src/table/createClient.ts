import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { QUIET_LOGGER } from './leanClient.js';

/**
 * A client of the AWS SDK that spends less time on each request than the SDK's default, for a
 * {@link Table}. Two settings differ, and each can be overridden:
 *
 * - `cacheMiddleware: true`: the functions that a request runs through are put together once for
 *   each command, not for each request. Middleware must be added before the first request, all
 *   requests go to one endpoint, and no `DynamoDBDocumentClient` can be made from this client.
 * - `logger`: does not take the records that the SDK makes of every request.
 *
 * @param config - what the SDK's `DynamoDBClient` takes.
 *
 * @example
 * ```ts
 * import { createClient, Table } from '@latchkey/entity';
 *
 * export const table = new Table({ name: 'my-application', client: createClient() });
 * ```
 */
export function createClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({ cacheMiddleware: true, logger: QUIET_LOGGER, ...config });
}
