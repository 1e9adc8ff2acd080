import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { ActionName, ShownAccount } from '../../src/console/api.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { startTestConsole, type ActionTarget, type TestConsole } from './support.js';

describe('An action does what its preview tells, as the method of Accounts does it:', () => {
  let own: TestConsole;
  beforeEach(async () => {
    own = await startTestConsole();
    await own.signIn();
  });
  afterEach(() => own.close());

  const shown = async (accountId: string): Promise<ShownAccount> => {
    const { json } = await own.call('/api/find', { identifier: accountId });
    return json.result as ShownAccount;
  };
  const effectsOf = async (action: ActionName, target: ActionTarget): Promise<unknown[]> => {
    const { preview } = await own.act(action, target);
    return preview.result.effects.map(({ name, count }) =>
      count === undefined ? name : [name, count],
    );
  };
  const flowsSince = (at: number): unknown[] =>
    own.test.events.slice(at).map(({ name, method }) => [name, method].filter(Boolean).join(' '));

  it('deactivate and reactivate', async () => {
    const { test } = own;
    const person = await test.signUp();
    const { accountId } = person;
    const request = await test.requestOf(person);
    const before = test.events.length;
    expect(await effectsOf('deactivate', { accountId })).toEqual([
      'loginsRefused',
      'sessionsEnd',
      'pendingContactsRevoked',
    ]);
    expect(await shown(accountId)).toMatchObject({ deactivated: true });
    await expect(test.login(person)).rejects.toMatchObject({ code: 'AccountDeactivated' });
    const again = { ...requestWith(request.authToken) };
    await expect(test.accounts.handleRequest(again)).rejects.toMatchObject({ status: 401 });
    expect(await effectsOf('reactivate', { accountId })).toEqual([
      'loginsAllowed',
      'sessionsStayEnded',
    ]);
    expect(await shown(accountId)).toMatchObject({
      deactivated: false,
      sessions: [expect.objectContaining({ active: false })],
    });
    await test.login(person);
    expect(flowsSince(before)).toEqual(
      expect.arrayContaining(['DeactivateUserSuccess', 'ReactivateUserSuccess']),
    );
  });

  it('revokeSession ends one session, and revokeAllSessions the others', async () => {
    const { test } = own;
    const person = await test.signUp();
    const { accountId } = person;
    for (let at = 0; at < 3; at++) await test.requestOf(person);
    const [newest] = (await shown(accountId)).sessions;
    const sessionId = newest?.sessionId;
    expect(await effectsOf('revokeSession', { accountId, sessionId })).toEqual(['sessionEnds']);
    const active = async (): Promise<boolean[]> =>
      (await shown(accountId)).sessions.map((each) => each.active);
    expect(await active()).toEqual([false, true, true]);
    await test.accounts.addResetPasswordToken({ accountId });
    const kinds = (await shown(accountId)).tokens.map(({ kind }) => kind);
    expect(kinds).toEqual(['email_verification', 'password_recovery']);
    await effectsOf('revokeAllSessions', { accountId });
    expect(await active()).toEqual([false, false, false]);
    expect((await shown(accountId)).tokens).toEqual([]);
  });

  it('revokeSession refuses a session that the account does not have', async () => {
    const [one, other] = [await own.test.signUp(), await own.test.signUp()];
    await own.test.requestOf(other);
    const sessionId = (await shown(other.accountId)).sessions[0]?.sessionId;
    for (const target of [{ accountId: one.accountId, sessionId }, { accountId: one.accountId }]) {
      const { status, json } = await own.call('/api/preview', {
        action: 'revokeSession',
        ...target,
      });
      expect([status, json.code]).toEqual([404, 'SessionNotFound']);
    }
    expect((await shown(other.accountId)).sessions[0]?.active).toBe(true);
  });

  it('resetTwoFactor deletes factors and recovery codes, and the owner is told', async () => {
    const { test } = own;
    const person = await test.signUpWithTotp();
    const { accountId } = person;
    expect((await shown(accountId)).factors).toEqual({
      totpSince: expect.any(String),
      unconfirmed: 0,
      recoveryCodes: { unused: 10, total: 10 },
    });
    const before = test.messages.length;
    expect(await effectsOf('resetTwoFactor', { accountId })).toEqual([
      ['factorsDeleted', 11],
      'passwordSuffices',
      'sessionsEnd',
      'ownerNotified',
    ]);
    expect((await shown(accountId)).factors).toEqual({
      unconfirmed: 0,
      recoveryCodes: { unused: 0, total: 0 },
    });
    // Sent before the answer: the console may be stopped right after it.
    expect(test.messages.slice(before).map(({ kind }) => kind)).toEqual(['TwoFactorDisabled']);
    await test.login(person);
  });

  it('delete removes every document, and the username and address are free', async () => {
    const { test } = own;
    const person = await test.signUpWithTotp();
    const { accountId, username, email } = person;
    const { preview, done } = await own.act('delete', { accountId });
    const deleted = preview.result.effects.find(({ name }) => name === 'documentsDeleted')?.count;
    expect(done.result).toEqual({ action: 'delete', deletedCount: deleted });
    expect(await test.accounts.findUser({ username })).toBeNull();
    await test.accounts.createAccount({ username, email, password: PASSWORD });
  });

  it('delete refuses an account with documents of an entity that is not bound, and says which', async () => {
    const { test } = own;
    const { accountId } = await test.signUp();
    const Item = {
      PK: { S: `account#${accountId}` },
      SK: { S: 'order#1' },
      _e: { S: 'Order' },
      _v: { N: '1' },
    };
    await test.client.send(new PutItemCommand({ TableName: test.table.name, Item }));
    const { result } = await own.preview('delete', { accountId });
    const { status, json } = await own.call('/api/confirm', { confirmation: result.confirmation });
    expect([status, json.code]).toEqual([500, 'InvalidConfiguration']);
    expect(json.detail).toContain('Order');
    expect(await test.accounts.findUser({ username: accountId })).not.toBeNull();
  });

  it('export gives what Accounts exports, and changes nothing', async () => {
    const { test } = own;
    const { accountId } = await test.signUpWithTotp();
    const { preview, done } = await own.act('export', { accountId });
    expect(done.result.exported).toEqual(await test.accounts.lifecycle.export({ accountId }));
    expect(done.cost.writeUnits).toBe(0);
    const { exported = {} } = done.result;
    const { account: _, related: __, ...lists } = exported as Record<string, unknown[]>;
    const count = 1 + Object.values(lists).flat().length;
    expect(preview.result.effects).toEqual([
      { name: 'documentsExported', count },
      { name: 'nothingChanges' },
    ]);
  });
});
