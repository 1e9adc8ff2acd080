import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import {
  AccessType,
  Account,
  AccountAttempts,
  AccountToken,
  AddressAttempts,
  Session,
} from '@latchkey/schema';

const DEFINITIONS = [Account, AccessType, AccountAttempts, AccountToken, AddressAttempts, Session];
/** Shown in the first columns, or of no interest to a reader. */
const LEFT_OUT = ['PK', 'SK', '_e', '_v', '_op', 'ulid', 'createdAt', 'updatedAt'];

/** Prints every item of the table: its key, its entity and its fields, except the secret ones. */
export async function printItems(client, TableName) {
  const documents = DynamoDBDocumentClient.from(client);
  const { Items } = await documents.send(new ScanCommand({ TableName }));
  const items = Items.sort((a, b) => (`${a.PK} ${a.SK}` < `${b.PK} ${b.SK}` ? -1 : 1));
  console.log(`\nThe table's ${items.length} items as they stand:\n`);
  for (const item of items) {
    const definition = DEFINITIONS.find(({ name }) => name === item._e);
    const secrets = definition?.secrets ?? [];
    console.log(`  ${item.PK}  ${item.SK}`);
    console.log(`    ${definition?.name ?? 'unique value'}`);
    for (const [name, value] of Object.entries(item).sort()) {
      if (LEFT_OUT.includes(name)) continue;
      console.log(`      ${name}: ${secrets.includes(name) ? '(secret)' : JSON.stringify(value)}`);
    }
  }
}
