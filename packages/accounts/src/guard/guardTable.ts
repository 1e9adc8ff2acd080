import type { Table } from '@latchkey/entity';

/** From the global registry, so that the ESM and the CJS copy of the package know each other's. */
const shared = Symbol.for('@latchkey/accounts/guardTable');

/** Keeps the table object of a `Guard` for {@link findGuardTable}. */
export function keepGuardTable(guard: object, table: Table): void {
  // By a function: whatever shows an object shows none of what it returns.
  Object.defineProperty(guard, shared, { value: () => table });
}

/** The table object by which a `Guard` sends its requests; undefined for any other value. */
export function findGuardTable(value: unknown): Table | undefined {
  if (typeof value !== 'object' || value === null || !(shared in value)) return undefined;
  return (value[shared] as () => Table)();
}
