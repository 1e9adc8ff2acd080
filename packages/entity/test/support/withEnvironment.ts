/** Runs the test with some environment variables changed or, by `undefined`, removed. */
export async function withEnvironment<T>(
  changes: Readonly<Record<string, string | undefined>>,
  run: () => Promise<T> | T,
): Promise<T> {
  const before = Object.keys(changes).map((name) => [name, process.env[name]] as const);
  try {
    set(Object.entries(changes));
    return await run();
  } finally {
    set(before);
  }
}

function set(variables: Iterable<readonly [string, string | undefined]>): void {
  for (const [name, value] of variables) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
