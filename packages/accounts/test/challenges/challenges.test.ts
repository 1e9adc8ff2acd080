import { flowsOf } from '../../src/accounts/flowsOf.js';
import {
  Challenges,
  type ChallengeKind,
  type IssuedChallenge,
} from '../../src/challenges/Challenges.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { createTestAccounts, requestWith, type TestAccounts } from '../support/testAccounts.js';

const LIFETIME_MS = 10 * 60 * 1000;
const KINDS: readonly ChallengeKind[] = [
  'identityProvider',
  'passkeyRegistration',
  'passkeyLogin',
  'passkeyReauthentication',
];

describe('challenges', () => {
  let test: TestAccounts;
  let challenges: Challenges;
  beforeAll(async () => {
    test = await createTestAccounts({ throttling: { address: { budget: 200 } } });
    challenges = new Challenges(flowsOf(test.accounts).core);
  });
  afterAll(() => test.drop());

  const create = (kind: ChallengeKind = 'identityProvider'): Promise<IssuedChallenge> =>
    challenges.create({
      kind,
      request: requestWith(),
      lifetimeMs: LIFETIME_MS,
      data: { provider: 'google', list: [1] },
    });
  const use = (
    { value, browserSecret }: { readonly value: unknown; readonly browserSecret: unknown },
    kind: ChallengeKind = 'identityProvider',
  ): Promise<unknown> => challenges.use({ kind, value, browserSecret, path: 'state' });

  it('is used once, and gives its data', async () => {
    const issued = await create();
    expect(await use(issued)).toEqual({ provider: 'google', list: [1] });
    expect((await errorOf(use(issued))).details).toEqual({ path: 'state' });
  });

  it('is created in two requests, the first of which counts it, and used in one', async () => {
    const issued: IssuedChallenge[] = [];
    await create();
    const creation = await test.log.costOf(async () => issued.push(await create()));
    expect(creation.commands).toEqual(['UpdateItem', 'PutItem']);
    const [{ value, browserSecret } = { value: '', browserSecret: '' }] = issued;
    const usage = await test.log.costOf(() => use({ value, browserSecret }));
    expect(usage.commands).toEqual(['DeleteItem']);
  });

  it('lets one of 16 consumers at once go on', async () => {
    for (let round = 0; round < 3; round++) {
      const issued = await create();
      const codes = await Promise.all(Array.from({ length: 16 }, () => codeOf(use(issued))));
      expect(codes.filter((code) => code === 'none')).toHaveLength(1);
      expect(new Set(codes)).toEqual(new Set(['none', 'TokenVerificationFailed']));
    }
  });

  describe.each(KINDS)('of the kind %s', (kind) => {
    it.each(KINDS)('is good for the kind %s only if it is the same', async (other) => {
      const issued = await create(kind);
      expect(await codeOf(use(issued, other))).toBe(
        kind === other ? 'none' : 'TokenVerificationFailed',
      );
      // Shown as another kind, it is not used up.
      expect(await codeOf(use(issued, kind))).toBe(
        kind === other ? 'TokenVerificationFailed' : 'none',
      );
    });
  });

  it('is refused to another browser, and stays for its own', async () => {
    const issued = await create();
    const { browserSecret } = await create();
    expect(await codeOf(use({ ...issued, browserSecret }))).toBe('TokenVerificationFailed');
    expect(await codeOf(use(issued))).toBe('none');
  });

  it('expires by the clock, whether its row is still there or not', async () => {
    const [early, late] = [await create(), await create()];
    test.clock.advance(LIFETIME_MS - 1);
    expect(await codeOf(use(early))).toBe('none');
    test.clock.advance(1);
    expect(await codeOf(use(late))).toBe('TokenVerificationFailed');
  });

  it.each([
    undefined,
    null,
    '',
    'x',
    'a'.repeat(43),
    'a'.repeat(1_000_000),
    '\ud800'.repeat(43),
    7,
    {},
    ['a'.repeat(43)],
    { toString: () => 'a'.repeat(43) },
  ])('gives the same answer to the malformed value %p, without details', async (value) => {
    const issued = await create();
    for (const shown of [
      { ...issued, value },
      { ...issued, browserSecret: value },
    ]) {
      const { code, details, message } = await errorOf(use(shown));
      expect([code, details, message]).toEqual([
        'TokenVerificationFailed',
        { path: 'state' },
        'The token could not be verified.',
      ]);
    }
    expect(await codeOf(use(issued))).toBe('none');
  });

  it('leaves neither its value nor the browser’s secret in the table', async () => {
    const { value, browserSecret } = await create();
    const dump = JSON.stringify(await tableItems(test.client, test.table.name));
    expect(dump).toContain('google');
    expect(dump).not.toContain(value);
    expect(dump).not.toContain(browserSecret);
  });

  it('is counted by network, and refused before anything is written', async () => {
    const request = { ...requestWith(), requestIp: '198.51.100.9' };
    const ask = () => challenges.create({ kind: 'passkeyLogin', request, lifetimeMs: 1000 });
    const codes: string[] = [];
    for (let asked = 0; asked < 205; asked++) codes.push(await codeOf(ask()));
    expect(codes.filter((code) => code === 'none')).toHaveLength(200);
    const { commands } = await test.log.costOf(ask);
    expect(commands.filter((command) => command === 'PutItem')).toEqual([]);
    expect(await codeOf(create())).toBe('none');
  });
});
