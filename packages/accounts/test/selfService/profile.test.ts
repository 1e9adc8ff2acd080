import { errorOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { selfService } from '../support/selfService.js';

describe('a profile in SelfService', () => {
  let test: TestAccounts;
  beforeAll(async () => {
    test = await createTestAccounts();
  });
  afterAll(() => test.drop());

  let people = 0;
  const signUp = async (profile: unknown): Promise<unknown> => {
    const username = `person${String(++people)}`;
    const form = { username, password: PASSWORD, request: requestWith(), profile };
    await selfService(test.accounts).signUp(form as never);
    return (await test.accounts.findUser({ username }))?.profile;
  };

  it.each(['signUp', 'updateUser'] as const)(
    'ASVS 15.3.6: is stored by %s as it was checked, whatever a getter says later',
    async (call) => {
      let reads = 0;
      const profile = {
        get role(): string {
          return ++reads === 1 ? 'user' : ({ admin: true } as never);
        },
      };
      const request = requestWith();
      const form = { username: `getter-${call}`.toLowerCase(), password: PASSWORD, request };
      const user = await selfService(test.accounts).signUp({
        ...form,
        ...(call === 'signUp' && { profile }),
      });
      const shown =
        call === 'signUp'
          ? user
          : await selfService(test.accounts).updateUser({ request, profile });
      expect(shown.profile).toEqual({ role: 'user' });
      const stored = await test.accounts.findUser({ username: user.userId });
      expect(stored?.profile).toEqual({ role: 'user' });
      expect(reads).toBe(1);
    },
  );

  it.each([
    ['that JSON escapes', '\u0001', 'k'],
    ['of three bytes', '\u20ac', '\u20ac'],
    ['of four bytes', '\u{1f511}', '\u{1f511}'],
  ])('may have 100 keys of 20 with values of 1000 characters %s', async (_name, character, key) => {
    const fill = (text: string, length: number): string => text.repeat(length / text.length);
    const profile = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [
        `${String(at).padStart(4, '0')}${fill(key, 16)}`,
        fill(character, 1000),
      ]),
    );
    expect(await signUp(profile)).toEqual(profile);
  });

  it('counts what is its own and enumerable, on an object without a prototype as well', async () => {
    const profile: unknown = Object.defineProperty(
      Object.assign(Object.create(null) as object, { name: 'Ada' }),
      'hidden',
      { value: 7 },
    );
    expect(await signUp(profile)).toEqual({ name: 'Ada' });
  });

  it.each([
    ['a prototype', JSON.parse('{"__proto__":"x"}'), 'profile.__proto__'],
    ['half a surrogate pair in a value', { name: '\ud83d' }, 'profile.name'],
    ['half a surrogate pair in a key', { '\ud83d': 'x' }, 'profile'],
  ])('is refused with %s, before anything is sent', async (_name, profile: unknown, path) => {
    const { commands } = await test.log.costOf(async () => {
      expect(await errorOf(signUp(profile))).toMatchObject({
        code: 'InvalidInput',
        details: { path, reason: 'notStorable' },
      });
    });
    expect(commands).toEqual([]);
  });
});

describe('how much a profile may hold', () => {
  let test: TestAccounts;
  beforeAll(async () => {
    test = await createTestAccounts();
  });
  afterAll(() => test.drop());

  const KB = 1024;
  // 300 KB, with the key `text`, 4 bytes for the profile and 1 for its value.
  const most = 300 * KB - 'text'.length - 5;

  it.each([
    ['ASCII', '.', most],
    ['what JSON escapes', '\u0001', most],
    ['three bytes a character', '\u20ac', Math.floor(most / 3)],
  ])('is 300 KB as it is stored: %s', async (name, character, length) => {
    const create = (text: string): Promise<{ readonly profile?: unknown }> =>
      test.accounts.createAccount({
        username: `p${String(name.length)}`,
        password: PASSWORD,
        profile: { text },
      });
    expect(await errorOf(create(character.repeat(length + 1)))).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'profile', reason: 'tooLarge' },
    });
    const { profile } = await create(character.repeat(length));
    expect(profile).toEqual({ text: character.repeat(length) });
  });

  it('is less than an item holds for numbers as well, which JSON writes shorter', async () => {
    const profile = { list: Array.from({ length: 150_000 }, () => 1) };
    expect(JSON.stringify(profile).length).toBeLessThan(300 * KB);
    const create = test.accounts.createAccount({ username: 'list', password: PASSWORD, profile });
    expect(await errorOf(create)).toMatchObject({ details: { reason: 'tooLarge' } });
  });
});
