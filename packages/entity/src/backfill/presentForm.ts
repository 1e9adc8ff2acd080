import { isDeepStrictEqual } from 'node:util';
import { newOperationId } from '../entity/EntityContext.js';
import { EntityError } from '../errors/EntityError.js';
import type { EntityModel, Fields, Item, UniqueKey } from '../entity/EntityModel.js';
import { versionOf } from '../entity/EntityModel.js';

/** Form that a stored document would have if the document were written today. */
export interface PresentForm {
  readonly item: Item;
  readonly fields: Fields;
  readonly uniques: readonly UniqueKey[];
  /** Tells whether the stored item is in this form already. */
  readonly isStored: boolean;
}

/**
 * Works out the present form of a stored document: migrated, with the defaults and the computed
 * fields of the schema, the keys of its global indexes, its TTL. What needs no change stays exactly
 * as it is stored; so do its version and its times. Its mark is a new one, so that whoever plans a
 * write from what was there before must read again.
 *
 * @throws {@link EntityError} `UnreadableItem`, `InvalidKey`, `UnsupportedValue`
 */
export function presentForm(model: EntityModel, stored: Item): PresentForm {
  const before = model.presentAttributes(stored);
  const fields = model.withComputed(model.presentFields(before));
  const present =
    model.definition.computed.size > 0 ? model.withComputedAttributes(before, fields) : before;
  const item = model.withKeys(
    present,
    fields,
    versionOf(stored),
    newOperationId(),
    model.formAfterWrite(stored),
  );
  assertSameKey(model, stored, item);
  return {
    item,
    fields,
    uniques: model.uniqueKeys(fields),
    isStored: isDeepStrictEqual(withoutMarks(stored), withoutMarks(item)),
  };
}

/** The attributes apart from those that every write changes. */
function withoutMarks({ _op, _v, ...attributes }: Item): Item {
  return attributes;
}

function assertSameKey({ attributes, name }: EntityModel, stored: Item, item: Item): void {
  const [from, to] = [attributes.keyOf(stored), attributes.keyOf(item)];
  if (from.PK === to.PK && from.SK === to.SK) return;
  const reason = 'would get another key';
  throw new EntityError('InvalidKey', `A stored ${name} cannot be back-filled: it ${reason}.`, {
    path: '',
    reason,
  });
}
