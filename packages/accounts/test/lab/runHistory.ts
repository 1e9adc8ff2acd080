import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { seededRandom } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { sweepAccounts } from '../support/sweepAccounts.js';
import { UNANSWERED, type Call, type Recorded } from './calls.js';
import { checkHistory, type Verdict } from './checkHistory.js';
import { generateCall, generatePrelude, THEMES, type BegunCall } from './generateCall.js';
import { LabClient, type Client } from './LabClient.js';

/** Where histories take place. */
export interface Lane {
  /** A client without faults. */
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  /** A table that is empty between histories. */
  readonly tableName: string;
  readonly clients: readonly Client[];
}

/** The result of a history. */
export interface HistoryResult extends Verdict {
  readonly history: readonly Recorded[];
  readonly faults: number;
  /** The problems that a sweep over the whole table has found. */
  readonly problems: readonly string[];
}

const CALLS_PER_CLIENT = 6;
/** Without faults, with some, and with so many that calls fail. */
const RATES = [0, 0.05, 0.2, 0.4];

/** Runs one history, checks it, and empties the table. The seed decides everything but the races. */
export async function runHistory(lane: Lane, seed: number): Promise<HistoryResult> {
  const random = seededRandom(seed);
  const { endpoint, tableName } = lane;
  const count = 4 + Math.floor(random() * (lane.clients.length - 3));
  const clients = lane.clients.slice(0, count);
  const rate = RATES[Math.floor(random() * RATES.length)] ?? 0;
  const theme = THEMES[Math.floor(random() * THEMES.length)] ?? { prelude: [], weights: {} };
  const seeds = clients.map(() => Math.floor(random() * 2 ** 31));
  await Promise.all(
    clients.map((client, at) => client.start({ endpoint, tableName, seed: seeds[at] ?? 0, rate })),
  );
  let clock = 0;
  const begun: { client: number; call: Call; begin: number; ended?: Recorded }[] = [];
  const known = (): BegunCall[] =>
    begun.map(({ call, ended }) => ({ call, outcome: ended?.outcome }));
  const carryOut = async (client: Client, at: number, call: Call): Promise<void> => {
    const entry: (typeof begun)[number] = { client: at, call, begin: ++clock };
    const number = begun.push(entry) - 1;
    const outcome = await client.call(call, entry.begin);
    entry.ended = { at: number, client: at, call, outcome, begin: entry.begin, end: ++clock };
  };
  for (const kind of theme.prelude) {
    const call = generatePrelude(random, known(), kind);
    if (call && clients[0]) await carryOut(clients[0], 0, call);
  }
  const runClient = async (client: Client, at: number): Promise<void> => {
    // Each has its own, so that a client's calls depend on the races as little as possible.
    const own = seededRandom(seeds[at] ?? 0);
    for (let left = CALLS_PER_CLIENT; left > 0; left--) {
      await carryOut(client, at, generateCall(own, known(), theme));
    }
  };
  await Promise.all(clients.map(runClient));
  const faults = await Promise.all(clients.map((client) => client.end()));
  const history = begun.flatMap(({ ended }) => ended ?? []);
  await finishDeletions(lane, history);
  const problems = await sweepAccounts(lane.client, tableName);
  await emptyTable(lane);
  return {
    ...checkHistory(history),
    history,
    faults: faults.reduce((sum, each) => sum + each, 0),
    problems,
  };
}

/**
 * Makes again what can be repeated, and leaves nothing behind then: deletions without an answer, and those that
 * another call has outlived. That may leave a session or a token, which opens nothing; `lifecycle.delete` says so.
 */
async function finishDeletions(
  { endpoint, tableName }: Lane,
  history: readonly Recorded[],
): Promise<void> {
  const client = new LabClient();
  await client.start({ endpoint, tableName, seed: 0, rate: 0 });
  for (const { call, outcome, end } of history) {
    if (call.kind !== 'delete') continue;
    const accountId = accountOf(history, call.session);
    const isOutlived = history.some((each) => each.begin < end && each.end > end);
    if (accountId === undefined || !(isOutlived || UNANSWERED.has(outcome.code ?? ''))) continue;
    await client.finishDeletion(accountId);
  }
  client.close();
}

/** The account of a session, or of the one in which it was begun by a change of the password. */
function accountOf(history: readonly Recorded[], session: number): string | undefined {
  const begun = history.find(({ at }) => at === session);
  if (!begun) return undefined;
  const { call, outcome } = begun;
  if (call.kind === 'changePassword') return accountOf(history, call.session);
  return outcome.accountId ?? undefined;
}

async function emptyTable({ client, tableName }: Lane): Promise<void> {
  const keys = (await tableItems(client, tableName)).map(({ PK, SK }) => ({ PK, SK }));
  for (let at = 0; at < keys.length; at += 25) {
    const requests = keys.slice(at, at + 25).map(({ PK, SK }) => ({
      DeleteRequest: { Key: { ...(PK && { PK }), ...(SK && { SK }) } },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }));
  }
}
