import { PASSWORD, requestWith } from '../support/testAccounts.js';
import type { ActionName, ShownAccount } from '../../src/console/api.js';
import { ACTIONS } from '../../src/console/actions.js';
import { startTestConsole, type TestConsole } from './support.js';

describe('costs', () => {
  it('x', async () => {
    const c = await startTestConsole();
    await c.signIn();
    const { accountId } = await c.test.accounts.createAccount({ username: 'ada', email: 'ada@example.com', password: PASSWORD });
    await c.test.accounts.verifyEmail({ accountId, email: 'ada@example.com' });
    const login = await c.test.accounts.userByPasswordLogin({ username: 'ada', password: PASSWORD, request: requestWith() });
    const found = await c.call('/api/find', { identifier: 'ada@example.com' });
    console.log(JSON.stringify(found.json, null, 1));
    const sessionId = login.sessionDocument.ulid;
    for (const action of ['export', 'revokeSession', 'revokeAllSessions', 'deactivate', 'reactivate', 'resetTwoFactor', 'delete'] as const) {
      const r = await c.act(action, { accountId, ...(action === 'revokeSession' && { sessionId }) });
      console.log(action, JSON.stringify([r.preview.result.cost, r.done.cost, r.preview.cost, r.preview.result.effects, r.done.result.deletedCount]));
    }
    expect(c.faults).toEqual([]);
    await c.close();
  });
});
