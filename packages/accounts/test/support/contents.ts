import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  AccessType,
  Account,
  AccountAttempts,
  AccountToken,
  AddressAttempts,
  Challenge,
  SentMessages,
  Session,
} from '@latchkey/schema';
import { sweepUniques } from '../../../entity/test/support/sweepUniques.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';

/** How many items of each kind a table holds, and what is wrong with its unique items. */
export interface Contents {
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** Counts and sweeps a table (DESIGN §5). */
export async function contentsOf(client: DynamoDBClient, tableName: string): Promise<Contents> {
  const counts: Record<string, number> = {};
  for (const item of await tableItems(client, tableName)) {
    const kind = item._e?.S ?? 'unique';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const definitions = [
    Account,
    AccessType,
    AccountAttempts,
    AccountToken,
    AddressAttempts,
    Challenge,
    SentMessages,
    Session,
  ];
  return { counts, problems: await sweepUniques(client, tableName, definitions) };
}
