import { signUpByLink } from '@latchkey/accounts/passwordless';
import { createOwners, type Owners } from '../contacts/owners.js';
import { createTestHandler } from '../http/support.js';
import { codeOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The challenge for whoever has asked, and what the message says. */
interface Asked {
  readonly challenge: string;
  readonly code: string;
  readonly token: string;
}

let test: Owners;
let people = 0;
beforeAll(async () => {
  test = await createOwners({
    signUpByLink: signUpByLink({
      toAccount: (email) => ({ profile: { name: email.slice(0, 3) } }),
    }),
    throttling: { address: false },
  });
});
afterAll(() => test.drop());

const newAddress = (): string => `newcomer${String(++people)}@example.com`;
const ask = async (email: string): Promise<Asked> => {
  test.messages.length = 0;
  const { challenge } = await test.accounts.magicLinks.request({ email });
  await test.accounts.settled();
  const { code = '', token = '' } = test.messages.at(-1) ?? {};
  return { challenge, code, token };
};
/** The two ways of using what was sent. */
const WAYS = {
  'the link': ({ token }: Asked) => ({ token }),
  'the code': ({ challenge, code }: Asked) => ({ challenge, code }),
} as const;

describe.each(Object.entries(WAYS))('sign-up by %s', (name, shown) => {
  it('makes an account with the address verified and no password, and logs it in', async () => {
    const email = newAddress();
    const asked = await ask(email);
    expect(test.sent()).toEqual([`SignUpLink ${email}`]);
    expect(await test.accounts.findUser({ username: email })).toBeNull();
    const request = requestWith();
    const cost = await test.log.costOf(() =>
      test.accounts.magicLinks.login({ ...shown(asked), request }),
    );
    const counts = name === 'the code' ? ['UpdateItem', 'UpdateItem'] : [];
    expect(cost.commands).toEqual([...counts, 'GetItem', 'Query', 'GetItem', 'TransactWriteItems']);
    const { accountId = '', profile } = request.user ?? {};
    expect(profile).toEqual({ name: 'new' });
    const contacts = await test.accounts.contacts.list({ accountId });
    expect(contacts.map(({ data, verified }) => [data.value, verified])).toEqual([[email, true]]);
    const { items } = await test.accounts.TokenEntity.findMany({ filter: { accountId } });
    expect(items).toEqual([]);
    // Next time, it is a login.
    const again = await ask(email);
    expect(test.sent()).toEqual([`MagicLink ${email}`]);
    const next = requestWith();
    await test.accounts.magicLinks.login({ ...shown(again), request: next });
    expect(next.user?.accountId).toBe(accountId);
  });

  it('GHSA-7w99-5wm4-3g79: of 16 at once makes one account', async () => {
    const asked = await ask(newAddress());
    const other = test.another();
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        codeOf(
          (at % 2 ? test.accounts : other).magicLinks.login({
            ...shown(asked),
            request: requestWith(),
          }),
        ),
      ),
    );
    expect(outcomes.filter((each) => each === 'none')).toHaveLength(1);
    // Of one code, five guesses are looked at.
    const refusals = ['TokenVerificationFailed', ...(name === 'the code' ? ['AccountLocked'] : [])];
    expect(['none', ...refusals]).toEqual(expect.arrayContaining(outcomes));
  });

  it('expires, and is refused where the address has got an owner meanwhile', async () => {
    const late = await ask(newAddress());
    test.clock.advance(15 * MINUTE_MS);
    const login = (asked: Asked): Promise<string> =>
      codeOf(test.accounts.magicLinks.login({ ...shown(asked), request: requestWith() }));
    expect(await login(late)).toBe('TokenVerificationFailed');
    const email = newAddress();
    const asked = await ask(email);
    const { accountId } = await test.accounts.createAccount({ email, password: PASSWORD });
    await test.accounts.verifyEmail({ accountId, email });
    expect(await login(asked)).toBe('TokenVerificationFailed');
  });

  it('GHSA-fmh4-wcc4-5jm3: takes the address from a claim that nobody has proven, and leaves the stranger nothing', async () => {
    const email = newAddress();
    const asked = await ask(email);
    const stranger = requestWith();
    const own = { email, password: PASSWORD, request: stranger };
    const { account } = await test.accounts.createAccountAndLogin(own);
    const request = requestWith();
    await test.accounts.magicLinks.login({ ...shown(asked), request });
    expect(request.user?.accountId).not.toBe(account.accountId);
    const login = { username: email, password: PASSWORD, request: requestWith() };
    expect(await codeOf(test.accounts.userByPasswordLogin(login))).toBe('LoginFailed');
    const theirs = await test.accounts.contacts.list({ accountId: account.accountId });
    expect(theirs).toEqual([]);
  });
});

describe('sign-up by link', () => {
  it('answers alike, at the same cost, whether the address has an account or not', async () => {
    const { email } = await test.signUp();
    const unverified = newAddress();
    await test.accounts.createAccount({ email: unverified, password: PASSWORD });
    const costs: unknown[] = [];
    for (const each of [email, unverified, newAddress()]) {
      const { requests } = await test.log.costOf(() =>
        test.accounts.magicLinks.request({ email: each }),
      );
      costs.push(
        requests.map(({ command, input }) => [
          command,
          (input.TransactItems as readonly unknown[] | undefined)?.length,
        ]),
      );
    }
    expect(costs[1]).toEqual(costs[0]);
    expect(costs[2]).toEqual(costs[0]);
  });

  it('floods nobody: ten messages a day to an address that has no account', async () => {
    const email = newAddress();
    let sent = 0;
    for (let hour = 0; hour < 20; hour++) {
      const { code } = await ask(email);
      if (code !== '') sent++;
      test.clock.advance(30 * MINUTE_MS);
    }
    expect(sent).toBeLessThanOrEqual(20);
    expect(sent).toBeGreaterThanOrEqual(10);
    test.clock.advance(DAY_MS);
    expect((await ask(email)).code).not.toBe('');
  });

  it('RFC 10027, GHSA-cq3f-vc6p-68fh: by a code is for whoever has asked: read out to another, it makes nothing', async () => {
    const email = newAddress();
    const attacker = await ask(email);
    const owner = await ask(email);
    const request = requestWith();
    const mixed = { challenge: attacker.challenge, code: owner.code, request };
    expect(await codeOf(test.accounts.magicLinks.login(mixed))).toBe('TokenVerificationFailed');
    expect(await test.accounts.findUser({ username: email })).toBeNull();
    const { challenge, code } = owner;
    await test.accounts.magicLinks.login({ challenge, code, request });
    // What the attacker has asked for is void: the address has its owner now.
    const { token } = attacker;
    expect(await codeOf(test.accounts.magicLinks.login({ token, request: requestWith() }))).toBe(
      'TokenVerificationFailed',
    );
  });

  it('can be vetoed, and then nothing is made and the link stays', async () => {
    const off = test.accounts.on('ValidateCreateUser', () => {
      throw new Error('Not today.');
    });
    const email = newAddress();
    const { token } = await ask(email);
    const login = (): Promise<string> =>
      codeOf(test.accounts.magicLinks.login({ token, request: requestWith() }));
    expect(await login()).toBe('Vetoed');
    expect(await test.accounts.findUser({ username: email })).toBeNull();
    off();
    expect(await login()).toBe('none');
  });

  it('makes no second account by a link that is used up while it is looked at', async () => {
    const { token } = await ask(newAddress());
    const login = async (): Promise<string> => {
      const request = requestWith();
      await test.accounts.magicLinks.login({ token, request });
      return request.user?.accountId ?? '';
    };
    let isFirst = true;
    const off = test.accounts.on('ValidateCreateUser', async () => {
      if (!isFirst) return;
      isFirst = false;
      // The address is free again then: only the link itself stands in the way.
      await test.accounts.lifecycle.delete({ accountId: await login() });
    });
    expect(await codeOf(login())).toBe('TokenVerificationFailed');
    off();
    expect(await codeOf(login())).toBe('TokenVerificationFailed');
  });

  it('is off unless it is asked for', async () => {
    const plain = await createOwners();
    const email = newAddress();
    const { challenge } = await plain.accounts.magicLinks.request({ email });
    await plain.accounts.settled();
    expect([challenge.length, plain.sent()]).toEqual([112, []]);
    await plain.drop();
    expect(() => signUpByLink({ toAccount: 5 as never })).toThrow(
      expect.objectContaining({ code: 'InvalidConfiguration' }),
    );
  });

  it('works over HTTP, by the page of the link and by the code', async () => {
    const server = await createTestHandler({}, { signUpByLink: signUpByLink() });
    for (const by of ['page', 'code'] as const) {
      const browser = server.browser();
      const email = newAddress();
      const asked = await browser.post('/auth/magic-link/request', { email });
      await server.accounts.settled();
      const { token = '', code } = server.messages.at(-1) ?? {};
      const got =
        by === 'page'
          ? await browser.post('/auth/magic-link', `token=${token}`, {
              headers: { 'content-type': 'application/x-www-form-urlencoded' },
            })
          : await browser.post('/auth/magic-link', { challenge: asked.json.challenge, code });
      expect([by, got.status]).toEqual([by, 200]);
      expect((await browser.send('/auth/session')).status).toBe(200);
    }
    await server.drop();
  });
});
