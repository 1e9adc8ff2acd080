import { Accounts } from '../../src/accounts/Accounts.js';
import type { Contacts } from '../../src/contacts/Contacts.js';
import type { AccountEvent } from '../../src/events/accountEvents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { requestWith, SECRET, type FullAccounts } from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from './owners.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('changes to contacts', () => {
  let test: Owners;
  let accounts: FullAccounts;
  let ada: Owner;

  beforeAll(async () => {
    test = await createOwners();
    accounts = test.accounts;
    ada = await test.signUp();
  });
  afterAll(() => test.drop());

  const bad = { request: undefined };
  it.each([
    ['addEmail', null, '', 'notAnObject'],
    ['addEmail', 'a@example.com', '', 'notAnObject'],
    ['addEmail', { ...bad, accountId: 'account#1', email: 'a@x.org' }, 'accountId', 'notAnId'],
    ['addEmail', { accountId: { $ne: '' }, email: 'a@x.org' }, 'accountId', 'notAnId'],
    ['addEmail', { email: 'a@x.org,b@y.org' }, 'email', 'notAnEmailAddress'],
    ['addEmail', { email: '"a@evil"@x.org' }, 'email', 'notAnEmailAddress'],
    ['addEmail', { email: 'a\uff20x.org' }, 'email', 'notAnEmailAddress'],
    ['addEmail', { email: ['a@x.org'] }, 'email', 'notAnEmailAddress'],
    ['addEmail', { email: 'a@x.org\r\nBcc: b@y.org' }, 'email', 'notAnEmailAddress'],
    ['addPhone', { phone: '030 123456' }, 'phone', 'notAPhoneNumber'],
    ['addPhone', { phone: '030 123456', country: 'de' }, 'country', 'notACountry'],
    ['addPhone', { phone: {} }, 'phone', 'notAString'],
    ['addOAuth', null, 'accountId', 'notAnId'],
    ['addOAuth', { provider: '', value: 'x' }, 'provider', 'notValid'],
    ['addOAuth', { provider: 'x', value: '\ud800' }, 'value', 'notWellFormed'],
    ['addOAuth', { provider: 'x', value: 1 }, 'value', 'notValid'],
    ['addCustom', { value: '' }, 'value', 'notValid'],
    ['addCustom', { value: 'x', meta: [] }, 'meta', 'notValid'],
    ['remove', {}, 'kind', 'notValid'],
    ['remove', { contactId: 'accesstype#email' }, 'contactId', 'notAnId'],
    ['remove', { contactId: UNKNOWN, kind: 'email' }, 'kind', 'notBesideContactId'],
    ['remove', { kind: 'email', value: 'nobody' }, 'value', 'notAnEmailAddress'],
    ['remove', { kind: 'email', value: 'a@x.org', provider: 'x' }, 'provider', 'unknownField'],
    ['replaceEmail', { email: 'a@x.org' }, 'newEmail', 'notAnEmailAddress'],
    ['replaceEmail', { newEmail: 'a@x.org' }, 'email', 'notAnEmailAddress'],
    ['replacePhone', { phone: '+4930123456', newPhone: '1' }, 'newPhone', 'notAPhoneNumber'],
    ['list', { accountId: '' }, 'accountId', 'notAnId'],
    ['list', { accountId: UNKNOWN, request: {} }, 'accountId', 'notBesideRequest'],
  ] as const)('%s refuses %j, and sends nothing', async (method, input, path, reason) => {
    const isWhole = typeof input !== 'object' || input === null || 'accountId' in input;
    const given = isWhole ? input : { accountId: ada.accountId, ...input };
    const { commands } = await test.log.costOf(async () => {
      expect(await errorOf(accounts.contacts[method](given as never))).toMatchObject({
        code: 'InvalidInput',
        status: 400,
        details: { path, reason },
      });
    });
    expect(commands).toEqual([]);
    expect(test.sent()).toEqual([]);
  });

  it.each(['addPhone', 'replacePhone', 'requestPhoneVerification', 'verifyPhone'] as const)(
    '%s refuses to work where the application has no phone numbers, and sends nothing',
    async (method) => {
      const sessions = { getTokenSecret: () => SECRET };
      const contacts = new Accounts({ table: test.table, sessions }).contacts as Contacts;
      const { accountId } = ada;
      const input = { accountId, phone: '+4930123456', newPhone: '+4930654321', code: '123456' };
      const { commands } = await test.log.costOf(async () => {
        expect(await errorOf(contacts[method](input))).toMatchObject({
          code: 'InvalidConfiguration',
          details: { path: 'phones' },
        });
      });
      expect(commands).toEqual([]);
    },
  );

  it('refuses a meta that no item holds, and writes nothing', async () => {
    const meta = { text: 'x'.repeat(400 * 1024) };
    const { accountId } = ada;
    for (const big of [
      accounts.contacts.addCustom({ accountId, value: 'big', meta }),
      accounts.contacts.addOAuth({ accountId, provider: 'big', value: 'big', meta }),
    ]) {
      expect(await codeOf(big)).toBe('InvalidInput');
    }
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const odd = accounts.contacts.addCustom({ accountId, value: 'odd', meta: circle });
    expect(await codeOf(odd)).toBe('InvalidInput');
    expect(await accounts.contacts.list({ accountId })).toHaveLength(1);
  });

  it('CVE-2025-61928: takes no request’s word for who makes it', async () => {
    const request = { ...requestWith(), user: ada.account };
    const acts = [
      accounts.contacts.addEmail({ request, email: 'eve@example.com' }),
      accounts.contacts.list({ request }),
      accounts.contacts.remove({ request, kind: 'email', value: ada.email }),
      accounts.profile.changeUsername({ request, username: 'eve' }),
      accounts.profile.update({ request, profile: {} }),
      accounts.lifecycle.export({ request }),
      accounts.lifecycle.deactivate({ request }),
      accounts.lifecycle.delete({ request }),
    ].map(codeOf);
    expect(new Set(await Promise.all(acts))).toEqual(new Set(['InvalidSession']));
  });

  it('refuses an impersonator', async () => {
    const request = await test.impersonated(ada);
    const email = 'agent@example.com';
    const phone = '+4930123456';
    const acts = [
      accounts.contacts.addEmail({ request, email }),
      accounts.contacts.addPhone({ request, phone }),
      accounts.contacts.list({ request }),
      accounts.contacts.remove({ request, kind: 'email', value: ada.email }),
      accounts.contacts.replaceEmail({ request, email: ada.email, newEmail: email }),
      accounts.contacts.replacePhone({ request, phone, newPhone: '+4930654321' }),
      accounts.profile.changeUsername({ request, username: 'agent2' }),
      accounts.profile.update({ request, profile: {} }),
      accounts.lifecycle.export({ request }),
      accounts.lifecycle.deactivate({ request }),
      accounts.lifecycle.delete({ request }),
    ].map(codeOf);
    expect(new Set(await Promise.all(acts))).toEqual(new Set(['ImpersonatedSession']));
    expect(await accounts.findUser({ username: ada.accountId })).toMatchObject({
      username: ada.username,
      deactivated: false,
    });
  });

  it('ASVS 16.3.3, 16.2.5: tells of each outcome once, and of no address', async () => {
    const owner = await test.signUp();
    const { accountId, request } = owner;
    const events: AccountEvent[] = [];
    const off = accounts.on('*', (event) => events.push(event));
    const email = 'canary-address@example.com';
    const phone = '+4930777777';
    await accounts.contacts.addEmail({ request, email });
    await accounts.contacts.addPhone({ accountId, phone });
    await codeOf(accounts.contacts.addEmail({ accountId, email }));
    await accounts.contacts.requestPhoneVerification({ request, phone });
    await accounts.contacts.verifyPhone({ request, phone, code: test.lastToken(phone) });
    await codeOf(accounts.contacts.verifyPhone({ request, phone, code: 'canary' }));
    await accounts.contacts.remove({ request, kind: 'email', value: email });
    await codeOf(accounts.contacts.remove({ request, kind: 'email', value: email }));
    await codeOf(accounts.contacts.addEmail(null as never));
    off();
    expect(
      events.map(({ name, method, reason }) => [name, method, reason].filter(Boolean).join(' ')),
    ).toEqual([
      'AddContactSuccess email',
      'AddContactSuccess phone',
      'AddContactError email EmailAlreadyExists',
      'RequestVerificationSuccess phone_verification',
      'VerifyPhoneSuccess phone_verification',
      'VerifyPhoneError phone_verification InvalidInput',
      'RemoveContactSuccess email',
      'RemoveContactError ContactNotFound',
      'AddContactError InvalidInput',
    ]);
    expect(events[0]).toMatchObject({
      accountId,
      sessionId: expect.any(String),
      ip: '203.0.113.7',
    });
    expect(JSON.stringify(events)).not.toMatch(/canary|4930/);
  });
});
