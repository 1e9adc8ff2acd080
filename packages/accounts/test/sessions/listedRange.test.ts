/** @in-turns 3: thousands of sessions are made first. */

import {
  BatchWriteItemCommand,
  GetItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { movedOn } from '../../src/core/ulidAfter.js';
import type { AccountDocument } from '../../src/requests/SessionRequest.js';
import type { LoginResult } from '../../src/sessions/Sessions.js';
import { Meter } from '../support/Meter.js';
import { requestWith, type TestAccounts } from '../support/testAccounts.js';
import { accountsWith, HOUR, MINUTE, signUp, verified } from './support.js';

type Item = Record<string, AttributeValue>;

/** Sessions of an account, oldest first, of which only the oldest has a token that is known. */
interface Begun {
  readonly account: AccountDocument;
  readonly oldest: LoginResult;
  readonly others: readonly string[];
}

let test: TestAccounts;
let meter: Meter;
beforeAll(async () => {
  test = await accountsWith({});
  meter = new Meter(test.client);
});
afterAll(() => test.drop());

/** Begins sessions a minute apart: one by a login, the rest as copies of its row. */
async function begin(count: number, changed: (at: number) => Item = () => ({})): Promise<Begun> {
  const { accounts, client, clock, table } = test;
  const account = await signUp(accounts);
  const oldest = await accounts.sessions.begin(account, requestWith());
  const { accountId, ulid } = oldest.sessionDocument;
  const Key = { PK: { S: `account#${accountId}` }, SK: { S: `session#${ulid}` } };
  const { Item } = await client.send(new GetItemCommand({ TableName: table.name, Key }));
  const row = JSON.stringify(Item);
  const others = Array.from({ length: count - 1 }, (_, at) => movedOn(ulid, (at + 1) * MINUTE));
  const rows = others.map((id, at) => ({
    ...(JSON.parse(row.replaceAll(ulid, id)) as Item),
    ...changed(at),
  }));
  for (let from = 0; from < rows.length; from += 25) {
    const puts = rows.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table.name]: puts } }));
  }
  clock.advance(count * MINUTE);
  return { account, oldest, others };
}

/** The account as it is now. */
async function current({ account }: Begun): Promise<AccountDocument> {
  const { item } = await test.accounts.AccountEntity.findOne({
    filter: { accountId: account.accountId },
    consistent: true,
  });
  return item ?? account;
}

/** A login, a minute after everything before. */
async function login(begun: Begun): Promise<LoginResult> {
  test.clock.advance(MINUTE);
  return test.accounts.sessions.begin(await current(begun), requestWith());
}

const revokeAll = ({ account: { accountId } }: Begun): Promise<void> =>
  test.accounts.sessions.revokeAllSessions({ accountId });

async function revokeOthers({ authToken }: LoginResult): Promise<void> {
  await test.accounts.sessions.revokeOtherSessions({
    request: await verified(test.accounts, authToken),
  });
}

const idsOf = (...logins: readonly LoginResult[]): string[] =>
  logins.map(({ sessionDocument }) => sessionDocument.ulid);

type Ending = (count: number) => Promise<{ begun: Begun; active: string[] }>;

/** How sessions have ended, and those that are active after it, oldest first. */
const ENDINGS: Readonly<Record<string, Ending>> = {
  'none has ended': async (count) => {
    const begun = await begin(count);
    return { begun, active: [...idsOf(begun.oldest), ...begun.others] };
  },
  'all were revoked, and two began': async (count) => {
    const begun = await begin(count);
    await revokeAll(begun);
    return { begun, active: idsOf(await login(begun), await login(begun)) };
  },
  'the oldest was carried over': async (count) => {
    const begun = await begin(count);
    await revokeOthers(begun.oldest);
    return { begun, active: idsOf(begun.oldest) };
  },
  'the oldest was carried over twice, and 30 began in between and since': async (count) => {
    const begun = await begin(count);
    await revokeOthers(begun.oldest);
    await login(begun);
    await revokeOthers(begun.oldest);
    const active = [begun.oldest];
    for (let at = 0; at < 30; at++) active.push(await login(begun));
    return { begun, active: idsOf(...active) };
  },
  'the oldest was carried over, then one that began after it': async (count) => {
    const begun = await begin(count);
    await revokeOthers(begun.oldest);
    const later = await login(begun);
    await login(begun);
    await revokeOthers(later);
    return { begun, active: idsOf(later, await login(begun)) };
  },
  'the oldest was carried over, then all were revoked': async (count) => {
    const begun = await begin(count);
    await revokeOthers(begun.oldest);
    await revokeAll(begun);
    return { begun, active: idsOf(await login(begun)) };
  },
  'the oldest was carried over, 30 began, and it was logged out': async (count) => {
    const begun = await begin(count);
    await revokeOthers(begun.oldest);
    const active: LoginResult[] = [];
    for (let at = 0; at < 30; at++) active.push(await login(begun));
    const { authToken } = begun.oldest;
    await test.accounts.logout({ authToken, request: requestWith() });
    return { begun, active: idsOf(...active) };
  },
};

/** The same where nothing of the account tells which have ended. */
const ENDINGS_BY_THEMSELVES: typeof ENDINGS = {
  'all but the oldest were logged out': async (count) => {
    const begun = await begin(count, () => ({ valid: { BOOL: false } }));
    return { begun, active: idsOf(begun.oldest) };
  },
  'all but every 20th were logged out': async (count) => {
    const isActive = (at: number): boolean => at % 20 === 0;
    const begun = await begin(count, (at) => ({ valid: { BOOL: isActive(at) } }));
    const active = begun.others.filter((_, at) => isActive(at));
    return { begun, active: [...idsOf(begun.oldest), ...active] };
  },
  'all but the newest have expired': async (count) => {
    const past = { S: new Date(test.clock.now().getTime() - HOUR).toISOString() };
    const begun = await begin(count, () => ({ expiresAt: past }));
    return { begun, active: idsOf(begun.oldest, await login(begun)) };
  },
};

interface PageCost {
  readonly requests: number;
  readonly units: number;
}

/** Walks through all pages, and gives the sessions, and what each page has cost. */
async function walk(begun: Begun, first: number): Promise<{ ids: string[]; costs: PageCost[] }> {
  const account = await current(begun);
  const ids: string[] = [];
  const costs: PageCost[] = [];
  const cursor: { after: string | null } = { after: null };
  do {
    let requests = 0;
    const units = await meter.unitsOf(async () => {
      const cost = await test.log.costOf(async () => {
        const input = { account, first, after: cursor.after };
        const { edges, pageInfo } = await test.accounts.sessions.listSessions(input);
        expect(edges.length).toBeLessThanOrEqual(first);
        ids.push(...edges.map(({ node }) => node.ulid));
        cursor.after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
        expect(pageInfo.hasNextPage).toBe(cursor.after !== null);
      });
      requests = cost.commands.length;
    });
    costs.push({ requests, units: units.table });
  } while (cursor.after !== null);
  return { ids, costs };
}

const rows = (
  endings: Readonly<Record<string, Ending>>,
  ...counts: readonly number[]
): [string, number, Ending][] =>
  counts.flatMap((count) =>
    Object.entries(endings).map(([name, end]): [string, number, Ending] => [name, count, end]),
  );

describe('the pages of listSessions', () => {
  it.each(rows(ENDINGS, 2, 40, 3000))(
    'have every active session once, and 25 take at most 8 RCU: %s, of %i',
    async (_name, count, end) => {
      const { begun, active } = await end(count);
      for (const first of [1, 25, 100]) {
        if (first === 1 && active.length > 100) continue;
        const { ids, costs } = await walk(begun, first);
        expect(ids).toEqual(active.toReversed());
        expect(Math.max(...costs.map(({ requests }) => requests))).toBeLessThanOrEqual(2);
        const most = first === 100 ? 17 : 8;
        expect(Math.max(...costs.map(({ units }) => units))).toBeLessThanOrEqual(most);
        // One more than those that are full.
        expect(costs.length).toBeLessThanOrEqual(Math.floor(active.length / first) + 1);
      }
    },
  );

  it.each(rows(ENDINGS_BY_THEMSELVES, 2, 131, 3000))(
    'have every active session once, and read a bounded number of rows: %s, of %i',
    async (_name, count, end) => {
      const { begun, active } = await end(count);
      for (const first of [25, 100]) {
        const { ids, costs } = await walk(begun, first);
        expect(ids).toEqual(active.toReversed());
        expect(Math.max(...costs.map(({ requests }) => requests))).toBeLessThanOrEqual(2);
        expect(Math.max(...costs.map(({ units }) => units))).toBeLessThanOrEqual(50);
      }
    },
  );
});

describe('a session that begins after a revocation', () => {
  it.each([-HOUR, HOUR])(
    'is listed, whatever the clock of its server: %i ms beside the one of the revocation',
    async (skewMs) => {
      // More than one request reads are newer than what begins an hour behind.
      const begun = await begin(120);
      await revokeOthers(begun.oldest);
      const skewed = test.another({}, skewMs);
      const later = await skewed.sessions.begin(await current(begun), requestWith());
      const { ids } = await walk(begun, 25);
      expect(ids).toEqual(idsOf(later, begun.oldest));
    },
  );

  it('is listed after one that was carried over, where that began by a clock ahead', async () => {
    const account = await signUp(test.accounts);
    const ahead = await test.another({}, 10 * MINUTE).sessions.begin(account, requestWith());
    const begun = { account, oldest: ahead, others: [] };
    await revokeOthers(ahead);
    const { ids } = await walk(begun, 25);
    expect(ids).toEqual(idsOf(ahead));
    const later = await login(begun);
    expect((await walk(begun, 25)).ids).toEqual(idsOf(later, ahead));
  });
});

it('a generation from before there were marks hides no session of listSessions', async () => {
  const begun = await begin(60);
  await revokeOthers(begun.oldest);
  const { accountId } = begun.account;
  // As it was written until then.
  await test.accounts.AccountEntity.updateOne({
    filter: { accountId },
    update: { $remove: ['sessionsFrom', 'sessionsTo'] },
  });
  expect((await walk(begun, 25)).ids).toEqual(idsOf(begun.oldest));
});

it('a cursor from before a revocation leads to nothing that it has ended', async () => {
  const begun = await begin(60);
  const { sessions } = test.accounts;
  const page = await sessions.listSessions({ account: begun.account, first: 10 });
  const after = page.pageInfo.endCursor;
  await revokeAll(begun);
  await login(begun);
  const account = await current(begun);
  const next = await sessions.listSessions({ account, first: 10, after });
  expect(next.edges).toEqual([]);
});
