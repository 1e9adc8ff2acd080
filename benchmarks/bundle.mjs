// `npm run bench:bundle`: what a library adds to an application's bundle, minified and compressed. The AWS
// SDK is outside; zod is inside or outside for every contender.
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { allOf, bundle, bundleSize } = await import('../scripts/bundleSize.mjs');
const { ENTRIES, specifierOf } = await import('../scripts/entries.mjs');
const { LIBRARIES } = await import('./bundle/libraries.mjs');
const { partsOf } = await import('./bundle/partsOf.mjs');
const { report } = await import('./support/report.mjs');

const rows = [];
for (const [library, program] of Object.entries(LIBRARIES))
  rows.push(await measure(library, program));
report('bundle', rows, { title: 'What a library adds to a bundle, KiB' });

const entries = [];
for (const [name, files] of Object.entries(ENTRIES)) {
  for (const specifier of Object.keys(files).map((entry) => specifierOf(name, entry))) {
    entries.push(await measure(specifier, allOf(specifier)));
  }
}
report('entries', entries, { title: 'Everything that an entry exports, KiB' });

const parts = partsOf(await bundle(LIBRARIES['latchkey: Accounts, Table']));
report(
  'parts',
  parts.map(({ part, minified, gzip }) => ({ part, 'minified KiB': minified, 'gzip KiB': gzip })),
  { title: 'What Accounts and Table consist of; each part compressed alone' },
);

async function measure(library, program) {
  const inside = await bundleSize(program);
  const outside = await bundleSize(program, { zod: 'outside' });
  return {
    library,
    minified: inside.minified,
    gzip: inside.gzip,
    'minified, zod outside': outside.minified,
    'gzip, zod outside': outside.gzip,
  };
}
