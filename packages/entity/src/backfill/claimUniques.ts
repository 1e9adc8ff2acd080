import type { EntityContext } from '../entity/EntityContext.js';
import type { EntityModel, Item, UniqueKey } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';
import { ownerOf } from '../keys/ownerOf.js';
import type { Key } from '../keys/Key.js';
import { versionConflict } from '../operations/replace.js';
import { batchGet, keyText } from '../table/batchGet.js';
import type { Write } from '../table/transactWrite.js';
import { checkAsRead } from './asRead.js';
import { presentForm, type PresentForm } from './presentForm.js';

/** A unique value that a document cannot have, and the key of the document that has it. */
export interface Taken {
  readonly unique: UniqueKey;
  readonly owner: Key;
}

/** Result of claiming a document's unique values. */
export interface Claims {
  readonly taken: readonly Taken[];
  readonly writes: readonly Write[];
}

/** Reads the unique items of documents, by `keyText`. */
export function readUniques(
  { sender, tableName }: Pick<EntityContext, 'sender' | 'tableName'>,
  forms: readonly Pick<PresentForm, 'uniques'>[],
): Promise<Map<string, Item>> {
  const keys = forms.flatMap(({ uniques }) => uniques);
  return batchGet(sender, tableName, keys, { ConsistentRead: true });
}

/**
 * Plans the writes by which a document gets its unique items: those that are missing, those that
 * expire at another time, and those that were left to a document that is gone, or no longer has the
 * value.
 *
 * @param existing - as `readUniques` gives it.
 */
export async function claimUniques(
  entity: EntityContext,
  form: PresentForm,
  existing: ReadonlyMap<string, Item>,
): Promise<Claims> {
  const { model } = entity;
  const own = model.attributes.keyOf(form.item);
  const taken: Taken[] = [];
  const writes: Write[] = [];
  for (const unique of form.uniques) {
    const Item = model.uniqueItem(unique, own, form.fields);
    const there = existing.get(keyText(unique));
    if (!there) {
      writes.push(putUnique(entity, Item, undefined));
      continue;
    }
    const owner = ownerOf(there);
    if (keyText(owner) === keyText(own)) {
      const { ttl } = model.attributes;
      if (there[ttl]?.N !== Item[ttl]?.N) writes.push(putUnique(entity, Item, own));
      continue;
    }
    const other = await readOwner(entity, owner);
    if (other && holds(model, other, unique)) taken.push({ unique, owner });
    else writes.push(putUnique(entity, Item, owner), checkAsRead(entity, owner, other));
  }
  return { taken, writes };
}

async function readOwner(
  { sender, tableName }: EntityContext,
  owner: Key,
): Promise<Item | undefined> {
  const found = await batchGet(sender, tableName, [owner], { ConsistentRead: true });
  return found.get(keyText(owner));
}

/** Tells whether a document has a unique value, as it is stored or as it will be. */
function holds(model: EntityModel, item: Item, unique: UniqueKey): boolean {
  if (!model.owns(item)) return false;
  try {
    const stored = model.keyIn(unique.index, model.allFields(item));
    const keys = [...presentForm(model, item).uniques, ...(stored ? [stored] : [])];
    return keys.some((key) => keyText(key) === keyText(unique));
  } catch (error) {
    // Of a document that cannot be read, nobody can say that it has given the value up.
    if (EntityError.is(error)) return true;
    throw error;
  }
}

/** Writes a unique item where there is none, or in the place of its owner's. */
function putUnique(entity: EntityContext, Item: Item, owner: Key | undefined): Write {
  const condition = owner
    ? {
        ConditionExpression: 'ownerPK = :ownerPK AND ownerSK = :ownerSK',
        ExpressionAttributeValues: { ':ownerPK': { S: owner.PK }, ':ownerSK': { S: owner.SK } },
      }
    : entity.model.attributes.ifAbsent;
  return {
    action: { Put: { TableName: entity.tableName, Item, ...condition } },
    failure: () => versionConflict(entity),
  };
}
