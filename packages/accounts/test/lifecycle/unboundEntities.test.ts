import { Table } from '@latchkey/entity';
import { Account, defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';

const belongingTo = (name: string) =>
  defineEntity({
    name,
    schema: z.object({ accountId: z.string(), at: z.string(), text: z.string().optional() }),
    indexes: [
      { name: '_id', PK: ['.accountId'], SK: ['.at'], relatedTo: Account },
      { name: '_id2', PK: ['.at'], SK: [], unique: true },
    ],
  });
const Order = belongingTo('Order');
const Zebra = belongingTo('Zebra');

describe('the deletion of an account that owns documents of entities this process has not bound', () => {
  let test: TestAccounts;
  let accountId: string;
  let request: SessionRequest;

  /** Writes documents as another process of the application does, which knows their entities. */
  const bindElsewhere = () => {
    const table = new Table({ name: test.table.name, client: test.client, clock: test.clock.now });
    return { orders: table.entity(Order), zebras: table.entity(Zebra) };
  };
  const items = () => tableItems(test.client, test.table.name);

  beforeEach(async () => {
    test = await createTestAccounts({ plan: { maxAccounts: 5 } });
    await test.accounts.quota.backfill();
    const username = 'ada';
    ({ accountId } = await test.accounts.createAccount({ username, password: PASSWORD }));
    request = requestWith();
    await test.accounts.userByPasswordLogin({ username, password: PASSWORD, request });
    const { orders, zebras } = bindElsewhere();
    await orders.createOne({ item: { accountId, at: 'order-1' } });
    await orders.createOne({ item: { accountId, at: 'order-2' } });
    await zebras.createOne({ item: { accountId, at: 'zebra-1' } });
  });
  afterEach(() => test.drop());

  const doors = [
    ['deleteUser', () => selfService(test.accounts).deleteUser({ request })],
    ['deleteAccount by the owner', () => test.accounts.lifecycle.delete({ request })],
    ['deleteAccount by id', () => test.accounts.lifecycle.delete({ accountId })],
  ] as const;

  it.each(doors)(
    'is refused by %s before anything is written, naming them',
    async (_name, call) => {
      const before = await items();
      const places = await test.accounts.quota.getUsage();
      const cost = await test.log.costOf(async () => {
        const error = await errorOf(call());
        expect(error).toMatchObject({
          code: 'InvalidConfiguration',
          details: { path: 'table', reason: expect.stringContaining('Order, Zebra') },
        });
        expect(JSON.stringify(error)).not.toContain('order-1');
        expect(JSON.stringify(error)).not.toContain(accountId);
      });
      expect(cost.commands.filter((command) => /Update|Put|Delete|Transact/.test(command))).toEqual(
        [],
      );
      expect(await items()).toEqual(before);
      expect(await test.accounts.quota.getUsage()).toEqual(places);
      expect(await codeOf(test.accounts.handleRequest(request))).toBe('none');
      test.table.entity(Order);
      test.table.entity(Zebra);
      await call();
      const left = (await items()).filter(({ PK, ownerPK }) =>
        [PK?.S, ownerPK?.S].join().includes(accountId),
      );
      expect(left).toEqual([]);
    },
  );

  it('finds them behind more than a megabyte of other documents', async () => {
    test.table.entity(Order);
    const { orders } = bindElsewhere();
    for (let at = 0; at < 4; at++) {
      const text = 'x'.repeat(380_000);
      await orders.createOne({ item: { accountId, at: `big-${String(at)}`, text } });
    }
    const error = await errorOf(test.accounts.lifecycle.delete({ accountId }));
    expect(error.details).toMatchObject({ reason: expect.stringContaining('Zebra') });
    expect(error.details).not.toMatchObject({ reason: expect.stringContaining('Order') });
    expect((await test.accounts.findUser({ username: 'ada' }))?.deactivated).toBe(false);
  });

  it('tells a session that has ended nothing of them', async () => {
    const { accounts } = test;
    await test.another().sessions.revokeAllSessions({ accountId });
    expect(await codeOf(selfService(accounts).deleteUser({ request }))).toBe('UserNotSignedIn');
    expect(await codeOf(accounts.lifecycle.delete({ request }))).toBe('InvalidSession');
  });

  it('keeps finishDeletions from this one account only, and is told after the others', async () => {
    const { accounts } = test;
    const ids = [accountId];
    for (const username of ['bob', 'eve']) {
      ids.push((await accounts.createAccount({ username, password: PASSWORD })).accountId);
    }
    for (const id of ids) {
      // What a process that has died leaves.
      await accounts.AccountEntity.updateOne({
        filter: { accountId: id },
        update: { $set: { deactivated: true, deleting: true } },
      });
    }
    const error = await errorOf(accounts.lifecycle.finishDeletions());
    expect(error).toMatchObject({
      code: 'InvalidConfiguration',
      details: { reason: expect.stringContaining('Order, Zebra') },
    });
    expect(await accounts.findUser({ username: 'bob' })).toBeNull();
    expect(await accounts.findUser({ username: 'eve' })).toBeNull();
    test.table.entity(Order);
    test.table.entity(Zebra);
    expect(await accounts.lifecycle.finishDeletions()).toEqual({ deletedAccounts: 1 });
    expect(await accounts.findUser({ username: accountId })).toBeNull();
  });
});
