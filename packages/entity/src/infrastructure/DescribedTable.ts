import type { AnyEntityDefinition } from '@latchkey/schema';
import type { TableNames } from '../keys/TableAttributes.js';
import type { TableFeatures } from './TableFeatures.js';

/** Description of a table for its infrastructure: its name and its entities. */
export interface DescribedTable extends TableNames, TableFeatures {
  /** 3 to 255 letters, digits, `_`, `.` and `-`. */
  readonly tableName: string;
  /**
   * Every entity in the table: their non-unique secondary indexes are global secondary indexes of
   * the table.
   */
  readonly definitions: readonly AnyEntityDefinition[];
}

/** Safeguards for a table's data; all are on by default. */
export interface Safeguards {
  /** Backs the table up continuously, so that any second of the last 35 days can be restored. */
  readonly pointInTimeRecovery?: boolean;
  /** Prevents the deletion of the table. */
  readonly deletionProtection?: boolean;
  /**
   * Encrypts with the account's KMS key for DynamoDB, whose use is logged and charged for;
   * otherwise DynamoDB encrypts with its own key.
   */
  readonly encryption?: boolean;
  /** Keeps the table when it is removed from the template, or when a change would replace it. */
  readonly retain?: boolean;
}
