import { randomFillSync } from 'node:crypto';

// To ask the system costs as much for one byte as for thousands.
const pool = Buffer.allocUnsafe(4096);
let used = pool.length;

/** Random bytes as base64url text. */
export function randomText(bytes: number): string {
  const start = take(bytes);
  return pool.toString('base64url', start, start + bytes);
}

/** A random number from 0 up to, but not including, 1, in steps of 1/256. */
export function randomFraction(): number {
  return pool.readUInt8(take(1)) / 256;
}

/** Where in the pool there are so many bytes that were never taken. */
function take(bytes: number): number {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return used - bytes;
}
