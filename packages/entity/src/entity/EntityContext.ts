import type { AnyEntityDefinition, HookContext } from '@latchkey/schema';
import { randomText } from '../table/random.js';
import type { Sender } from '../table/Sender.js';
import type { EntityModel, Fields } from './EntityModel.js';

/** What the operations of one entity work with. */
export interface EntityContext {
  readonly model: EntityModel;
  readonly tableName: string;
  readonly sender: Sender;
  /** The time, from the table's clock. */
  readonly now: () => Date;
  /** A new ULID, later in order than the one before. */
  readonly newUlid: () => string;
  /** Binds another definition to the same table. */
  readonly bind: (definition: AnyEntityDefinition) => EntityModel;
}

/** What the caller passes through to hooks; `userId` becomes `createdBy` and `updatedBy`. */
export type OperationContext = Readonly<Record<string, unknown>>;

/** Marks one write, so that a repetition of it is recognised as the same. */
export function newOperationId(): string {
  return randomText(9);
}

/** Lets the definition's hooks change what the caller gave. */
export async function runPreParse(
  model: EntityModel,
  input: Readonly<Fields>,
  context: HookContext,
): Promise<Readonly<Fields>> {
  let current = input;
  for (const hook of model.definition.hooks.preParse ?? []) current = await hook(current, context);
  return current;
}

/** The user on whose behalf an operation happens, if the caller said so. */
export function userOf(context: OperationContext | undefined): string | undefined {
  const userId = context?.userId;
  return typeof userId === 'string' ? userId : undefined;
}
