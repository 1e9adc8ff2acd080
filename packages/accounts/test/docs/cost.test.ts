import { readFileSync } from 'node:fs';
import path from 'node:path';
import { commandTools } from '../../../entity/src/cli/loadAccountCommands.js';
import { costCommand } from '../../src/cli/costCommand.js';
import { DEFAULT_USE } from '../../src/cli/parseCost.js';
import { storedBytes } from '../../src/costs/estimateMonth.js';
import { dollarsPerMillion, formatDollars } from '../../src/costs/dollars.js';
import { FLOW_COSTS, type FlowName } from '../../src/costs/flowCosts.js';
import { PRICE_LIST } from '../../src/costs/priceList.js';

const ROOT = path.join(__dirname, '../../../..');
const PAGE = readFileSync(path.join(ROOT, 'docs/guide/cost.md'), 'utf8');
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const COMMAND = 'npx --no-install latchkey cost ';

/** The rows of the first table after some text, each as its cells, without the marks of code. */
function tableAfter(text: string, page = PAGE): string[][] {
  const [, after = ''] = page.split(text);
  const [, , ...rows] = /^\|.*(?:\n\|.*)+/m.exec(after)?.[0].split('\n') ?? [];
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

async function run(command: string): Promise<string> {
  let printed = '';
  const out = (text: string): unknown => (printed += text);
  const args = command.slice(COMMAND.length).split(' ');
  await costCommand.run(args, commandTools({ out, error: out }));
  return printed;
}

describe('docs/guide/cost.md', () => {
  const blocks = Array.from(
    PAGE.matchAll(/^```sh\n(.*)\n```$(?:\n\n^```(?:text|json)\n([^]*?)^```$)?/gm),
    ([, command = '', printed]) => [command, printed] as const,
  );

  it('shows commands, most with what they print', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(3);
    expect(blocks.filter(([, printed]) => printed !== undefined).length).toBeGreaterThanOrEqual(2);
  });

  it.each(blocks)('%s prints what the guide shows', async (command, shown = '…\n') => {
    expect(command.startsWith(COMMAND)).toBe(true);
    const printed = await run(command);
    // Three dots stand for the rest.
    if (shown.endsWith('…\n')) expect(printed.startsWith(shown.slice(0, -2))).toBe(true);
    else expect(printed).toBe(shown);
  });

  it('has the units of FLOW_COSTS', () => {
    const rows = tableAfter('<!-- flows -->');
    expect(rows.length).toBeGreaterThan(4);
    for (const [flow = '', ...figures] of rows) {
      const cost = FLOW_COSTS[flow as FlowName];
      const { requests, writeUnits, listingUnits, readUnits } = cost;
      const expected = [requests, writeUnits, writeUnits + listingUnits, readUnits];
      expect([flow, ...figures.map(Number)]).toEqual([flow, ...expected]);
    }
  });

  it('has the prices of the price list, all of them', () => {
    const rows = tableAfter('<!-- prices -->').map(([region, asOf, ...prices]) => [
      region,
      asOf,
      ...prices.map(Number),
    ]);
    const { regions } = PRICE_LIST.dynamoDB;
    expect(rows).toEqual(
      Object.entries(regions).map(([region, prices]) => [
        region,
        prices.asOf,
        prices.millionWriteUnits,
        prices.millionReadUnits,
        prices.storedGB,
        prices.recoverableGB,
      ]),
    );
    expect(PAGE).toContain(PRICE_LIST.dynamoDB.source);
    expect(PAGE).toContain(PRICE_LIST.cognito.source);
    const plans = Object.values(PRICE_LIST.cognito.plans);
    const named = plans.flatMap(({ steps }) => steps.map(({ userDollars }) => String(userDollars)));
    for (const price of named) expect(PAGE).toContain(price);
  });

  it('has the defaults of the command, and the bytes that it takes for a user', () => {
    const stated = Object.fromEntries(
      tableAfter('## What you say').map(([option, , value]) => [option, Number(value)]),
    );
    expect(stated).toMatchObject({
      '--sign-ups': DEFAULT_USE.signUps,
      '--logins': DEFAULT_USE.logins,
      '--rotations': DEFAULT_USE.rotations,
      '--checks': DEFAULT_USE.checks,
    });
    const [account, session] = [
      storedBytes({ logins: 0 }),
      storedBytes({ logins: 1 }) - storedBytes({ logins: 0 }),
    ];
    const spaced = (bytes: number): string => String(bytes).replace(/\B(?=\d{3}$)/, ' ');
    expect(PAGE).toContain(`${spaced(account)} bytes for the account of each user`);
    expect(PAGE).toContain(`and ${spaced(session)} for a session of each login`);
  });
});

it('The README has the units and dollars of FLOW_COSTS', () => {
  const rows = tableAfter('export, deletion.', README);
  expect(rows.length).toBeGreaterThan(3);
  for (const [flow = '', ...figures] of rows) {
    const cost = FLOW_COSTS[flow as FlowName];
    const { requests, writeUnits, readUnits } = cost;
    const dollars = formatDollars(dollarsPerMillion(cost));
    expect([flow, ...figures]).toEqual([
      flow,
      ...[requests, writeUnits, readUnits].map(String),
      dollars,
    ]);
  }
});
