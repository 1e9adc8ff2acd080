import type { AnyEntityDefinition } from '@latchkey/schema';
import type { EntityContext } from '../entity/EntityContext.js';
import type { EntityModel } from '../entity/EntityModel.js';
import { SharedContext } from '../entity/SharedContext.js';
import type { Definitions } from './Definitions.js';
import type { Sender } from './Sender.js';
import type { Table } from './Table.js';

/** Parts of a table that the functions for its upkeep work with. */
export interface TableContext {
  readonly tableName: string;
  /** Start of every partition key: the namespace; empty without one. */
  readonly prefix: string;
  readonly sender: Sender;
  readonly definitions: Definitions;
  /** The model of a definition, which is bound to the table by that. */
  readonly modelOf: (definition: AnyEntityDefinition) => EntityModel;
  /** Another entity of the same table and namespace. */
  readonly bind: (definition: AnyEntityDefinition) => EntityContext;
  /** The same table with the namespace of another prefix. */
  readonly viewAt: (prefix: string) => Table;
}

/** The context of each table. */
export const tableContext: SharedContext<TableContext> = new SharedContext<TableContext>('Table');
