export type { CommandEvent } from './table/Sender.js';
export type {
  Reference,
  Referenced,
  TransactOperation,
  TransactResults,
} from './table/operations.js';
export { createClient } from './table/createClient.js';
export { Table, type TableOptions } from './table/Table.js';
export {
  type CreateOneInput,
  type DeleteOneInput,
  type Document,
  Entity,
  type FindManyInput,
  type FindOneInput,
  type FindOneWithInput,
  type Include,
  type Included,
  type NoRelations,
  type Relations,
  type Stored,
  type UpdateOneInput,
} from './entity/Entity.js';
export type { OperationContext } from './entity/EntityContext.js';
export {
  type AnyEntityError,
  EntityError,
  type EntityErrorCode,
  type EntityErrorDetails,
  type InputIssue,
} from './errors/EntityError.js';
export type { AttributeTypeName, Comparison, Condition } from './expressions/Condition.js';
export type { Update } from './expressions/Update.js';
export { decodeKey, encodeKey, type Key } from './keys/Key.js';
export type { KeyValue } from './keys/encodeKeyPart.js';
