/** Samples of memory of which growth can be told: for fewer, and in their first quarter, caches still fill. */
const MIN_SAMPLES = 20;
const WARMING_UP = 0.25;
/** Growth over the run that is still flat: a share of the mean, and what is noise in any case. */
const FLAT = { heap: { share: 0.05, megabytes: 2 }, rss: { share: 0.1, megabytes: 10 } };

/** Says of what a run has shown whether it is as it must be: `{ name, isMet, detail }`. */
export function judge({ ledger, memory, before, after }) {
  const { people, facts, unchecked, lost, failures } = ledger;
  return [
    {
      name: 'nothing acknowledged is lost',
      isMet: lost.length === 0 && unchecked === 0,
      detail: `${facts} facts of ${people - unchecked} of ${people} accounts${list(lost)}`,
    },
    {
      name: 'every answer is an expected one',
      isMet: failures.count === 0,
      detail: `${failures.count} others${list(failures.reasons)}`,
    },
    {
      name: 'no connection stays open',
      isMet: after.connections === 0,
      detail: `${after.connections} open`,
    },
    {
      name: 'no handle stays open',
      isMet: JSON.stringify(after.resources) === JSON.stringify(before.resources),
      detail: `${shown(after.resources)}; before: ${shown(before.resources)}`,
    },
    ...['heap', 'rss'].flatMap((kind) => judgeMemory(kind, memory)),
  ];
}

/** Growth of a series of samples over its time, by the median of the slopes between any two (Theil and Sen). */
export function growthOf(samples, kind) {
  const slopes = samples.flatMap((a, at) =>
    samples.slice(at + 1).map((b) => (b[kind] - a[kind]) / (b.atSeconds - a.atSeconds)),
  );
  const perSecond = slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)];
  return {
    perMinute: perSecond * 60,
    total: perSecond * (samples.at(-1).atSeconds - samples[0].atSeconds),
  };
}

function judgeMemory(kind, memory) {
  if (memory.length < MIN_SAMPLES) return [];
  const samples = memory.slice(Math.floor(memory.length * WARMING_UP));
  const mean = samples.reduce((sum, each) => sum + each[kind], 0) / samples.length;
  const { perMinute, total } = growthOf(samples, kind);
  const limit = Math.max(FLAT[kind].share * mean, FLAT[kind].megabytes);
  return [
    {
      name: `${kind === 'heap' ? 'the heap after collection' : 'the resident memory'} is flat`,
      isMet: total <= limit,
      detail: `${mean.toFixed(1)} MB, ${perMinute.toFixed(2)} MB a minute, ${total.toFixed(1)} MB in all; at most ${limit.toFixed(1)}`,
    },
  ];
}

function list(texts) {
  return texts.length === 0 ? '' : `:\n    ${texts.slice(0, 20).join('\n    ')}`;
}

function shown(resources) {
  return Object.entries(resources)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');
}
