import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import type { AccountsWith } from '../../src/accounts/Accounts.js';
import { passkeys } from '../../src/passkeys/index.js';
import { createOwners, type Owner, type Owners } from '../contacts/owners.js';
import { Device } from '../passkeys/Device.js';
import { PASSKEYS } from '../passkeys/support.js';
import { contentsOf } from '../support/contents.js';
import { codeOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { documentedTable } from './documentedTable.js';

const THEIRS = 'a thief walks in the night';

let test: Owners;
let passkeysOf: AccountsWith<'passkeys'>['passkeys'];
beforeAll(async () => {
  test = await createOwners({
    passwords: { hasher: new QuickHasher() },
    passkeys: passkeys(PASSKEYS),
    throttling: { messages: false, address: false },
  });
  passkeysOf = (test.accounts as unknown as AccountsWith<'passkeys'>).passkeys;
});
afterAll(async () => {
  expect((await contentsOf(test.client, test.table.name)).problems).toEqual([]);
  await test.drop();
});

/** Somebody who has a session of the account, and knows its password. */
interface Stranger {
  readonly owner: Owner;
  readonly request: SessionRequest;
  readonly password: string;
  readonly devices: Device[];
  /** Tokens that undo replacements of the stranger's own addresses. */
  readonly undos: string[];
}

/** Replaces an address of the account; the token that undoes it goes to the address before. */
async function replace({ request, owner }: Stranger, email: string, to: string): Promise<string> {
  await test.accounts.contacts.replaceEmail({ request, email, newEmail: to });
  await test.accounts.verifyEmailWithToken({ token: test.lastToken(to), request });
  await test.accounts.settled();
  expect(test.messages.some(({ to: { value } }) => value === owner.email)).toBe(true);
  return test.lastToken(email);
}

const evilOf = ({ owner }: Stranger, at: number | string = ''): string =>
  `evil${at}.${owner.username}@example.org`;

async function addPasskey({ request, devices }: Stranger): Promise<void> {
  const device = new Device();
  const begun = await passkeysOf.createRegistrationOptions({ request });
  const response = device.create(begun.options);
  await passkeysOf.register({ request, response, browserSecret: begun.browserSecret });
  devices.push(device);
}

async function addEmail(stranger: Stranger, at: number): Promise<void> {
  const { request } = stranger;
  const email = evilOf(stranger, at);
  await test.accounts.contacts.addEmail({ request, email });
  await test.accounts.verifyEmailWithToken({ token: test.lastToken(email), request });
}

async function passkeyLogin(device: Device): Promise<string> {
  const request = requestWith();
  const { options, browserSecret } = await passkeysOf.createLoginOptions({ request });
  return codeOf(passkeysOf.login({ request, response: device.get(options), browserSecret }));
}

/** The steps that the stranger takes just before the address is replaced. */
const BEFORE: Readonly<Record<string, (stranger: Stranger) => Promise<string>>> = {
  nothing: ({ password }) => Promise.resolve(password),
  'a change of the password': async ({ request, password }) => {
    await test.accounts.passwords.change({
      request,
      currentPassword: password,
      newPassword: THEIRS,
    });
    return THEIRS;
  },
  'the addition of an address that waits': async (stranger) => {
    const { request, password } = stranger;
    await test.accounts.contacts.addEmail({ request, email: evilOf(stranger, 'waiting') });
    return password;
  },
  'a removal of another address': async (stranger) => {
    const { request } = stranger;
    await addEmail(stranger, 0);
    const value = evilOf(stranger, 0);
    await test.accounts.contacts.remove({ request, kind: 'email', value });
    return stranger.password;
  },
};

/** Has an address that waits, which is told by its value, verified by another message. */
async function verifyWaiting(stranger: Stranger, at: number | string): Promise<void> {
  const { owner, request } = stranger;
  const email = evilOf(stranger, at);
  const { accountId } = owner;
  const { token } = await test.accounts.addEmailVerificationToken({ accountId, email });
  await test.accounts.verifyEmailWithToken({ token, request });
}

/** The steps that the stranger takes then. */
const THEN: Readonly<Record<string, (stranger: Stranger) => Promise<unknown>>> = {
  nothing: () => Promise.resolve(),
  'a passkey': addPasskey,
  'the verification of an address that has waited': (stranger) =>
    verifyWaiting(stranger, 'waiting').catch(() => undefined),
  'a phone': async ({ request, owner }) => {
    const phone = `+4930${String(300000 + Number(owner.username.slice('owner'.length)))}`;
    await test.accounts.contacts.addPhone({ request, phone });
    const code = test.lastToken(phone);
    await test.accounts.contacts.verifyPhone({ request, phone, code });
  },
  'an identity that the application links': ({ owner: { accountId } }) =>
    test.accounts.contacts.addOAuth({ accountId, provider: 'evil', value: accountId }),
  'as many passkeys, addresses and replacements as an account takes': async (stranger) => {
    for (let at = 100; at < 104; at++) {
      const email = evilOf(stranger, at === 100 ? '' : at);
      stranger.undos.push(await replace(stranger, email, evilOf(stranger, at + 1)));
    }
    let added = 'none';
    for (let at = 1; at <= 5; at++) await addPasskey(stranger);
    for (let at = 1; added === 'none'; at++) added = await codeOf(addEmail(stranger, at));
    expect(added).toBe('InvalidInput');
    expect(await codeOf(addPasskey(stranger))).toBe('InvalidInput');
  },
  'the owner’s address, which waits': ({ request, owner: { email } }) =>
    test.accounts.contacts.addEmail({ request, email }),
  'another replacement': async (stranger) => {
    stranger.undos.push(await replace(stranger, evilOf(stranger), evilOf(stranger, 2)));
  },
  'two more replacements': async (stranger) => {
    stranger.undos.push(
      await replace(stranger, evilOf(stranger), evilOf(stranger, 2)),
      await replace(stranger, evilOf(stranger, 2), evilOf(stranger, 3)),
    );
  },
  'another replacement, which is undone': async (stranger) => {
    const { owner, request } = stranger;
    const token = await replace(stranger, evilOf(stranger), evilOf(stranger, 2));
    await test.accounts.contacts.undoReplacement({ token });
    const { username } = owner;
    const { password } = stranger;
    await test.accounts.userByPasswordLogin({ username, password, request });
    stranger.undos.push(await replace(stranger, evilOf(stranger), evilOf(stranger, 3)));
  },
};

it('an address is replaced five times at most while that can be undone', async () => {
  const owner = await test.signUp();
  const { email, request } = owner;
  const stranger = { owner, request, password: PASSWORD, devices: [], undos: [] };
  let current = email;
  for (let at = 1; at <= 5; at++) {
    await replace(stranger, current, evilOf(stranger, at));
    current = evilOf(stranger, at);
  }
  const refused: unknown = await replace(stranger, current, evilOf(stranger, 6)).catch(
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({ code: 'TooManyTokens', details: { limit: 5 } });
  test.clock.advance(7 * 24 * 60 * 60 * 1000);
  const login = { username: owner.username, password: PASSWORD, request };
  await test.accounts.userByPasswordLogin(login);
  expect(await codeOf(replace(stranger, current, evilOf(stranger, 7)))).toBe('none');
});

it('is the table in docs/security.md', () => {
  expect(documentedTable('an address that somebody else has replaced in a session')).toEqual({
    columns: Object.keys(BEFORE),
    rows: Object.keys(THEN),
  });
});

describe.each(Object.keys(BEFORE))('an address that is replaced after %s', (before) => {
  it.each(Object.keys(THEN))('is its owner’s alone once that is undone, with %s', async (then) => {
    const owner = await test.signUp();
    const { accountId, email, username } = owner;
    const stranger = { owner, request: requestWith(), password: PASSWORD, devices: [], undos: [] };
    await test.accounts.userByPasswordLogin({
      username,
      password: PASSWORD,
      request: stranger.request,
    });
    const password = (await BEFORE[before]?.(stranger)) ?? PASSWORD;
    const undo = await replace(stranger, email, evilOf(stranger));
    const own = { ...stranger, password } as Stranger;
    await THEN[then]?.(own);
    await test.accounts.contacts.undoReplacement({ token: undo });
    for (const token of own.undos) {
      expect(await codeOf(test.accounts.contacts.undoReplacement({ token }))).toBe(
        'TokenVerificationFailed',
      );
    }
    for (const device of own.devices) {
      expect(await passkeyLogin(device)).toBe('TokenVerificationFailed');
    }
    const contacts = await test.accounts.contacts.list({ accountId });
    expect(contacts.map(({ data, verified }) => [data.value, verified])).toEqual([[email, true]]);
  });
});
