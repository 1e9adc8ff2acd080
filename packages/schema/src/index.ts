export { defineEntity } from './definition/defineEntity.js';
export { assertPartitionOf } from './definition/compileIndex.js';
export type {
  AnyEntityDefinition,
  ComputedField,
  DocumentTypes,
  EntityDefinition,
  EntityInput,
  EntityTypes,
  Index,
  IndexCondition,
  IndexInput,
  IndexPart,
  Infer,
  InferInput,
  InferKey,
  InferPartition,
  InferPath,
  InferWithSecrets,
  KeyPart,
  Migration,
  SystemFields,
  Typed,
  TypesOf,
  VisibleFields,
} from './definition/EntityDefinition.js';
export type {
  BeforeQueryHook,
  EntityHooks,
  FilterResultHook,
  HookContext,
  HookFields,
  HookQuery,
  PostParseHook,
  PreParseHook,
  WillResolveHook,
} from './definition/EntityHooks.js';
export { fieldSchemas } from './definition/fieldSchemas.js';
export { isReservedName } from './definition/isReservedName.js';
export { unknownOption } from './definition/unknownOption.js';
export { PLAIN_DATA, type ValueShape } from './definition/ValueShape.js';
export { AccessType } from './entities/AccessType.js';
export { Account } from './entities/Account.js';
export { AccountAttempts } from './entities/AccountAttempts.js';
export { AccountPlaces } from './entities/AccountPlaces.js';
export { AccountToken } from './entities/AccountToken.js';
export { AddressAttempts } from './entities/AddressAttempts.js';
export { Challenge } from './entities/Challenge.js';
export {
  type AccountFields,
  extendAccount,
  type ExtendedAccount,
} from './entities/extendAccount.js';
export { SandboxMark } from './entities/SandboxMark.js';
export { SentMessages } from './entities/SentMessages.js';
export { Session } from './entities/Session.js';
export {
  type AnySchemaError,
  SchemaError,
  type SchemaErrorCode,
  type SchemaErrorDetails,
} from './errors/SchemaError.js';
export { emailAddress } from './fields/emailAddress.js';
export { phoneNumber } from './fields/phoneNumber.js';
export { username } from './fields/username.js';
export {
  canonicalPath,
  fieldPath,
  joinPath,
  type JoinedPath,
  pathBelow,
  splitPath,
} from './paths/fieldPath.js';
export type {
  AnyValueIn,
  DatePath,
  Declared,
  DeclaredPath,
  FieldPath,
  OmitPaths,
  PickPaths,
  Prettify,
  Scalar,
  ScalarPath,
  ValueAt,
  ValuesAt,
} from './paths/Path.js';
export { scalarTypes, type ScalarType } from './paths/scalarTypes.js';
export { schemasAt } from './paths/schemasAt.js';
export { type Domain, domainAt, type Narrowing } from './stored/domainAt.js';
export { type Bound, lengthRules, type NumberRules, numberRules } from './stored/valueBounds.js';
export { storedSchema, wrappersOf } from './stored/storedSchema.js';
export { isStable } from './stored/isStable.js';
export { type StoredIssue, storedIssues } from './stored/storedIssues.js';
export { canLackDefaults, defaultOf, withDefaults } from './stored/withDefaults.js';
