import { randomBytes } from 'node:crypto';
import { Accounts } from '@latchkey/accounts';
import { accountListing } from '@latchkey/accounts/listing';
import { Table } from '@latchkey/entity';

/** The password of everyone in a crowd. */
export const PASSWORD = 'a long walk in the hills';

/** The accounts that are measured, with everything that a flow of theirs needs; messages are collected. */
export function openAccounts(name, client, { listing = true, messages = [] } = {}) {
  const table = new Table({ name, client });
  const secret = randomBytes(32).toString('base64url');
  const accounts = new Accounts({
    table,
    sessions: { getTokenSecret: () => secret },
    throttling: { address: { budget: 1_000_000 } },
    delivery: { send: (message) => messages.push(message) },
    ...(listing && { listing: accountListing() }),
  });
  return { table, accounts };
}
