import { itemSize } from '../attributes/assertItemSize.js';
import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';
import type { Key } from '../keys/Key.js';
import { versionConflict } from '../operations/replace.js';
import { backOff, MAX_ATTEMPTS } from '../table/backOff.js';
import { commit } from '../table/commit.js';
import { putAsRead } from './asRead.js';
import { claimUniques, readUniques, type Taken } from './claimUniques.js';
import { presentForm, type PresentForm } from './presentForm.js';

/** Outcome for one document. */
export type Outcome =
  | { readonly kind: 'present' | 'changed' | 'gone' }
  | { readonly kind: 'taken'; readonly taken: readonly Taken[] };

/** How documents are written. */
export interface BackfillWriter {
  /** Called before a write, with the capacity units that it takes; resolves when they are free. */
  readonly pace: (units: number) => Promise<void>;
  /** In a dry run: what other documents of the run would have taken before this one. */
  readonly pretend?: (form: PresentForm) => readonly Taken[];
}

const BYTES_OF_UNIT = 1024;

/**
 * Brings one document to its present form, with its unique items in one transaction, on condition
 * that it is as it was read. One that was changed meanwhile is read again.
 *
 * @param foundForm - the present form of the item that was found.
 * @param existing - the document's unique items, as they were read after it.
 * @throws {@link EntityError} `UnreadableItem`, `InvalidKey`, `UnsupportedValue`, `RequestFailed`;
 *   `VersionConflict` when others changed it every time.
 */
export async function backfillDocument(
  entity: EntityContext,
  found: Item,
  foundForm: PresentForm,
  existing: ReadonlyMap<string, Item>,
  { pace, pretend }: BackfillWriter,
): Promise<Outcome> {
  const { model, sender } = entity;
  const key = model.attributes.keyOf(found);
  let item: Item | undefined = found;
  let form = foundForm;
  let uniques = existing;
  for (let attempt = 1; ; attempt++) {
    const claims = await claimUniques(entity, form, uniques);
    if (claims.taken.length > 0) {
      // The other may have the value from this one, which has another, or is gone, by now.
      const current = await readItem(entity, key);
      if (current && isSame(current, item)) return { kind: 'taken', taken: claims.taken };
      if (attempt === MAX_ATTEMPTS) throw versionConflict(entity, current);
    } else {
      if (form.isStored && claims.writes.length === 0) return { kind: 'present' };
      if (pretend) {
        const taken = pretend(form);
        return taken.length > 0 ? { kind: 'taken', taken } : { kind: 'changed' };
      }
      try {
        await pace(unitsOf(form.item, claims.writes.length));
        await commit(sender, [putAsRead(entity, form.item, item), ...claims.writes]);
        return { kind: 'changed' };
      } catch (error) {
        const isStale = EntityError.is(error) && error.code === 'VersionConflict';
        if (!isStale || attempt === MAX_ATTEMPTS) throw error;
        await backOff(attempt);
      }
    }
    item = await readItem(entity, key);
    if (!item || !model.owns(item)) return { kind: 'gone' };
    form = presentForm(model, item);
    uniques = await readUniques(entity, [form]);
  }
}

/** Tells whether nobody has written an item since it was read. */
function isSame(current: Item, read: Item): boolean {
  return current._op?.S === read._op?.S && current._v?.N === read._v?.N;
}

/** A transaction takes twice the units of its writes; a unique item is less than one unit large. */
function unitsOf(item: Item, uniques: number): number {
  const units = Math.ceil(itemSize(item) / BYTES_OF_UNIT);
  return uniques === 0 ? units : 2 * (units + uniques);
}

async function readItem(
  { sender, tableName, model }: EntityContext,
  key: Key,
): Promise<Item | undefined> {
  const Key = model.attributes.keyItem(key);
  const input = { TableName: tableName, Key, ConsistentRead: true };
  return (await sender.send({ name: 'GetItem', input })).Item;
}
