import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Key } from './Key.js';

/** The attributes that hold a partition key and a sort key. */
export interface KeyAttributes {
  readonly PK: string;
  readonly SK: string;
}

/** A global secondary index as the table has it. */
export interface IndexAttributes extends KeyAttributes {
  /** What DynamoDB calls the index. */
  readonly name: string;
}

type StoredItem = Record<string, AttributeValue>;

/** The one place that knows what a table's key attributes, TTL attribute and indexes are called. */
export class TableAttributes implements KeyAttributes {
  readonly PK: string = 'PK';
  readonly SK: string = 'SK';
  /** The attribute by which DynamoDB removes expired items. */
  readonly ttl: string = 'ttl';

  /** The names of a global secondary index, by its name in definitions: `_id2`, `_id3`… */
  index(name: string): IndexAttributes {
    return { name, PK: `${name}PK`, SK: `${name}SK` };
  }

  /** Whether an attribute of an item is one of these, or another that is no field. */
  isOwn(attribute: string): boolean {
    return (
      attribute.startsWith('_') ||
      attribute === this.PK ||
      attribute === this.SK ||
      attribute === this.ttl
    );
  }

  /** The primary key of an item; empty text where the item has none. */
  keyOf(item: StoredItem | undefined): Key {
    return { PK: item?.[this.PK]?.S ?? '', SK: item?.[this.SK]?.S ?? '' };
  }

  /** A primary key as requests name it. */
  keyItem({ PK, SK }: Key): StoredItem {
    return { [this.PK]: { S: PK }, [this.SK]: { S: SK } };
  }

  /** The placeholder `#PK` of the partition key, for expressions that have no other names. */
  get names(): { '#PK': string } {
    return { '#PK': this.PK };
  }
}

/** The names in a table that this package has made. */
export const DEFAULT_ATTRIBUTES: TableAttributes = new TableAttributes();
