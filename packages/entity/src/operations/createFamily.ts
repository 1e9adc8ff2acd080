import type { EntityContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import { valueAt, nestFields } from '../entity/valueAt.js';
import { invalidInput } from '../entity/parseInput.js';
import { splitSystemFields } from '../entity/systemFields.js';
import type { Write } from '../table/transactWrite.js';
import { prepareCreate, type CreateInput } from './createOne.js';

/** A child to be made with its parent. */
export interface ChildInput {
  readonly entity: EntityContext;
  readonly item: Readonly<Fields>;
}

/** A parent and its children, ready to be written. */
export interface FamilyCreation {
  readonly parent: Item;
  /** In the order of the input. */
  readonly children: readonly Item[];
  readonly writes: readonly Write[];
}

/**
 * Plans a document and its related ones as one transaction. What a child leaves out of its
 * partition key it takes from the parent.
 *
 * @throws {@link EntityError} `InvalidInput` for a child of another partition.
 */
export async function prepareFamily(
  entity: EntityContext,
  input: CreateInput,
  children: readonly ChildInput[],
): Promise<FamilyCreation> {
  const parent = await prepareCreate(entity, input);
  if (children.length === 0) return { parent: parent.item, children: [], writes: parent.writes };
  const parentFields = entity.model.allFields(parent.item);
  const created = [];
  for (const { entity: child, item: fields } of children) {
    const { item, given } = splitSystemFields(fields);
    const creation = await prepareCreate(child, {
      ...given,
      item: { ...inherited(entity, child, parentFields), ...item },
      ...(input.context && { context: input.context }),
    });
    const { attributes } = entity.model;
    if (attributes.keyOf(creation.item).PK !== attributes.keyOf(parent.item).PK) {
      throw invalidInput(child.model.name, [
        { path: 'related', message: `belongs to another ${entity.model.name}` },
      ]);
    }
    created.push(creation);
  }
  return {
    parent: parent.item,
    children: created.map(({ item }) => item),
    writes: [...parent.writes, ...created.flatMap(({ writes }) => writes)],
  };
}

/** The fields of a child's partition key, with the parent's values. */
function inherited(parent: EntityContext, child: EntityContext, fields: Fields): Fields {
  const parentPK = parent.model.definition.indexes[0].PK;
  const pairs = child.model.definition.indexes[0].PK.flatMap((part, at) => {
    const from = parentPK[at];
    if (part.kind !== 'field' || from?.kind !== 'field') return [];
    return [[part.path, valueAt(fields, from.segments)] as const];
  });
  return nestFields(Object.fromEntries(pairs));
}
