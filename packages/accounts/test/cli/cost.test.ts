import { execFile } from 'node:child_process';
import path from 'node:path';
import { commandTools } from '../../../entity/src/cli/loadAccountCommands.js';
import { costCommand } from '../../src/cli/costCommand.js';
import { estimateMonth } from '../../src/costs/estimateMonth.js';
import { PRICE_LIST } from '../../src/costs/priceList.js';

const { UsageError } = commandTools({ out: String, error: String });
const REGIONS = Object.keys(PRICE_LIST.dynamoDB.regions);

/** Runs the command in this process. */
async function cost(...args: readonly string[]): Promise<string> {
  let printed = '';
  const out = (text: string): unknown => (printed += text);
  expect(await costCommand.run(args, commandTools({ out, error: out }))).toBe(0);
  return printed;
}

interface Printed {
  readonly use: Parameters<typeof estimateMonth>[0];
  readonly dynamoDB: {
    readonly region?: string;
    readonly asOf?: string;
    readonly prices: Parameters<typeof estimateMonth>[1];
    readonly dollars: number;
    readonly dollarsPerUser: number;
  };
  readonly cognito: { readonly dollars: Readonly<Record<string, number>> };
}
const costOf = async (...args: readonly string[]): Promise<Printed> =>
  JSON.parse(await cost(...args, '--json')) as Printed;

describe('latchkey cost', () => {
  it('assumes the use that its help states', async () => {
    const { use } = await costOf('--users', '1000');
    const stated = (option: string): number =>
      Number(
        new RegExp(`--${option} <number> .*\\(default: (\\d+)\\)`).exec(costCommand.usage)?.[1],
      );
    expect(use).toEqual({
      users: 1000,
      signUps: stated('sign-ups'),
      logins: stated('logins'),
      rotations: stated('rotations'),
      checks: stated('checks'),
      listing: false,
      pointInTimeRecovery: true,
    });
  });

  it('takes every option, and prints as JSON what it reckons with', async () => {
    const { use, dynamoDB, cognito } = await costOf(
      ...['--users', '2000', '--sign-ups', '10', '--logins', '1.5', '--rotations', '0'],
      ...['--checks', '7', '--storage', '30', '--region', 'eu-central-1', '--listing'],
      '--no-point-in-time-recovery',
    );
    expect(use).toEqual({
      ...{ users: 2000, signUps: 10, logins: 1.5, rotations: 0, checks: 7, storedGB: 30 },
      ...{ listing: true, pointInTimeRecovery: false },
    });
    const { asOf, ...prices } = PRICE_LIST.dynamoDB.regions['eu-central-1'];
    const { dollars } = estimateMonth(use, prices);
    expect(dynamoDB).toMatchObject({ region: 'eu-central-1', asOf, prices, dollars });
    expect(dynamoDB.dollarsPerUser).toBe(dollars / 2000);
    expect(cognito.dollars).toEqual({ Lite: 0, Essentials: 0, Plus: 40 });
  });

  it.each(REGIONS)('knows the prices of %s', async (region) => {
    const { dynamoDB } = await costOf('--users', '1', '--region', region);
    expect(dynamoDB.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(await cost('--users', '1', '--region', region)).toContain(
      `(${region}, prices of ${String(dynamoDB.asOf)})`,
    );
    expect(costCommand.usage).toContain(region);
  });

  it('takes the prices of another Region from the command line', async () => {
    const given = ['--users', '1', '--region', 'mars-north-1', '--prices', '1,2.5,0,0.125'];
    const { dynamoDB } = await costOf(...given);
    expect(dynamoDB).toMatchObject({
      region: 'mars-north-1',
      prices: { millionWriteUnits: 1, millionReadUnits: 2.5, storedGB: 0, recoverableGB: 0.125 },
    });
    expect(dynamoDB.asOf).toBeUndefined();
    expect(await cost(...given)).toContain('(mars-north-1, prices as given)');
  });

  it.each([
    [[], 'cost needs --users'],
    [['--users', '0'], '--users must be a whole number from 1 to 1000000000.'],
    [['--users', '1.5'], '--users must be a whole number from 1 to 1000000000.'],
    [['--users', '1000000001'], '--users must be a whole number from 1 to 1000000000.'],
    [['--users', '-1'], "option '--users' argument is ambiguous"],
    [['--users=-1'], '--users must be a whole number'],
    [['--users', '1e3'], '--users must be a whole number'],
    [['--users', '0x10'], '--users must be a whole number'],
    [['--users', ''], '--users must be a whole number'],
    [['--users', ' 1'], '--users must be a whole number'],
    [['--users', 'NaN'], '--users must be a whole number'],
    [['--users', '1', '--sign-ups', '0.5'], '--sign-ups must be a whole number from 0 to'],
    [['--users', '1', '--logins', 'four'], '--logins must be a number from 0 to 100000000.'],
    [['--users', '1', '--rotations=-0.1'], '--rotations must be a number from 0 to'],
    [['--users', '1', '--checks', '100000001'], '--checks must be a number from 0 to'],
    [['--users', '1', '--storage', '1000001'], '--storage must be a number from 0 to 1000000.'],
    [
      ['--users', '1', '--region', 'mars-north-1'],
      `--region must be one of ${REGIONS.join(', ')};`,
    ],
    [['--users', '1', '--region', 'constructor'], '--region must be one of'],
    [['--users', '1', '--prices', '1,2,3'], '--prices must be four numbers from 0 to 1000:'],
    [['--users', '1', '--prices', '1,2,3,4,5'], '--prices must be four numbers'],
    [['--users', '1', '--prices', '1,2,3,'], '--prices must be four numbers'],
    [['--users', '1', '--prices', '1,2,3,1001'], '--prices must be four numbers'],
    [['--users', '1', '--color'], "unknown option '--color'"],
    [['100'], "unexpected argument '100'"],
  ])('refuses %j in one sentence', async (args, message) => {
    const refused = cost(...args);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(/^[^\n]+\.$/);
  });
});

describe('The built latchkey cost', () => {
  const BIN = path.join(__dirname, '../../../entity/dist/latchkey.js');
  const run = (...args: readonly string[]): Promise<[number, string, string]> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--no-warnings', BIN, ...args],
        { cwd: __dirname, env: { PATH: process.env.PATH } },
        (failure, out, error) => resolve([Number(failure?.code ?? 0), out, error]),
      );
    });

  it('prints its table without any AWS configuration, and ends with 0', async () => {
    const [code, out, error] = await run('cost', '--users', '5000');
    expect([code, error]).toEqual([0, '']);
    expect(out).toBe(await cost('--users', '5000'));
  });

  it('is in the help, and ends with 2 for wrong usage', async () => {
    const [, help] = await run('--help');
    expect(help).toContain(costCommand.usage);
    for (const line of costCommand.usage.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
    const [code, out, error] = await run('cost', '--users', 'many');
    expect([code, out]).toEqual([2, '']);
    expect(error).toBe('latchkey: --users must be a whole number from 1 to 1000000000.\n');
  });
});
