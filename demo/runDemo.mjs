import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Accounts } from '@latchkey/accounts';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { Outbox } from '@latchkey/accounts/outbox';
import { totp } from '@latchkey/accounts/two-factor';
import { Table } from '@latchkey/entity';
import {
  injectFaults,
  startDynamoDBLocal,
  TestClock,
  uniqueTableName,
} from '@latchkey/entity/testing';
import { Meter } from '../web/server/Meter.mjs';
import { Narrator } from './Narrator.mjs';
import { printItems } from './printItems.mjs';
import { tellTheStory } from './tellTheStory.mjs';

const BASE_URL = 'https://app.example/auth';

/** Runs the demo on a local DynamoDB, and leaves nothing behind, however it ends. */
export async function runDemo() {
  const cleanUps = [];
  let isStopping = false;
  const cleanUp = async () => {
    while (cleanUps.length > 0) await cleanUps.pop()();
  };
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.removeAllListeners(signal);
    process.once(signal, () => {
      isStopping = true;
      console.log('\nStopping…');
      void cleanUp().finally(() => process.exit(code));
    });
  }
  try {
    const local = await startDynamoDBLocal();
    cleanUps.push(() => local.stop());
    const [client, observer] = [clientOf(local), clientOf(local)];
    cleanUps.push(() => {
      client.destroy();
      observer.destroy();
    });

    const clock = new TestClock();
    const table = new Table({
      name: uniqueTableName('latchkey-demo'),
      client,
      clock: clock.now,
    });
    await table.create();
    cleanUps.push(() => table.delete());
    console.log(`DynamoDB answers at ${local.endpoint}; the table is ${table.name}.`);
    console.log('Dollars are those of a million such steps, on demand in us-east-1.');

    const outbox = new Outbox({ applicationName: 'Demo', baseUrl: BASE_URL });
    const secret = randomBytes(32).toString('base64url');
    const key = randomBytes(32).toString('base64');
    const accounts = new Accounts({
      table,
      sessions: { getTokenSecret: () => secret },
      delivery: outbox,
      twoFactor: totp({ issuer: 'Demo', encryptionKeys: [{ kid: 'demo', key }] }),
    });
    const narrator = new Narrator(new Meter(client, observer));
    await tellTheStory({
      accounts,
      handler: createAccountsHandler(accounts),
      outbox,
      clock,
      faults: injectFaults(client, { seed: 7 }),
      narrator,
    });
    await printItems(observer, table.name);
    narrator.end();
    console.log('\nTry it yourself, click by click, with the table beside it:  npm run web');
    console.log('A server that answers curl, and what else there is:          README.md');
  } catch (error) {
    // A step that was under way when the user stopped the demo has lost its database.
    if (!isStopping) console.error(error);
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}

/** A client with a connection for each of two hundred requests at once. */
function clientOf({ endpoint }) {
  return new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: { httpAgent: { maxSockets: 200 } },
  });
}
