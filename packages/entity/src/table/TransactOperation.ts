import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import type { Item } from '../entity/EntityModel.js';
import type { Key } from '../keys/Key.js';
import type { Write } from './transactWrite.js';

/** One operation of a transaction, created by an entity's `…Operation` methods. */
export interface TransactOperation<R> {
  /** Validates the operation and plans its writes. */
  prepare(): Promise<{ readonly writes: readonly Write[]; readonly result: R }>;
}

/** Results that the operations of a transaction return, in the order of the operations. */
export type TransactResults<O extends readonly TransactOperation<unknown>[]> = {
  -readonly [K in keyof O]: O[K] extends TransactOperation<infer R> ? R : never;
};

/** One request of `table.batchWrite`, created by an entity. */
export interface BatchRequest {
  /** Validates the request; undefined if it would change nothing, whatever the table holds. */
  prepare(): Promise<WriteRequest | undefined>;
}

/** Reference to one document by its key. */
export interface Reference<Doc> {
  /** Undefined if no document can have it. */
  readonly key: Key | undefined;
  /** Gives null where a hook keeps the document back. */
  readonly read: (item: Item) => Promise<Doc | null>;
}

/** Documents of references, in the order of the references; null if a document does not exist. */
export type Referenced<R extends readonly Reference<unknown>[]> = {
  -readonly [K in keyof R]: R[K] extends Reference<infer Doc> ? Doc | null : never;
};
