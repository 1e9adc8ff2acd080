import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TestingError } from '../TestingError.js';

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
      'startDynamoDBLocal needs the package dynamodb-local: install dynamodb-local and amplify-dynamodb-simulator (which saves the download), or set DYNAMODB_ENDPOINT.',
    );
  }
  const simulator = resolvePeer('amplify-dynamodb-simulator/package.json');
  const emulator = simulator && path.join(path.dirname(simulator), 'emulator');
  const shipped = emulator && existsSync(path.join(emulator, 'DynamoDBLocal.jar'));
  return { dynamodbLocalPath, installPath: shipped ? emulator : undefined };
}

function resolvePeer(name: string): string | undefined {
  const project = [path.join(process.cwd(), 'package.json'), process.argv[1]];
  for (const from of project) {
    const found = resolveFrom(from, name);
    if (found) return found;
  }
  for (const from of [ownFile(), ...project.map((base) => resolveFrom(base, SELF))]) {
    const found = resolveFrom(from, name);
    if (found) return found;
  }
  return undefined;
}

const SELF = '@latchkey/entity/package.json';

// This source is compiled to ESM too, where __filename does not exist and CommonJS forbids
// import.meta; there, the project's own way to this package (SELF) has to do.
function ownFile(): string | undefined {
  return typeof __filename === 'string' ? __filename : undefined;
}

function resolveFrom(file: string | undefined, name: string): string | undefined {
  if (file === undefined) return undefined;
  try {
    return createRequire(file).resolve(name);
  } catch {
    return undefined;
  }
}
