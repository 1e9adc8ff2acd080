import type { MonthlyUse } from '../costs/estimateMonth.js';
import { DEFAULT_REGION, PRICE_LIST, type RegionPrices } from '../costs/priceList.js';
import type { CommandTools } from './Command.js';

/** The options of `latchkey cost`, as Node's `parseArgs` takes them. */
const OPTIONS = {
  users: { type: 'string' },
  'sign-ups': { type: 'string' },
  logins: { type: 'string' },
  rotations: { type: 'string' },
  checks: { type: 'string' },
  storage: { type: 'string' },
  region: { type: 'string' },
  prices: { type: 'string' },
  listing: { type: 'boolean' },
  'no-point-in-time-recovery': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

type OptionName = keyof typeof OPTIONS;

/** Use that is assumed where the command line says nothing; `latchkey --help` prints it. */
export const DEFAULT_USE = { signUps: 0, logins: 4, rotations: 30, checks: 600 } as const;

/** The largest number of users, or of new accounts, in a month. */
const MAX_USERS = 1_000_000_000;
/** The largest number of anything that one user does in a month: about 40 in each second. */
const MAX_EACH = 100_000_000;
const MAX_GB = 1_000_000;
/** The largest price of a unit, in dollars. */
const MAX_PRICE = 1_000;
const PRICE_NAMES = ['millionWriteUnits', 'millionReadUnits', 'storedGB', 'recoverableGB'] as const;

/** The command line of `latchkey cost`, taken apart. */
export interface CostCommand {
  readonly use: MonthlyUse;
  /** `undefined` where the command line brings prices of its own without naming a Region. */
  readonly region: string | undefined;
  readonly prices: RegionPrices;
  /** Day of the price list; `undefined` for prices of the command line. */
  readonly asOf: string | undefined;
  readonly json: boolean;
}

/** @throws UsageError for a command line that makes no sense. */
export function parseCost(
  args: readonly string[],
  { UsageError, valuesOf }: Pick<CommandTools, 'UsageError' | 'valuesOf'>,
): CostCommand {
  const values = valuesOf('cost', OPTIONS, args);
  const text = (name: OptionName): string | undefined =>
    typeof values[name] === 'string' ? values[name] : undefined;
  const check = (
    name: OptionName,
    isRight: (value: number) => boolean,
    expected: string,
  ): number | undefined => {
    const given = text(name);
    if (given === undefined) return undefined;
    const value = numberOf(given);
    if (value !== undefined && isRight(value)) return value;
    throw new UsageError(`--${name} must be ${expected}.`);
  };
  const number = (name: OptionName, max: number): number | undefined =>
    check(name, (value) => value <= max, `a number from 0 to ${max}`);
  const whole = (name: OptionName, min: number): number | undefined =>
    check(
      name,
      (value) => Number.isInteger(value) && value >= min && value <= MAX_USERS,
      `a whole number from ${min} to ${MAX_USERS}`,
    );
  const users = whole('users', 1);
  if (users === undefined) throw new UsageError('cost needs --users (see --help).');
  const storedGB = number('storage', MAX_GB);
  return {
    use: {
      users,
      signUps: whole('sign-ups', 0) ?? DEFAULT_USE.signUps,
      logins: number('logins', MAX_EACH) ?? DEFAULT_USE.logins,
      rotations: number('rotations', MAX_EACH) ?? DEFAULT_USE.rotations,
      checks: number('checks', MAX_EACH) ?? DEFAULT_USE.checks,
      ...(storedGB !== undefined && { storedGB }),
      listing: values.listing === true,
      pointInTimeRecovery: values['no-point-in-time-recovery'] !== true,
    },
    ...pricesOf(text('region'), text('prices'), UsageError),
    json: values.json === true,
  };
}

function pricesOf(
  region: string | undefined,
  prices: string | undefined,
  UsageError: CommandTools['UsageError'],
): Pick<CostCommand, 'region' | 'prices' | 'asOf'> {
  if (prices !== undefined) {
    const own = ownPrices(prices);
    if (own) return { region, prices: own, asOf: undefined };
    throw new UsageError(
      `--prices must be four numbers from 0 to ${MAX_PRICE}: dollars for a million write units, for a million read units, for a stored GB and for a GB of point-in-time recovery.`,
    );
  }
  const { regions } = PRICE_LIST.dynamoDB;
  const name = region ?? DEFAULT_REGION;
  if (isPriced(name)) return { region: name, prices: regions[name], asOf: regions[name].asOf };
  const known = Object.keys(regions).join(', ');
  throw new UsageError(
    `--region must be one of ${known}; give the prices of another one by --prices.`,
  );
}

function isPriced(name: string): name is keyof typeof PRICE_LIST.dynamoDB.regions {
  return Object.hasOwn(PRICE_LIST.dynamoDB.regions, name);
}

function ownPrices(text: string): RegionPrices | undefined {
  const numbers = text.split(',').map(numberOf);
  const isRight = numbers.every((price) => price !== undefined && price <= MAX_PRICE);
  if (!isRight || numbers.length !== PRICE_NAMES.length) return undefined;
  return Object.fromEntries(
    PRICE_NAMES.map((name, at) => [name, numbers[at]]),
  ) as unknown as RegionPrices;
}

/** A number as people write it, not as JavaScript would take it: no sign, no exponent, no space. */
function numberOf(text: string): number | undefined {
  return /^\d{1,12}(?:\.\d{1,12})?$/.test(text) ? Number(text) : undefined;
}
