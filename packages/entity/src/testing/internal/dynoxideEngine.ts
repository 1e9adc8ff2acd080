import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { Engine } from './Engine.js';
import { resolvePeer } from './resolvePeer.js';

/** The package that holds dynoxide, a DynamoDB that needs no Java. */
export const DYNOXIDE = '@dynoxide/linux-x64';

/** Tells whether dynoxide runs on this machine. */
export function hasDynoxide(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** Finds dynoxide; undefined where it is not installed or does not run. */
export function findDynoxide(): Engine | undefined {
  const found = hasDynoxide() ? resolvePeer(`${DYNOXIDE}/package.json`) : undefined;
  if (found === undefined) return undefined;
  const program = path.join(path.dirname(found), 'dynoxide');
  try {
    accessSync(program, constants.X_OK);
  } catch {
    return undefined;
  }
  return dynoxideEngine(program);
}

function dynoxideEngine(program: string): Engine {
  return {
    name: 'dynoxide',
    launch: (port) => ({
      order: { program, args: ['serve', '--host', '127.0.0.1', '--port', String(port)] },
      state: ({ stderrTail }) => {
        if (stderrTail.includes(' listening on ')) return Promise.resolve('answers');
        return Promise.resolve(/in use/i.test(stderrTail) ? 'portInUse' : undefined);
      },
    }),
  };
}
