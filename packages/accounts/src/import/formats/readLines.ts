import { UnreadableRow } from '../ImportRow.js';
import { MAX_RECORD_LENGTH } from './limits.js';

/**
 * Reads JSON values, one in a line. A line that is no JSON does not stop those after it.
 *
 * @param chunks - the text, in pieces of any length.
 */
export async function* readLines(
  chunks: AsyncIterable<string>,
): AsyncGenerator<unknown, void, undefined> {
  let line = '';
  let isTooLong = false;
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf('\n', start);
      const piece = chunk.slice(start, end < 0 ? undefined : end);
      isTooLong ||= line.length + piece.length > MAX_RECORD_LENGTH;
      line = isTooLong ? '' : line + piece;
      if (end < 0) break;
      yield* parseLine(line, isTooLong);
      [line, isTooLong] = ['', false];
      start = end + 1;
    }
  }
  yield* parseLine(line, isTooLong);
}

function* parseLine(line: string, isTooLong: boolean): Generator<unknown, void, undefined> {
  if (isTooLong) yield new UnreadableRow('tooLong');
  else if (line.trim() !== '') yield parseRecord(line);
}

/** Parses a record. */
export function parseRecord(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The message would quote the text.
    return new UnreadableRow('notJson');
  }
}
