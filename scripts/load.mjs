// `npm run load`: a Node backend on DynamoDB Local (or `--engine dynoxide`) under mixed traffic at its limit, for
// `--minutes` (default 1) with `--visitors` (default 16): throughput, times by operation, delays of the event
// loop, memory, connections, handles, and whether anything acknowledged is lost. Ends with code 1 if one of
// these is not as it must be. With `--quick-hash`, passwords are hashed in no time, and the rest of the server
// is the limit. `--json` prints one document.
import { parseArgs } from 'node:util';
import { startEngine } from './engines.mjs';
import { CommandError } from './run.mjs';
import { readyToMeasure } from '../benchmarks/support/readyToMeasure.mjs';

const MAX = { minutes: 120, visitors: 256 };

try {
  await main(readOptions());
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof CommandError ? error.message : error);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      visitors: { type: 'string', default: '16' },
      engine: { type: 'string', default: 'dynamodb-local' },
      'quick-hash': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      // For the sample in `npm test`, which has built everything.
      built: { type: 'boolean', default: false },
    },
  });
  for (const [name, max] of Object.entries(MAX)) {
    const value = Number(values[name]);
    if (Number.isFinite(value) && value > 0 && value <= max) continue;
    throw new CommandError(`--${name} must be a number above 0, up to ${max}.`);
  }
  return {
    ...values,
    minutes: Number(values.minutes),
    visitors: Math.ceil(Number(values.visitors)),
  };
}

async function main({ minutes, visitors, engine, json, built, 'quick-hash': quickHash }) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  if (!built) await readyToMeasure();
  const { runLoad } = await import('../benchmarks/load/runLoad.mjs');
  const { report } = await import('../benchmarks/support/report.mjs');
  const { DYNAMODB_ENDPOINT: given } = process.env;
  const database = given ? { endpoint: given, stop: () => {} } : await startEngine(engine);
  try {
    const results = await runLoad({
      endpoint: database.endpoint,
      seconds: minutes * 60,
      visitors,
      quickHash,
      onProgress: (text) => console.error(`${text}…`),
    });
    if (results.verdicts.some(({ isMet }) => !isMet)) process.exitCode = 1;
    if (json) console.log(JSON.stringify({ benchmark: 'load', ...results }));
    else print(results, report);
  } finally {
    await database.stop();
  }
}

function print({ seconds, throughput, processor, operations, delays, verdicts }, report) {
  const ms = (value) => `${value.toFixed(1)} ms`;
  report(
    'load',
    operations
      .sort((a, b) => b.count - a.count)
      .map(({ operation, count, p50, p99 }) => ({
        operation,
        count: String(count),
        p50: ms(p50),
        p99: ms(p99),
      })),
    {
      title: `${throughput.toFixed(0)} requests a second for ${seconds.toFixed(0)} s`,
      notes: [
        `The server took ${processor.toFixed(2)} processors; its event loop was late by ${ms(delays.p50)} (median), ` +
          `${ms(delays.p99)} (p99), ${ms(delays.max)} (at most).`,
        verdicts
          .map(({ name, isMet, detail }) => `${isMet ? '✓' : '✗'} ${name}: ${detail}`)
          .join('\n'),
      ],
    },
  );
}
