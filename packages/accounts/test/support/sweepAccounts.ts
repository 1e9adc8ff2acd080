import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  AccessType,
  Account,
  AccountAttempts,
  AccountPlaces,
  AccountToken,
  AddressAttempts,
  Challenge,
  SandboxMark,
  SentMessages,
  Session,
} from '@latchkey/schema';
import type { CommandClient } from '../../../entity/src/sdk/quickClient.js';
import { uniqueProblems } from '../../../entity/test/support/sweepUniques.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';

type Item = Record<string, AttributeValue>;

/** The entities of a table of accounts. */
export const ACCOUNT_DEFINITIONS = [
  Account,
  AccessType,
  AccountAttempts,
  AccountPlaces,
  AccountToken,
  AddressAttempts,
  Challenge,
  SandboxMark,
  SentMessages,
  Session,
] as const;

/**
 * Reads all accounts of a table, or of the part of it whose keys begin with a prefix, and says, one
 * sentence each, what contradicts the promises: those of unique items (`sweepUniques`), and:
 *
 * - everything that belongs to an account has its account, except a link to sign up with;
 * - an account has at most one password;
 * - the count of accounts is the number of accounts that are counted.
 */
export async function sweepAccounts(
  client: CommandClient,
  tableName: string,
  prefix = '',
): Promise<string[]> {
  return sweepItems(await tableItems(client, tableName, prefix));
}

/** The same of items that were read already. */
export function sweepItems(items: readonly Item[]): string[] {
  return [...uniqueProblems(items, ACCOUNT_DEFINITIONS), ...accountProblems(items)];
}

/** Lists the sessions that are accepted, by the rules of `docs/guide/sessions.md` and nothing of the library. */
export function liveSessions(items: readonly Item[], now: Date): string[] {
  const accounts = new Map(
    items.filter(({ _e }) => _e?.S === Account.name).map((item) => [item.PK?.S, item]),
  );
  return items
    .filter((item) => {
      const account = accounts.get(item.PK?.S);
      return (
        item._e?.S === Session.name &&
        account?.deactivated?.BOOL === false &&
        item.valid?.BOOL === true &&
        item.generation?.S === account.sessionGeneration?.S &&
        Date.parse(item.expiresAt?.S ?? '') > now.getTime()
      );
    })
    .map(({ ulid }) => ulid?.S ?? '');
}

/** Adds up the counts of attempts, by authenticator, and of messages, by kind of recipient. */
export function storedCounts(items: readonly Item[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { _e, authenticator, recipient, attempts, messages } of items) {
    const [kind = ''] = (recipient?.S ?? authenticator?.S ?? '').split('/');
    const count = attempts ?? messages;
    if (!count || !COUNTS.includes(_e?.S ?? '')) continue;
    const name = `${_e?.S ?? ''} ${kind}`.trim();
    counts.set(name, (counts.get(name) ?? 0) + Number(count.N));
  }
  return counts;
}

const COUNTS: readonly string[] = [AccountAttempts.name, AddressAttempts.name, SentMessages.name];

function accountProblems(items: readonly Item[]): string[] {
  const problems: string[] = [];
  const of = (entity: { readonly name: string }): Item[] =>
    items.filter(({ _e }) => _e?.S === entity.name);
  const accounts = of(Account);
  const partitions = new Set(accounts.map(({ PK }) => PK?.S));
  for (const item of [AccessType, AccountAttempts, AccountToken, Session].flatMap(of)) {
    // Attempts are counted for names that nobody has, too.
    if (item._e?.S === AccountAttempts.name || partitions.has(item.PK?.S)) continue;
    // A link to sign up with lies where its account is going to be; and what is written where nothing is sent, so
    // that both cost the same, where no account will be.
    const isForNobody = item.createdFor?.S !== undefined && item.PK?.S?.endsWith(item.createdFor.S);
    if (item.kind?.S === 'magick_link') continue;
    if (item.kind?.S === 'email_verification' && isForNobody === true) continue;
    problems.push(`${keyOf(item)} belongs to no account`);
  }
  for (const partition of partitions) {
    const passwords = of(AccountToken).filter(
      ({ PK, kind }) => PK?.S === partition && kind?.S === 'password',
    );
    if (passwords.length > 1) problems.push(`${String(partition)} has more than one password`);
  }
  const places = of(AccountPlaces);
  const counted = accounts.filter(({ hasPlace }) => hasPlace?.BOOL === true).length;
  const taken = places.reduce((sum, place) => sum + Number(place.taken?.N), 0);
  if (taken !== counted) {
    problems.push(`${String(taken)} accounts are counted, but there are ${String(counted)}`);
  }
  return problems;
}

function keyOf({ PK, SK }: Item): string {
  return `${PK?.S ?? ''} ${SK?.S ?? ''}`;
}
