// `npm run bench:types`: how many types TypeScript instantiates to check a program with 10 entities
// and the usual calls on each, written with each library.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { ROOT } = await import('../scripts/setup.mjs');
const { runBin } = await import('../scripts/run.mjs');
const { report } = await import('./support/report.mjs');
const { PROGRAMS } = await import('./types/programs.mjs');

const ENTITIES = 10;
/** Inside the clone, so that the programs find its packages. */
const FOLDER = join(ROOT, '.cache', 'bench-types');
const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2024'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
  },
};

const rows = [];
for (const { name, without, header, entity } of PROGRAMS) {
  const numbers = Array.from({ length: ENTITIES }, (_, at) => at);
  const whole = await instantiations([header, ...numbers.map(entity)].join('\n'));
  const base = await instantiations([without.header, ...numbers.map(without.entity)].join('\n'));
  rows.push({
    library: name,
    'instantiations of its own': whole - base,
    'with what it uses': whole,
  });
}
rmSync(FOLDER, { recursive: true });

report('types', rows, {
  title: `Type instantiations of a program with ${ENTITIES} entities and six calls on each`,
  notes: [
    'Of its own: less those of the same program without it: the SDK’s client, and for Latchkey the zod schemas.',
  ],
});

/** Checks a program and gives the compiler's count; a type error in it ends the benchmark. */
async function instantiations(source) {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'package.json'), '{"type":"module"}\n');
  writeFileSync(
    join(FOLDER, 'tsconfig.json'),
    JSON.stringify({ ...TSCONFIG, files: ['program.ts'] }),
  );
  writeFileSync(join(FOLDER, 'program.ts'), source);
  const printed = await runBin('tsc', ['-p', FOLDER, '--extendedDiagnostics']);
  return Number(/^Instantiations:\s+(\d+)/m.exec(printed)[1]);
}
