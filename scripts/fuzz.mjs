// `npm run fuzz -- --seed N --minutes M`: hostile input for every public method and every HTTP route, from
// one seed after another (default: seed 1, 5 minutes). A fault is printed with the seed that repeats it.
// `npm run test:expressions`: checks every regular expression of the packages, which takes minutes.
import { parseArgs } from 'node:util';
import { runJest } from './jest.mjs';
import { CommandError } from './run.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '5' },
    expressions: { type: 'boolean', default: false },
  },
});
const [paths, env] = values.expressions
  ? [['packages/entity/test/hostile/regularExpressions.test.ts'], { CHECK_EXPRESSIONS: '1' }]
  : [
      ['/test/hostile/.*[fF]uzz\\.test\\.ts$'],
      { FUZZ_SEED: values.seed, FUZZ_MINUTES: values.minutes },
    ];

try {
  await runJest(paths, { live: true, env });
} catch (error) {
  process.exitCode = 1;
  // Jest's own words are shown already.
  if (!(error instanceof CommandError)) console.error(error);
}
