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

/** Kinds of keys, as `PK SK`, and the reason for each. */
const KEYS = [
  [
    /^account#\S+ account$/,
    'The account. All that belongs to it has the same PK, so that one query or transaction reaches it.',
  ],
  [
    /^account\._id\d#\S+ unique$/,
    'A username that is taken. It is written with its account in one transaction, on the condition that no such ' +
      'item exists yet, so that two accounts can never have it.',
  ],
  [
    /^accesstype\.\S+ unique$/,
    'The same for an e-mail address that is in use: its letters’ case and spaces make no difference.',
  ],
  [
    /^accounttoken\.\S+ unique$/,
    'The same for the digest of a one-time token or recovery code, which is found by it.',
  ],
  [/^account#\S+ accesstype#/, 'A contact of the account, here an e-mail address.'],
  [
    /^account#\S+ accounttoken#/,
    'A one-time token, such as that of a link, or the hash of the password. The token itself is not stored.',
  ],
  [
    /^account#\S+ accountattempts#/,
    'Attempts at a password or code, counted before each is checked; TTL removes it.',
  ],
  [
    /^account#\S+ session#/,
    'A session. Its key is in the token, so that a check is one read by key; TTL removes it.',
  ],
  [
    /^sentmessages#/,
    'Messages to one address in a window of time, by its digest, so that nobody’s mailbox is flooded.',
  ],
  [
    /^addressattempts#/,
    'Attempts from one network, whoever was tried; a new item for each window of time, and TTL removes it.',
  ],
];

/** Prints every item of the table: its key with the reason for it, and its fields, except the secret ones. */
export async function printItems(client, TableName) {
  const documents = DynamoDBDocumentClient.from(client);
  const { Items } = await documents.send(new ScanCommand({ TableName }));
  const byKey = (a, b) => (`${a.PK} ${a.SK}` < `${b.PK} ${b.SK}` ? -1 : 1);
  const sorted = Items.sort(byKey);
  const groups = KEYS.map(([key, reason]) => ({
    reason,
    items: sorted.filter(({ PK, SK }) => key.test(`${PK} ${SK}`)),
  })).filter(({ items }) => items.length > 0);
  const explained = new Set(groups.flatMap(({ items }) => items));
  const strange = sorted.find((item) => !explained.has(item));
  if (strange) throw new Error(`No reason is given for the key ${strange.PK} ${strange.SK}`);
  console.log(`\nThe table as it stands: ${sorted.length} items of ${groups.length} kinds\n`);
  for (const { reason, items } of groups) {
    console.log(`${reason}\n`);
    printItem(items[0]);
    if (items.length > 1) console.log(`      … and ${items.length - 1} more\n`);
  }
}

function printItem(item) {
  const secrets = DEFINITIONS.find(({ name }) => name === item._e)?.secrets ?? [];
  console.log(`  ${item.PK.replace(/^(accounttoken\.\w+#).+/, '$1(secret)')}  ${item.SK}`);
  for (const [name, value] of Object.entries(item).sort()) {
    if (LEFT_OUT.includes(name)) continue;
    console.log(`      ${name}: ${secrets.includes(name) ? '(secret)' : JSON.stringify(value)}`);
  }
  console.log();
}
