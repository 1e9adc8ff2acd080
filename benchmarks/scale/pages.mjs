// `node benchmarks/scale/pages.mjs` makes docs/scale.md and docs/scale.svg of docs/scale.json; with
// `--check`, it only says whether they are what it would make.
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { dollarsPerMillion } from '../requests/dollars.mjs';
import { callsPerSecond, callsPerSecondOfTable, QUOTAS, SHARED } from './limits.mjs';
import { plot } from './plot.mjs';

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
    .map(([file]) => file);
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

Requests and capacity units of a flow depend neither on the number of accounts in the table nor on the number
of sessions that the account has. \`npm run scale\` measures that on dynoxide, a DynamoDB for tests that
reports capacity as AWS's rules say, and fails where it does not hold. This page is made from its results.

## What each flow costs

Requests and round trips one after the other; write and read units; on-demand dollars for a million in
us-east-1. Lists are shown with a full page.

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

Milliseconds, the median of five, by accounts in the table / sessions of the account, on one machine with the
database beside it: they are there to be compared with each other along a row.

| flow | ${columns.join(' | ')} |
| --- |${columns.map(() => ' --: |').join('')}
${rows
  .map(
    ({ flow, cells: each }) => `| ${flow} | ${each.map(({ ms }) => ms.toFixed(1)).join(' | ')} |`,
  )
  .join('\n')}

![Milliseconds of each flow by number of accounts and sessions](scale.svg)

## Which limit binds first

DynamoDB takes ${QUOTAS.partitionWrites} write units and ${QUOTAS.partitionReads} read units a second for one
partition key, and by default ${QUOTAS.tableUnits} of each for a table
([quotas](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html),
[partition keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html)).
What many callers share binds before the table does:

| flow | what its callers share | units of a call | calls a second | what to do |
| --- | --- | --: | --: | --- |
${SHARED.map((each) => {
  const { flow, key, kind, units, remedy } = each;
  return `| ${flow} | ${key} | ${units} ${kind} | ${callsPerSecond(each)} | ${remedy} |`;
}).join('\n')}

Callers that share nothing meet the quota of the table, which AWS raises on request:

| flow | calls a second |
| --- | --: |
${rows.map(({ flow, cells: each }) => `| ${flow} | ${callsPerSecondOfTable(each.at(-1))} |`).join('\n')}

A new on-demand table starts with ${inThousands(4000)} write units and ${inThousands(12_000)} read units a
second and doubles what it has taken before within 30 minutes
([on-demand capacity](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html)).
Before logins come in at all of these rates, hashing binds: a password takes a processor tens of milliseconds,
on purpose.
`;
}

function inThousands(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ' ');
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
