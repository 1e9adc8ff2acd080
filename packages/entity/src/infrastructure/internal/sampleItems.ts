import type { EntityModel, Fields, Item } from '../../entity/EntityModel.js';
import { EntityError } from '../../errors/EntityError.js';
import { keyText } from '../../table/batchGet.js';
import { sampleDocument } from './sampleDocument.js';
import { sampleUlid } from './sampleTime.js';

/** So many documents are tried; those stay whose keys differ in more than their ULID. */
const VARIANTS = 10;

/** Items that a table holds of one entity. */
export interface SampleItems {
  readonly documents: readonly Item[];
  /** The items of each unique index, by its name. */
  readonly uniques: ReadonlyMap<string, readonly Item[]>;
}

/**
 * Sample items of an entity, with the keys and attributes that the package itself would write; none
 * for an entity whose key has a field that no sample is known for.
 *
 * @param firstUlid - the number of the first document's ULID.
 */
export function sampleItems(model: EntityModel, firstUlid: number): SampleItems {
  const documents = new Map<string, Item>();
  const uniques = new Map(model.uniqueIndexes.map(({ name }) => [name, new Map<string, Item>()]));
  for (let variant = 0; variant < VARIANTS; variant++) {
    const fields = sampleDocument(model.definition, variant);
    const likeness = keyIfAny(model, { ...fields, ulid: sampleUlid(0) });
    if (likeness === undefined || documents.has(likeness)) continue;
    const document = { ...fields, ulid: sampleUlid(firstUlid + documents.size) };
    documents.set(likeness, model.toItem(document, 1, 'sample'));
    const owner = model.primaryKey(document);
    for (const { index, PK, SK } of model.uniqueKeys(document)) {
      const item = model.uniqueItem({ PK, SK }, owner, document);
      uniques.get(index.name)?.set(keyText({ PK, SK }), item);
    }
  }
  return {
    documents: [...documents.values()],
    uniques: new Map([...uniques].map(([name, items]) => [name, [...items.values()]])),
  };
}

function keyIfAny(model: EntityModel, fields: Readonly<Fields>): string | undefined {
  try {
    return keyText(model.primaryKey(fields));
  } catch (error) {
    if (EntityError.is(error) && error.code === 'InvalidKey') return undefined;
    throw error;
  }
}
