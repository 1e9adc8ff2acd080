import { UpdateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StreamImage } from '@latchkey/entity';

/** A record as a Lambda function gets it, as far as these tests look at it. */
export interface StreamRecord {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: { readonly NewImage?: StreamImage; readonly OldImage?: StreamImage };
}

/** Switches the stream of a table on, with both images. */
export async function switchStreamOn(client: DynamoDBClient, TableName: string): Promise<void> {
  const StreamSpecification = {
    StreamEnabled: true,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  } as const;
  await client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
}

/**
 * Every record of a table's stream so far, in DynamoDB's own JSON: of the same form as the records
 * of a Lambda event, binary values as base64 text.
 */
export async function streamRecords(TableName: string): Promise<StreamRecord[]> {
  const { Streams } = await request('ListStreams', { TableName });
  const StreamArn = Streams?.[0]?.StreamArn;
  const { StreamDescription } = await request('DescribeStream', { StreamArn });
  const records: StreamRecord[] = [];
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    const iterator = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    let { ShardIterator } = await request('GetShardIterator', iterator);
    for (let found = -1; found !== 0 && ShardIterator !== undefined;) {
      const { Records = [], NextShardIterator } = await request('GetRecords', { ShardIterator });
      records.push(...Records);
      found = Records.length;
      ShardIterator = NextShardIterator;
    }
  }
  return records;
}

interface Answer {
  readonly Streams?: { readonly StreamArn: string }[];
  readonly StreamDescription?: { readonly Shards: { readonly ShardId: string }[] };
  readonly ShardIterator?: string;
  readonly NextShardIterator?: string;
  readonly Records?: StreamRecord[];
}

// The SDK's client of DynamoDB Streams is a package of its own; no engine of these tests checks a signature.
async function request(operation: string, input: object): Promise<Answer> {
  const response = await fetch(process.env.DYNAMODB_ENDPOINT ?? '', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-date': '20260101T000000Z',
      'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Answer;
}
