import { randomBytes } from 'node:crypto';
import { Accounts, AccountsRegistry } from '@latchkey/accounts';
import { Outbox } from '@latchkey/accounts/outbox';
import { Table } from '@latchkey/entity';
import { localClient, startDynamoDBLocal, uniqueTableName } from '@latchkey/entity/testing';
import { printItems } from './printItems.mjs';
import { Narrator } from './Narrator.mjs';
import { tellOfSelfService } from './tellOfSelfService.mjs';
import { tellTheStory } from './tellTheStory.mjs';

/** Runs the demo against the real DynamoDB Local, and leaves nothing behind, however it ends. */
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
    const client = localClient(local.endpoint);
    cleanUps.push(() => client.destroy());

    const narrator = new Narrator();
    const { onCommand } = narrator;
    const table = new Table({ name: uniqueTableName('latchkey-demo'), client, onCommand });
    cleanUps.push(() => table.delete());
    await table.create();
    console.log(`DynamoDB answers at ${local.endpoint}; the table is ${table.name}.\n`);

    const secret = randomBytes(32).toString('base64url');
    const accounts = new Accounts({ table, sessions: { getTokenSecret: () => secret } });
    await tellTheStory(accounts, narrator);
    await printItems(client, table.name);

    console.log('\nAnother table, a sandbox, with two applications:\n');
    const sandbox = new Table({ name: uniqueTableName('latchkey-demo'), client, onCommand });
    cleanUps.push(() => sandbox.delete());
    const outbox = new Outbox({ applicationName: 'Demo', baseUrl: 'https://app.example' });
    const registry = new AccountsRegistry({
      table: sandbox,
      environment: 'sandbox',
      sessions: { getTokenSecret: () => secret },
      delivery: outbox,
      apps: {
        open: { plan: { paymentsMode: 'test', trialDays: 14 } },
        strict: { requireActivation: true },
      },
    });
    await registry.sandbox.createTable();
    await tellOfSelfService(registry, outbox, narrator);
    narrator.printRequests();
  } catch (error) {
    // A step that was under way when the user stopped the demo has lost its database.
    if (!isStopping) console.error(error);
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}
