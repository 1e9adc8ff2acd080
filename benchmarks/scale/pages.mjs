// `node benchmarks/scale/pages.mjs` makes docs/scale.md and docs/scale.svg of docs/scale.json; with
// `--check`, it only says whether they are what it would make.
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { dollarsPerMillion } from '../requests/dollars.mjs';
import { callsPerSecond, callsPerSecondOfTable, QUOTAS, SHARED, SOURCES } from './limits.mjs';
import { inThousands } from './inThousands.mjs';
import { plot } from './plot.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const at = (path) => fileURLToPath(new URL(`../../docs/${path}`, import.meta.url));

/** The results of the last `npm run scale -- --write`. */
export const RESULTS = at('scale.json');

/** Writes the pages. */
export async function writePages() {
  for (const [file, text] of Object.entries(await makePages())) writeFileSync(file, text);
}

/** Names the pages that are not what their sources make. */
export async function stalePages() {
  const pages = Object.entries(await makePages());
  return pages
    .filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
    .map(([file]) => relative(ROOT, file));
}

async function makePages() {
  const rows = JSON.parse(readFileSync(RESULTS, 'utf8'));
  const page = await format(markdown(rows), {
    parser: 'markdown',
    printWidth: 110,
    proseWrap: 'always',
  });
  return { [at('scale.md')]: page, [at('scale.svg')]: plot(rows) };
}

function markdown(rows) {
  const { cells } = rows[0];
  const columns = cells.map(
    ({ accounts, sessions }) => `${inThousands(accounts)} / ${inThousands(sessions)}`,
  );
  return `# Scale

Requests and capacity units of a flow depend neither on the number of accounts in the table nor on the number of
sessions that the account has. \`npm run scale\` measures that on dynoxide, a DynamoDB for tests that reports
capacity by AWS's rules, and fails if it does not hold. This page is made from its results.

## What each flow costs

Requests, and round trips one after the other; write and read units; on-demand dollars for a million in
us-east-1. Lists are shown with a full page. The accounts have a username, an e-mail address and the option
\`listing\`, which costs a sign-up two of its write units.

| flow | requests / trips | write units | read units | dollars a million |
| --- | --: | --: | --: | --: |
${rows
  .map(({ flow, cells: each }) => {
    const last = each.at(-1);
    const { requests, trips, writeUnits, readUnits } = last;
    return `| ${flow} | ${requests} / ${trips} | ${writeUnits} | ${readUnits} | ${dollarsPerMillion(last).toFixed(2)} |`;
  })
  .join('\n')}

## How long each flow takes

Milliseconds, the fewest of at least three, by accounts in the table / sessions of the account, on one machine that does
other work too, with the database beside it: they are there to be compared along a row. A table of one account
also has the accounts that are measured. Flows with a password take the time of its hash.

| flow | ${columns.join(' | ')} |
| --- |${columns.map(() => ' --: |').join('')}
${rows
  .map(
    ({ flow, cells: each }) => `| ${flow} | ${each.map(({ ms }) => ms.toFixed(1)).join(' | ')} |`,
  )
  .join('\n')}

![Milliseconds of each flow by number of accounts and sessions](scale.svg)

## Which limit binds first

One partition takes [${inThousands(QUOTAS.partitionWrites)} write units and ${inThousands(QUOTAS.partitionReads)} read
units a second](${SOURCES.partitions}). DynamoDB splits a partition that is hot, down to a single item, which
is never split. A table has a quota of [${inThousands(QUOTAS.tableUnits)} units of each kind a
second](${SOURCES.quotas}). What many callers share binds before the table does:

| flow | what its callers share | units of a call | calls a second | what to do |
| --- | --- | --: | --: | --- |
${SHARED.map(({ flow, key, kind, units, remedy }) => {
  const ofFlow = rows.find((each) => each.flow === flow)?.cells.at(-1);
  const count = units(ofFlow);
  return `| ${flow} | ${key} | ${count} ${kind} | ${inThousands(callsPerSecond(kind, count))} | ${remedy} |`;
}).join('\n')}

- The count of accounts changes in the transaction of each sign-up. [Transactions on one item get in each other's
  way](${SOURCES.transactions}) before its partition is full: expect fewer sign-ups than the table above says.
- An index whose partition is full [throttles the writes of its table](${SOURCES.backPressure}).

Callers that share nothing meet the quota of the table, which AWS raises on request:

| flow | calls a second |
| --- | --: |
${rows
  .map(
    ({ flow, cells: each }) => `| ${flow} | ${inThousands(callsPerSecondOfTable(each.at(-1)))} |`,
  )
  .join('\n')}

A new on-demand table takes [${inThousands(QUOTAS.newTableWrites)} write units and ${inThousands(QUOTAS.newTableReads)}
read units a second](${SOURCES.warmThroughput}), which is ${inThousands(newTableLogins(rows))} logins a second, and
grows with its traffic: throttling starts beyond twice the previous peak within 30 minutes. Before that, hashing
binds: a password takes a processor tens of milliseconds, on purpose.
`;
}

function newTableLogins(rows) {
  const { writeUnits } = rows.find(({ flow }) => flow === 'password login').cells.at(-1);
  return Math.floor(QUOTAS.newTableWrites / writeUnits);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    const stale = await stalePages();
    if (stale.length > 0) {
      console.error(`Stale: ${stale.join(', ')}. Run node benchmarks/scale/pages.mjs.`);
      process.exitCode = 1;
    }
  } else await writePages();
}
