import type { Typed, TypesOf } from '@latchkey/schema';
import type { Entity } from './Entity.js';
import type { NoRelations, Relations } from './inputs.js';

/** The entity of a definition: `Entity<typeof Order>` is the type of `table.entity(Order)`, a {@link TypedEntity}. */
export type EntityOf<D extends Typed, R extends Relations = NoRelations> = Entity<
  TypesOf<D>['entity'],
  { readonly [N in keyof R]: TypesOf<R[N]>['entity'] }
>;
