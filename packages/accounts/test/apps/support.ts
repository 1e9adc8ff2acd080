import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
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
import { sweepUniques } from '../../../entity/test/support/sweepUniques.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';

const DEFINITIONS = [
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
];

/** The places that a table without namespaces holds. */
export interface Places {
  readonly accounts: number;
  /** Accounts that say of themselves that they have one. */
  readonly held: number;
  /** What the counter says; undefined where there is none. */
  readonly taken: number | undefined;
  readonly problems: readonly string[];
}

/** Counts places in what is stored, without the package's own reading. */
export async function placesIn(client: DynamoDBClient, tableName: string): Promise<Places> {
  const items = await tableItems(client, tableName);
  const accounts = items.filter((item) => item._e?.S === Account.name);
  const counter = items.find((item) => item._e?.S === AccountPlaces.name);
  return {
    accounts: accounts.length,
    held: accounts.filter((item) => item.hasPlace?.BOOL === true).length,
    taken: counter?.taken?.N === undefined ? undefined : Number(counter.taken.N),
    problems: await sweepUniques(client, tableName, DEFINITIONS),
  };
}

/** Lets a client's requests fail from one on: before they are sent, or after they were answered. */
export function failFrom(
  client: DynamoDBClient,
  first: number,
  when: 'before' | 'after',
): { remove(): void } {
  const name = 'failFrom';
  let requests = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const fails = ++requests >= first;
      // Only the first arrives: what comes after it never leaves.
      if (fails && (when === 'before' || requests > first)) throw lost();
      const answer = await next(args);
      if (fails) throw lost();
      return answer;
    },
    { step: 'finalizeRequest', priority: 'low', name },
  );
  return {
    remove: () => {
      client.middlewareStack.remove(name);
    },
  };
}

/** Not one that the SDK sends again: the process is gone. */
function lost(): Error {
  return Object.assign(new Error('the process has ended'), {
    name: 'ProcessEnded',
    $metadata: {},
  });
}
