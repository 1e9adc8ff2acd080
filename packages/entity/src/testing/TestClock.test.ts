import { TestClock } from './TestClock.js';

test('A clock stands still until it is moved, forwards or back', () => {
  const clock = new TestClock(1_000);
  expect(clock.now()).toEqual(new Date(1_000));
  clock.advance(500);
  expect(clock.now()).toEqual(new Date(1_500));
  clock.advance(-1_000);
  expect(clock.now()).toEqual(new Date(500));
});

test('A skewed clock keeps its distance, whichever of the two is moved', () => {
  const clock = new TestClock();
  const ahead = clock.skewed(90_000);
  const behind = ahead.skewed(-100_000);
  clock.advance(7);
  behind.advance(5);
  const base = clock.now().getTime();
  expect(base).toBe(Date.UTC(2036, 10, 21, 12) + 12);
  expect(ahead.now().getTime() - base).toBe(90_000);
  expect(behind.now().getTime() - base).toBe(-10_000);
});

test('A time that is not a finite number is refused', () => {
  const refused = expect.objectContaining({ name: 'TestingError', code: 'InvalidInput' }) as Error;
  expect(() => new TestClock(NaN)).toThrow(refused);
  expect(() => new TestClock().advance(Infinity)).toThrow(refused);
  expect(() => new TestClock().skewed('7' as unknown as number)).toThrow(refused);
});
