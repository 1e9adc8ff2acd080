import { assertPartitionOf, type AnyEntityDefinition } from '@latchkey/schema';
import { EntityError } from '../errors/EntityError.js';
import { type IndexAttributes, TableAttributes } from '../keys/TableAttributes.js';

/** The definitions bound to one table, checked against each other. */
export class Definitions {
  readonly #byName = new Map<string, AnyEntityDefinition>();
  readonly #attributes: TableAttributes;

  constructor(attributes: TableAttributes) {
    this.#attributes = attributes;
  }

  /**
   * @throws {@link EntityError} `InvalidTable` when another definition has the name, in any case of
   *   letters, or a field has the name of a key; SchemaError `RelatedKeyMismatch` when a parent named by name does not fit.
   */
  add(definition: AnyEntityDefinition): void {
    const key = definition.name.toLowerCase();
    const known = this.#byName.get(key);
    if (known === definition) return;
    if (known) {
      const reason = `two definitions are named ${known.name} and ${definition.name}`;
      throw new EntityError('InvalidTable', `The table cannot hold both: ${reason}.`, { reason });
    }
    this.#attributes.assertFits(definition);
    for (const other of this.#byName.values()) {
      assertRelation(definition, other);
      assertRelation(other, definition);
    }
    this.#byName.set(key, definition);
  }

  /** The definition with a name. */
  named(name: string): AnyEntityDefinition | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** Every definition bound to the table. */
  get all(): readonly AnyEntityDefinition[] {
    return [...this.#byName.values()];
  }

  /** The secondary indexes that are not unique items: those the table itself must have. */
  globalIndexes(): IndexAttributes[] {
    const names = [...this.#byName.values()].flatMap(({ indexes }) =>
      indexes.filter(({ name, unique }) => name !== '_id' && !unique).map(({ name }) => name),
    );
    return [...new Set(names)].sort().map((name) => this.#attributes.index(name));
  }
}

/** Checks a child against the parent that it names. */
function assertRelation(child: AnyEntityDefinition, parent: AnyEntityDefinition): void {
  for (const index of child.indexes) {
    if (index.relatedTo !== parent.name || index.name !== '_id') continue;
    assertPartitionOf(child.name, child.schema, index, parent);
    if (index.partition !== parent.indexes[0].partition) {
      const reason = `${child.name} is related to ${parent.name} by name, but ${parent.name} is stored in the partition of ${parent.indexes[0].partition}. Give the definition instead of the name`;
      throw new EntityError('InvalidTable', `The table cannot hold both: ${reason}.`, { reason });
    }
  }
}
