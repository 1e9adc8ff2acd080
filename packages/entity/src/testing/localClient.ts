import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LOCAL } from '../table/settingsFor.js';
import { TestingError } from './TestingError.js';

/**
 * Creates a client for a local DynamoDB: region `local`, placeholder credentials, no AWS
 * configuration.
 *
 * Every client made by it sees the same tables: DynamoDB Local keeps one database for each pair of
 * access key and region.
 *
 * @param endpoint - URL of the local DynamoDB. Default: the environment's `DYNAMODB_ENDPOINT`.
 * @returns A client to be closed with `destroy()`.
 * @throws {@link TestingError} `EndpointMissing` when there is neither an argument nor the variable.
 *
 * @example
 * ```ts
 * import { localClient, startDynamoDBLocal } from '@latchkey/entity/testing';
 *
 * const local = await startDynamoDBLocal();
 * const client = localClient(local.endpoint);
 * // …
 * client.destroy();
 * await local.stop();
 * ```
 */
export function localClient(endpoint?: string): DynamoDBClient {
  const url = endpoint ?? process.env.DYNAMODB_ENDPOINT;
  if (!url) {
    throw new TestingError(
      'EndpointMissing',
      'localClient needs the URL of a local DynamoDB: pass the endpoint of startDynamoDBLocal(), or set DYNAMODB_ENDPOINT.',
    );
  }
  return new DynamoDBClient({ endpoint: url, ...LOCAL });
}
