import { sampleOf } from './sampleOf.js';

/** Tables of no more rows run whole. */
const SMALL = { it: 4, describe: 2 };
const PARTS = 10;

/** Makes `it.each` and `describe.each` take a sample of every long table; see `sampleOf`. */
for (const [name, atLeast] of Object.entries(SMALL) as ['it' | 'describe', number][]) {
  const { each } = globalThis[name];
  const sampled = (table: unknown, ...rest: unknown[]): unknown => {
    const isTable = Array.isArray(table) && !('raw' in table);
    const rows = isTable ? sampleOf<unknown>(table, PARTS, atLeast) : table;
    return (each as (...args: unknown[]) => unknown)(rows, ...rest);
  };
  Object.assign(globalThis[name], { each: sampled });
}
