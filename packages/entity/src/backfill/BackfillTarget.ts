import type { AnyEntityDefinition } from '@latchkey/schema';
import type { EntityContext } from '../entity/EntityContext.js';
import type { Sender } from '../table/Sender.js';

/** The table that is brought up to date. */
export interface BackfillTarget {
  readonly tableName: string;
  readonly prefix: string;
  readonly sender: Sender;
  readonly definitions: readonly AnyEntityDefinition[];
  /** An entity in the namespace with this prefix. */
  readonly entityAt: (definition: AnyEntityDefinition, prefix: string) => EntityContext;
}
