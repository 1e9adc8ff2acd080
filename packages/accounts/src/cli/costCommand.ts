import { formatDollars } from '../costs/dollars.js';
import { cognitoDollars, estimateMonth, type MonthlyCost } from '../costs/estimateMonth.js';
import { PRICE_LIST } from '../costs/priceList.js';
import { EXIT, type Command } from './Command.js';
import { DEFAULT_USE, parseCost, type CostCommand } from './parseCost.js';

const USAGE = `latchkey cost --users <number> [options] reckons what the accounts of an application cost in a month of
DynamoDB, by flow, beside the price of Cognito. It sends nothing. Its options:
  --users <number>           users who are active in a month
  --sign-ups <number>        accounts that are made by a form in a month (default: ${DEFAULT_USE.signUps})
  --logins <number>          logins by password of each user in a month (default: ${DEFAULT_USE.logins})
  --rotations <number>       replacements of its token, for each user (default: ${DEFAULT_USE.rotations})
  --checks <number>          guarded requests of each user (default: ${DEFAULT_USE.checks})
  --storage <GB>             what the table holds (default: an account and its sessions for each user)
  --listing                  the application has the option listing
  --no-point-in-time-recovery
  --region <region>          ${regionsIn(3)}
                             (default: us-east-1)
  --prices <writes>,<reads>,<storage>,<recovery>
                             prices of another Region, in dollars: of a million write units and of a
                             million read units, of a GB stored and of its point-in-time recovery
  --json                     prints the figures as JSON
`;

/** Column widths of the flows: name, calls, write units, read units, dollars. */
const WIDTHS = [34, 13, 13, 13, 12] as const;

/** The command `latchkey cost`. */
export const costCommand: Command = {
  usage: USAGE,
  run: (args, tools) => {
    // A promise from the start: its caller expects no error to be thrown.
    return Promise.resolve().then(() => {
      const command = parseCost(args, tools);
      const month = estimateMonth(command.use, command.prices);
      tools.out(command.json ? jsonOf(command, month) : textOf(command, month));
      return EXIT.done;
    });
  },
};

/** The Regions of the price list, so many on a line of the help. */
function regionsIn(perLine: number): string {
  const names = Object.keys(PRICE_LIST.dynamoDB.regions);
  const lines = names.map((name, at) => {
    if (at === names.length - 1) return name;
    return (at + 1) % perLine === 0 ? `${name},\n${' '.repeat(29)}` : `${name}, `;
  });
  return lines.join('');
}

/** Dollars of each plan of Cognito. */
function plansFor(users: number): Record<string, number> {
  const plans = Object.entries(PRICE_LIST.cognito.plans);
  return Object.fromEntries(plans.map(([name, plan]) => [name, cognitoDollars(users, plan)]));
}

function jsonOf({ use, region, prices, asOf }: CostCommand, month: MonthlyCost): string {
  const { millionWriteUnits, millionReadUnits, storedGB, recoverableGB } = prices;
  const { region: cognitoRegion, asOf: cognitoAsOf } = PRICE_LIST.cognito;
  const document = {
    use,
    dynamoDB: {
      region,
      asOf,
      prices: { millionWriteUnits, millionReadUnits, storedGB, recoverableGB },
      ...month,
      dollarsPerUser: month.dollars / use.users,
    },
    cognito: { region: cognitoRegion, asOf: cognitoAsOf, dollars: plansFor(use.users) },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function textOf({ use, region, asOf }: CostCommand, month: MonthlyCost): string {
  const { flows, storage, recovery, dollars } = month;
  const { users } = use;
  const list = asOf === undefined ? 'prices as given' : `prices of ${asOf}`;
  const lines = [
    `DynamoDB, on demand, for ${count(users)} active users in a month`,
    `(${[...(region === undefined ? [] : [region]), list].join(', ')}):`,
    '',
    row('flow', 'calls', 'write units', 'read units', 'dollars'),
    ...flows.map(({ flow, calls, writeUnits, readUnits, dollars: price }) =>
      row(flow, count(calls), count(writeUnits), count(readUnits), cents(price)),
    ),
    row(
      `storage: ${size(storage.GB)} GB, ${storage.freeGB} free`,
      '',
      '',
      '',
      cents(storage.dollars),
    ),
    ...(recovery
      ? [
          row(
            `point-in-time recovery: ${size(recovery.GB)} GB`,
            '',
            '',
            '',
            cents(recovery.dollars),
          ),
        ]
      : []),
    row('together', '', '', '', cents(dollars)),
    '',
    `That is ${formatDollars(dollars / users)} for each user. Not in it: functions and servers, messages,`,
    'streams, replicas of a global table, backups on demand, data transfer, and tax.',
    '',
    `Cognito for as many users (${PRICE_LIST.cognito.region}, prices of ${PRICE_LIST.cognito.asOf}):`,
    '',
    row('plan', '', '', '', 'dollars'),
    ...Object.entries(plansFor(users)).map(([plan, price]) => row(plan, '', '', '', cents(price))),
  ];
  return `${lines.join('\n')}\n`;
}

function row(name: string, ...cells: readonly string[]): string {
  const [first, ...others] = WIDTHS;
  return name.padEnd(first) + cells.map((cell, at) => cell.padStart(others[at] ?? 0)).join('');
}

function count(number: number): string {
  return number.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function cents(dollars: number): string {
  return dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** GB to three significant digits. */
function size(number: number): string {
  return number.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}
