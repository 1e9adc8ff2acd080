import type { ValueShape } from '@latchkey/schema';

/** What an expression must know of the fields that it names. */
export interface FieldScope {
  /** The entity's name, for errors. */
  readonly name: string;
  readonly shape: ValueShape;
  /**
   * Refuses a path that the schema does not have.
   *
   * @throws {@link EntityError} `InvalidInput`
   */
  assertPath(path: string): void;
  /** A value in the form in which the schema would store it; as it is where the schema has none. */
  normalise(path: string, value: unknown): unknown;
  /** A path as it is stored. */
  storedPath(segments: readonly string[]): readonly string[];
}
