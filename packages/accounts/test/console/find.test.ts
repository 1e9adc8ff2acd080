import { accountListing } from '../../src/listing/index.js';
import { phoneNumbers } from '../../src/contacts/phoneNumbers/index.js';
import * as z from 'zod';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import type { Costed, ListedAccounts, ShownAccount, ShownSessions } from '../../src/console/api.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { startTestConsole, type TestConsole } from './support.js';

/** Values that would do harm where they are not text: markup, direction marks, length, emoji. */
const HOSTILE = [
  '<script>globalThis.harmed = true</script>',
  '"><img src=x onerror=alert(1)>',
  '\u202Egnp.exe\u202C',
  '👩‍👩‍👧‍👦'.repeat(20),
  'x'.repeat(1000),
  '</dd></dl>{{7*7}}${7*7}',
];

let own: TestConsole;

beforeAll(async () => {
  own = await startTestConsole({
    phones: phoneNumbers(),
    listing: accountListing(),
    accountFields: { plan: z.string().optional() },
  });
  await own.signIn();
});
afterAll(async () => {
  expect(own.faults).toEqual([]);
  await own.close();
});

async function find(identifier: string): Promise<Costed<ShownAccount>> {
  const { status, json } = await own.call('/api/find', { identifier });
  expect([status, json]).toEqual([200, json]);
  return json as unknown as Costed<ShownAccount>;
}

describe('An account', () => {
  it('is found by username, address, phone number and id, in at most three requests', async () => {
    const { test } = own;
    const person = await test.signUpWithTotp();
    const { accountId, username, email, request } = person;
    const phone = '+49 30 123456';
    await test.accounts.contacts.addPhone({ request, phone });
    for (let at = 0; at < 200; at++) await test.accounts.sessions.begin(person, requestWith());
    for (const [identifier, most] of [
      [username, 3],
      [` ${username.toUpperCase()} `, 3],
      [email, 3],
      [phone, 3],
      ['+4930123456', 3],
      [accountId, 2],
      [accountId.toLowerCase(), 2],
    ] as const) {
      let found: Costed<ShownAccount> | undefined;
      const { commands } = await test.log.costOf(async () => {
        found = await find(identifier);
      });
      expect(commands).toHaveLength(most);
      expect(found?.cost.requests).toBe(most);
      expect(found?.result).toMatchObject({ accountId, username });
      expect(found?.result.sessions).toHaveLength(50);
    }
  });

  it.each([
    ['a@', 'notAnEmailAddress'],
    ['+49', 'notAPhoneNumber'],
    ['no such name', 'notAUsername'],
    ['\ud800', 'notWellFormed'],
    ['x'.repeat(1001), 'tooLong'],
    ['', 'notAUsername'],
  ])('is not looked for by %j: %s', async (identifier, reason) => {
    const { status, json } = await own.call('/api/find', { identifier });
    expect([status, json.details]).toEqual([400, { path: 'identifier', reason }]);
  });

  it('shows its sessions page by page, newest first, without a gap', async () => {
    const { test } = own;
    const person = await test.signUp();
    const begun: string[] = [];
    for (let at = 0; at < 120; at++) {
      const { sessionDocument } = await test.accounts.sessions.begin(person, requestWith());
      begun.unshift(sessionDocument.ulid);
    }
    const { accountId } = person;
    let page: ShownSessions = (await find(accountId)).result;
    const seen = [...page.sessions];
    while (page.before !== undefined) {
      const body = { accountId, before: page.before };
      const { json } = await own.call('/api/sessions', body);
      const { result, cost } = json as unknown as Costed<ShownSessions>;
      expect(cost.requests).toBe(2);
      page = result;
      seen.push(...page.sessions);
    }
    expect(seen.map(({ sessionId }) => sessionId)).toEqual(begun);
    const refused = await own.call('/api/sessions', { accountId, before: 'no cursor' });
    expect(refused.json.details).toEqual({ path: 'before', reason: 'notACursor' });
  });

  it('shows contacts that have lapsed, as lapsed', async () => {
    const { test } = own;
    const { accountId } = await test.accounts.createAccount({
      username: 'forgetful',
      email: 'forgetful@example.com',
      password: PASSWORD,
    });
    const lapsed = async (): Promise<boolean[]> =>
      (await find(accountId)).result.contacts.map((contact) => contact.lapsed);
    expect(await lapsed()).toEqual([false]);
    test.clock.advance(8 * 24 * 60 * 60 * 1000);
    expect(await lapsed()).toEqual([true]);
  });

  it('shows hostile values as the text that they are', async () => {
    const { test } = own;
    const profile = Object.fromEntries(HOSTILE.map((value, at) => [`${value}${at}`, value]));
    const account = await test.accounts.createAccount({
      username: 'hostile',
      password: PASSWORD,
      profile: { ...profile, __proto: 'x', nested: { list: HOSTILE } },
      plan: HOSTILE[0],
      extraContacts: HOSTILE.map((value) => ({ kind: 'custom' as const, value, meta: { value } })),
    } as never);
    for (const userAgent of HOSTILE) {
      await test.accounts.sessions.begin(account, { ...requestWith(), userAgent });
    }
    const { headers, text } = await own.call('/api/find', { identifier: 'hostile' });
    expect(headers['content-type']).toBe('application/json');
    const { result } = JSON.parse(text) as Costed<ShownAccount>;
    expect(result.profile).toEqual({ ...profile, __proto: 'x', nested: { list: HOSTILE } });
    expect(result.ownFields).toEqual({ plan: HOSTILE[0] });
    expect(result.contacts.map(({ value }) => value).sort()).toEqual([...HOSTILE].sort());
    const agents = result.sessions.map(({ connectionInfo }) => connectionInfo.userAgent);
    expect(agents.reverse()).toEqual(HOSTILE);
  });
});

describe('No secret', () => {
  it('is in any answer: no password, token, digest or sealed secret', async () => {
    const { test } = own;
    const person = await test.signUpWithTotp();
    const { accountId } = person;
    const { token } = await test.accounts.addResetPasswordToken({ accountId });
    const stored = await tableItems(test.client, test.table.name);
    const secrets = stored
      .flatMap(({ value, token: digest, previousToken, handle }) => [
        value?.S,
        digest?.S,
        previousToken?.S,
        handle?.S,
      ])
      .filter((secret) => secret !== undefined);
    expect(secrets.length).toBeGreaterThan(12);
    const answers = [
      await own.call('/api/find', { identifier: accountId }),
      await own.call('/api/list', { by: 'email', prefix: '' }),
      await own.call('/api/list', { by: 'username', prefix: '' }),
      await own.call('/api/preview', { action: 'delete', accountId }),
      await own.call('/api/state'),
    ];
    const { done } = await own.act('export', { accountId });
    const shown = [...answers.map(({ text }) => text), JSON.stringify(done)].join();
    expect(shown).toContain(person.email);
    for (const secret of [...secrets, token, PASSWORD, person.secret, ...person.recoveryCodes]) {
      expect(shown).not.toContain(secret);
    }
  });
});

describe('A list', () => {
  const list = async (body: object): Promise<Costed<ListedAccounts>> => {
    const { status, json } = await own.call('/api/list', body);
    expect([status, json]).toEqual([200, json]);
    return json as unknown as Costed<ListedAccounts>;
  };

  it('has 50 accounts a page in at most two requests, in the order of the prefix', async () => {
    const { test } = own;
    for (let at = 0; at < 60; at++) {
      const username = `listed${String(at).padStart(2, '0')}`;
      const email = `${username}@example.com`;
      await test.accounts.createAccount({ username, email, password: PASSWORD });
    }
    for (const [by, most] of [
      ['username', 1],
      ['email', 2],
    ] as const) {
      const one = await list({ by, prefix: 'LISTED' });
      const { after } = one.result;
      const other = await list({ by, prefix: 'LISTED', after });
      for (const { cost } of [one, other]) expect(cost).toMatchObject({ requests: most });
      expect([one.result.items.length, other.result.items.length]).toEqual([50, 10]);
      expect(other.result.after).toBeUndefined();
      const names = [...one.result.items, ...other.result.items].map((item) => item[by]);
      expect(names).toEqual([...names].sort());
      expect(one.result.items[0]).toMatchObject({
        username: 'listed00',
        deactivated: false,
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
    }
  });

  it('goes on after no cursor but its own', async () => {
    const body = { by: 'username', prefix: 'listed', after: 'no cursor' };
    const { status, json } = await own.call('/api/list', body);
    expect([status, json.details]).toEqual([400, { path: 'after', reason: 'notACursor' }]);
  });
});
