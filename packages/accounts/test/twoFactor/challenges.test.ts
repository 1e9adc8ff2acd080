import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import {
  createTwoFactorAccounts,
  MINUTE,
  type TwoFactorAccounts,
} from './support/twoFactorAccounts.js';

describe('the challenges of an account with a second factor', () => {
  let test: TwoFactorAccounts;
  beforeEach(async () => {
    test = await createTwoFactorAccounts({}, { throttling: { address: false } });
  });
  afterEach(() => test.drop());

  const challengesOf = async (accountId: string) => {
    const { items } = await test.accounts.TokenEntity.findMany({
      filter: { accountId, kind: 'twoFactorAuth' },
    });
    return items.filter(({ createdFor }) => /^(?:challenge|enrolment)$/.test(createdFor));
  };

  it('are at most five, however often the right password is shown', async () => {
    const ada = await test.signUpWithTotp();
    for (let at = 0; at < 12; at++) {
      await test.challengeOf(ada);
      expect((await challengesOf(ada.accountId)).length).toBeLessThanOrEqual(5);
      test.clock.advance(at % 3 === 0 ? 6 * MINUTE : 1);
    }
    expect(await challengesOf(ada.accountId)).toHaveLength(5);
  });

  it('are few again after several logins at once', async () => {
    const ada = await test.signUpWithTotp();
    for (let round = 0; round < 2; round++) {
      await Promise.allSettled(Array.from({ length: 6 }, () => test.login(ada)));
    }
    for (let at = 0; at < 8; at++) await test.challengeOf(ada);
    expect(await challengesOf(ada.accountId)).toHaveLength(5);
  });

  it('that are the newest five can all be answered, older ones no longer', async () => {
    const ada = await test.signUpWithTotp();
    const challenges: string[] = [];
    for (let at = 0; at < 6; at++) {
      challenges.push(await test.challengeOf(ada));
      test.clock.advance(1);
    }
    const codes: string[] = [];
    for (const challenge of challenges) {
      test.clock.advance(30_000);
      const code = test.app(ada.secret);
      const request = requestWith();
      codes.push(
        await codeOf(test.accounts.twoFactor.loginWithTwoFactor({ challenge, code, request })),
      );
    }
    expect(codes).toEqual(['TokenVerificationFailed', 'none', 'none', 'none', 'none', 'none']);
  });

  it('cost a login no request more while there are few', async () => {
    const ada = await test.signUpWithTotp();
    const { username } = ada;
    const { commands } = await test.log.costOf(() =>
      codeOf(
        test.accounts.userByPasswordLogin({ username, password: PASSWORD, request: requestWith() }),
      ),
    );
    expect(commands).toEqual(['GetItem', 'Query', 'UpdateItem', 'TransactWriteItems']);
  });

  it('of an enrolment that is demanded are bounded as well', async () => {
    const demanding = await createTwoFactorAccounts({ isRequired: () => true });
    try {
      const bob = await demanding.signUp();
      for (let at = 0; at < 9; at++) {
        await demanding.challengeOf(bob);
        demanding.clock.advance(1);
      }
      const { items } = await demanding.accounts.TokenEntity.findMany({
        filter: { accountId: bob.accountId, kind: 'twoFactorAuth' },
      });
      expect(items).toHaveLength(5);
    } finally {
      await demanding.drop();
    }
  });
});
