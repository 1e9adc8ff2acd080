import { existsSync } from 'node:fs';
import path from 'node:path';
import { TestingError } from '../TestingError.js';
import { resolvePeer } from './resolvePeer.js';

/** Where the optional peer packages lie. */
export interface Peers {
  /** The main file of `dynamodb-local`. */
  readonly dynamodbLocalPath: string;
  /** The folder of a DynamoDB Local that needs no download, if there is one. */
  readonly installPath: string | undefined;
}

/** Finds the optional peers as the user's project sees them, and else as this package does. */
export function findPeers(): Peers {
  const dynamodbLocalPath = resolvePeer('dynamodb-local');
  if (dynamodbLocalPath === undefined) {
    throw new TestingError(
      'PeerMissing',
      'startDynamoDBLocal needs the package dynamodb-local. Install dynamodb-local and amplify-dynamodb-simulator (which avoids a download), or set DYNAMODB_ENDPOINT.',
    );
  }
  const simulator = resolvePeer('amplify-dynamodb-simulator/package.json');
  const emulator = simulator && path.join(path.dirname(simulator), 'emulator');
  const shipped = emulator && existsSync(path.join(emulator, 'DynamoDBLocal.jar'));
  return { dynamodbLocalPath, installPath: shipped ? emulator : undefined };
}
