/** Names of the methods that an object has from its classes, as `Group.method`, from reflection. */
export function methodsOf(group: string, object: object): string[] {
  const names = new Set<string>();
  let prototype = Object.getPrototypeOf(object) as object | null;
  while (prototype && prototype !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const { value } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
      if (name !== 'constructor' && typeof value === 'function') names.add(name);
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return [...names].map((name) => `${group}.${name}`).sort();
}
