import {
  BatchWriteItemCommand,
  type PutItemCommandInput,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { accountListing } from '../../src/listing/index.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { codeOf } from '../support/errorOf.js';
import { Meter, type Units } from '../support/Meter.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { listedValues, sorted } from './support.js';

const newcomer = { username: 'lin', email: 'lin@example.com', password: PASSWORD };
const login = ({ accounts }: TestAccounts): Promise<unknown> =>
  accounts.userByPasswordLogin({ username: 'ada', password: PASSWORD, request: requestWith() });

type Flow = (test: TestAccounts, accountId: string) => Promise<unknown>;

/** Flows, and how many items of the index each writes. */
const FLOWS: readonly (readonly [name: string, entries: number, flow: Flow])[] = [
  ['a sign-up with username and address', 2, ({ accounts }) => accounts.createAccount(newcomer)],
  [
    'a sign-up with a username',
    1,
    ({ accounts }) => accounts.createAccount({ username: 'mia', password: PASSWORD }),
  ],
  [
    'a sign-up with an address',
    1,
    ({ accounts }) => accounts.createAccount({ email: 'mia@example.com', password: PASSWORD }),
  ],
  ['a login', 0, login],
  [
    'a login that fails',
    0,
    async ({ accounts }) => {
      const failed = accounts.userByPasswordLogin({
        username: 'ada',
        password: 'wrong',
        request: requestWith(),
      });
      expect(await codeOf(failed)).toBe('LoginFailed');
    },
  ],
  [
    'a session that is begun, checked, replaced and ended',
    0,
    async ({ accounts }, accountId) => {
      const request = requestWith();
      const { authToken } = await accounts.pushCustomSession({ username: accountId, request });
      await accounts.handleRequest(requestWith(authToken));
      const renewed = await accounts.refreshTokens({ authToken, request: requestWith() });
      await accounts.logout({ authToken: renewed.authToken, request: requestWith() });
    },
  ],
  ['an account that is found', 0, ({ accounts }) => accounts.findUser({ username: 'ada' })],
  [
    'an address that is added, and its account',
    2,
    ({ accounts }, accountId) => accounts.contacts.addEmail({ accountId, email: 'b@example.com' }),
  ],
];

describe('with the index', () => {
  let on: TestAccounts;
  let off: TestAccounts;
  let meters: readonly Meter[];
  let isExact = false;
  const ids: string[] = [];

  beforeAll(async () => {
    on = await createTestAccounts({ listing: accountListing() });
    off = await createTestAccounts();
    meters = [new Meter(on.client), new Meter(off.client)];
    for (const { accounts } of [on, off]) {
      ids.push((await accounts.createAccount({ username: 'ada', password: PASSWORD })).accountId);
    }
    // DynamoDB Local reports the same of a transaction whatever the index takes in.
    const { AccountEntity } = on.accounts;
    const write = AccountEntity.createOneOperation({
      item: { accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV', username: 'unit' },
    });
    const units = await meters[0]?.unitsOf(() => on.table.transact([write]));
    isExact = units?.index === 1;
  });
  afterAll(() => Promise.all([on.drop(), off.drop()]));

  /** The items that the index has, with the mark of the write that each is from. */
  const taken = async ({ client, table }: TestAccounts): Promise<Map<string, string>> => {
    const items = await tableItems(client, table.name);
    const indexed = items.filter((item) => item._id3PK !== undefined);
    return new Map(
      indexed.map(({ PK, SK, _op }) => [`${PK?.S ?? ''} ${SK?.S ?? ''}`, _op?.S ?? '']),
    );
  };

  it.each(FLOWS)('%s writes %i items of it, and costs otherwise the same', async (...row) => {
    const [, entries, flow] = row;
    const before = await taken(on);
    const [indexed, plain] = await Promise.all(
      [on, off].map(async (test, at) => {
        let units: Units = { table: 0, index: 0 };
        const { commands } = await test.log.costOf(async () => {
          units = (await meters[at]?.unitsOf(() => flow(test, ids[at] ?? ''))) ?? units;
        });
        return { commands, units };
      }),
    );
    const after = await taken(on);
    const written = [...after].filter(([key, mark]) => before.get(key) !== mark);
    expect(written).toHaveLength(entries);
    expect(indexed?.commands).toEqual(plain?.commands);
    const table = plain?.units.table ?? 0;
    expect(table).toBeGreaterThan(0);
    const reported = isExact ? indexed?.units : { table, index: entries };
    expect(reported).toEqual({ table, index: entries });
  });

  it('an account that it takes in stays within one unit', async () => {
    await on.accounts.createAccount({ ...newcomer, username: 'big', email: 'big@example.com' });
    const items = await tableItems(on.client, on.table.name);
    const indexed = items.filter((item) => item._id3PK !== undefined);
    expect(indexed.length).toBeGreaterThan(1);
    // JSON is longer than what DynamoDB counts.
    for (const item of indexed) expect(JSON.stringify(item).length).toBeLessThan(1024);
  });
});

/** Puts the documents that creations would put, without their unique items: many at a time. */
async function putDocuments(
  { client, table }: TestAccounts,
  inputs: readonly (PutItemCommandInput | TransactWriteItemsCommandInput)[],
): Promise<void> {
  const items = inputs
    .flatMap((input) =>
      'TransactItems' in input
        ? (input.TransactItems ?? []).map(({ Put }) => Put?.Item)
        : [input.Item],
    )
    .filter((item) => item?._e !== undefined);
  for (let at = 0; at < items.length; at += 200) {
    const batches = [0, 1, 2, 3, 4, 5, 6, 7].map((nth) =>
      items.slice(at + nth * 25, at + nth * 25 + 25),
    );
    await Promise.all(
      batches.map((batch) =>
        client.send(
          new BatchWriteItemCommand({
            RequestItems: { [table.name]: batch.map((Item) => ({ PutRequest: { Item } })) },
          }),
        ),
      ),
    );
  }
}

describe('a page of many accounts', () => {
  const COUNT = 5000;
  let test: TestAccounts;
  const usernames = Array.from({ length: COUNT }, (_, at) => `user${String((at * 7919) % COUNT)}`);

  beforeAll(async () => {
    test = await createTestAccounts({ listing: accountListing() });
    const { AccountEntity, AccessTypeEntity } = test.accounts;
    const inputs = usernames.flatMap((username, at) => {
      const accountId = `01ARZ3NDEK${String(at).padStart(16, '0')}`;
      const data = { kind: 'email', value: `${username}@example.com` } as const;
      return [
        AccountEntity.createOneParams({ item: { accountId, username } }),
        AccessTypeEntity.createOneParams({ item: { accountId, verified: true, data } }),
      ];
    });
    await putDocuments(test, inputs);
  });
  afterAll(() => test.drop());

  it.each([
    ['username', '', ['Query']],
    ['username', 'user12', ['Query']],
    ['username', 'nobody', ['Query']],
    ['email', '', ['Query', 'BatchGetItem']],
    ['email', 'user12', ['Query', 'BatchGetItem']],
    ['email', 'nobody', ['Query']],
  ] as const)('by %s, of what begins with %j, is %j', async (by, prefix, expected) => {
    const values = usernames.map((name) => (by === 'email' ? `${name}@example.com` : name));
    const found = sorted(values.filter((value) => value.startsWith(prefix)));
    let after: string | undefined;
    for (const size of [50, 50, 100]) {
      const { commands, requests } = await test.log.costOf(async () => {
        const page = await test.accounts.listAccounts({
          by,
          prefix,
          first: size,
          after: after ?? null,
        });
        expect(page.items.map((item) => item[by])).toEqual(found.splice(0, size));
        after = page.after;
      });
      expect(commands).toEqual(expected);
      expect(requests[0]?.input).toMatchObject({ IndexName: '_id3', Limit: size + 1 });
      if (after === undefined) break;
    }
  });

  it('goes on where it was, without gaps and doubles, while accounts appear and go', async () => {
    const { accounts } = test;
    const gone: string[] = [];
    const seen: string[] = [];
    let after: string | null = null;
    let page = 0;
    do {
      const listed = await accounts.listAccounts({
        by: 'username',
        prefix: 'user4',
        first: 100,
        after,
      });
      seen.push(...listed.items.map(({ username = '' }) => username));
      after = listed.after ?? null;
      // One before the place, one after it, and the very item at which it is.
      const { username: last = '', accountId = '' } = listed.items.at(-1) ?? {};
      if (page++ < 4) {
        await accounts.createAccount({ username: `user4!${String(page)}`, password: PASSWORD });
        await accounts.createAccount({ username: `user4~${String(page)}`, password: PASSWORD });
        await accounts.lifecycle.delete({ accountId });
        gone.push(last);
      }
    } while (after !== null);
    const others = usernames.filter((name) => name.startsWith('user4'));
    const late = [1, 2, 3, 4].map((at) => `user4~${String(at)}`);
    expect(gone).toHaveLength(4);
    expect(seen).toEqual(sorted([...others, ...late]));
  });

  it('of what begins in either of two ways is one Query as well', async () => {
    const { accounts } = test;
    for (const username of ['νικος', 'νικοσα', 'νικοτ']) {
      await accounts.createAccount({ username, password: PASSWORD });
    }
    const { commands } = await test.log.costOf(async () => {
      expect(await listedValues(accounts, 'username', { prefix: 'ΝΙΚΟΣ' })).toEqual([
        'νικος',
        'νικοσα',
      ]);
    });
    expect(commands).toEqual(['Query']);
  });
});
