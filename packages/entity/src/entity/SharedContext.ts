import { invalidArgument } from '../options/assertOptions.js';

/**
 * Access of this package's functions to what the objects of one of its classes keep private:
 * `backfill(table)` needs the table's connection. A bundle includes such a function only if the
 * program uses it, unlike a method.
 *
 * The context is a hidden property whose symbol every copy of this package knows, so that an ES
 * module can hand a table to a function of the CommonJS build.
 */
export class SharedContext<Context> {
  readonly #className: string;
  readonly #key: symbol;

  constructor(className: string) {
    this.#className = className;
    this.#key = Symbol.for(`@latchkey/entity/${className}`);
  }

  /** Stores the context of a new object. */
  share(owner: object, context: Context): void {
    Object.defineProperty(owner, this.#key, { value: context });
  }

  /**
   * Returns the context of an object.
   *
   * @param operation - the name of the function that was called, for the error.
   * @throws {@link EntityError} `InvalidInput` for anything but an object of the class.
   */
  of(owner: unknown, operation: string): Context {
    const context = isObject(owner) ? owner[this.#key] : undefined;
    if (context !== undefined) return context as Context;
    const message = `must be an object of the class ${this.#className}`;
    throw invalidArgument(operation, '', { path: this.#className.toLowerCase(), message });
  }
}

function isObject(value: unknown): value is Readonly<Record<symbol, unknown>> {
  return typeof value === 'object' && value !== null;
}
