import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { Account, defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { findDynoxide } from '../../../entity/src/testing/internal/dynoxideEngine.js';
import { freePort } from '../../../entity/src/testing/internal/freePort.js';
import { launchOnPort, type Launched } from '../../../entity/src/testing/internal/launchOnPort.js';
import { ACTIONS } from '../../src/console/actions.js';
import type { ActionName, Cost } from '../../src/console/api.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { startTestConsole, type ActionTarget, type TestConsole } from './support.js';

const LAUNCH = { choosePort: freePort, attempts: 5, timeoutMs: 60_000 };

/** Documents of an application, beside the account that they belong to. */
const Order = defineEntity({
  name: 'Order',
  schema: z.object({ accountId: z.ulid(), number: z.string(), note: z.string().optional() }),
  indexes: [
    { name: '_id', PK: ['.accountId'], SK: ['.number'], relatedTo: Account },
    { name: '_id2', PK: ['.number'], unique: true },
  ],
});

/** Accounts of all kinds, by what is stored of them. */
const SUBJECTS: Readonly<Record<string, (own: TestConsole) => Promise<string>>> = {
  'an account with nothing': async ({ test }) => {
    const { accountId } = await test.accounts.createAccount({
      username: 'bare',
      password: PASSWORD,
    });
    return accountId;
  },
  'an account without a username': async ({ test }) => {
    const email = 'nameless@example.com';
    const { accountId } = await test.accounts.createAccount({ email, password: PASSWORD });
    return accountId;
  },
  'an account with a second factor and failed attempts at it': async ({ test }) => {
    const person = await test.signUpWithTotp();
    const challenge = await test.challengeOf(person);
    const wrong = { challenge, code: '000000', request: requestWith() };
    await expect(test.accounts.twoFactor.loginWithTwoFactor(wrong)).rejects.toMatchObject({
      code: 'TokenVerificationFailed',
    });
    await test.accounts.addResetPasswordToken({ accountId: person.accountId });
    return person.accountId;
  },
  'an account with an enrolment that is not confirmed': async ({ test }) => {
    const person = await test.signUp();
    await test.accounts.twoFactor.enrol({ request: await test.requestOf(person) });
    return person.accountId;
  },
  'an account with 60 sessions': async ({ test }) => {
    const person = await test.signUp();
    for (let at = 0; at < 60; at++) {
      await test.accounts.sessions.begin(person, requestWith());
    }
    return person.accountId;
  },
  'an account with a profile of 9 KB': async ({ test }) => {
    const profile = { text: 'x'.repeat(9 * 1024) };
    const account = { username: 'large', password: PASSWORD, profile };
    const { accountId } = await test.accounts.createAccount(account);
    return accountId;
  },
  'an account with documents of the application': async ({ test }) => {
    const { accountId } = await test.signUp();
    const orders = test.table.entity(Order);
    for (let at = 0; at < 70; at++) {
      const note = 'x'.repeat(at * 40);
      await orders.createOne({ item: { accountId, number: `${accountId}-${String(at)}`, note } });
    }
    return accountId;
  },
  'an account that takes one of the places': async ({ test }) => (await test.signUp()).accountId,
};
const PLANNED = 'an account that takes one of the places';

const actions = Object.keys(ACTIONS) as ActionName[];

/** DynamoDB Local 1.25.1 reports what transactions consume wrongly; dynoxide, where it runs, does not. */
const dynoxide = findDynoxide();
const endpoint = process.env.DYNAMODB_ENDPOINT;
let engine: Launched | undefined;
let withoutLimit: TestConsole;
let withLimit: TestConsole;
let isExact: boolean;

beforeAll(async () => {
  engine = dynoxide && (await launchOnPort(dynoxide, LAUNCH));
  if (engine) process.env.DYNAMODB_ENDPOINT = `http://127.0.0.1:${engine.port}`;
  withoutLimit = await startTestConsole();
  withLimit = await startTestConsole({ plan: { maxAccounts: 1000 } });
  for (const own of [withoutLimit, withLimit]) await own.signIn();
  isExact = await reportsTransactions(withoutLimit);
});
afterAll(async () => {
  for (const own of [withoutLimit, withLimit]) {
    expect(own.faults).toEqual([]);
    await own.close();
  }
  await engine?.stop();
  process.env.DYNAMODB_ENDPOINT = endpoint;
});

async function reportsTransactions({ test }: TestConsole): Promise<boolean> {
  const Item = { PK: { S: 'probe' }, SK: { S: 'probe' } };
  const answer = await test.client.send(
    new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName: test.table.name, Item } }],
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
  return answer.ConsumedCapacity?.[0]?.CapacityUnits === 2;
}

it('the engine reports transactions as AWS does, where there is one that does', () => {
  expect(isExact).toBe(dynoxide !== undefined);
});

/** Everything that a cost has too much. */
const excess = (most: Cost, actual: Cost): Cost => ({
  requests: most.requests - actual.requests,
  writeUnits: most.writeUnits - actual.writeUnits,
  readUnits: most.readUnits - actual.readUnits,
});

describe.each(Object.entries(SUBJECTS))('%s', (name, create) => {
  it.each(sampleOf(actions, 3))(
    '%s costs exactly the requests of its preview, and its units but for one that growth may take',
    async (action) => {
      const own = name === PLANNED ? withLimit : withoutLimit;
      own.test.table.entity(Order);
      const accountId = await create(own);
      const target = await targetOf(own, action, accountId);
      const { preview, done } = await own.act(action, target);
      const { requests, writeUnits, readUnits } = excess(preview.result.cost, done.cost);
      expect(requests).toBe(0);
      if (isExact) {
        // What the change adds to the account may begin another kilobyte, which a transaction takes twice.
        expect([0, 1, 2]).toContain(writeUnits);
        expect(readUnits).toBe(0);
      }
      // The preview itself: the account and its partition.
      expect(preview.cost).toMatchObject({ requests: 2, writeUnits: 0 });
      await remove(own, accountId);
    },
  );
});

/** Deletes what an action has left. */
async function remove({ test }: TestConsole, accountId: string): Promise<void> {
  await test.accounts.lifecycle.delete({ accountId });
}

/** The account, and for the one action about a session one of its own. */
async function targetOf(
  { test }: TestConsole,
  action: ActionName,
  accountId: string,
): Promise<ActionTarget> {
  if (action !== 'revokeSession') return { accountId };
  const account = await test.accounts.findUser({ username: accountId });
  if (!account) throw new Error('There is no account.');
  const { sessionDocument } = await test.accounts.sessions.begin(account, requestWith());
  return { accountId, sessionId: sessionDocument.ulid };
}
