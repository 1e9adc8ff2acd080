import { defineEntity, Account } from '@latchkey/schema';
import * as z from 'zod';
import type { Accounts } from '../../src/accounts/Accounts.js';
import { contentsOf } from '../support/contents.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { createOwners, type Owner, type Owners } from './owners.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

const Note = defineEntity({
  name: 'Note',
  schema: z.object({
    accountId: z.ulid(),
    text: z.string(),
    tags: z.set(z.string()).optional(),
    due: z.date().optional(),
    pin: z.string().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.accountId'], SK: ['.ulid'], relatedTo: Account }],
  secrets: ['pin'],
});
/** An object within an object, and so on. */
function nested(depth: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let level = 0; level < depth; level++) value = { a: value };
  return value;
}

const Elsewhere = defineEntity({
  name: 'Elsewhere',
  schema: z.object({ accountId: z.ulid() }),
  indexes: [{ name: '_id', PK: ['.accountId'], SK: ['.ulid'] }],
});

describe('what an account says of its owner', () => {
  let test: Owners;
  let accounts: Accounts;
  let ada: Owner;

  beforeEach(async () => {
    test = await createOwners();
    accounts = test.accounts;
    ada = await test.signUp();
  });
  afterEach(async () => {
    await test.drop();
  });
  const problems = async (): Promise<readonly string[]> =>
    (await contentsOf(test.client, test.table.name)).problems;

  describe('changeUsername', () => {
    const owned = async (username: string): Promise<string | undefined> =>
      (await accounts.findUser({ username }))?.accountId;

    it('moves the name in one transaction, and notifies the verified addresses', async () => {
      const { request, accountId, email } = ada;
      await accounts.contacts.addEmail({ request, email: 'unverified@example.com' });
      test.sent();
      const { commands } = await test.log.costOf(async () => {
        const account = await accounts.profile.changeUsername({ request, username: 'Ada' });
        expect(account).toMatchObject({ accountId, username: 'ada' });
      });
      expect(commands).toEqual(['Query', 'GetItem', 'TransactWriteItems']);
      expect(test.messages).toMatchObject([
        { kind: 'UsernameChanged', to: { value: email }, account: { username: 'ada' } },
      ]);
      expect([await owned('ada'), await owned(ada.username)]).toEqual([accountId, undefined]);
      await accounts.createAccount({ username: ada.username, password: PASSWORD });
      expect(await problems()).toEqual([]);
    });

    it('is no change, and no message, where the name is the same', async () => {
      await accounts.profile.changeUsername({
        request: ada.request,
        username: ada.username.toUpperCase(),
      });
      expect(test.sent()).toEqual([]);
      expect(await problems()).toEqual([]);
    });

    it('ASVS 2.3.4: of 16 concurrent renames and sign-ups with one name, one succeeds', async () => {
      const owners: Owner[] = [];
      for (let at = 0; at < 8; at++) owners.push(await test.signUp());
      const username = 'wanted';
      const codes = await Promise.all([
        ...owners.map(({ accountId }) =>
          codeOf(test.another().profile.changeUsername({ accountId, username })),
        ),
        ...owners.map(() => codeOf(accounts.createAccount({ username, password: PASSWORD }))),
      ]);
      expect(codes.filter((code) => code === 'none')).toHaveLength(1);
      expect(codes.filter((code) => code === 'UsernameAlreadyExists')).toHaveLength(15);
      expect(await problems()).toEqual([]);
    });

    it('frees a name for whoever comes at that moment, or not: all or nothing', async () => {
      const outcomes = await Promise.all([
        codeOf(accounts.profile.changeUsername({ accountId: ada.accountId, username: 'renamed' })),
        codeOf(test.another().createAccount({ username: ada.username, password: PASSWORD })),
      ]);
      expect(outcomes[0]).toBe('none');
      expect(await owned('renamed')).toBe(ada.accountId);
      expect((await owned(ada.username)) !== undefined).toBe(outcomes[1] === 'none');
      expect(await problems()).toEqual([]);
    });

    it.each([
      [{ username: '' }, 'username', 'notAUsername'],
      [{ username: 'a@b' }, 'username', 'notAUsername'],
      [{ username: 'user#x' }, 'username', 'notAUsername'],
      [{ username: '+4930123456' }, 'username', 'notAUsername'],
      [{ username: 'a\r\nb' }, 'username', 'notAUsername'],
      [{ username: 'x'.repeat(101) }, 'username', 'notAUsername'],
      [{ username: 5 }, 'username', 'notAString'],
      [{ username: null }, 'username', 'notAString'],
      [{}, 'username', 'notAString'],
    ])('refuses %j, and sends nothing', async (input, path, reason) => {
      const { accountId } = ada;
      const { commands } = await test.log.costOf(async () => {
        const error = await errorOf(
          accounts.profile.changeUsername({ accountId, ...input } as never),
        );
        expect(error).toMatchObject({ code: 'InvalidInput', details: { path, reason } });
      });
      expect(commands).toEqual([]);
    });

    it('refuses an unknown account', async () => {
      const unknown = accounts.profile.changeUsername({ accountId: UNKNOWN, username: 'x' });
      expect(await codeOf(unknown)).toBe('UserNotFound');
    });
  });

  describe('updateProfile', () => {
    it('ASVS 15.3.3: replaces the whole profile and nothing else, in two requests', async () => {
      const { request, accountId } = ada;
      await accounts.profile.update({ request, profile: { name: 'Ada', born: 1815 } });
      const { commands } = await test.log.costOf(() =>
        accounts.profile.update({
          request,
          profile: { name: 'Ada L.', permissions: ['admin'], deactivated: true },
          permissions: ['admin'],
          username: 'admin',
          deactivated: true,
          sessionGeneration: '0',
        } as never),
      );
      expect(commands).toEqual(['TransactWriteItems', 'GetItem']);
      expect(await accounts.findUser({ username: accountId })).toMatchObject({
        username: ada.username,
        permissions: ada.account.permissions,
        deactivated: false,
        sessionGeneration: ada.account.sessionGeneration,
        profile: { name: 'Ada L.', permissions: ['admin'], deactivated: true },
      });
      expect(await accounts.handleRequest(requestWith(ada.authToken))).toHaveProperty('user');
    });

    it.each([
      ['a string', 'Ada', 'notAnObject'],
      ['a list', [1], 'notAnObject'],
      ['nothing', undefined, 'notAnObject'],
      ['a Map', new Map(), 'notAnObject'],
      ['a Date', new Date(0), 'notAnObject'],
      ['too much', { text: 'x'.repeat(300 * 1024) }, 'tooLarge'],
    ])('ASVS 15.3.6: refuses %s, and sends nothing', async (_name, profile, reason) => {
      const { accountId } = ada;
      const { commands } = await test.log.costOf(async () => {
        const error = await errorOf(accounts.profile.update({ accountId, profile } as never));
        expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'profile', reason } });
      });
      expect(commands).toEqual([]);
    });

    it.each([
      ['a prototype', JSON.parse('{"__proto__":{"admin":true}}')],
      ['one further down', JSON.parse('{"a":[{"__proto__":{"admin":true}}]}')],
      ['what is 40 deep', nested(40)],
      ['what is 100 000 deep', nested(100_000)],
    ])('refuses %s, by name or without, as createAccount does', async (_name, profile) => {
      const { accountId } = ada;
      const { commands } = await test.log.costOf(async () => {
        for (const refused of [
          accounts.profile.update({ accountId, profile }),
          accounts.createAccount({ username: 'next', password: PASSWORD, profile }),
        ]) {
          const error = await errorOf(refused);
          expect(error).toMatchObject({
            code: 'InvalidInput',
            details: { path: expect.stringMatching(/^profile\b/) },
          });
        }
      });
      expect(commands).toEqual([]);
    });

    it('refuses what cannot be stored, and keeps what was there', async () => {
      const { accountId } = ada;
      await accounts.profile.update({ accountId, profile: { name: 'Ada' } });
      const circle: Record<string, unknown> = {};
      circle.self = circle;
      for (const profile of [circle, { at: new Date(0) }, { n: NaN }, { f: () => 1 }]) {
        expect(await codeOf(accounts.profile.update({ accountId, profile }))).toBe('InvalidInput');
      }
      const account = await accounts.findUser({ username: accountId });
      expect(account?.profile).toEqual({ name: 'Ada' });
      const unknown = accounts.profile.update({ accountId: UNKNOWN, profile: {} });
      expect(await codeOf(unknown)).toBe('UserNotFound');
    });
  });

  describe('exportAccount', () => {
    it('ASVS 15.3.1: gives all that is kept, as plain JSON, and no secret', async () => {
      const { request, accountId, email } = ada;
      const eve = await test.signUp();
      await accounts.profile.update({ request, profile: { name: 'Ada', likes: ['sums'] } });
      await accounts.contacts.addOAuth({
        accountId,
        provider: 'one',
        value: 'sub-1',
        authToken: 'canary-oauth-token',
        meta: { scope: 'mail' },
      });
      const { token } = await accounts.addResetPasswordToken({ accountId, reason: 'asked' });
      const notes = test.table.entity(Note);
      await notes.createOne({
        item: {
          accountId,
          text: 'buy cards',
          tags: new Set(['a']),
          due: new Date(0),
          pin: 'canary-pin',
        },
      });
      await notes.createOne({ item: { accountId: eve.accountId, text: 'of eve' } });
      let text = '';
      const { commands } = await test.log.costOf(async () => {
        const everything = await accounts.lifecycle.export({ request, include: [Note] });
        text = JSON.stringify(everything);
        expect(JSON.parse(text)).toEqual(everything);
        const time = '2036-11-21T12:00:00.000Z';
        expect(everything.account).toEqual({
          accountId,
          username: ada.username,
          permissions: [`admin_profile:${accountId}`],
          deactivated: false,
          profile: { name: 'Ada', likes: ['sums'] },
          createdAt: time,
          updatedAt: time,
        });
        expect(everything.contacts).toEqual([
          expect.objectContaining({ kind: 'email', value: email, verified: true, createdAt: time }),
          expect.objectContaining({
            kind: 'oauth',
            provider: 'one',
            value: 'sub-1',
            verified: true,
            meta: { scope: 'mail' },
          }),
        ]);
        expect(everything.sessions).toEqual([
          expect.objectContaining({
            connectionInfo: { ip: '203.0.113.7', userAgent: 'latchkey-tests/1' },
            createdAt: time,
            expiresAt: expect.any(String),
          }),
        ]);
        expect(everything.tokens.map(({ kind }) => kind)).toEqual(
          expect.arrayContaining(['password', 'password_recovery']),
        );
        expect(everything.tokens).toContainEqual(
          expect.objectContaining({ kind: 'password_recovery', reason: 'asked', createdAt: time }),
        );
        expect(everything.related).toEqual({
          Note: [
            expect.objectContaining({ text: 'buy cards', tags: ['a'], due: new Date(0).toJSON() }),
          ],
        });
      });
      // The session is read beside them: one that has ended exports nothing (story 8).
      expect(commands.toSorted()).toEqual(['BatchGetItem', 'Query', 'Query', 'Query']);
      const secrets = await everySecretOf(accountId);
      expect(secrets).toHaveLength(3 + 1);
      for (const hidden of [...secrets, token, 'canary', 'sessionGeneration', 'of eve']) {
        expect(text).not.toContain(hidden);
      }
    });

    /** Every stored digest, hash and secret of an account. */
    const everySecretOf = async (accountId: string): Promise<string[]> => {
      const options = { filter: { accountId }, secrets: true } as const;
      const { items: tokens } = await accounts.TokenEntity.findMany(options);
      const { items: sessions } = await accounts.SessionEntity.findMany(options);
      return [...tokens.map(({ value }) => value), ...sessions.map(({ token }) => token)];
    };

    it('an export contains documents beyond the first page of a query', async () => {
      const { accountId } = ada;
      const notes = test.table.entity(Note);
      const text = 'x'.repeat(300 * 1024);
      for (let at = 0; at < 5; at++) await notes.createOne({ item: { accountId, text } });
      const { related } = await accounts.lifecycle.export({ accountId, include: [Note] });
      expect(related.Note).toHaveLength(5);
    });

    it.each([
      ['an unknown account', { accountId: UNKNOWN }, 'UserNotFound'],
      ['an id that is none', { accountId: '*' }, 'InvalidInput'],
      ['a list that is none', { include: Note }, 'InvalidInput'],
      ['an entity of another partition', { include: [Elsewhere] }, 'InvalidInput'],
      ['what is no entity', { include: [null] }, 'InvalidInput'],
    ])('refuses %s', async (_name, change, code) => {
      const input = { accountId: ada.accountId, ...change } as never;
      expect(await codeOf(accounts.lifecycle.export(input))).toBe(code);
    });
  });
});
