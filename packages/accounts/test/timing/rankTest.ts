/** Two kinds of calls, whose times are compared. */
export interface Compared {
  readonly known: (sample: number) => Promise<unknown>;
  readonly unknown: (sample: number) => Promise<unknown>;
}

/** How the times were compared. */
export interface RankOptions {
  /** Pairs of calls in a batch. */
  readonly pairs: number;
  /** Batches, all of which must agree. */
  readonly batches: number;
}

/** From here on, an attacker who times a few calls knows: 0.5 is chance, 1 is certainty. */
export const USABLE = 0.8;

/**
 * How often a call of one kind takes longer than one of the other (Mann and Whitney's U, divided by the
 * number of pairs), in each batch. The calls of a pair follow each other, in turns, so that a machine that
 * is busy for a while is busy for both.
 */
export async function rankBatches(
  { known, unknown }: Compared,
  { pairs, batches }: RankOptions,
): Promise<number[]> {
  const ranks: number[] = [];
  let sample = 0;
  const timeOf = async (call: Compared['known']): Promise<number> => {
    const start = process.hrtime.bigint();
    await call(sample).catch(() => undefined);
    return Number(process.hrtime.bigint() - start);
  };
  // What is compiled or opened at the first call belongs to neither.
  await timeOf(known);
  await timeOf(unknown);
  for (let batch = 0; batch < batches; batch++) {
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let pair = 0; pair < pairs; pair++, sample++) {
      const first = sample % 2 === 0 ? 'known' : 'unknown';
      const second = first === 'known' ? 'unknown' : 'known';
      const calls = { known, unknown };
      times[first].push(await timeOf(calls[first]));
      times[second].push(await timeOf(calls[second]));
    }
    ranks.push(shareAbove(times.known, times.unknown));
  }
  return ranks;
}

/** The share of all pairs in which the first value is the larger one; a tie counts half. */
export function shareAbove(first: readonly number[], second: readonly number[]): number {
  let above = 0;
  for (const a of first) for (const b of second) above += a > b ? 1 : a === b ? 0.5 : 0;
  return above / (first.length * second.length);
}

/**
 * Tells whether the difference is usable: in every batch, and in the same direction. With six pairs in each of
 * four batches, noise alone does that a few times in a million.
 */
export function isUsable(ranks: readonly number[]): boolean {
  return ranks.every((rank) => rank > USABLE) || ranks.every((rank) => rank < 1 - USABLE);
}
