import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import { codeOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { PASSWORD, SECRET, TestClock } from '../support/testAccounts.js';

const DAY = 86_400_000;
const email = 'ada@example.com';

describe.each([
  ['PK and SK', {}],
  ['names of their own', { attributes: { PK: 'pk', SK: 'sk', ttl: 'until' } }],
])('an address that a lapsed claim gives away, in a table whose keys have %s', (_names, names) => {
  const clock = new TestClock();
  let test: TestTable;
  let accounts: Accounts;

  beforeEach(async () => {
    test = await createTestTable([], { ...names, clock: clock.now });
    const { table } = test;
    accounts = new Accounts({
      table,
      sessions: { getTokenSecret: () => SECRET },
      passwords: { hasher: new QuickHasher() },
    });
  });
  afterEach(() => test.drop());

  const itemsWith = async (value: string): Promise<number> => {
    const items = await tableItems(test.client, test.table.name);
    return items.filter((item) => JSON.stringify(item).includes(value)).length;
  };

  it('is of the newcomer alone, with one unique item', async () => {
    const first = await accounts.createAccount({ username: 'squatter', email, password: PASSWORD });
    clock.advance(8 * DAY);
    const second = await accounts.createAccount({ username: 'ada', email, password: PASSWORD });
    // The newcomer's contact and its unique item: nothing of the claim is left.
    expect(await itemsWith(email)).toBe(2);
    const mailboxes = await Promise.all(
      [first, second].map(({ accountId }) => accounts.contacts.list({ accountId })),
    );
    expect(mailboxes.map((contacts) => contacts.length)).toEqual([0, 1]);
    await accounts.lifecycle.delete(first);
    const again = accounts.createAccount({ username: 'eve', email, password: PASSWORD });
    expect(await codeOf(again)).toBe('EmailAlreadyExists');
    await accounts.lifecycle.delete(second);
    expect(await itemsWith(email)).toBe(0);
  });
});
