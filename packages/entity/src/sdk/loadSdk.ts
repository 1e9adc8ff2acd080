import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { OperationName } from '../table/OperationClient.js';

/** The parts of the SDK that this package uses. */
export type SdkModule = { DynamoDBClient: typeof DynamoDBClient } & {
  // The classes of commands have no type in common but that of their instances.
  [Name in OperationName as `${Name}Command`]: new (input: never) => object;
};

/**
 * Returns the parts of the SDK that this package uses: the only place that imports the SDK.
 * Bundlers take this module. Node takes `loadSdk.cts`, which loads the SDK when it is first needed.
 */
export function loadSdk(): SdkModule {
  return {
    BatchGetItemCommand,
    BatchWriteItemCommand,
    CreateTableCommand,
    DeleteItemCommand,
    DeleteTableCommand,
    DescribeTableCommand,
    DescribeTimeToLiveCommand,
    DynamoDBClient,
    GetItemCommand,
    PutItemCommand,
    QueryCommand,
    ScanCommand,
    TransactGetItemsCommand,
    TransactWriteItemsCommand,
    UpdateItemCommand,
    UpdateTimeToLiveCommand,
  };
}
