/** @in-turns 3: the statistics need many hashes. */

import { SelfService } from '@latchkey/accounts/self-service';
import { BcryptHasher } from '../../src/passwords/BcryptHasher.js';
import { QuickHasher } from '../support/QuickHasher.js';
import type { PasswordHasher } from '../../src/passwords/PasswordHasher.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';
import { isUsable, rankBatches, shareAbove, type RankOptions } from './rankTest.js';

/** `npm run test:timing` takes more of both. */
const OPTIONS: RankOptions = {
  pairs: Number(process.env.TIMING_PAIRS ?? 6),
  batches: Number(process.env.TIMING_BATCHES ?? 4),
};
/** Each is asked for a few times only, or its own limits would be compared. */
const PEOPLE = 24;
/** Fewer where each costs a hash of the library's own, at its lowest cost. */
const PEOPLE_HASHED = 8;
const WRONG = 'another password';

/** Sends what a visitor does with a name that somebody has, or nobody. */
type Flow = (test: TestAccounts, name: string) => Promise<unknown>;

const addressOf = (name: string): string => `${name}@example.com`;
/** A number for each name; those of nobody begin differently. */
const phoneOf = (name: string): string =>
  `+4930${name.startsWith('known') ? '55' : '66'}${name.replace(/\D/g, '').padStart(5, '0')}`;

const FLOWS: Readonly<Record<string, Flow>> = {
  'a login by username': ({ accounts }, name) =>
    accounts.userByPasswordLogin({ username: name, password: WRONG, request: requestWith() }),
  'a login by e-mail address': ({ accounts }, name) =>
    accounts.userByPasswordLogin({
      username: addressOf(name),
      password: WRONG,
      request: requestWith(),
    }),
  'a sign-in by a form': ({ accounts }, name) =>
    new SelfService(accounts).signIn({
      username: name,
      password: WRONG,
      request: requestWith(),
    }),
  'a forgotten password': ({ accounts }, name) =>
    new SelfService(accounts).forgotPassword({ username: name, request: requestWith() }),
  'a sign-up that tells nobody': ({ accounts }, name) =>
    accounts.requestAccount({ email: addressOf(name), password: PASSWORD, request: requestWith() }),
  'a new message to activate': ({ accounts }, name) =>
    new SelfService(accounts).resendActivation({
      email: addressOf(name),
      request: requestWith(),
    }),
  'a magic link': ({ accounts }, name) =>
    accounts.magicLinks.request({ email: addressOf(name), request: requestWith() }),
  'a code to a phone': ({ accounts }, name) =>
    accounts.phoneCodes.request({ phone: phoneOf(name), request: requestWith() }),
};

function flowOf(name: string): Flow {
  const flow = FLOWS[name];
  if (!flow) throw new Error(`there is no ${name}`);
  return flow;
}

/** Accounts in which half of the people have an account, with passwords hashed by the library itself. */
async function createPeople(hasher: PasswordHasher, people = PEOPLE): Promise<TestAccounts> {
  let code = '';
  const test = await createTestAccounts({
    passwords: { hasher },
    delivery: { send: ({ token }) => void (code = token ?? code) },
    throttling: { address: false, messages: false },
  });
  const { accounts } = test;
  for (let at = 0; at < people; at++) {
    const username = `known${String(at)}`;
    const email = addressOf(username);
    const own = { username, email, password: PASSWORD };
    const { accountId } = await accounts.createAccount(own);
    await accounts.verifyEmail({ accountId, email });
    const phone = phoneOf(username);
    await accounts.contacts.addPhone({ accountId, phone });
    await accounts.settled();
    await accounts.contacts.verifyPhone({ accountId, phone, code });
  }
  await accounts.settled();
  return test;
}

const named = (kind: 'known' | 'unknown', sample: number, people = PEOPLE): string =>
  `${kind}${String(sample % people)}`;

/** Compares a flow of names that somebody has with one of names that nobody has. */
async function compare(test: TestAccounts, flow: Flow, people = PEOPLE): Promise<number[]> {
  const timed = (kind: 'known' | 'unknown') => (sample: number) =>
    flow(test, named(kind, sample, people));
  return rankBatches({ known: timed('known'), unknown: timed('unknown') }, OPTIONS);
}

describe('an identifier that somebody has', () => {
  let test: TestAccounts;
  beforeAll(async () => {
    test = await createPeople(new QuickHasher());
  });
  afterAll(() => test.drop());

  // A sign-up that has made an account is a known name the next time, so it has no second sample; and it
  // goes on working after its answer, which nobody can wait for.
  const repeated = Object.entries(FLOWS).filter(([name]) => !name.includes('sign-up'));

  it.each(repeated)(
    '%s sends the same requests as for one of nobody (ASVS 6.3.8)',
    async (_name, flow) => {
      const commandsOf = async (who: string): Promise<readonly string[]> => {
        const { commands } = await test.log.costOf(async () => {
          await flow(test, who);
          await test.accounts.settled();
        });
        return [...commands].sort();
      };
      expect(await commandsOf('known23')).toEqual(await commandsOf('unknown23'));
    },
  );

  it.each(repeated)(
    '%s takes no usably different time than for one of nobody (ASVS 6.3.8)',
    async (name, flow) => {
      const ranks = await compare(test, flow);
      expect({ name, ranks, isUsable: isUsable(ranks) }).toEqual({ name, ranks, isUsable: false });
    },
  );

  it('a sign-up that tells nobody takes no usably different time for an address that is free', async () => {
    let free = 0;
    const signUp = flowOf('a sign-up that tells nobody');
    const ranks = await rankBatches(
      {
        known: (sample) => signUp(test, named('known', sample)),
        unknown: () => signUp(test, `free${String(free++)}`),
      },
      OPTIONS,
    );
    expect({ ranks, isUsable: isUsable(ranks) }).toEqual({ ranks, isUsable: false });
  });
});

describe('the comparison of times', () => {
  const login = flowOf('a login by username');

  it("finds no usable difference with the library's own hasher (ASVS 6.3.8)", async () => {
    const test = await createPeople(new BcryptHasher(), PEOPLE_HASHED);
    const ranks = await compare(test, login, PEOPLE_HASHED);
    await test.drop();
    expect({ ranks, isUsable: isUsable(ranks) }).toEqual({ ranks, isUsable: false });
  });

  it('sees that the hash for an unknown name is left out', async () => {
    const inner = new BcryptHasher();
    const forgetful: PasswordHasher = {
      dummyHash: inner.dummyHash,
      hash: (password) => inner.hash(password),
      recognises: (stored) => inner.recognises(stored),
      verify: (password, stored) =>
        stored === inner.dummyHash ? Promise.resolve(false) : inner.verify(password, stored),
    };
    const test = await createPeople(forgetful, PEOPLE_HASHED);
    // What a busy machine hides in one comparison is seen in another.
    let ranks = await compare(test, login, PEOPLE_HASHED);
    for (let again = 0; again < 2 && !isUsable(ranks); again++) {
      ranks = await compare(test, login, PEOPLE_HASHED);
    }
    await test.drop();
    expect({ ranks, isUsable: isUsable(ranks) }).toEqual({ ranks, isUsable: true });
  });

  it('does not take noise for a difference, nor one batch for all', () => {
    expect(isUsable([0.9, 0.5, 0.9])).toBe(false);
    expect(isUsable([0.9, 0.1, 0.9])).toBe(false);
    expect(isUsable([0.9, 0.81, 0.9])).toBe(true);
    expect(isUsable([0.1, 0.19, 0.05])).toBe(true);
    expect(shareAbove([3, 4], [1, 2])).toBe(1);
    expect(shareAbove([1, 2], [1, 2])).toBe(0.5);
  });
});
