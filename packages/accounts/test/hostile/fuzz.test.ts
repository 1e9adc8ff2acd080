import { EntityError } from '@latchkey/entity';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { AccountError } from '../../src/errors/AccountError.js';
import { Dice } from '../../../entity/test/hostile/fuzz/Dice.js';
import { methodsOf } from '../../../entity/test/hostile/fuzz/methodsOf.js';
import { mutateArguments } from '../../../entity/test/hostile/fuzz/mutateArguments.js';
import { outcomeOf, type Outcome } from '../../../entity/test/hostile/fuzz/outcomeOf.js';
import { everythingShown } from '../support/everythingShown.js';
import { ACCOUNT_CALLS, FUNCTIONS, NOT_FUZZED } from './fuzz/accountCalls.js';
import { World } from './fuzz/World.js';
import { watchWrites } from './fuzz/watchWrites.js';

/** `npm run fuzz` sets both. */
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const MINUTES = Number(process.env.FUZZ_MINUTES ?? 0);
/** Calls of each method in `npm test`. */
const CALLS = 2;

type Method = (...args: readonly unknown[]) => unknown;

/** Refusals that write by design, as their documentation says. */
const WRITES_AND_REFUSES = new Set([
  'EmailRemoved',
  'InvalidSession', // A session whose token was stolen ends.
]);

let world: World;
let writes: ReturnType<typeof watchWrites>;
const rejections: unknown[] = [];
const keepRejection = (reason: unknown): void => void rejections.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', keepRejection);
  world = await World.create();
  writes = watchWrites(world.test.client);
});
afterAll(async () => {
  await world.test.drop();
  process.off('unhandledRejection', keepRejection);
});

/** Every object that has public methods, by its class. */
function groups(): Record<string, object> {
  const { accounts, selfService, guard } = world;
  const parts = Object.values(accounts).filter(
    (value: unknown): value is object =>
      typeof value === 'object' && value !== null && !isEntity(value),
  );
  return Object.fromEntries(
    [accounts, selfService, guard, ...parts].map((each) => [each.constructor.name, each]),
  );
}

/** The entities of accounts are the entity package's own to fuzz. */
function isEntity(value: object): boolean {
  return value.constructor.name === 'Entity';
}

function methodNamed(name: string): Method {
  const single = FUNCTIONS[name];
  if (single) return single as Method;
  const [group = '', method = ''] = name.split('.');
  const holder = groups()[group] as Record<string, Method>;
  return (...args) => holder[method]?.(...args);
}

/** Names the fault of an outcome; undefined if there is none. */
function faultOf(
  outcome: Outcome,
  written: readonly string[],
  isOfOptions: boolean,
): string | undefined {
  if (outcome.kind === 'hung') return 'does not end';
  if (outcome.kind === 'given') return undefined;
  const { error } = outcome;
  if (!AccountError.is(error)) {
    return `throws ${EntityError.is(error) ? `EntityError ${error.code}` : shortly(error)}`;
  }
  if (error.status >= 500 && error.code !== 'InvalidConfiguration') {
    return `answers ${String(error.status)} ${error.code}`;
  }
  if (error.code === 'InvalidConfiguration' && !isOfOptions) {
    return `blames the configuration: ${error.message}`;
  }
  if (error.message.length > 1000) return 'has a message without end';
  const shown = everythingShown(error);
  if (shown.includes('canary')) return `shows a secret: ${shown.slice(0, 300)}`;
  if (written.length > 0 && !WRITES_AND_REFUSES.has(error.code)) {
    return `refuses with ${error.code} and writes ${written.join(', ')}`;
  }
  return undefined;
}

function shortly(error: unknown): string {
  const { stack = '' } = Object(error) as { stack?: string };
  const [at = ''] = stack.split('\n').filter((line) => /packages\/\w+\/src/.test(line));
  return `${String(error).slice(0, 150)} ${at.trim().slice(0, 150)}`;
}

/** `maxAge` is the application's configuration. */
const takesConfiguration = (name: string): boolean => name.endsWith('.requireRecentLogin');

async function fuzz(name: string, seed: number, calls: number): Promise<string[]> {
  const dice = new Dice(seed);
  const method = methodNamed(name);
  const faults: string[] = [];
  for (let call = 0; call < calls; call++) {
    const good = await ACCOUNT_CALLS[name]?.(world);
    const hostile = mutateArguments(good ?? [], dice);
    writes.clear();
    const outcome = await outcomeOf(() => method(...hostile.args));
    await world.accounts.settled();
    const fault = faultOf(
      outcome,
      writes.notCounts(),
      name in FUNCTIONS || takesConfiguration(name),
    );
    if (fault !== undefined) faults.push(`${name} with ${hostile.name} ${fault}`);
    // Something has happened: the next call is somebody else's.
    if (writes.notCounts().length > 0) world.forget();
  }
  return faults;
}

const NAMES = Object.keys(ACCOUNT_CALLS);

describe('hostile input', () => {
  it('is tried on every public method: each has good arguments, or a reason for none', () => {
    const methods = [
      ...Object.entries(groups()).flatMap(([group, object]) => methodsOf(group, object)),
      ...Object.keys(FUNCTIONS),
    ];
    expect([...NAMES, ...Object.keys(NOT_FUZZED)].sort()).toEqual(methods.sort());
  });

  it.each(sampleOf(NAMES, 4))(
    'good arguments of %s are good, so that what is refused is hostile',
    async (name) => {
      const good = (await ACCOUNT_CALLS[name]?.(world)) ?? [];
      const outcome = await outcomeOf(() => methodNamed(name)(...good));
      world.forget();
      const code =
        outcome.kind === 'thrown' && AccountError.is(outcome.error) && outcome.error.code;
      // Where a code of an app, a message or somebody else's permission would be needed.
      const expected = outcome.kind === 'given' || code !== 'InvalidInput';
      expect([name, outcome, expected]).toEqual([name, outcome, true]);
    },
  );

  it.each(sampleOf(NAMES, 4))(
    'ends %s with a typed error or a success, and writes nothing else',
    async (name) => {
      expect(await fuzz(name, SEED, CALLS)).toEqual([]);
    },
  );

  if (MINUTES > 0) {
    it(
      `ends every method so, for ${String(MINUTES)} minutes from seed ${String(SEED)}`,
      async () => {
        const faults = new Set<string>();
        const end = Date.now() + MINUTES * 60_000;
        for (let seed = SEED; Date.now() < end; seed++) {
          for (const name of NAMES) {
            for (const fault of await fuzz(name, seed, 2)) faults.add(`seed ${seed}: ${fault}`);
          }
        }
        expect([...faults]).toEqual([]);
      },
      MINUTES * 60_000 + 120_000,
    );
  }

  it('leaves no rejection that nobody handles, and nothing on the prototype of objects', async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(rejections).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });
});
