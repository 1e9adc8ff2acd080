import { injectFaults } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { contentsOf } from '../support/contents.js';
import { CountingHasher } from '../support/CountingHasher.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, type FullAccounts } from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from './owners.js';

const PHONE = '+4930123456';
const OTHER_PHONE = '+4930654321';
const BUDGET = 5;
const MINUTE = 60_000;

describe('a phone number', () => {
  let test: Owners;
  let accounts: FullAccounts;
  let hasher: CountingHasher;
  let ada: Owner;
  const verify = (code: string, phone = PHONE): Promise<string> =>
    codeOf(accounts.contacts.verifyPhone({ request: ada.request, phone, code }));
  const isVerified = async (phone = PHONE): Promise<boolean> =>
    (await accounts.contacts.list({ accountId: ada.accountId })).some(
      ({ data, verified }) => data.value === phone && verified === true,
    );
  /** A code that is not the one that was sent. */
  const wrong = (code = test.lastToken(PHONE)): string =>
    String((Number(code) + 1) % 1_000_000).padStart(6, '0');

  beforeEach(async () => {
    hasher = new CountingHasher();
    // One address for everybody here: what is looked at is the count by account.
    test = await createOwners({ passwords: { hasher }, throttling: { address: false } });
    accounts = test.accounts;
    ada = await test.signUp();
    await accounts.contacts.addPhone({ request: ada.request, phone: PHONE });
    hasher.verified = [];
  });
  afterEach(async () => {
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
    await test.drop();
  });

  it('is verified by the code that was sent there: two requests, then four, as the session is read', async () => {
    const { request } = ada;
    const issue = await test.log.costOf(async () => {
      const issued = await accounts.contacts.requestPhoneVerification({ request, phone: PHONE });
      expect(issued).toEqual({});
    });
    expect(issue.commands).toEqual(['Query', 'TransactWriteItems']);
    const code = test.lastToken(PHONE);
    expect(code).toMatch(/^\d{6}$/);
    const { commands } = await test.log.costOf(async () => {
      expect(await verify(code)).toBe('none');
    });
    expect(commands).toEqual(['BatchGetItem', 'Query', 'UpdateItem', 'TransactWriteItems']);
    expect(await isVerified()).toBe(true);
    expect(hasher.verified).toHaveLength(1);
  });

  it('uses up no attempt in a session that has ended (story 8)', async () => {
    const { accountId, authToken } = ada;
    await test.another().logout({ authToken, request: requestWith() });
    for (let attempt = 0; attempt < BUDGET; attempt++) {
      expect(await verify(wrong())).toBe('InvalidSession');
    }
    expect(hasher.verified).toEqual([]);
    const code = test.lastToken(PHONE);
    expect(await codeOf(accounts.contacts.verifyPhone({ accountId, phone: PHONE, code }))).toBe(
      'none',
    );
  });

  it('gets its code from the application, too', async () => {
    const { accountId } = ada;
    const { code } = await accounts.contacts.requestPhoneVerification({ accountId, phone: PHONE });
    expect(code).toBe(test.lastToken(PHONE));
    await accounts.contacts.verifyPhone({ accountId, phone: PHONE, code: code ?? '' });
    expect(await isVerified()).toBe(true);
  });

  it('ASVS 6.5.1, CVE-2026-33624: is verified once by 16 concurrent calls with the right code', async () => {
    const code = test.lastToken(PHONE);
    const codes = await Promise.all(Array.from({ length: 16 }, () => verify(code)));
    expect(codes.filter((each) => each === 'none')).toHaveLength(1);
    test.clock.advance(MINUTE);
    expect(await verify(code)).toBe('TokenVerificationFailed');
  });

  it('ASVS 6.6.3, 6.3.1: takes 5 of 400 guesses that come at the same moment', async () => {
    const guess = wrong();
    const codes: string[] = [];
    for (let round = 0; round < 4; round++) {
      codes.push(...(await Promise.all(Array.from({ length: 100 }, () => verify(guess)))));
    }
    expect(codes.filter((each) => each === 'TokenVerificationFailed').length).toBeLessThanOrEqual(
      BUDGET,
    );
    expect(hasher.verified.length).toBeLessThanOrEqual(BUDGET);
    expect(await verify(test.lastToken(PHONE))).toBe('AccountLocked');
    expect(await isVerified()).toBe(false);
  });

  it('NIST 3.1.3.2: is counted on over new codes, until one is right', async () => {
    const { request } = ada;
    for (let attempt = 0; attempt < BUDGET; attempt++) {
      await accounts.contacts.requestPhoneVerification({ request, phone: PHONE });
      expect(await verify(wrong())).toBe('TokenVerificationFailed');
    }
    await accounts.contacts.requestPhoneVerification({ request, phone: PHONE });
    const locked = accounts.contacts.verifyPhone({
      request,
      phone: PHONE,
      code: test.lastToken(PHONE),
    });
    expect(await errorOf(locked)).toMatchObject({ code: 'AccountLocked', status: 429 });
    test.clock.advance(MINUTE);
    expect(await verify(test.lastToken(PHONE))).toBe('none');
    // The success has begun the count again.
    await accounts.contacts.requestPhoneVerification({ request, phone: PHONE });
    for (let attempt = 0; attempt < BUDGET - 1; attempt++) {
      expect(await verify(wrong())).toBe('TokenVerificationFailed');
    }
    expect(await verify(test.lastToken(PHONE))).toBe('none');
  });

  it('NIST 3.1.3.2, ASVS 6.6.3: is counted on by the number, whichever account guesses, until its own is right', async () => {
    const { request } = ada;
    const eve = await test.signUp();
    for (let attempt = 0; attempt < BUDGET - 1; attempt++) {
      expect(await verify(wrong())).toBe('TokenVerificationFailed');
    }
    // One's own number takes nothing back.
    await accounts.contacts.addPhone({ request, phone: OTHER_PHONE });
    expect(await verify(test.lastToken(OTHER_PHONE), OTHER_PHONE)).toBe('none');
    // Nor uses up what a number takes, who does not have it.
    for (let attempt = 0; attempt < BUDGET; attempt++) {
      const byEve = accounts.contacts.verifyPhone({
        request: eve.request,
        phone: PHONE,
        code: wrong(),
      });
      expect(await codeOf(byEve)).toBe('TokenVerificationFailed');
    }
    await accounts.contacts.remove({ request, kind: 'phone', value: PHONE });
    await accounts.contacts.addPhone({ request: eve.request, phone: PHONE });
    const byEve = (code: string): Promise<string> =>
      codeOf(accounts.contacts.verifyPhone({ request: eve.request, phone: PHONE, code }));
    expect(await byEve(wrong())).toBe('TokenVerificationFailed');
    expect(await byEve(test.lastToken(PHONE))).toBe('AccountLocked');
    test.clock.advance(MINUTE);
    expect(await byEve(test.lastToken(PHONE))).toBe('none');
  });

  it('takes the code that was sent last, whatever the clock of the server that sent it', async () => {
    const before = test.lastToken(PHONE);
    test.clock.advance(-5000);
    // One server's ids never go back, whatever its clock does.
    const { accountId } = ada;
    await test.another().contacts.requestPhoneVerification({ accountId, phone: PHONE });
    test.clock.advance(5000);
    if (before !== test.lastToken(PHONE)) {
      expect(await verify(before)).toBe('TokenVerificationFailed');
    }
    expect(await verify(test.lastToken(PHONE))).toBe('none');
  });

  it('ASVS 6.5.5: does not take a code after 10 minutes, although its row is there', async () => {
    const { request } = ada;
    test.clock.advance(10 * MINUTE - 1);
    expect(await verify(test.lastToken(PHONE))).toBe('none');
    await accounts.contacts.requestPhoneVerification({ request, phone: PHONE });
    test.clock.advance(10 * MINUTE);
    expect(await verify(test.lastToken(PHONE))).toBe('TokenVerificationFailed');
    const { items } = await accounts.TokenEntity.findMany({
      filter: { accountId: ada.accountId, kind: 'phone_verification' },
    });
    expect(items.filter(({ used }) => used !== true)).toHaveLength(1);
  });

  it('does not take an older code than the newest', async () => {
    const older = test.lastToken(PHONE);
    await accounts.contacts.requestPhoneVerification({ request: ada.request, phone: PHONE });
    const { items } = await accounts.TokenEntity.findMany({
      filter: { accountId: ada.accountId, kind: 'phone_verification' },
    });
    expect(items.map(({ used }) => used === true)).toEqual([true, false]);
    if (older !== test.lastToken(PHONE)) {
      expect(await verify(older)).toBe('TokenVerificationFailed');
    }
    expect(await verify(test.lastToken(PHONE))).toBe('none');
  });

  it('does not take the older one back when the newest is used', async () => {
    const older = test.lastToken(PHONE);
    await accounts.contacts.requestPhoneVerification({ request: ada.request, phone: PHONE });
    expect(await verify(test.lastToken(PHONE))).toBe('none');
    expect(await verify(older)).toBe('TokenVerificationFailed');
  });

  it('ASVS 6.5.1: takes one of two codes that were sent at the same moment, and then neither', async () => {
    const { accountId } = ada;
    const meanwhile = injectFaults(test.client).on('Query', {
      name: 'interleave',
      run: () => test.another().contacts.requestPhoneVerification({ accountId, phone: PHONE }),
    });
    await accounts.contacts
      .requestPhoneVerification({ accountId, phone: PHONE })
      .finally(() => meanwhile.remove());
    const [one = '', other = ''] = test.messages.slice(-2).map(({ token }) => token);
    const codes = [await verify(one), await verify(other), await verify(one)];
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect(await verify(other)).toBe('TokenVerificationFailed');
  });

  it('ASVS 6.6.2: does not take another number’s or another account’s code', async () => {
    const eve = await test.signUp();
    await accounts.contacts.addPhone({ request: eve.request, phone: OTHER_PHONE });
    const [own, others] = [test.lastToken(PHONE), test.lastToken(OTHER_PHONE)];
    expect(await verify(own, OTHER_PHONE)).toBe('TokenVerificationFailed');
    if (own !== others) expect(await verify(others)).toBe('TokenVerificationFailed');
    const byEve = accounts.contacts.verifyPhone({ request: eve.request, phone: PHONE, code: own });
    expect(await errorOf(byEve)).toMatchObject({
      code: 'TokenVerificationFailed',
      status: 401,
      details: { path: 'code' },
    });
    expect(await isVerified()).toBe(false);
    const sms = accounts.contacts.requestPhoneVerification({ request: eve.request, phone: PHONE });
    expect(await codeOf(sms)).toBe('ContactNotFound');
  });

  it('does not take the code of a number that was removed and added again', async () => {
    const { accountId, request } = ada;
    const before = test.lastToken(PHONE);
    await accounts.contacts.remove({ request, kind: 'phone', value: PHONE });
    expect(await verify(before)).toBe('TokenVerificationFailed');
    await accounts.contacts.addPhone({ accountId, phone: PHONE });
    if (before !== test.lastToken(PHONE)) {
      expect(await verify(before)).toBe('TokenVerificationFailed');
    }
  });

  it('ASVS 6.5.2: has its codes at rest under the slow hash only', async () => {
    const code = test.lastToken(PHONE);
    const items = await tableItems(test.client, test.table.name);
    const stored = items.flatMap(({ value }) => (value?.S === undefined ? [] : [value.S]));
    const codes = stored.filter((value) => value.startsWith('quick$'));
    expect(codes).toHaveLength(2); // with the password's
    expect(stored.some((value) => value.includes(code))).toBe(false);
  });

  it.each([
    [{ code: 123456 }, 'code', 'notAString'],
    [{ code: ['123456'] }, 'code', 'notAString'],
    [{ code: '12345' }, 'code', 'notValid'],
    [{ code: '1234567' }, 'code', 'notValid'],
    [{ code: '12345a' }, 'code', 'notValid'],
    [{ code: '123456\n' }, 'code', 'notValid'],
    [{ code: '١٢٣٤٥٦' }, 'code', 'notValid'],
    [{ phone: '123' }, 'phone', 'notAPhoneNumber'],
    [{ phone: null }, 'phone', 'notAString'],
    [{ country: 'EU' }, 'country', 'notACountry'],
    [{ request: undefined, accountId: 'account#1' }, 'accountId', 'notAnId'],
    [{ accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }, 'accountId', 'notBesideRequest'],
  ])('is not verified with %j: nothing is sent', async (change, path, reason) => {
    const input = { request: ada.request, phone: PHONE, code: '123456', ...change } as never;
    const { commands } = await test.log.costOf(async () => {
      expect(await errorOf(accounts.contacts.verifyPhone(input))).toMatchObject({
        code: 'InvalidInput',
        details: { path, reason },
      });
    });
    expect(commands).toEqual([]);
  });

  it('is for its owner, not for an impersonator', async () => {
    const request = await test.impersonated(ada);
    const code = test.lastToken(PHONE);
    const codes = [
      accounts.contacts.requestPhoneVerification({ request, phone: PHONE }),
      accounts.contacts.verifyPhone({ request, phone: PHONE, code }),
    ].map(codeOf);
    expect(await Promise.all(codes)).toEqual(['ImpersonatedSession', 'ImpersonatedSession']);
  });
});

it('ASVS 6.3.1: guesses at the codes of a phone are counted by the client’s address, too', async () => {
  const test = await createOwners({ throttling: { address: { budget: 3 } } });
  const { accounts } = test;
  const { accountId, username } = await test.signUp();
  await accounts.contacts.addPhone({ accountId, phone: PHONE });
  const request = requestWith();
  await accounts.userByPasswordLogin({ username, password: PASSWORD, request });
  const right = test.lastToken(PHONE);
  const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
  const codes: string[] = [];
  for (const code of [wrong, wrong, right]) {
    codes.push(await codeOf(accounts.contacts.verifyPhone({ request, phone: PHONE, code })));
  }
  expect(codes).toEqual(['TokenVerificationFailed', 'TokenVerificationFailed', 'TooManyRequests']);
  await test.drop();
});
