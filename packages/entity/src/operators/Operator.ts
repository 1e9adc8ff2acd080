import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Expression } from '../expressions/Expression.js';
import type { Field } from '../expressions/FieldScope.js';

/** A stored value; undefined where there is none. */
export type Stored = AttributeValue | undefined;

/** The stored forms of an operand: several if the options of a union store it differently. */
export type Operands = readonly [Stored, ...Stored[]];

/** The place that an operator changes. */
export interface Target {
  /** The entity's name, for errors. */
  readonly entity: string;
  readonly path: string;
  readonly field: Field;
}

/** The parts of an `UpdateItem` that one operator adds. */
export interface Clause {
  /** An assignment for `SET`. */
  readonly set?: string;
  /** A path for `REMOVE`. */
  readonly remove?: string;
  /** A path and a set for `ADD`. */
  readonly add?: string;
  /** A path and a set for `DELETE`. */
  readonly delete?: string;
  /** The condition under which the result fits the schema. */
  readonly condition?: string;
}

/** Writes the clause of one operator, with its names and values, into a request's expression. */
export type WriteClause = (expression: Expression) => Clause;

/**
 * Everything that is known of one update operator. `expression` and `apply` must end in the same
 * item, which a property test proves for every operator of the table.
 */
export interface Operator {
  /** Tells whether it takes a list of paths, instead of values by path. */
  readonly takesPaths?: true;
  /** Tells whether its operand is a new value of the field, given as input. */
  readonly takesInput?: true;
  /** Tells whether its operand is the result, whatever was there. */
  readonly assigns?: true;
  /** Tells whether it changes nothing but a new document, which an upsert makes. */
  readonly onInsertOnly?: true;
  /**
   * Checks an operand.
   *
   * @returns the operand as it is stored; of several, where the path leads through a union, the
   *   document decides.
   * @throws {@link EntityError} `InvalidInput`
   */
  parse(target: Target, operand: unknown): Operands;
  /**
   * The expression that does the same as `apply`, wherever the schema allows the result.
   *
   * @returns undefined where DynamoDB has none: the document is then read, changed and written.
   */
  expression(target: Target, operand: Stored): WriteClause | undefined;
  /**
   * The value that the operator makes of the one at its path.
   *
   * @param refuse - throws the error for a value that the operator cannot change.
   */
  apply(
    target: Target,
    current: Stored,
    operand: Stored,
    refuse: (reason: string) => never,
  ): Stored;
  /**
   * Tells whether a fault that the schema finds in the result is the one that the stored value had
   * before, so that the change is not refused for it (default: never).
   */
  keepsFault?(target: Target, current: Stored, result: Stored): boolean;
}

/** One operator at one path of an update, validated. */
export interface Step extends Target {
  readonly operator: Operator;
  /** Its operand as it was given, for a new document. */
  readonly given: unknown;
  /** Operands that {@link Operator.parse} returned. */
  readonly operands: Operands;
}
