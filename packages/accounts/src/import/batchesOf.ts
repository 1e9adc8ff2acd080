/** How many rows are looked up at once: their foreign ids fill one `BatchGetItem`. */
const BATCH = 100;

/** Gives the rows of a source 100 at a time; the last batch has fewer. */
export async function* batchesOf<T>(rows: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
