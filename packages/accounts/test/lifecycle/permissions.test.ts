import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('the permissions of an account', () => {
  let test: TestAccounts;
  let accountId: string;
  let given: readonly string[];

  beforeEach(async () => {
    test = await createTestAccounts();
    ({ accountId } = await test.accounts.createAccount({ username: 'ada', password: PASSWORD }));
    given = await test.accounts.permissions.list({ accountId });
  });
  afterEach(() => test.drop());

  it('are granted once, listed and revoked, by two requests', async () => {
    const { permissions } = test.accounts;
    const input = { accountId, permission: 'reports' };
    const cost = await test.log.costOf(async () => {
      expect(await permissions.grant(input)).toEqual([...given, 'reports']);
    });
    expect(cost.commands).toEqual(['GetItem', 'PutItem']);
    expect(await permissions.grant(input)).toEqual([...given, 'reports']);
    expect(await permissions.list({ accountId })).toEqual([...given, 'reports']);
    expect(await permissions.revoke(input)).toEqual(given);
    expect(await permissions.revoke(input)).toEqual(given);
  });

  it('are all there when many are granted at the same moment', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `right-${String(at)}`);
    await Promise.all(
      names.map((permission) => test.another().permissions.grant({ accountId, permission })),
    );
    const listed = await test.accounts.permissions.list({ accountId });
    expect([...listed].sort()).toEqual([...given, ...names].sort());
  });

  it('count from the next request on, in a session that is open', async () => {
    const { accounts } = test;
    const { authToken } = await accounts.userByPasswordLogin({
      username: 'ada',
      password: PASSWORD,
      request: requestWith(),
    });
    const may = async () => {
      const request = await accounts.handleRequest(requestWith(authToken));
      return codeOf(
        Promise.resolve().then(() => accounts.sessions.requirePermission(request, 'reports')),
      );
    };
    expect(await may()).toBe('PermissionDenied');
    await accounts.permissions.grant({ accountId, permission: 'reports' });
    expect(await may()).toBe('none');
    await accounts.permissions.revoke({ accountId, permission: 'reports' });
    expect(await may()).toBe('PermissionDenied');
  });

  it('are refused by name where they cannot be, and nothing is written', async () => {
    const { permissions } = test.accounts;
    for (const call of ['grant', 'revoke'] as const) {
      for (const permission of ['', 'x'.repeat(257), 7, null, undefined, '\ud800']) {
        const input = { accountId, permission } as { accountId: string; permission: string };
        expect(await errorOf(permissions[call](input))).toMatchObject({
          code: 'InvalidInput',
          details: { path: 'permission' },
        });
      }
      const unknown = permissions[call]({ accountId: UNKNOWN, permission: 'reports' });
      expect(await codeOf(unknown)).toBe('UserNotFound');
      expect(
        await errorOf(permissions[call]({ accountId: 'ada', permission: 'reports' })),
      ).toMatchObject({ code: 'InvalidInput', details: { path: 'accountId' } });
      expect(await codeOf(permissions[call](null as never))).toBe('InvalidInput');
    }
    expect(await codeOf(permissions.list({ accountId: UNKNOWN }))).toBe('UserNotFound');
    expect(await permissions.list({ accountId })).toEqual(given);
    expect(await test.accounts.findUser({ username: UNKNOWN })).toBeNull();
  });

  it('that change emit an UpdateUser event', async () => {
    const names: unknown[] = [];
    test.accounts.on('*', ({ name, method, accountId: whose }) =>
      names.push([name, method, whose]),
    );
    await test.accounts.permissions.grant({ accountId, permission: 'reports' });
    expect(names).toEqual([['UpdateUserSuccess', 'permissions', accountId]]);
  });
});
