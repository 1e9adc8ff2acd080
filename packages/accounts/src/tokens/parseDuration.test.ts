import { AccountError } from '../errors/AccountError.js';
import { type Duration, parseDuration } from './parseDuration.js';

const DAY = 86_400_000;

describe('parseDuration', () => {
  it.each<[Duration, number]>([
    ['7d', 7 * DAY],
    ['15m', 900_000],
    ['15 m', 900_000],
    ['1.5h', 5_400_000],
    ['30s', 30_000],
    ['250ms', 250],
    ['400d', 400 * DAY],
    [1, 1],
    [0.6, 1],
    [400 * DAY, 400 * DAY],
  ])('reads %p as %p ms', (value, expected) => {
    expect(parseDuration(value, 'tokenDuration')).toBe(expected);
  });

  it.each<[unknown]>([
    [''],
    [' '],
    ['7'],
    ['3600'],
    ['.5'],
    ['-7d'],
    ['0d'],
    ['0.1ms'],
    ['401d'],
    ['7 lightyears'],
    ['1e3s'],
    [`${'9'.repeat(101)}d`],
    [0],
    [-1],
    [NaN],
    [Infinity],
    [400 * DAY + 1],
    [null],
    [undefined],
    [['7d']],
    [7n],
  ])('refuses %p', (value) => {
    const run = (): number => parseDuration(value as Duration, 'sessions.tokenDuration');
    expect(run).toThrow(AccountError);
    expect(run).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: expect.objectContaining({ path: 'sessions.tokenDuration' }),
      }),
    );
  });
});
