import { Account } from '@latchkey/schema';
import { createTestAccounts, PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';

it('ASVS 15.3.1: exportAccount gives all that is kept of a session, and nothing that only the package needs', async () => {
  const test = await createTestAccounts({
    plan: { maxAccounts: 10 },
    sessions: { getTokenSecret: () => SECRET, maxSessions: 1, idleTimeout: '1h' },
  });
  const { accounts, clock } = test;
  try {
    const { accountId } = await accounts.createAccount({ username: 'ada', password: PASSWORD });
    await accounts.setPassword({ accountId, newPassword: 'a long walk in the hills' });
    for (const rememberMe of [true, false]) {
      clock.advance(1);
      await accounts.pushCustomSession({ username: 'ada', request: requestWith(), rememberMe });
    }
    await accounts.tokens.issue({ accountId, purpose: 'join' });
    await accounts.addResetPasswordToken({ accountId });
    const stored = await accounts.findUser({ username: 'ada' });
    // It has all the marks that are to be left out.
    const marks = [
      'sessionGeneration',
      'sessionsFrom',
      'sessionsTo',
      'tokensVoidBefore',
      'customTokenCount',
      'passwordRecoveryCount',
      'hasPlace',
    ];
    expect(Object.keys(stored ?? {})).toEqual(expect.arrayContaining(marks));

    const { account, sessions } = await accounts.lifecycle.export({ accountId });
    expect(Object.keys(account).sort()).toEqual([
      'accountId',
      'createdAt',
      'deactivated',
      'permissions',
      'updatedAt',
      'username',
    ]);
    const now = clock.now().getTime();
    expect(sessions).toEqual([
      expect.objectContaining({
        remembered: true,
        lastSeenAt: new Date(now - 1).toISOString(),
      }),
      expect.objectContaining({ remembered: false, lastSeenAt: new Date(now).toISOString() }),
    ]);
  } finally {
    await test.drop();
  }
});

it('every field of an account is either exported or a mark of the package', () => {
  const exported = [
    'accountId',
    'deactivated',
    'deleting',
    'foreignId',
    'permissions',
    'profile',
    'username',
  ];
  const marks = [
    'contactsVoidBefore',
    'customTokenCount',
    'emailVerificationCount',
    'hasPlace',
    'passwordRecoveryCount',
    'pendingVoidBefore',
    'sessionGeneration',
    'sessionsFrom',
    'sessionsTo',
    'tokensVoidBefore',
  ];
  // A new one belongs to one of the two lists, and to `AccountExporter` if it is its owner's.
  expect(Object.keys(Account.schema.shape).sort()).toEqual([...exported, ...marks].sort());
});
