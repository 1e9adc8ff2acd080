import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { DescribeTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { localClient } from '@latchkey/entity/testing';
import { startDynoxide } from '../../scripts/engines.mjs';
import { temporaryFolder } from '../../scripts/run.mjs';
import { openAccounts, PASSWORD } from './openAccounts.mjs';

/** Accounts of which the lines go to the file at once. */
const CHUNK = 500;

/**
 * Starts an engine with a table full of copies of one account. They are imported as an export of DynamoDB,
 * which takes a tenth of the time of BatchWriteItem.
 *
 * @returns the engine, and the names of `people` with each number of sessions.
 */
export async function importCrowd(name, { accounts, sessions, people, listing }) {
  const { schema, copyOf } = await makeTemplate(name, listing);
  const folder = temporaryFolder();
  const schemaFile = join(folder, 'schema.json');
  const data = join(folder, 'export', name, 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(schemaFile, JSON.stringify([schema]));

  const named = new Map(sessions.map((count) => [count, []]));
  function* lines() {
    let size = 0;
    for (const [count, names] of named) {
      for (let each = 0; each < people; each++, size++) {
        const person = `person${size}`;
        names.push(person);
        // The session that is measured is begun later.
        yield linesOf(copyOf(person, count - 1));
      }
    }
    let chunk = [];
    for (; size < accounts; size++) {
      // Before everyone else in the order of names, and equally long, so that a page always costs the same.
      chunk.push(linesOf(copyOf(`person-${String(size).padStart(6, '0')}`, 0)));
      if (chunk.length === CHUNK) yield chunk.splice(0).join('');
    }
    yield chunk.join('');
  }
  const file = createWriteStream(join(data, 'items.json.gz'));
  await pipeline(Readable.from(lines()), createGzip({ level: 1 }), file);
  const source = ['--source', join(folder, 'export'), '--schema', schemaFile];
  return { engine: await startDynoxide(['import', '--serve', ...source]), people: named };
}

/** Makes an account that can log in, and returns a function that copies its items under another name. */
async function makeTemplate(name, listing) {
  const engine = await startDynoxide();
  const client = localClient(engine.endpoint);
  try {
    const { table, accounts } = openAccounts(name, client, { listing });
    await table.create();
    const email = 'person1@example.com';
    const account = await accounts.createAccount({
      username: 'person1',
      email,
      password: PASSWORD,
    });
    const { accountId } = account;
    await accounts.verifyEmail({ accountId, email });
    await accounts.sessions.begin(account, {
      requestIp: '192.0.2.7',
      userAgent: 'bench',
      onCallDestroySession: null,
    });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    const { Items } = await client.send(new ScanCommand({ TableName: name }));
    // Those of the account and its unique values; the others count what strangers do.
    const items = Items.filter(({ PK }) => /^(account|[a-z]+\._id2)[#.]/.test(PK.S));
    const session = items.find(({ SK }) => SK.S.startsWith('session#'));
    const own = items.filter((item) => item !== session).map((item) => JSON.stringify(item));
    const [digest] = Items.flatMap(({ PK }) => /^accounttoken\._id2#(.+)$/.exec(PK.S)?.[1] ?? []);
    const copyOf = (person, sessions) => {
      const id = table.newUlid();
      const value = randomBytes(32).toString('base64url');
      const others = Array.from({ length: sessions }, () =>
        JSON.stringify(session).replaceAll(session.ulid.S, table.newUlid()),
      );
      return [
        ...own.map((item) => item.replaceAll('person1', person).replaceAll(digest, value)),
        ...others,
      ].map((item) => item.replaceAll(accountId, id));
    };
    return { schema: { Table }, copyOf };
  } finally {
    client.destroy();
    engine.stop();
  }
}

function linesOf(items) {
  return items.map((item) => `{"Item":${item}}\n`).join('');
}
