import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import * as z from 'zod';
import { Accounts } from '../../src/accounts/Accounts.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { selfService } from '../support/selfService.js';
import { PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';
import { QuickHasher } from '../support/QuickHasher.js';

const FIELDS = {
  notes: z.string().optional(),
  tags: z.array(z.string()).optional(),
  settings: z.record(z.string(), z.string()).optional(),
};
const KB = 1024;
const OTHER = 'a long walk in the hills';

describe('the application’s own fields of an account', () => {
  let test: TestTable;
  let accounts: Accounts<typeof FIELDS>;
  let count = 0;
  const name = () => `user${String(++count)}`;

  beforeAll(async () => {
    test = await createTestTable();
    accounts = new Accounts({
      table: test.table,
      passwords: { hasher: new QuickHasher() },
      sessions: { getTokenSecret: () => SECRET },
      accountFields: FIELDS,
      visitorFields: ['notes', 'tags', 'settings'],
      delivery: { send: () => undefined },
    });
  });
  afterAll(() => test.drop());

  const tooLarge: [string, object][] = [
    ['notes', { notes: 'x'.repeat(409_000) }],
    ['notes', { notes: 'é'.repeat(41 * KB) }],
    ['tags', { tags: Array.from({ length: 30_000 }, () => 'tag') }],
    ['settings', { settings: { ['k'.repeat(50 * KB)]: 'v'.repeat(31 * KB) } }],
    ['tags', { notes: 'x'.repeat(39 * KB), tags: ['x'.repeat(42 * KB)] }],
  ];

  it.each(tooLarge)('%s: refused by name at every sign-up (%#)', async (path, fields) => {
    const given = { username: name(), password: PASSWORD, ...fields };
    const email = `${given.username}@example.com`;
    const request = requestWith();
    const doors = [
      () => accounts.createAccount(given),
      () => accounts.createAccountAndLogin({ ...given, request }),
      () => accounts.requestAccount({ email, password: PASSWORD, ...fields }),
      () => selfService(accounts).signUp({ ...given, request }),
    ];
    for (const call of doors) {
      expect(await errorOf(call() as Promise<unknown>)).toMatchObject({
        code: 'InvalidInput',
        details: { path, reason: 'tooLarge' },
      });
    }
    expect(await accounts.findUser({ username: given.username })).toBeNull();
  });

  it('leave room, with the largest profile beside them, for all that is done to an account later', async () => {
    const username = name();
    const profile = { text: 'x'.repeat(300 * KB - 20) };
    const { accountId } = await accounts.createAccount({
      username,
      password: PASSWORD,
      notes: 'x'.repeat(79 * KB),
      profile,
    });
    const calls = [
      () => accounts.profile.update({ accountId, profile: { text: 'y'.repeat(300 * KB - 20) } }),
      () => accounts.setPassword({ accountId, newPassword: OTHER }),
      () => accounts.profile.changeUsername({ accountId, username: 'z'.repeat(100) }),
      () => accounts.sessions.revokeAllSessions({ accountId }),
      () => accounts.lifecycle.deactivate({ accountId }),
      () => accounts.lifecycle.reactivate({ accountId }),
      () => accounts.lifecycle.delete({ accountId }),
    ];
    for (const call of calls) expect(await codeOf(call())).toBe('none');
  });
});
