import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type Operation,
  type OperationClient,
  type OperationName,
} from '../table/OperationClient.js';
import { loadSdk } from './loadSdk.js';
import { quickClient } from './quickClient.js';

type Command = Parameters<DynamoDBClient['send']>[0];

/**
 * Adapts a client of the SDK: makes the SDK's commands from operations.
 *
 * @param client - a `DynamoDBClient`, or a `DynamoDBDocumentClient`: that is the same client with its
 *   own commands translated, and these need no translation.
 */
export function sdkClient(client: Pick<DynamoDBClient, 'config' | 'destroy'>): OperationClient {
  const quick = quickClient(client as DynamoDBClient);
  const sdk = loadSdk();
  const send = ({ name, input }: Operation): Promise<unknown> => {
    const SdkCommand = sdk[`${name}Command`] as new (input: Operation['input']) => Command;
    return quick.send(new SdkCommand(input));
  };
  return {
    sendsOperations: true,
    send: send as <N extends OperationName>(operation: Operation<N>) => Promise<never>,
  };
}
