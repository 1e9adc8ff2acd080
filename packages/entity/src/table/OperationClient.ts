import type * as Sdk from '@aws-sdk/client-dynamodb';

/** Input and output of each operation that this package sends, by the operation's name. */
interface Operations {
  readonly BatchGetItem: [Sdk.BatchGetItemCommandInput, Sdk.BatchGetItemCommandOutput];
  readonly BatchWriteItem: [Sdk.BatchWriteItemCommandInput, Sdk.BatchWriteItemCommandOutput];
  readonly CreateTable: [Sdk.CreateTableCommandInput, Sdk.CreateTableCommandOutput];
  readonly DeleteItem: [Sdk.DeleteItemCommandInput, Sdk.DeleteItemCommandOutput];
  readonly DeleteTable: [Sdk.DeleteTableCommandInput, Sdk.DeleteTableCommandOutput];
  readonly DescribeTable: [Sdk.DescribeTableCommandInput, Sdk.DescribeTableCommandOutput];
  readonly DescribeTimeToLive: [
    Sdk.DescribeTimeToLiveCommandInput,
    Sdk.DescribeTimeToLiveCommandOutput,
  ];
  readonly GetItem: [Sdk.GetItemCommandInput, Sdk.GetItemCommandOutput];
  readonly PutItem: [Sdk.PutItemCommandInput, Sdk.PutItemCommandOutput];
  readonly Query: [Sdk.QueryCommandInput, Sdk.QueryCommandOutput];
  readonly Scan: [Sdk.ScanCommandInput, Sdk.ScanCommandOutput];
  readonly TransactGetItems: [Sdk.TransactGetItemsCommandInput, Sdk.TransactGetItemsCommandOutput];
  readonly TransactWriteItems: [
    Sdk.TransactWriteItemsCommandInput,
    Sdk.TransactWriteItemsCommandOutput,
  ];
  readonly UpdateItem: [Sdk.UpdateItemCommandInput, Sdk.UpdateItemCommandOutput];
  readonly UpdateTimeToLive: [Sdk.UpdateTimeToLiveCommandInput, Sdk.UpdateTimeToLiveCommandOutput];
}

/** The name of an operation of DynamoDB that this package sends. */
export type OperationName = keyof Operations;

/** An operation as a plain value: its name and its input. */
export interface Operation<N extends OperationName = OperationName> {
  readonly name: N;
  readonly input: Operations[N][0];
}

/** The output of an operation. */
export type OutputOf<N extends OperationName> = Operations[N][1];

/** A client that sends operations; its errors are the SDK's by name and meaning. */
export interface OperationClient {
  /** Mark by which every copy of this package knows such a client. */
  readonly sendsOperations: true;
  send<N extends OperationName>(operation: Operation<N>): Promise<OutputOf<N>>;
}

/** Tells whether a client sends operations, and not the SDK's commands. */
export function isOperationClient(client: unknown): client is OperationClient {
  return (client as Partial<OperationClient> | undefined)?.sendsOperations === true;
}
