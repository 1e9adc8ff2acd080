import { injectFaults } from '@latchkey/entity/testing';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type FullAccounts,
} from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from './owners.js';

const PHONE = '+4930123456';
const DAY = 24 * 60 * 60 * 1000;
const MESSAGES = { perAddress: 3, perAccount: 5 };

describe('messages to unverified addresses', () => {
  let test: Owners;
  let accounts: FullAccounts;
  let ada: Owner;
  const sentTo = (address: string): number =>
    test.messages.filter(({ to, token }) => to.value === address && token !== undefined).length;

  beforeEach(async () => {
    test = await createOwners({ throttling: { messages: MESSAGES } });
    accounts = test.accounts;
    ada = await test.signUp();
  });
  afterEach(async () => {
    expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
    await test.drop();
  });

  it('ASVS 6.6.3: a phone gets 3 codes of 32 that are asked for at once, by whatever account', async () => {
    const eve = await test.signUp();
    await accounts.contacts.addPhone({ request: eve.request, phone: PHONE });
    const asked = await Promise.all(
      Array.from({ length: 32 }, () =>
        codeOf(accounts.contacts.requestPhoneVerification({ request: eve.request, phone: PHONE })),
      ),
    );
    expect(asked.filter((code) => code === 'none').length).toBeLessThanOrEqual(2);
    expect(asked).toContain('TooManyRequests');
    expect(sentTo(PHONE)).toBeLessThanOrEqual(3);
    await accounts.contacts.remove({ request: eve.request, kind: 'phone', value: PHONE });
    while (
      (await codeOf(accounts.contacts.addPhone({ request: ada.request, phone: PHONE }))) === 'none'
    )
      await accounts.contacts.remove({ request: ada.request, kind: 'phone', value: PHONE });
    expect(sentTo(PHONE)).toBe(3);
    const refused = await errorOf(
      accounts.contacts.addPhone({ request: ada.request, phone: PHONE }),
    );
    expect(refused).toMatchObject({
      code: 'TooManyRequests',
      status: 429,
      details: { retryAfterSeconds: DAY / 2 / 1000 },
    });
    test.clock.advance(DAY);
    await accounts.contacts.addPhone({ accountId: ada.accountId, phone: PHONE });
  });

  it('an account sends 5, whatever it removes in between', async () => {
    const { request } = ada;
    const codes: string[] = [];
    for (let at = 0; at < 7; at++) {
      const email = `stranger${String(at)}@example.com`;
      const code = await codeOf(accounts.contacts.addEmail({ request, email }));
      codes.push(code);
      const removal = { request, kind: 'email', value: email } as const;
      if (code === 'none') await accounts.contacts.remove(removal);
    }
    expect(codes.filter((code) => code === 'none')).toHaveLength(MESSAGES.perAccount);
    expect(codes.slice(5)).toEqual(['TooManyRequests', 'TooManyRequests']);
  });

  it('ASVS 6.3.8: an account finds out of 5 addresses of 16 whether they are taken', async () => {
    const eve = await test.signUp();
    const { request } = eve;
    const codes = await Promise.all(
      Array.from({ length: 16 }, () =>
        codeOf(accounts.contacts.addEmail({ request, email: ada.email })),
      ),
    );
    expect(codes.filter((code) => code === 'EmailAlreadyExists').length).toBeLessThanOrEqual(5);
    const last = [ada.email, 'nobody@example.com'].map((email) =>
      accounts.contacts.addEmail({ request, email }).then(
        () => 'none',
        (error: unknown) => JSON.stringify(error),
      ),
    );
    const [taken, free] = await Promise.all(last);
    expect(taken).toContain('TooManyRequests');
    expect(taken).toBe(free);
  });

  it('are counted without saying in the table whom they went to', async () => {
    const email = 'canary-stranger@example.com';
    await accounts.contacts.addEmail({ request: ada.request, email });
    const items = await tableItems(test.client, test.table.name);
    const counts = items.filter(({ _e }) => _e?.S === 'SentMessages');
    // For this address, for the account, and for the address that it signed up with.
    expect(counts).toHaveLength(3);
    expect(JSON.stringify(counts)).not.toContain('canary');
  });

  it('are not limited where the application says so', async () => {
    const free = await createOwners({ throttling: { messages: false } });
    const { accountId } = await free.signUp();
    for (let at = 0; at < 12; at++) {
      await free.accounts.contacts.addPhone({ accountId, phone: PHONE });
      await free.accounts.contacts.remove({ accountId, kind: 'phone', value: PHONE });
    }
    await free.drop();
  });

  it.each([{ perAddress: 0 }, { perAccount: 1001 }, { perAddress: 1.5 }, { window: '0s' }])(
    'cannot be limited by %j',
    async (messages) => {
      const made = createTestAccounts({ throttling: { messages } as never });
      expect(await errorOf(made)).toMatchObject({
        code: 'InvalidConfiguration',
        details: { path: expect.stringContaining('throttling.messages.') },
      });
    },
  );
});

describe('without delivery', () => {
  it('no owner adds an address whose secret nobody would see: nothing is written', async () => {
    const test = await createTestAccounts();
    const { accounts, log } = test;
    const request = requestWith();
    const input = { username: 'ada', password: PASSWORD, request };
    const { accountId } = (await accounts.createAccountAndLogin(input)).account;
    const { commands } = await log.costOf(async () => {
      for (const lost of [
        accounts.contacts.addEmail({ request, email: 'a@example.com' }),
        accounts.contacts.addPhone({ request, phone: PHONE }),
        accounts.contacts.requestPhoneVerification({ request, phone: PHONE }),
      ]) {
        expect(await errorOf(lost)).toMatchObject({
          code: 'InvalidConfiguration',
          details: { path: 'delivery' },
        });
      }
    });
    expect(commands).toEqual([]);
    const { token } = await accounts.contacts.addEmail({ accountId, email: 'a@example.com' });
    await accounts.verifyEmailWithToken({ token: token ?? '', password: PASSWORD });
    await test.drop();
  });
});

describe('40 contacts', () => {
  it('ASVS 15.2.2, 15.4.2: are the maximum, also for 16 concurrent calls', async () => {
    const test = await createOwners();
    const { accounts } = test;
    const { accountId } = await test.signUp();
    for (let at = 1; at < 37; at++) {
      await accounts.contacts.addCustom({ accountId, value: `number ${String(at)}` });
    }
    const codes = await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        codeOf(accounts.contacts.addCustom({ accountId, value: `more ${String(at)}` })),
      ),
    );
    expect(codes.filter((code) => code === 'none')).toHaveLength(3);
    expect(await accounts.contacts.list({ accountId })).toHaveLength(40);
    const meanwhile = injectFaults(test.client).on('Query', {
      name: 'interleave',
      run: () => test.another().contacts.remove({ accountId, kind: 'custom', value: 'number 1' }),
    });
    const late = accounts.contacts.addCustom({ accountId, value: 'late' });
    expect(await codeOf(late).finally(() => meanwhile.remove())).toMatch(/none|InvalidInput/);
    await test.drop();
  });
});
