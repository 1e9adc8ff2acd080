import { requireNewPasswords } from '@latchkey/accounts/restore';
import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';

const NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

let test: Owners;
beforeAll(async () => {
  test = await createOwners();
});
afterAll(() => test.drop());

const logIn = ({ username }: Pick<Owner, 'username'>, password = PASSWORD): Promise<string> =>
  codeOf(test.accounts.userByPasswordLogin({ username, password, request: requestWith() }));

it('voids passwords, ends sessions and tells owners, who choose new ones by a reset', async () => {
  const { accounts } = test;
  const [ada, bob] = [await test.signUp(), await test.signUp()];
  const alone = await accounts.createAccount({ username: 'alone', password: PASSWORD });
  const ids = [ada.accountId, alone.accountId, NOBODY, ada.accountId];
  expect(await requireNewPasswords(accounts, ids)).toEqual({
    done: [ada.accountId],
    unreachable: [alone.accountId],
    withoutPassword: [],
    notFound: [NOBODY],
  });
  expect(test.sent()).toEqual([`PasswordRemoved ${ada.email}`]);
  expect([await logIn(ada), await logIn({ username: 'alone' })]).toEqual([
    'LoginFailed',
    'LoginFailed',
  ]);
  expect(await codeOf(accounts.handleRequest(requestWith(ada.authToken)))).toBe('InvalidSession');
  expect(await logIn(bob)).toBe('none');

  const again = await requireNewPasswords(accounts, [ada.accountId]);
  expect(again).toMatchObject({ done: [], withoutPassword: [ada.accountId] });

  await accounts.passwords.requestReset({ email: ada.email });
  await accounts.settled();
  const newPassword = 'another walk in the hills';
  await accounts.passwords.reset({ token: test.lastToken(ada.email), newPassword });
  expect([await logIn(ada), await logIn(ada, newPassword)]).toEqual(['LoginFailed', 'none']);
});

it('refuses what are no ids before anything is written, and what is no Accounts', async () => {
  const { accounts } = test;
  const ada = await test.signUp();
  const wrong = [ada.accountId, 'canary-not-an-id'];
  const { commands } = await test.log.costOf(async () => {
    const error = await errorOf(requireNewPasswords(accounts, wrong));
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'accountIds.1' } });
    for (const given of [undefined, null, 5, ada.accountId, {}]) {
      const refused = await errorOf(requireNewPasswords(accounts, given as never));
      expect(refused).toMatchObject({ details: { path: 'accountIds', reason: 'notAList' } });
    }
  });
  expect(commands).toEqual([]);
  const byOther = requireNewPasswords({} as never, []);
  expect(await codeOf(byOther)).toBe('InvalidConfiguration');
});
