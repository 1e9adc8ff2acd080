import type { AnyEntityDefinition } from '@latchkey/schema';
import type { TableNames } from '../keys/TableAttributes.js';
import type { TableFeatures } from './TableFeatures.js';

/** A table as its infrastructure needs to know it: what it is called, and what is kept in it. */
export interface DescribedTable extends TableNames, TableFeatures {
  /** 3 to 255 letters, digits, `_`, `.` and `-`. */
  readonly tableName: string;
  /** Every entity in the table: their non-unique secondary indexes are the table's own. */
  readonly definitions: readonly AnyEntityDefinition[];
}

/** Safeguards of a table's data; everything is on by default. */
export interface Safeguards {
  /** Backs the table up continuously, so that any second of the last 35 days can be restored. */
  readonly pointInTimeRecovery?: boolean;
  /** Makes DynamoDB refuse to delete the table. */
  readonly deletionProtection?: boolean;
  /**
   * Encrypts with the account's KMS key for DynamoDB, whose use is logged and charged for; without
   * it, DynamoDB encrypts with a key of its own.
   */
  readonly encryption?: boolean;
  /** Keeps the table when it leaves the template, or when a change would replace it. */
  readonly retain?: boolean;
}
