// CommonJS in both builds, because only CommonJS can say where it lies in both: the ES module build
// has no __dirname, and the CommonJS build may not mention import.meta.
import type * as piscina from 'piscina';

const IDLE_MS = 10_000;

/**
 * Opens a pool of worker threads that hash, none of which is started yet. Idle threads end, and
 * none keeps the process alive.
 *
 * @returns the pool; undefined where there is no worker file, as in a bundle of one file, or no
 *   piscina.
 */
export function openThreads(maxThreads: number): piscina.Piscina | undefined {
  // A bundle that is an ES module has no __dirname after all, and no require.
  if (typeof __dirname !== 'string') return undefined;
  const { join } = process.getBuiltinModule('node:path');
  const { existsSync } = process.getBuiltinModule('node:fs');
  const { createRequire } = process.getBuiltinModule('node:module');
  const filename = join(__dirname, 'bcryptWorker.cjs');
  if (!existsSync(filename)) return undefined;
  try {
    // By a require that no bundler follows: a bundle without the worker's file needs no pool, either.
    const { Piscina } = createRequire(filename)('piscina') as typeof piscina;
    const pool = new Piscina({ filename, minThreads: 0, maxThreads, idleTimeout: IDLE_MS });
    // It holds nothing open, but as an AsyncResource, Jest would take it for an open handle.
    pool.emitDestroy();
    return pool;
  } catch {
    return undefined;
  }
}
