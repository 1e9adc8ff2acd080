import { type AnyEntityDefinition, type HookContext, PLAIN_DATA } from '@latchkey/schema';
import { assertStorable } from '../attributes/toAttributeValue.js';
import { randomText } from '../table/random.js';
import type { Sender } from '../table/Sender.js';
import type { EntityModel } from './EntityModel.js';
import type { Hooks } from './Hooks.js';
import { SharedContext } from './SharedContext.js';

/** Context of one entity's operations. */
export interface EntityContext {
  readonly model: EntityModel;
  readonly tableName: string;
  readonly sender: Sender;
  readonly hooks: Hooks;
  /** The time, from the table's clock. */
  readonly now: () => Date;
  /** Returns a new ULID, greater than the previous one, or for a given time. */
  readonly newUlid: (at?: Date) => string;
  /** Another entity of the same table and namespace. */
  readonly bind: (definition: AnyEntityDefinition) => EntityContext;
  /** The entity with a name, if its definition is bound to the table. */
  readonly entityNamed: (name: string) => EntityContext | undefined;
  /** The definitions bound to the table. */
  readonly definitions: () => readonly AnyEntityDefinition[];
}

/** The context of each entity. */
export const entityContext: SharedContext<EntityContext> = new SharedContext<EntityContext>(
  'Entity',
);

/** Values that the caller passes through to hooks; `userId` becomes `createdBy` and `updatedBy`. */
export type OperationContext = Readonly<Record<string, unknown>>;

/** Marks one write, so that a repetition of it is recognised as the same. */
export function newOperationId(): string {
  return randomText(9);
}

/** Describes an operation to hooks. */
export function hookContext(
  { model }: EntityContext,
  operation: HookContext['operation'],
  context: OperationContext = {},
): HookContext {
  return { entity: model.name, operation, context };
}

/**
 * The user on whose behalf an operation happens, if the caller said so.
 *
 * @throws {@link EntityError} `UnsupportedValue` for a text that DynamoDB cannot hold.
 */
export function userOf(context: OperationContext | undefined): string | undefined {
  const userId = context?.userId;
  if (typeof userId !== 'string') return undefined;
  assertStorable(userId, PLAIN_DATA, 'context.userId');
  return userId;
}
