import { itemSize } from '../../../entity/src/attributes/assertItemSize.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { storedBytes } from '../../src/costs/estimateMonth.js';
import { createTestAccounts, PASSWORD, requestWith } from '../support/testAccounts.js';

/** Bytes that AWS adds to each item for its storage. */
const OVERHEAD_BYTES = 100;

it('the storage that latchkey cost assumes for a user is what the table holds after two logins', async () => {
  const test = await createTestAccounts();
  const [username, email] = ['a-name-of-16-chr', 'an.address@of-30-chars.example'];
  const { accountId } = await test.accounts.createAccount({ username, email, password: PASSWORD });
  await test.accounts.verifyEmail({ accountId, email });
  for (let logins = 0; logins < 2; logins++) {
    await test.accounts.userByPasswordLogin({
      username,
      password: PASSWORD,
      request: requestWith(),
    });
  }
  const items = await tableItems(test.client, test.table.name);
  // The count of a client's network is shared by all users behind it.
  const own = items.filter(({ PK }) => PK?.S?.startsWith('addressattempts#') !== true);
  const bytes = own.reduce((sum, item) => sum + itemSize(item) + OVERHEAD_BYTES, 0);
  expect(storedBytes({ logins: 2 })).toBe(bytes);
  await test.drop();
});
