import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * Finds a file of an optional peer as the user's project sees it, and else as this package does.
 *
 * @param name - such as `dynamodb-local`, or `dynamodb-local/package.json`.
 */
export function resolvePeer(name: string): string | undefined {
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
