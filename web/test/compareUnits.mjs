// Runs flows of accounts on every engine that is installed, and prints what each request was charged by the
// rules of AWS, beside what the engine reports. A test compares the two.
import { existsSync } from 'node:fs';
import { Accounts } from '@latchkey/accounts';
import { Outbox } from '@latchkey/accounts/outbox';
import { SelfService } from '@latchkey/accounts/self-service';
import { Table } from '@latchkey/entity';
import { localClient, startDynamoDBLocal, uniqueTableName } from '@latchkey/entity/testing';
import { DYNOXIDE, startDynoxide } from '../../scripts/engines.mjs';
import { Meter } from '../server/Meter.mjs';

const engines = {
  local: startDynamoDBLocal,
  ...(existsSync(DYNOXIDE) && { dynoxide: startDynoxide }),
};

const compared = [];
for (const [engine, start] of Object.entries(engines)) {
  const { endpoint, stop } = await start();
  const [client, observer] = [localClient(endpoint), localClient(endpoint)];
  const onRequest = (request) => compared.push({ engine, ...request });
  const meter = new Meter(client, observer, onRequest);
  const table = new Table({ name: uniqueTableName('latchkey-units'), client });
  await table.create();
  await new Promise((resolve, reject) => {
    meter.measure(() => void runFlows(table).then(resolve, reject));
  });
  await table.delete();
  for (const each of [client, observer]) each.destroy();
  await stop();
}
console.log(JSON.stringify(compared));

/** A life of an account: with large items, with requests that are refused, and without an account at last. */
async function runFlows(table) {
  const outbox = new Outbox({ applicationName: 'Units', baseUrl: 'https://app.example' });
  const sessions = { getTokenSecret: () => 'an example, and at least 32 bytes long' };
  const accounts = new Accounts({ table, sessions, delivery: outbox });
  const service = new SelfService(accounts);
  const request = (authToken) => ({
    requestIp: '192.0.2.7',
    userAgent: 'units',
    onCallDestroySession: null,
    ...(authToken && { authToken }),
  });
  const signedIn = async (authToken) => accounts.handleRequest(request(authToken));
  const ada = { username: 'ada', email: 'ada@example.com', password: 'a long walk in the hills' };

  const long = Object.fromEntries(
    Array.from({ length: 6 }, (_, at) => [`key${at}`, 'ä'.repeat(500)]),
  );
  await service.signUp({ ...ada, profile: long, request: request() });
  await accounts.settled();
  await service.signUp({ ...ada, request: request() }).catch(() => undefined);
  const { authToken } = await service.signIn({
    username: 'ada',
    password: ada.password,
    request: request(),
  });
  const own = { request: await signedIn(authToken) };
  await service.updateUser({ ...own, profile: { city: 'London' } });
  await service.updateUser({ ...own, profile: long });
  await accounts.contacts.addEmail({ ...own, email: 'other@example.com' });
  await accounts.settled();
  await service.deleteUser(own);
}
