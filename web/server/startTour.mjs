import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Accounts } from '@latchkey/accounts';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { toNodeListener } from '@latchkey/accounts/node';
import { Outbox } from '@latchkey/accounts/outbox';
import { phoneNumbers } from '@latchkey/accounts/phone-numbers';
import { totp } from '@latchkey/accounts/two-factor';
import { Table } from '@latchkey/entity';
import { localClient, startDynamoDBLocal, uniqueTableName } from '@latchkey/entity/testing';
import { createTourListener } from './createTourListener.mjs';
import { Meter } from './Meter.mjs';
import { Tour } from './Tour.mjs';

const LOOPBACK = '127.0.0.1';

/**
 * Starts DynamoDB Local, accounts with every option, and a server for the page.
 *
 * @param folder the page as `rollPage` has written it
 * @param port default: a free one
 * @returns the page's URL, and a function that ends everything
 */
export async function startTour({ folder, port = 0 }) {
  const cleanUps = [];
  const close = async () => {
    while (cleanUps.length > 0) await cleanUps.pop()();
  };
  try {
    const local = await startDynamoDBLocal();
    cleanUps.push(() => local.stop());
    // One for the flow, which is measured, and one for what the page reads by itself.
    const [client, observer] = [localClient(local.endpoint), localClient(local.endpoint)];
    cleanUps.push(() => [client, observer].forEach((each) => each.destroy()));

    const table = new Table({ name: uniqueTableName('latchkey-tour'), client });
    cleanUps.push(() => table.delete());
    await table.create();

    const server = createServer();
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
    cleanUps.push(() => closeServer(server));
    const { port: bound } = server.address();
    const url = `http://${LOOPBACK}:${bound}`;

    const meter = new Meter(client, observer);
    const outbox = new Outbox({ applicationName: 'Latchkey tour', baseUrl: `${url}/auth` });
    const accounts = createAccounts(table, outbox);
    const tour = new Tour({ accounts, outbox, observer, meter, table });
    // Safari takes no `Secure` cookie from a server without TLS, not even on this machine.
    const handler = createAccountsHandler(accounts, { cookies: { insecure: true }, home: '/' });
    const accountsListener = toNodeListener(handler);
    const hosts = [`${LOOPBACK}:${bound}`, `localhost:${bound}`];
    server.on('request', createTourListener({ tour, accountsListener, folder, hosts }));
    return { url: `${url}/`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function createAccounts(table, outbox) {
  const secret = randomBytes(32).toString('base64url');
  const key = randomBytes(32).toString('base64url');
  return new Accounts({
    table,
    sessions: { getTokenSecret: () => secret },
    delivery: outbox,
    requireActivation: true,
    phones: phoneNumbers(),
    twoFactor: totp({ issuer: 'Latchkey tour', encryptionKeys: [{ kid: 'tour', key }] }),
  });
}

async function closeServer(server) {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
