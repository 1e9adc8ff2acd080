import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';

/** The unique item of the token, the account, and the transaction that uses the token up. */
const READ_AND_COMMIT = ['GetItem', 'Query', 'TransactWriteItems'];

describe('the DynamoDB requests of consuming a token, and of one change (DESIGN §9)', () => {
  let test: Owners;
  let ada: Owner;
  const NEW_EMAIL = 'new@example.com';

  beforeEach(async () => {
    test = await createOwners();
    ada = await test.signUp();
  });
  afterEach(() => test.drop());

  const addEmail = async (): Promise<string> => {
    await test.accounts.contacts.addEmail({ request: ada.request, email: NEW_EMAIL });
    return test.lastToken(NEW_EMAIL);
  };
  const isVerified = async (accountId: string, email: string): Promise<boolean | undefined> => {
    const contacts = await test.accounts.contacts.list({ accountId });
    return contacts.find(({ data }) => data.value === email)?.verified;
  };

  it('an address is verified in its own session by 3 requests: the transaction checks the session', async () => {
    const token = await addEmail();
    const { request, accountId } = ada;
    const { commands, trips } = await test.log.costOf(() =>
      test.accounts.verifyEmailWithToken({ token, request }),
    );
    expect(await isVerified(accountId, NEW_EMAIL)).toBe(true);
    expect(commands).toEqual(READ_AND_COMMIT);
    expect(trips).toBe(3);
  });

  it('an address is verified with the handle of its sign-up by 3 requests', async () => {
    const email = 'grace@example.com';
    const { handle } = await test.accounts.requestAccount({
      email,
      password: PASSWORD,
      request: requestWith(),
    });
    await test.accounts.settled();
    const token = test.lastToken(email);
    const { commands, trips } = await test.log.costOf(() =>
      test.accounts.verifyEmailWithToken({ token, handle }),
    );
    const { accountId = '' } = (await test.accounts.findUser({ username: email })) ?? {};
    expect(await isVerified(accountId, email)).toBe(true);
    expect(commands).toEqual(READ_AND_COMMIT);
    expect(trips).toBe(3);
  });

  // Decision 0011: an attempt is counted before the password is looked at, and once it is known whose.
  it('an address is verified with a password by 4 requests: the attempt is counted by itself', async () => {
    const token = await addEmail();
    const { commands, trips } = await test.log.costOf(() =>
      test.accounts.verifyEmailWithToken({ token, password: PASSWORD }),
    );
    expect(await isVerified(ada.accountId, NEW_EMAIL)).toBe(true);
    expect(commands).toEqual(['GetItem', 'Query', 'UpdateItem', 'TransactWriteItems']);
    expect(trips).toBe(4);
  });

  // A delete reads its document first, whose unique item it removes along.
  it('an address is taken away by its token alone by 4 requests', async () => {
    const token = await addEmail();
    const { commands } = await test.log.costOf(() => test.accounts.verifyEmailWithToken({ token }));
    expect(await isVerified(ada.accountId, NEW_EMAIL)).toBeUndefined();
    expect(commands).toEqual(['GetItem', 'Query', 'GetItem', 'TransactWriteItems']);
  });

  it('a login by a magic link is at most 3 requests in 3 trips', async () => {
    await test.accounts.magicLinks.request({ email: ada.email });
    await test.accounts.settled();
    const token = test.lastToken(ada.email);
    const request = requestWith();
    const { commands, trips } = await test.log.costOf(() =>
      test.accounts.magicLinks.login({ token, request }),
    );
    expect(request.authToken).toEqual(expect.any(String));
    expect(commands.length).toBeLessThanOrEqual(3);
    expect(trips).toBeLessThanOrEqual(3);
  });

  it('updateUser of a username alone is at most 3 requests', async () => {
    const { request, accountId } = ada;
    const { commands } = await test.log.costOf(() =>
      selfService(test.accounts).updateUser({ request, username: 'countess' }),
    );
    expect(await test.accounts.findUser({ username: 'countess' })).toMatchObject({ accountId });
    expect(commands.length).toBeLessThanOrEqual(3);
  });
});
