import type { CliOutput } from './CliOutput.js';
import { ProgressLine, progressOn, styleFor } from './terminal.js';

const ERASED = '\r\u001b[K';
const STREAMS = { out: String, error: String };
const outputWith = (terminals: CliOutput['terminals']): CliOutput => ({
  ...STREAMS,
  ...(terminals && { terminals }),
});

describe('styleFor', () => {
  it.each([
    [undefined, 'done'],
    [{ out: false, error: true, colours: true }, 'done'],
    [{ out: true, error: false, colours: false }, 'done'],
    [{ out: true, error: false, colours: true }, '\u001b[31mdone\u001b[39m'],
  ])('with the terminals %j makes %j of a text', (terminals, expected) => {
    expect(styleFor(outputWith(terminals), 'out')('red', 'done')).toBe(expected);
  });
});

describe('ProgressLine', () => {
  let written: string[];
  let nowMs: number;
  let line: ProgressLine;
  beforeEach(() => {
    [written, nowMs] = [[], 0];
    line = new ProgressLine(
      (text) => written.push(text),
      () => nowMs,
    );
  });

  it('writes the same line again, at most ten times a second', () => {
    for (const at of [0, 50, 99, 100, 150, 200]) {
      nowMs = at;
      line.show(`at ${at}`);
    }
    expect(written).toEqual([0, 100, 200].map((at) => `${ERASED}at ${at}`));
  });

  it.each([
    [0, `[${'.'.repeat(24)}]   0%`],
    [0.5, `[${'#'.repeat(12)}${'.'.repeat(12)}]  50%`],
    [1, `[${'#'.repeat(24)}] 100%`],
    [1.5, `[${'#'.repeat(24)}] 100%`],
  ])('has a bar where %d of the work is done', (done, bar) => {
    line.show('rows', done);
    expect(written).toEqual([`${ERASED}${bar} rows`]);
  });

  it('takes the line away once, and only if there is one', () => {
    line.clear();
    line.show('rows');
    line.clear();
    line.clear();
    expect(written).toEqual([`${ERASED}rows`, ERASED]);
  });

  it('is there on a terminal only', () => {
    expect(progressOn(outputWith(undefined))).toBeUndefined();
    expect(progressOn(outputWith({ out: true, error: false, colours: true }))).toBeUndefined();
    expect(progressOn(outputWith({ out: false, error: true, colours: false }))).toBeDefined();
  });
});
