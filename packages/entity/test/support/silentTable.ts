import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from '../../src/index.js';

/** A table that nothing answers for, and the commands that were sent to it all the same. */
export function silentTable(): {
  readonly table: Table;
  readonly sent: string[];
  readonly client: DynamoDBClient;
} {
  const sent: string[] = [];
  const client = new DynamoDBClient({
    endpoint: 'http://127.0.0.1:9',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const onCommand = ({ command }: { readonly command: string }): void => {
    sent.push(command);
  };
  return { table: new Table({ name: 'no-such-table', client, onCommand }), sent, client };
}
