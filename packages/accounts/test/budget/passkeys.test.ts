import { errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { createPasskeyAccounts, Device, type PasskeyAccounts } from '../passkeys/support.js';

describe('the DynamoDB requests of passkeys (DESIGN §9)', () => {
  let test: PasskeyAccounts;
  beforeAll(async () => {
    test = await createPasskeyAccounts({ asSecondFactor: true }, { throttling: {} });
  });
  afterAll(() => test.drop());

  it('are 2 for the options of a login, of which the first counts it, and 3 for the login', async () => {
    const { device } = await test.signUpWithPasskey();
    const request = requestWith();
    const begin = () => test.accounts.passkeys.createLoginOptions({ request });
    const { options, browserSecret } = await begin();
    const begun = await test.log.costOf(begin);
    expect(begun.commands).toEqual(['UpdateItem', 'PutItem']);
    const response = device.get(options);
    const login = await test.log.costOf(() =>
      test.accounts.passkeys.login({ request, response, browserSecret }),
    );
    expect(login.commands).toEqual(['DeleteItem', 'Query', 'TransactWriteItems']);
    expect(login.requests[1]?.input.ConsistentRead).toBe(true);
  });

  it('are the same for an unknown passkey as for a wrong signature', async () => {
    const owner = await test.signUpWithPasskey();
    const gone = await test.signUpWithPasskey();
    const { accountId } = gone;
    await test.accounts.passkeys.remove({ accountId, passkeyId: gone.passkey.passkeyId });
    const costs = [];
    for (const device of [owner.device, gone.device]) {
      const request = requestWith();
      const { options, browserSecret } = await test.accounts.passkeys.createLoginOptions({
        request,
      });
      const response = device.forge(options, { edit: (given) => (given.signature = 'AAAA') });
      const { commands } = await test.log.costOf(() =>
        test.accounts.passkeys.login({ request, response, browserSecret }),
      );
      costs.push(commands);
    }
    expect(costs).toEqual([
      ['DeleteItem', 'Query'],
      ['DeleteItem', 'Query'],
    ]);
  });

  it('are 4 and 4 for a second factor', async () => {
    const { device, username } = await test.signUpWithPasskey();
    const request = requestWith();
    const first = test.accounts.userByPasswordLogin({ username, password: PASSWORD, request });
    const { challenge = '' } = await errorOf(first);
    const begin = () => test.accounts.passkeys.createLoginOptions({ request, challenge });
    const { options, browserSecret } = await begin();
    const begun = await test.log.costOf(begin);
    expect(begun.commands).toEqual(['GetItem', 'Query', 'UpdateItem', 'PutItem']);
    const response = device.get(options);
    const login = await test.log.costOf(() =>
      test.accounts.passkeys.login({ request, response, browserSecret, challenge }),
    );
    expect(login.commands).toEqual(['DeleteItem', 'GetItem', 'Query', 'TransactWriteItems']);
  });

  it('are 4 for the options of a registration, 3 for the registration, 2 for a name, 3 for a removal', async () => {
    const { request, accountId } = await test.signUp();
    const begin = () => test.accounts.passkeys.createRegistrationOptions({ request });
    const { options, browserSecret } = await begin();
    const begun = await test.log.costOf(begin);
    expect([...begun.commands].sort()).toEqual(['BatchGetItem', 'PutItem', 'Query', 'UpdateItem']);
    const response = new Device().create(options);
    const added = await test.log.costOf(() =>
      test.accounts.passkeys.register({ request, response, browserSecret }),
    );
    expect(added.commands).toEqual(['DeleteItem', 'Query', 'TransactWriteItems']);
    const { passkeys } = await test.accounts.passkeys.list({ accountId });
    const passkeyId = passkeys[0]?.passkeyId ?? '';
    const renamed = await test.log.costOf(() =>
      test.accounts.passkeys.rename({ request, passkeyId, name: 'Phone' }),
    );
    expect(renamed.commands).toEqual(['Query', 'TransactWriteItems']);
    const removed = await test.log.costOf(() =>
      test.accounts.passkeys.remove({ request, passkeyId }),
    );
    expect(removed.commands).toEqual(['Query', 'GetItem', 'TransactWriteItems']);
  });

  it('are none where passkeys are not used: a reset costs what it did', async () => {
    const { accountId } = await test.signUp();
    const { commands } = await test.log.costOf(() =>
      test.accounts.setPassword({ accountId, newPassword: `${PASSWORD} 2` }),
    );
    expect(commands).toEqual(['Query', 'TransactWriteItems']);
  });
});
