export type {
  BackfillCollision,
  BackfillDocument,
  BackfillFailure,
  BackfillOptions,
  BackfillProgress,
  BackfillResult,
} from './backfill/BackfillOptions.js';
export { backfill } from './backfill/backfill.js';
export { Pace } from './backfill/Pace.js';
export { clearTable, type ClearProgress, type ClearTableOptions } from './table/clearTable.js';
export { writeUnits } from './table/writeUnits.js';
export { isTableEmpty } from './table/isTableEmpty.js';
export type { IndexAttributes, KeyAttributes, TableNames } from './keys/TableAttributes.js';
export type { CreateTableOptions } from './table/lifecycle.js';
export type { CommandEvent, CommandListener } from './table/Sender.js';
export { watchCommands } from './table/watchCommands.js';
export type {
  BatchRequest,
  Reference,
  Referenced,
  TransactOperation,
  TransactResults,
} from './table/TransactOperation.js';
export { createClient } from './sdk/createClient.js';
export { Table } from './sdk/Table.js';
export type { AnyDynamoDBClient, TableOptions } from './table/Table.js';
export { type AnyDocumentImage, type DocumentImage, readImage } from './streams/readImage.js';
export type { StreamAttribute, StreamImage } from './streams/StreamImage.js';
export type { Entity as TypedEntity } from './entity/Entity.js';
export type { EntityOf as Entity } from './entity/EntityOf.js';
export type {
  Connection,
  ContextOption,
  CreateFamilyInput,
  CreateOneInput,
  DeleteManyInput,
  DeleteOneInput,
  Document,
  FindManyInput,
  FindOneInput,
  FindOneWithInput,
  Include,
  Included,
  IncludeOptions,
  IndexName,
  IndexOption,
  NoRelations,
  PaginateInput,
  PathSegments,
  Projected,
  ProjectOption,
  RelatedInput,
  RelatedInputs,
  Relations,
  ScanInput,
  SecretsOption,
  Stored,
  SystemFieldsInput,
  UpdateInput,
  UpdateManyInput,
  UpdateOneInput,
} from './entity/inputs.js';
export type { EntityQuery, HookRegistry } from './entity/Hooks.js';
export {
  uniqueReferences,
  type UniqueOwner,
  type UniqueReference,
} from './operations/uniqueReferences.js';
export { explain, type Explanation } from './operations/explain.js';
export {
  type MeasuredDocument,
  type MeasuredPartition,
  measurePartition,
} from './operations/measurePartition.js';
export { DocumentQuery } from './operations/DocumentQuery.js';
export type { OperationContext } from './entity/EntityContext.js';
export {
  type AnyEntityError,
  EntityError,
  type EntityErrorCode,
  type EntityErrorDetails,
  type InputIssue,
  type WhyNot,
} from './errors/EntityError.js';
export type { AttributeTypeName, Comparison, Condition } from './expressions/Condition.js';
export type { Update } from './expressions/Update.js';
export { decodeKey, encodeKey, type Key } from './keys/Key.js';
export type { KeyValue } from './keys/encodeKeyPart.js';
