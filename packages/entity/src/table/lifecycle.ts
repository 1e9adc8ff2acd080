import type { CreateTableCommandInput, TableDescription } from '@aws-sdk/client-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IndexAttributes, KeyAttributes, TableAttributes } from '../keys/TableAttributes.js';
import { otherTimeToLive, requestFailed, sdkErrorOf } from './requestFailed.js';
import type { Sender } from './Sender.js';

const POLL_MS = 500;
/** How long to wait for a table to come or go: DynamoDB needs seconds, rarely minutes. */
const PATIENCE_MS = 5 * 60_000;

/** A table's name, its keys and its global secondary indexes: what it is made from. */
export interface TableLayout {
  readonly tableName: string;
  readonly attributes: TableAttributes;
  /** In order. */
  readonly globalIndexes: readonly IndexAttributes[];
}

/** The `CreateTable` input of a table. */
export function createTableParams({
  tableName,
  attributes,
  globalIndexes,
}: TableLayout): CreateTableCommandInput {
  const schemaOf = ({ PK, SK }: KeyAttributes): CreateTableCommandInput['KeySchema'] => [
    { AttributeName: PK, KeyType: 'HASH' },
    { AttributeName: SK, KeyType: 'RANGE' },
  ];
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: schemaOf(attributes),
    AttributeDefinitions: [attributes, ...globalIndexes].flatMap(({ PK, SK }) => [
      { AttributeName: PK, AttributeType: 'S' },
      { AttributeName: SK, AttributeType: 'S' },
    ]),
    ...(globalIndexes.length > 0 && {
      GlobalSecondaryIndexes: globalIndexes.map((index) => ({
        IndexName: index.name,
        KeySchema: schemaOf(index),
        Projection: { ProjectionType: 'ALL' },
      })),
    }),
  };
}

/** Options of `table.create` and `table.ensure`. */
export interface CreateTableOptions {
  /**
   * Tells whether DynamoDB is to remove expired items (default: true, unless the table has a
   * `clock` of its own: DynamoDB goes by the real time, and would remove what is not expired by
   * that clock).
   */
  readonly timeToLive?: boolean;
}

/** Makes the table, waits until it is active, and switches TTL on if it is wanted. */
export async function createTable(
  sender: Sender,
  layout: TableLayout,
  options: Required<CreateTableOptions>,
): Promise<void> {
  await sender.send({ name: 'CreateTable', input: createTableParams(layout) });
  await becomeReady(sender, layout, options);
}

/** Makes the table unless there is one; several at once make it once. */
export async function ensureTable(
  sender: Sender,
  layout: TableLayout,
  options: Required<CreateTableOptions>,
): Promise<void> {
  if (!(await describeTable(sender, layout.tableName))) {
    try {
      await sender.send({ name: 'CreateTable', input: createTableParams(layout) });
    } catch (error) {
      if (sdkErrorOf(error).name !== 'ResourceInUseException') throw error;
    }
  }
  await becomeReady(sender, layout, options);
}

/** Deletes the table and waits until it is gone. */
export async function deleteTable(sender: Sender, tableName: string): Promise<void> {
  try {
    await sender.send({ name: 'DeleteTable', input: { TableName: tableName } });
  } catch (error) {
    if (sdkErrorOf(error).name === 'ResourceNotFoundException') return;
    throw error;
  }
  await until('DeleteTable', async () => (await describeTable(sender, tableName)) === null);
}

/** Returns DynamoDB's description of the table; null if there is none. */
export async function describeTable(
  sender: Sender,
  tableName: string,
): Promise<TableDescription | null> {
  try {
    const { Table } = await sender.send({ name: 'DescribeTable', input: { TableName: tableName } });
    return Table ?? null;
  } catch (error) {
    if (sdkErrorOf(error).name === 'ResourceNotFoundException') return null;
    throw error;
  }
}

async function becomeReady(
  sender: Sender,
  { tableName, attributes }: TableLayout,
  { timeToLive }: Required<CreateTableOptions>,
): Promise<void> {
  await until('CreateTable', async () => {
    const table = await describeTable(sender, tableName);
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    return (
      table?.TableStatus === 'ACTIVE' &&
      indexes.every(({ IndexStatus }) => IndexStatus === undefined || IndexStatus === 'ACTIVE')
    );
  });
  if (!timeToLive) return;
  const { TimeToLiveDescription: ttl } = await sender.send({
    name: 'DescribeTimeToLive',
    input: { TableName: tableName },
  });
  if (ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING') {
    const { AttributeName: attribute = attributes.ttl } = ttl;
    if (attribute === attributes.ttl) return;
    throw otherTimeToLive({ command: 'UpdateTimeToLive', table: tableName }, attribute);
  }
  try {
    await sender.send({
      name: 'UpdateTimeToLive',
      input: {
        TableName: tableName,
        TimeToLiveSpecification: { AttributeName: attributes.ttl, Enabled: true },
      },
    });
  } catch (error) {
    // Another process that made sure of the table at the same time has switched it on.
    const { name, message } = sdkErrorOf(error);
    if (name !== 'ValidationException' || !/already enabled/i.test(message)) {
      throw error;
    }
  }
}

async function until(command: string, isDone: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isDone())) {
    if (performance.now() > deadline) {
      const cause = new Error('the table did not become ready in time');
      throw requestFailed({ command }, cause, true);
    }
    await sleep(POLL_MS);
  }
}
