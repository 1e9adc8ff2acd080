/**
 * Loads a package by Node itself, in a test with the environment `OutsideEnvironment.cjs`: Jest's own loader
 * has no ES modules, and some packages are nothing else.
 */
export function requireOutside(name: string): unknown {
  return (globalThis as unknown as { requireOutside: NodeJS.Require }).requireOutside(name);
}
