import { phoneNumbers } from '@latchkey/accounts/phone-numbers';
import { Accounts } from '../../src/accounts/Accounts.js';
import type { Message } from '../../src/delivery/Delivery.js';
import { renderMessage } from '../../src/delivery/templates/renderMessage.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { createTestHandler, PASSWORD as WEB_PASSWORD } from '../http/support.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { requestWith, SECRET } from '../support/testAccounts.js';

const MINUTE_MS = 60_000;

/** Somebody with a verified phone number. */
interface Caller extends Owner {
  readonly phone: string;
}

/** The challenge for whoever has asked, and the message. */
interface Asked {
  readonly challenge: string;
  readonly code: string;
  readonly message: Message | undefined;
}

let test: Owners;
let people = 0;
beforeAll(async () => {
  test = await createOwners({ throttling: { messages: false, address: false } });
});
afterAll(() => test.drop());

const addPhone = async (
  { accountId }: Pick<Owner, 'accountId'>,
  isVerified = true,
): Promise<string> => {
  const phone = `+4930${String(300_000 + ++people)}`;
  await test.accounts.contacts.addPhone({ accountId, phone });
  if (isVerified) {
    const code = test.lastToken(phone);
    await test.accounts.contacts.verifyPhone({ accountId, phone, code });
  }
  return phone;
};
const caller = async (): Promise<Caller> => {
  const owner = await test.signUp();
  const phone = await addPhone(owner);
  test.messages.length = 0;
  return { ...owner, phone };
};
const ask = async (phone: string): Promise<Asked> => {
  test.messages.length = 0;
  const { challenge } = await test.accounts.phoneCodes.request({ phone });
  await test.accounts.settled();
  const [message] = test.messages.splice(0);
  return { challenge, code: message?.code ?? '', message };
};
const logIn = (challenge: string, code: string): Promise<unknown> =>
  test.accounts.phoneCodes.login({ challenge, code, request: requestWith() });
const wrong = (code: string, by = 1): string =>
  String((Number(code) + by) % 1_000_000).padStart(6, '0');

describe('a code that is sent to a phone', () => {
  it('logs in where it was asked for, in five requests', async () => {
    const { phone, accountId } = await caller();
    const { challenge, code, message } = await ask(phone);
    expect(message).toMatchObject({ kind: 'LoginCode', to: { kind: 'phone', value: phone } });
    expect(message).not.toHaveProperty('token');
    const request = requestWith();
    const { commands } = await test.log.costOf(() =>
      test.accounts.phoneCodes.login({ challenge, code, request }),
    );
    expect(request.user?.accountId).toBe(accountId);
    expect(commands).toEqual([
      'UpdateItem',
      'UpdateItem',
      'GetItem',
      'Query',
      'TransactWriteItems',
    ]);
    expect(await codeOf(logIn(challenge, code))).toBe('TokenVerificationFailed');
  });

  it('is asked for alike, in four requests, for every number', async () => {
    const { phone } = await caller();
    const unverified = await addPhone(await test.signUp(), false);
    const costs: unknown[] = [];
    for (const each of [phone, unverified, '+4930999999']) {
      const { commands } = await test.log.costOf(() =>
        test.accounts.phoneCodes.request({ phone: each }),
      );
      await test.accounts.settled();
      costs.push([...commands].sort());
    }
    const four = ['GetItem', 'Query', 'TransactWriteItems', 'UpdateItem'];
    expect(costs).toEqual([four, four, four]);
    expect(test.messages.filter(({ kind }) => kind === 'LoginCode')).toHaveLength(1);
  });

  it('GHSA-7w99-5wm4-3g79: of 16 that use it at once, lets one in', async () => {
    const { phone } = await caller();
    const { challenge, code } = await ask(phone);
    const other = test.another();
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        codeOf(
          (at % 2 ? test.accounts : other).phoneCodes.login({
            challenge,
            code,
            request: requestWith(),
          }),
        ),
      ),
    );
    expect(outcomes.filter((each) => each === 'none')).toHaveLength(1);
  });

  it('RFC 10027, authorization data: read out to who has asked on another device, is good for that challenge only', async () => {
    // The attacker asks, and the owner asks as well: their codes cannot be exchanged.
    const { phone } = await caller();
    const attacker = await ask(phone);
    const owner = await ask(phone);
    expect(await codeOf(logIn(attacker.challenge, owner.code))).toBe('TokenVerificationFailed');
    await logIn(owner.challenge, owner.code);
    const text = renderMessage(owner.message ?? fail(), {
      applicationName: 'Notes',
      baseUrl: 'https://example.com',
    }).text;
    expect(text).toContain('only on the page where you asked for it');
  });

  it('RFC 10027, short-lived codes: is good for ten minutes, whatever the lifetime of links', async () => {
    const { phone } = await caller();
    const first = await ask(phone);
    test.clock.advance(10 * MINUTE_MS - 1);
    await logIn(first.challenge, first.code);
    const second = await ask(phone);
    test.clock.advance(10 * MINUTE_MS);
    expect(await codeOf(logIn(second.challenge, second.code))).toBe('TokenVerificationFailed');
  });

  it('RFC 10027, rate limits: is not guessed by asking again and again: 100 failures in a row, until the number is verified again', async () => {
    const { phone, accountId } = await caller();
    const outcomes: string[] = [];
    for (let at = 0; at < 26; at++) {
      const { challenge, code } = await ask(phone);
      for (let guess = 1; guess <= 4 && code !== ''; guess++) {
        outcomes.push(await codeOf(logIn(challenge, wrong(code, guess))));
      }
      test.clock.advance(25 * 60 * MINUTE_MS);
    }
    expect(outcomes.filter((each) => each === 'TokenVerificationFailed')).toHaveLength(100);
    expect(outcomes.slice(100)).toEqual(Array.from({ length: 4 }, () => 'AuthenticatorDisabled'));
    const right = await ask(phone);
    expect(await codeOf(logIn(right.challenge, right.code))).toBe('AuthenticatorDisabled');
    const { code = '' } = await test.accounts.contacts.requestPhoneVerification({
      accountId,
      phone,
    });
    await test.accounts.contacts.verifyPhone({ accountId, phone, code });
    const next = await ask(phone);
    await logIn(next.challenge, next.code);
  });

  it('dies with the number, a new password, and the end of all tokens', async () => {
    for (const remedy of ['removed', 'password'] as const) {
      const { phone, accountId } = await caller();
      const { challenge, code } = await ask(phone);
      if (remedy === 'removed') {
        const contacts = await test.accounts.contacts.list({ accountId });
        const contactId = contacts.find(({ data }) => data.value === phone)?.ulid ?? '';
        await test.accounts.contacts.remove({ accountId, contactId });
      } else await test.accounts.setPassword({ accountId, newPassword: 'a walk in the hills' });
      expect(await codeOf(logIn(challenge, code))).toBe('TokenVerificationFailed');
    }
  });

  it('does not pass for a link’s, nor a link’s for it', async () => {
    const { phone, email } = await caller();
    const sms = await ask(phone);
    const request = requestWith();
    const { challenge } = await test.accounts.magicLinks.request({ email });
    await test.accounts.settled();
    const code = test.lastCode(email);
    expect(await codeOf(test.accounts.magicLinks.login({ ...sms, request }))).toBe(
      'TokenVerificationFailed',
    );
    expect(await codeOf(logIn(challenge, code))).toBe('TokenVerificationFailed');
  });

  it('is nowhere in the table', async () => {
    const { phone } = await caller();
    const { challenge, code } = await ask(phone);
    const dump = JSON.stringify(await tableItems(test.client, test.table.name));
    expect(dump.includes(challenge)).toBe(false);
    expect(dump.includes(`"${code}"`)).toBe(false);
  });

  it.each([
    [{ code: '123456' }, 'challenge', 'notAString'],
    [{ challenge: 'x'.repeat(112) }, 'code', 'notAString'],
    [{ challenge: 'short', code: '123456' }, 'challenge', 'notValid'],
    [{ challenge: 'x'.repeat(112), code: '１２３４５６' }, 'code', 'notValid'],
    [{ token: 'abcd' }, 'challenge', 'notAString'],
    [{}, 'challenge', 'notAString'],
  ])('of the form %j is refused before anything is counted', async (input, path, reason) => {
    let error: unknown;
    const { commands } = await test.log.costOf(async () => {
      error = await errorOf(
        test.accounts.phoneCodes.login({ ...input, request: requestWith() } as never),
      );
    });
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path, reason } });
    expect(commands).toEqual([]);
  });

  it.each([[5], [null], ['030 123456'], ['+49']])('is not sent to %j', async (phone) => {
    const error = await errorOf(test.accounts.phoneCodes.request({ phone: phone as string }));
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'phone' } });
  });

  it('is off unless it is asked for', async () => {
    const { table } = test;
    const sessions = { getTokenSecret: () => SECRET };
    const accounts = new Accounts({ table, sessions, phones: phoneNumbers() });
    expect(accounts.phoneCodes.isOffered).toBe(false);
    const refused = { code: 'InvalidConfiguration', details: { path: 'phones' } };
    const asked = accounts.phoneCodes.request({ phone: '+4930123456' });
    expect(await errorOf(asked)).toMatchObject(refused);
    const given = { challenge: '', code: '', request: requestWith() };
    expect(await errorOf(accounts.phoneCodes.login(given))).toMatchObject(refused);
    expect(new Accounts({ table, sessions }).phoneCodes).toBeUndefined();
    expect(() => phoneNumbers({ login: 'yes' as never })).toThrow(
      expect.objectContaining({ code: 'InvalidConfiguration' }),
    );
  });
});

describe('over HTTP', () => {
  it('a code signs in, and proves again whose session it is', async () => {
    const server = await createTestHandler();
    const { accountId } = await server.accounts.createAccount({
      username: 'ada',
      password: WEB_PASSWORD,
    });
    const phone = '+4930123456';
    await server.accounts.contacts.addPhone({ accountId, phone });
    const token = server.messages.at(-1)?.token ?? '';
    await server.accounts.contacts.verifyPhone({ accountId, phone, code: token });
    const browser = server.browser();
    const ask = async (): Promise<{ challenge: unknown; code: string | undefined }> => {
      const asked = await browser.post('/auth/phone-code/request', {
        phone: '030 123456',
        country: 'DE',
      });
      expect(asked.status).toBe(202);
      await server.accounts.settled();
      return { challenge: asked.json.challenge, code: server.messages.at(-1)?.code };
    };
    const got = await browser.post('/auth/phone-code', { ...(await ask()), rememberMe: 'local' });
    expect([got.status, browser.cookies.get('__Host-latchkey')?.slice(0, 2)]).toEqual([200, 'l.']);
    server.clock.advance(11 * MINUTE_MS);
    const proven = { ...(await ask()) };
    const path = '/auth/session/reauthenticate';
    expect((await browser.post(path, proven)).status).toBe(204);
    expect((await browser.post(path, proven)).json.code).toBe('TokenVerificationFailed');
    await server.drop();
  });

  it('is not offered without the option', async () => {
    const server = await createTestHandler({}, { phones: phoneNumbers() });
    const got = await server.send('/auth/phone-code/request', { body: { phone: '+4930123456' } });
    expect(got.status).toBe(404);
    await server.drop();
  });
});

function fail(): never {
  throw new Error('expected a message');
}
