import type { schemasAt, ValueShape } from '@latchkey/schema';

/** A zod schema at a path. */
export type FieldSchema = ReturnType<typeof schemasAt>[number];

/** A definition's facts about one path: worked out once, however often the path is used. */
export interface Field {
  readonly segments: readonly string[];
  /** The path as it is stored: its first segment may have a short name. */
  readonly stored: readonly string[];
  /** Tells whether digits at a depth of the path are a position in a list. */
  readonly lists: readonly boolean[];
  readonly shape: ValueShape;
  /** The schemas that a value there can have; none for the fields that every document has. */
  readonly schemas: readonly FieldSchema[];
  /** The schemas of the values as they are stored: without wrappers, and what comes out of pipes. */
  readonly storedSchemas: readonly FieldSchema[];
  /** Tells whether it is an entry of a record or an element of a list, which can go. */
  readonly isEntry: boolean;
  /** Tells whether null can be stored there. */
  readonly isNullable: boolean;
  /** Tells whether a wrapper, such as `.optional()` or a pipe, has refinements of its own. */
  readonly hasWrapperRules: boolean;
  /**
   * Tells whether an object around it must be whole to be judged: it has a refinement, or is a
   * union or a pipe; or which schema the field has depends on the rest of the document.
   */
  readonly hasOuterRules: boolean;
}

/** Values that a document is known to have, by path: which option of a union it fits. */
export type Siblings = () => Readonly<Record<string, unknown>>;

/** Facts that an expression needs about the fields that it names. */
export interface FieldScope {
  /** The entity's name, for errors. */
  readonly name: string;
  /**
   * Returns the definition's facts about a path.
   *
   * @throws {@link EntityError} `InvalidInput` for a path that the schema does not have.
   */
  field(path: string): Field;
  /**
   * A value in the form in which the schema would store it; as it is where the schema has none.
   *
   * @param siblings - what else is known of the document.
   */
  normalise(path: string, value: unknown, siblings?: Siblings): unknown;
}
